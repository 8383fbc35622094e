"""The typeface of the house, on screen and on paper, down to rare hanzi.

The set-up script cuts the Simplified Chinese face out of Noto Sans CJK (the collection's first face is
Japanese) and brings a second font for characters the first one lacks (GB 18030-2022 level 3). This is
the one place that knows where they lie.
"""

from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Literal

from PIL import ImageDraw, ImageFont

Weight = Literal["regular", "bold"]

_FONTS = Path(__file__).resolve().parent.parent / "assets" / "fonts"


class FontMissing(FileNotFoundError):
    """A font that the set-up script makes is not there."""

    def __init__(self, pattern: str) -> None:
        super().__init__(f"no font {pattern} in assets/fonts: run deploy/setup.sh")


def font_path(weight: Weight = "regular", *, rare: bool = False) -> Path:
    """Where the font file is.

    `rare` asks for the fallback font, which has one weight. Raises FontMissing when set-up has not run.
    """
    pattern = "YedengRare.*" if rare else f"YedengSans-{weight.capitalize()}.otf"
    for path in sorted(_FONTS.glob(pattern)):
        return path
    raise FontMissing(pattern)


@cache
def characters(path: Path) -> frozenset[int]:
    """The code points a font file can draw."""
    from fontTools.ttLib import TTFont  # the first page is written in everyday characters

    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())


def runs(text: str, weight: Weight = "regular") -> Iterator[tuple[Path, str]]:
    """Split `text` into runs that one font file can draw each, in order."""
    main = font_path(weight)
    known = characters(main)
    for in_main, group in groupby(text, key=lambda character: ord(character) in known):
        yield (main if in_main else font_path(rare=True)), "".join(group)


@cache
def _font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def text_width(text: str, size: int, weight: Weight = "regular") -> float:
    """Width of `text` in pixels (dots on paper) at an em of `size` pixels."""
    return sum(_font(path, size).getlength(run) for path, run in runs(text, weight))


def draw_text(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float],
    text: str,
    size: int,
    fill: int | tuple[int, int, int],
    weight: Weight = "regular",
) -> None:
    """Draw one line of text; `at` is the left end of its baseline, `size` the em in pixels."""
    x, y = at
    for path, run in runs(text, weight):
        font = _font(path, size)
        draw.text((x, y), run, fill=fill, font=font, anchor="ls")
        x += font.getlength(run)
