"""The forms, samples, cards and videos that set-up makes for the demonstration's guides."""

from __future__ import annotations

import io
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from deploy import guide_cards, guide_forms, guide_paper, make_guide_files
from deploy.guide_paper import Mark, Words
from kiosk.wire import ServiceItem

KILOBYTE = 1024


@pytest.fixture(scope="module")
def items() -> list[ServiceItem]:
    return [
        make_guide_files.read(path)
        for path in sorted(make_guide_files.SOURCE.glob("*.toml"))
        if path.stem != "facts"
    ]


@pytest.fixture(scope="module")
def filed(items: list[ServiceItem]) -> list[ServiceItem]:
    return [item for item in items if item.self_service == "submit"]


@cache
def page(item: ServiceItem, *, filled: bool) -> list[Mark]:
    return guide_forms.form_page(item, filled=filled)


def said(item: ServiceItem, *, filled: bool) -> str:
    return "\n".join(mark.words for mark in page(item, filled=filled) if isinstance(mark, Words))


def test_every_named_file_is_made(items: list[ServiceItem]) -> None:
    made = {str(path.relative_to(make_guide_files.BUILD)) for path in make_guide_files.BUILD.glob("*/*")}
    wanted = {one.name for one in make_guide_files.wanted_files(make_guide_files.SOURCE)}
    assert made == wanted
    folders = Counter(name.partition("/")[0] for name in made)
    assert folders["forms"] >= 46
    assert folders["samples"] == 2 * folders["forms"]
    illustrated = {name.rpartition("-")[0] for name in made if name.startswith("cards/")}
    assert len(illustrated) >= 32
    assert all(path.stat().st_size < 25 * KILOBYTE for path in make_guide_files.BUILD.glob("cards/*"))


def test_a_form_asks_what_the_kiosk_asks_and_leaves_it_blank(filed: list[ServiceItem]) -> None:
    assert len(filed) >= 46
    for item in filed:
        blank = said(item, filled=False).replace("\n", "")
        for question in item.form:
            assert question.label.zh in blank
        assert item.consent is not None
        assert item.consent.zh in blank
        assert "演示数据" in blank
        assert "夏小满" not in blank


def test_a_sample_is_filled_by_nobody_and_says_that_it_is_one(filed: list[ServiceItem]) -> None:
    for item in filed:
        sample = said(item, filled=True)
        assert "样表" in sample
        assert "SAMPLE" in sample
        assert "夏小满" in sample
        # No place's area begins with 0: the numbers can belong to nobody.
        assert all(number.startswith("00") for number in re.findall(r"\b\d{17}[\dX]\b", sample))


def test_nothing_runs_out_of_its_page(filed: list[ServiceItem]) -> None:
    for item in filed:
        for mark in page(item, filled=True):
            if isinstance(mark, Words):
                wide = guide_paper.width_of(mark.words, mark.size, mark.face) if mark.align == "left" else 0
                assert mark.x + wide <= 195, (item.id, mark.words)
                assert mark.y <= (246 if mark.words == "Signature" else 290), (item.id, mark.words)


def test_forms_are_small_the_same_bytes_each_time_and_bring_their_fonts(
    filed: list[ServiceItem], tmp_path: Path
) -> None:
    item = filed[0]
    fonts = guide_paper.subset_fonts([guide_forms.characters(item)], tmp_path)
    marks = page(item, filled=True)
    pdf = guide_paper.as_pdf(marks, fonts, item.name.zh)
    assert pdf == guide_paper.as_pdf(marks, fonts, item.name.zh)
    assert len(re.findall(rb"/FontFile[23] ", pdf)) == 3
    for path in make_guide_files.BUILD.glob("[fs]*/*"):
        assert path.stat().st_size <= 64 * KILOBYTE, path.name


def test_a_step_shows_what_its_words_say_and_every_pictogram_has_a_drawing(items: list[ServiceItem]) -> None:
    assert guide_cards.scene("yuan", "钱打到您的银行卡。") == "yuan > bank-card"
    assert guide_cards.scene("yuan", "交 120 元。") == "yuan > counter"
    assert guide_cards.scene("star", "别的。") == "star"
    for step in (step for item in items for step in item.steps if step.card):
        assert guide_cards.drawing(guide_cards.scene(step.picture, step.text.zh)).count("<path") > 1


def test_a_card_holds_the_ground_and_one_ink_in_every_pixel() -> None:
    picture = Image.open(io.BytesIO(guide_cards.card("user > counter")))
    assert picture.size == (guide_cards.WIDTH, guide_cards.HEIGHT)
    colours = picture.convert("RGB").getcolors(256)
    assert colours is not None
    ground = bytes.fromhex(guide_cards.GROUND[1:])
    assert max(colours)[1] == tuple(ground)
    inks = {tuple(bytes.fromhex(ink[1:])) for ink in (guide_cards.TEXT, guide_cards.SOFT, guide_cards.LAMP)}
    assert {colour for _, colour in colours} >= inks


def test_the_code_on_a_form_leads_to_its_guide(filed: list[ServiceItem]) -> None:
    item = filed[0]
    picture = Image.open(io.BytesIO(guide_paper.as_picture(page(item, filled=False))))
    assert [code.text for code in zxingcpp.read_barcodes(picture.convert("L"))] == [f"yedeng:guide:{item.id}"]


def test_a_second_run_makes_nothing_and_a_change_only_what_it_touches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, build = tmp_path / "source", tmp_path / "build" / "catalogue"
    source.mkdir()
    for name in ("legal-consult", "utility-pay"):
        shutil.copy(make_guide_files.SOURCE / f"{name}.toml", source)
    runs: list[set[str]] = []

    def made(missing: Sequence[make_guide_files.Wanted]) -> Iterator[tuple[str, bytes]]:
        runs.append({one.name for one in missing})
        yield from ((one.name, b"made") for one in missing)

    monkeypatch.setattr(make_guide_files, "SOURCE", source)
    monkeypatch.setattr(make_guide_files, "BUILD", build)
    monkeypatch.setattr(make_guide_files, "LEDGER", tmp_path / "build" / "catalogue.json")
    monkeypatch.setattr(make_guide_files, "made", made)
    make_guide_files.main()
    (build / "forms" / "nobody.pdf").write_bytes(b"")
    make_guide_files.main()
    assert not (build / "forms" / "nobody.pdf").exists()
    changed = source / "utility-pay.toml"
    changed.write_text(changed.read_text(encoding="utf-8").replace("户号", "表号"), encoding="utf-8")
    (build / "forms" / "legal-consult.pdf").unlink()
    make_guide_files.main()
    assert len(runs) == 2
    assert {"forms/legal-consult.pdf", "samples/legal-consult.png", "forms/utility-pay.pdf"} <= runs[0]
    papers = {one.name for one in make_guide_files.wanted_files(source) if one.folder != "cards"}
    assert runs[1] == {name for name in papers if "utility" in name} | {"forms/legal-consult.pdf"}
