"""Printed pages as marks in millimetres from the top left: the same marks become a PDF and a picture.

The PDF is what is taken home and printed; the picture is what the kiosk shows, which has no PDF renderer.
One drawing for both keeps them alike. fpdf2 writes the PDF: it embeds subsets of OpenType fonts with CFF
outlines, which reportlab does not.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final, Literal

from fontTools import subset
from fontTools.ttLib import TTFont
from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFont

Face = Literal["regular", "bold", "hand"]
Ink = tuple[int, int, int]

FONTS: Final = Path(__file__).resolve().parents[1] / "assets" / "fonts"
#: Kai, the brush-like face of school books, stands for handwriting.
FACES: Final[dict[Face, tuple[Path, int]]] = {
    "regular": (FONTS / "YedengSans-Regular.otf", -1),
    "bold": (FONTS / "YedengSans-Bold.otf", -1),
    "hand": (Path("/usr/share/fonts/truetype/arphic/ukai.ttc"), 0),
}
A4: Final = (210.0, 297.0)
#: Pixels across the picture of a page, as wide as a page on the narrower panel.
PICTURE_WIDTH: Final = 992
_COLOURS: Final = 24
#: What a picture leaves out of the white margin, in mm.
_TRIM: Final = 9.0
_POINT: Final = 25.4 / 72
#: When every page was made: builds of the same source are the same bytes.
_MADE: Final = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Words:
    """One line of text; ``y`` is its baseline, ``size`` in points, ``align`` says what ``x`` is."""

    x: float
    y: float
    words: str
    size: float
    face: Face = "regular"
    ink: Ink = (0, 0, 0)
    align: Literal["left", "middle", "right"] = "left"


@dataclass(frozen=True)
class Line:
    """A line; ``dash`` is the length of its dashes, 0 for a whole one."""

    x1: float
    y1: float
    x2: float
    y2: float
    thick: float
    ink: Ink
    dash: float = 0.0


@dataclass(frozen=True)
class Box:
    """A rectangle, filled or drawn around."""

    x: float
    y: float
    width: float
    height: float
    ink: Ink
    thick: float = 0.0


Mark = Words | Line | Box


def width_of(words: str, size: float, face: Face = "regular") -> float:
    """Width of one line in mm."""
    return _font(face, 100).getlength(words) / 100 * size * _POINT


def wrapped(words: str, size: float, width: float, face: Face = "regular") -> list[str]:
    """The lines of a text: between hanzi, and between Latin words; no line begins with a closing mark."""
    lines, line = [], ""
    for piece in _pieces(words):
        if (
            line
            and width_of(line + piece.rstrip(), size, face) > width
            and piece[0] not in "，。、；：！？”）》"
        ):
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(words: str) -> list[str]:
    pieces: list[str] = []
    for character in words:
        latin = character.isascii() and not character.isspace()
        if (latin and pieces and pieces[-1][-1].isascii() and not pieces[-1][-1].isspace()) or (
            character == " " and pieces
        ):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def subset_fonts(texts: Iterable[str], folder: Path) -> dict[Face, Path]:
    """The faces with only the characters of these texts, for many pages: opening the whole is slow."""
    characters = {character for text in texts for character in text} | {chr(n) for n in range(32, 127)}
    made = {}
    for face, (source, number) in FACES.items():
        options = subset.Options(
            layout_features=[],
            hinting=False,
            notdef_outline=True,
            desubroutinize=True,
            drop_tables=["FFTM", "vhea", "vmtx", "BASE", "VORG"],
        )
        with TTFont(source, fontNumber=number, lazy=True) as font:
            subsetter = subset.Subsetter(options)
            subsetter.populate(unicodes=map(ord, characters))
            subsetter.subset(font)
            made[face] = folder / f"{face}{'.ttf' if 'glyf' in font else '.otf'}"
            font.save(made[face])
    return made


def as_pdf(marks: Sequence[Mark], fonts: Mapping[Face, Path], title: str) -> bytes:
    """One A4 page as PDF, with the used characters of its fonts inside."""
    pdf = FPDF(format="A4")
    pdf.set_creation_date(_MADE)
    pdf.set_title(title)
    pdf.set_lang("zh-CN")
    pdf.set_auto_page_break(auto=False)
    for face in sorted({mark.face for mark in marks if isinstance(mark, Words)}):
        pdf.add_font(face, "", fonts[face])
    pdf.add_page()
    for mark in marks:
        match mark:
            case Words():
                pdf.set_font(mark.face, size=mark.size)
                pdf.set_text_color(*mark.ink)
                pdf.text(_left(mark), mark.y, mark.words)
            case Line():
                pdf.set_draw_color(*mark.ink)
                pdf.set_line_width(mark.thick)
                pdf.set_dash_pattern(mark.dash, mark.dash)
                pdf.line(mark.x1, mark.y1, mark.x2, mark.y2)
            case Box():
                pdf.set_draw_color(*mark.ink)
                pdf.set_fill_color(*mark.ink)
                pdf.set_dash_pattern(0, 0)
                pdf.set_line_width(mark.thick)
                pdf.rect(mark.x, mark.y, mark.width, mark.height, style="D" if mark.thick else "F")
    return bytes(pdf.output())


def as_picture(marks: Sequence[Mark]) -> bytes:
    """The same page as PNG, in few colours, with a narrower margin."""
    scale = PICTURE_WIDTH / (A4[0] - 2 * _TRIM)
    marks = [_moved(mark, -_TRIM) for mark in marks]
    picture = Image.new("RGB", (PICTURE_WIDTH, round((A4[1] - 2 * _TRIM) * scale)), (255, 255, 255))
    draw = ImageDraw.Draw(picture)
    for mark in marks:
        match mark:
            case Words():
                font = _font(mark.face, round(mark.size * _POINT * scale))
                draw.text((_left(mark) * scale, mark.y * scale), mark.words, mark.ink, font, anchor="ls")
            case Line():
                for x1, y1, x2, y2 in _dashes(mark):
                    draw.line(
                        (x1 * scale, y1 * scale, x2 * scale, y2 * scale),
                        mark.ink,
                        max(1, round(mark.thick * scale)),
                    )
            case Box():
                corners = (
                    round(mark.x * scale),
                    round(mark.y * scale),
                    round((mark.x + mark.width) * scale) - 1,
                    round((mark.y + mark.height) * scale) - 1,
                )
                if mark.thick:
                    draw.rectangle(corners, outline=mark.ink, width=max(1, round(mark.thick * scale)))
                else:
                    draw.rectangle(corners, fill=mark.ink)
    out = io.BytesIO()
    picture.quantize(_COLOURS, dither=Image.Dither.NONE).save(out, format="PNG", optimize=True)
    return out.getvalue()


def _moved(mark: Mark, by: float) -> Mark:
    """The mark, as many mm to the right and down."""
    if isinstance(mark, Line):
        return replace(mark, x1=mark.x1 + by, y1=mark.y1 + by, x2=mark.x2 + by, y2=mark.y2 + by)
    return replace(mark, x=mark.x + by, y=mark.y + by)


def _left(mark: Words) -> float:
    wide = width_of(mark.words, mark.size, mark.face) if mark.align != "left" else 0.0
    return mark.x - {"left": 0.0, "middle": wide / 2, "right": wide}[mark.align]


def _dashes(line: Line) -> list[tuple[float, float, float, float]]:
    if not line.dash:
        return [(line.x1, line.y1, line.x2, line.y2)]
    count = int((line.x2 - line.x1) / (2 * line.dash)) + 1
    starts = [line.x1 + 2 * line.dash * n for n in range(count)]
    return [(x, line.y1, min(x + line.dash, line.x2), line.y2) for x in starts]


@cache
def _font(face: Face, size: int) -> ImageFont.FreeTypeFont:
    source, number = FACES[face]
    return ImageFont.truetype(source, size, index=max(0, number))
