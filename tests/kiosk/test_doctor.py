"""What the doctor finds, and that it says what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kiosk import doctor
from kiosk.commands import doctor as command

COLLECTION = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")


def the(findings: object) -> doctor.Finding:
    found = list(findings)  # type: ignore[call-overload]
    assert len(found) == 1
    assert isinstance(found[0], doctor.Finding)
    return found[0]


def test_this_installation_has_its_packages_fonts_and_drawings() -> None:
    for check in (doctor.python, doctor.packages, doctor.fonts, doctor.drawings, doctor.graphics):
        assert the(check()).verdict != "failure"


def test_a_package_of_another_version_is_named(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(
        "click==0.1 \\\n    --hash=sha256:00\nno-such-package==1.0 \\\n    --hash=sha256:00\n"
    )
    finding = the(doctor.packages(requirements))
    assert finding.verdict == "failure"
    assert "instead of 0.1" in finding.words
    assert "no-such-package missing" in finding.words
    assert "deploy/setup.sh" in finding.advice


def test_a_japanese_face_is_refused(tmp_path: Path) -> None:
    from fontTools.ttLib import TTCollection

    with TTCollection(COLLECTION, lazy=True) as faces:
        faces.fonts[0].save(tmp_path / "YedengSans-Regular.otf")
    finding = the(doctor.fonts(tmp_path))
    assert finding.verdict == "failure"
    assert "Noto Sans CJK JP" in finding.words


@pytest.mark.parametrize("content", [None, b"", b"not a font"])
def test_a_missing_or_damaged_font_is_named(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "YedengSans-Regular.otf").write_bytes(content)
    assert "YedengSans-Regular.otf is missing or damaged" in the(doctor.fonts(tmp_path)).words


def test_an_icon_that_was_not_drawn_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "icons").mkdir()
    (tmp_path / "icons" / "lamp.svg").write_text("<svg/>")
    assert the(doctor.drawings(tmp_path)).verdict == "failure"


def test_texts_that_are_not_compiled_are_named(tmp_path: Path) -> None:
    for language in ("en", "zh_CN"):
        folder = tmp_path / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "yedeng.po").touch()
    (tmp_path / "en" / "LC_MESSAGES" / "yedeng.mo").touch()
    assert the(doctor.catalogues(tmp_path)).words == "texts not compiled: zh_CN"


def test_a_way_to_write_that_is_missing_is_named_and_never_a_failure(tmp_path: Path) -> None:
    assert [finding.verdict for finding in doctor.writing()] == ["ok"]
    (found,) = doctor.writing(compiled=tmp_path)
    assert (found.verdict, "pinyin" in found.words, "handwriting" in found.words) == ("warning", True, False)
    assert found.advice


def test_a_site_file_is_checked_down_to_its_devices(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text('[devices.id-reader]\ndriver = "sam-serail"\nport = "reader"\n')
    findings = list(doctor.site(site))
    assert [finding.verdict for finding in findings] == ["ok", "failure", "ok"]
    assert "did you mean 'sam-serial'" in findings[1].words


def test_a_missing_site_file_is_a_failure(tmp_path: Path) -> None:
    assert the(doctor.site(tmp_path / "none.toml")).verdict == "failure"


def test_the_command_says_one_document_and_fails_when_something_fails(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, ["--json", "--site", str(tmp_path / "none.toml")])
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert document["ok"] is False
    assert {"check", "verdict", "words", "advice"} == set(document["checks"][0])
    assert "checks failed" in result.stderr
