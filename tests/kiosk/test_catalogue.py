"""The catalogue from its source folder to the kiosk: built, signed, kept, swapped; broken parts are told."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.catalogue.file import CatalogueDamaged, CatalogueFile
from kiosk.guide import Guide
from kiosk.guide_commands import guide as guide_command
from kiosk.wire import NotPublished, publisher_text, read_source
from tests.kiosk.items import PUBLISHERS, SOURCE, demonstration, open_guide, published

MEDICAL = "resident-medical-insurance-enrol"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A source folder of three items, and the facts that their policies ask for."""
    small = tmp_path / "source"
    small.mkdir()
    for name in ("elderly-card", MEDICAL, "marriage-register", "facts"):
        shutil.copy(SOURCE / f"{name}.toml", small)
    return small


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(guide_command, [str(one) for one in arguments])
    return result.exit_code, result.output


def test_the_same_source_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    assert run("build", folder, "--out", tmp_path / "one")[0] == 0
    assert run("build", folder, "--out", tmp_path / "two")[0] == 0
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    source, faults = read_source(folder)
    with_all = CatalogueFile(tmp_path / "one")
    assert not [fault for fault in faults if fault.costs]
    assert with_all.items == source.items
    with_all.close()


def test_a_broken_item_is_named_with_its_place_and_takes_no_other_down(folder: Path, tmp_path: Path) -> None:
    change(folder / "elderly-card.toml", 'kind = "', 'kind = "un')
    (folder / "no-toml.toml").write_bytes(b"\xff\xfe = [")
    shutil.copy(folder / f"{MEDICAL}.toml", folder / "other-name.toml")
    code, output = run("build", folder, "--out", tmp_path / "out")
    assert code == 0
    assert "elderly-card.toml: kind: Input should be" in output
    assert "no-toml.toml: " in output
    assert "other-name.toml: id: " in output
    assert "2 items" in output
    assert run("check", folder)[0] == 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('offices = ["nowhere"]', "offices: there is no 'nowhere'"),
        ('related = ["no-such-item"]', "related: there is no 'no-such-item'"),
        ('video = "videos/none.mp4"', "videos/none.mp4: this file is missing"),
    ],
)
def test_an_item_goes_without_what_it_names_and_nobody_has(folder: Path, line: str, told: str) -> None:
    name = line.split(maxsplit=1)[0]
    path = folder / "elderly-card.toml"
    kept = [one for one in path.read_text(encoding="utf-8").splitlines() if not one.startswith(f"{name} =")]
    path.write_text("\n".join([line, *kept]), encoding="utf-8")
    source, faults = read_source(folder)
    assert f"elderly-card.toml: {told}" in [str(fault) for fault in faults]
    (item,) = [item for item in source.items if item.id == "elderly-card"]
    assert not getattr(item, name)


def test_a_folder_without_items_builds_nothing(tmp_path: Path) -> None:
    code, output = run("build", tmp_path, "--out", tmp_path / "out")
    assert code == 1
    assert "no item" in output
    assert not (tmp_path / "out").exists()


def test_an_item_is_shown_in_words(folder: Path) -> None:
    code, output = run("show", "elderly-card", "--catalogue", folder)
    assert code == 0
    assert "老年人优待证" in output
    assert run("show", "nothing", "--catalogue", folder)[0] == 1


def test_the_last_catalogue_serves_after_a_restart_and_files_follow_it(tmp_path: Path) -> None:
    form = tmp_path / "forms" / "a.pdf"
    form.parent.mkdir()
    form.write_bytes(b"%PDF-1.7 a form")
    guide = open_guide(tmp_path, replace(demonstration(), assets={"forms/a.pdf": form}))
    (missing,) = guide.missing_files()
    assert guide.asset("forms/a.pdf") is None
    with pytest.raises(NotPublished):
        guide.keep_file(missing, b"something else")
    guide.keep_file(missing, form.read_bytes())
    again = Guide(tmp_path / "catalogue")
    again.load(PUBLISHERS)
    assert (again.version, again.missing_files()) == (1, [])
    assert again.item(MEDICAL) is not None
    kept = again.asset("forms/a.pdf")
    assert kept is not None
    assert kept.read_bytes() == form.read_bytes()
    again.publish(*published(demonstration(), tmp_path / "built", version=2), PUBLISHERS)
    assert again.version == 2
    assert not kept.exists(), "what no catalogue names goes"


def test_a_page_that_is_open_outlives_the_swap(tmp_path: Path) -> None:
    guide = open_guide(tmp_path)
    before = guide.item(MEDICAL)
    fewer = replace(demonstration(), items=demonstration().items[:3])
    guide.publish(*published(fewer, tmp_path / "built", version=2), PUBLISHERS)
    assert before is not None
    assert before.materials
    assert guide.item(MEDICAL) is None
    assert len(guide.items) == 3


def flip(content: bytes) -> bytes:
    return content[:5000] + bytes([content[5000] ^ 1]) + content[5001:]


@pytest.mark.parametrize(
    "spoil", [lambda content: b"", flip, lambda content: content[:-1], lambda content: b"SQLite format 3\0"]
)
def test_a_catalogue_whose_bytes_changed_is_set_aside_and_the_kiosk_starts(
    tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    open_guide(tmp_path)
    (kept,) = [path for path in (tmp_path / "catalogue").iterdir() if path.suffix != ".json"]
    kept.write_bytes(spoil(kept.read_bytes()))
    guide = Guide(tmp_path / "catalogue")
    guide.load(PUBLISHERS)
    assert guide.items == ()
    assert guide.version == 0, "so that it is fetched anew"
    guide.publish(*published(demonstration(), tmp_path / "built"), PUBLISHERS)
    assert guide.item(MEDICAL) is not None


@pytest.mark.parametrize("notice", [b"", b"{}", b"\xff\xfe", b'{"version": 1}'])
def test_a_damaged_notice_is_set_aside(tmp_path: Path, notice: bytes) -> None:
    open_guide(tmp_path)
    (tmp_path / "catalogue" / "current.json").write_bytes(notice)
    guide = Guide(tmp_path / "catalogue")
    guide.load(PUBLISHERS)
    assert guide.version == 0
    assert (tmp_path / "catalogue" / "current.damaged").read_bytes() == notice


def test_only_a_known_publisher_counts_and_only_its_very_bytes(tmp_path: Path) -> None:
    guide = open_guide(tmp_path)
    notice, content = published(demonstration(), tmp_path / "built", version=2)
    stranger = (publisher_text(Ed25519PrivateKey.generate()),)
    with pytest.raises(NotPublished):
        guide.publish(notice, content, stranger)
    with pytest.raises(NotPublished):
        guide.publish(notice.model_copy(update={"version": 9}), content, PUBLISHERS)
    with pytest.raises(NotPublished):
        guide.publish(notice, flip(content), PUBLISHERS)
    assert guide.version == 1, "the one before stays in force"


def test_what_is_no_catalogue_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"no database at all, only words" * 200)
    with pytest.raises(CatalogueDamaged, match="file"):
        CatalogueFile(tmp_path / "file")
