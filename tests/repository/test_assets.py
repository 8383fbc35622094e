"""What set-up makes: fonts, icons and pictures, text catalogues."""

from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTCollection, TTFont
from PIL import Image

from deploy import make_catalogues, make_fonts, make_icons

ROOT = Path(__file__).resolve().parents[2]
GB_18030_EXTENSIONS = {"B": (0x20000, 0x2A6D6), "C": (0x2A700, 0x2B734), "D": (0x2B740, 0x2B81D),
                       "E": (0x2B820, 0x2CEA1), "F": (0x2CEB0, 0x2EBE0)}  # fmt: skip


def outline(font: TTFont, character: str) -> list[tuple[str, tuple[object, ...]]]:
    pen = RecordingPen()
    font.getGlyphSet()[font.getBestCmap()[ord(character)]].draw(pen)
    return list(pen.value)


@pytest.mark.parametrize("name", make_fonts.SANS)
def test_hanzi_have_the_shapes_of_mainland_china(name: str) -> None:
    source = make_fonts.DEBIAN_FONTS / make_fonts.SANS[name][0]
    with TTFont(make_fonts.FONTS / name, lazy=True) as ours, TTCollection(source, lazy=True) as faces:
        japanese = faces.fonts[0]
        for character in "门直令":
            assert outline(ours, character) != outline(japanese, character)
        assert outline(ours, "一") == outline(japanese, "一")


def test_every_han_character_of_gb_18030_can_be_drawn() -> None:
    covered: set[int] = set()
    for name in ("YedengSans-Regular.otf", "YedengRare.ttf"):
        with TTFont(make_fonts.FONTS / name, lazy=True) as font:
            covered |= set(font.getBestCmap())
    blocks = {"basic": (0x4E00, 0x9FEF), "A": (0x3400, 0x4DB5), **GB_18030_EXTENSIONS}
    lacking = {name: len(set(range(first, last + 1)) - covered) for name, (first, last) in blocks.items()}
    assert not any(lacking.values()), lacking


def test_every_drawing_is_made_in_every_size_and_white_where_nothing_is() -> None:
    made = ROOT / "assets" / "build"
    for folder, sizes in (("icons", make_icons.ICON_SIZES), ("pictures", make_icons.PICTURE_SIZES)):
        drawings = {path.stem for path in (ROOT / "assets" / folder).glob("*.svg")}
        for size in sizes:
            assert {path.stem for path in (made / folder / str(size)).glob("*.png")} == drawings
    with Image.open(made / "icons" / "96" / "lamp.png") as lamp:
        assert lamp.size == (96, 96)
        red, green, blue, alpha = (band.getextrema() for band in lamp.split())
    assert (red, green, blue) == ((255, 255),) * 3
    assert alpha == (0, 255)


def test_drawings_follow_their_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_icons, "ASSETS", tmp_path)
    (tmp_path / "icons").mkdir()
    for name in ("lamp", "moon"):
        drawing = (ROOT / "assets" / "icons" / f"{name}.svg").read_bytes()
        (tmp_path / "icons" / f"{name}.svg").write_bytes(drawing)
    make_icons.main()
    made = tmp_path / "build" / "icons" / "48"
    assert {path.name for path in made.iterdir()} == {"lamp.png", "moon.png"}
    (tmp_path / "icons" / "moon.svg").unlink()
    make_icons.main()
    assert {path.name for path in made.iterdir()} == {"lamp.png"}


def test_a_drawing_that_cannot_be_drawn_is_named(tmp_path: Path) -> None:
    drawing = tmp_path / "broken.svg"
    drawing.write_text("<svg")
    with pytest.raises(SystemExit, match=r"broken\.svg cannot be drawn"):
        make_icons.draw(drawing, 48, tmp_path / "broken.png")
    assert not (tmp_path / "broken.png").exists()


def test_a_catalogue_is_compiled_when_it_changed_and_a_broken_one_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make_catalogues, "LOCALES", (tmp_path,))
    source = tmp_path / "en" / "LC_MESSAGES" / "yedeng.po"
    source.parent.mkdir(parents=True)
    source.write_text('msgid "a"\nmsgstr "b"\n')
    make_catalogues.main()
    assert source.with_suffix(".mo").exists()
    source.write_text("not a catalogue\n")
    source.with_suffix(".mo").unlink()
    with pytest.raises(SystemExit, match=r"yedeng\.po"):
        make_catalogues.main()
