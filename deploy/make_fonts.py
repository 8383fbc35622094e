"""Makes the kiosk's fonts out of the ones Debian ships, into `assets/fonts`.

Debian's Noto Sans CJK files are collections whose first face is Japanese, and the text renderer of the
screens always takes the first face. So the Simplified Chinese face is cut out and saved as a font of its own.
It lacks most rare hanzi of GB 18030-2022 (CJK extensions B to F); Hanazono Mincho B has all of them.

Certificates are set in Song (Noto Serif), as papers of an authority are. Their faces hold the characters of
GB 2312 alone: a PDF has its font cut down anew each time, and that takes as long as the font is large. The
whole face serves names with other characters.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

FONTS = Path(__file__).resolve().parents[1] / "assets" / "fonts"
DEBIAN_FONTS = Path("/usr/share/fonts")
SANS = {
    "YedengSans-Regular.otf": ("opentype/noto/NotoSansCJK-Regular.ttc", "Noto Sans CJK SC"),
    "YedengSans-Bold.otf": ("opentype/noto/NotoSansCJK-Bold.ttc", "Noto Sans CJK SC Bold"),
}
PAPER = {
    "YedengPaper-Regular.otf": ("opentype/noto/NotoSerifCJK-Regular.ttc", "Noto Serif CJK SC"),
    "YedengPaper-Bold.otf": ("opentype/noto/NotoSerifCJK-Bold.ttc", "Noto Serif CJK SC Bold"),
}
SONG = {"YedengSong.otf": PAPER["YedengPaper-Regular.otf"]}
RARE = {"YedengRare.ttf": "truetype/hanazono/HanaMinB.ttf"}
FULL_NAME = 4
"""The name record that tells the faces of a collection apart (OpenType `name` table, name id 4)."""


def main() -> None:
    """Makes every font that is missing or older than its source."""
    FONTS.mkdir(parents=True, exist_ok=True)
    for name, (collection, face) in {**SANS, **SONG}.items():
        source, target = DEBIAN_FONTS / collection, FONTS / name
        if needs_making(source, target):
            print(f"Cutting {face} out of {source}", flush=True)
            cut_face(source, face, target)
    for name, (collection, face) in PAPER.items():
        source, target = DEBIAN_FONTS / collection, FONTS / name
        if needs_making(source, target):
            print(f"Cutting everyday characters out of {source}", flush=True)
            cut_everyday(source, face, target)
    for name, font in RARE.items():
        source, target = DEBIAN_FONTS / font, FONTS / name
        if needs_making(source, target):
            part = target.with_suffix(".part")
            shutil.copyfile(source, part)
            part.replace(target)


def needs_making(source: Path, target: Path) -> bool:
    """Whether the target is missing or older than its source. Exits in words when the source is missing."""
    if not source.exists():
        sys.exit(f"The font {source} is missing: install the packages in deploy/debian-packages.txt.")
    return not target.exists() or target.stat().st_mtime < source.stat().st_mtime


def cut_face(collection: Path, face: str, target: Path) -> None:
    """Saves the face with this full name as a font of its own, whole or not at all."""
    from fontTools.ttLib import TTCollection  # imported here: takes longer than finding nothing to do

    with TTCollection(collection, lazy=True) as faces:
        found = [font for font in faces.fonts if font["name"].getDebugName(FULL_NAME) == face]
        if not found:
            sys.exit(f"{collection} holds no face named {face}.")
        part = target.with_name(f"{target.name}.cut")
        found[0].save(part)
    part.replace(target)


def everyday() -> set[int]:
    """The code points of GB 2312 and ASCII, and what names and figures need besides."""
    rows, cells = range(0xA1, 0xF8), range(0xA1, 0xFF)
    hanzi = (bytes((row, cell)).decode("gb2312", "ignore") for row in rows for cell in cells)
    return {ord(one) for one in hanzi if one} | set(range(0x20, 0x7F)) | set(map(ord, "·—…¥￥"))


def cut_everyday(collection: Path, face: str, target: Path) -> None:
    """Saves the everyday characters of the face with this full name as a font of its own."""
    from fontTools import subset

    part = target.with_suffix(".part")
    cut_face(collection, face, part)
    options = subset.Options(
        layout_features=[], hinting=False, notdef_outline=True, desubroutinize=True, name_IDs=[1, 2, 4, 6]
    )
    options.drop_tables += ["FFTM", "vhea", "vmtx", "BASE", "VORG", "GSUB", "GPOS", "GDEF"]
    with subset.load_font(part, options) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=everyday())
        subsetter.subset(font)
        font.save(part)
    part.replace(target)


if __name__ == "__main__":
    main()
