"""A page of A4 in millimetres, set in Song with every hanzi of GB 18030-2022. fpdf2 writes the PDF."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Final, Literal

import segno
from fontTools.ttLib import TTFont
from fpdf import FPDF

Ink = tuple[int, int, int]
Weight = Literal["regular", "bold"]
Align = Literal["left", "middle", "right"]

INK: Final[Ink] = (23, 29, 46)
SOFT: Final[Ink] = (92, 98, 116)
HAIR: Final[Ink] = (203, 196, 178)
WIDTH, HEIGHT = 210.0, 297.0
POINT: Final = 25.4 / 72

FONTS: Final = Path(__file__).resolve().parents[2] / "assets" / "fonts"
_FACES: Final = {
    "regular": "YedengPaper-Regular.otf",
    "bold": "YedengPaper-Bold.otf",
    "song": "YedengSong.otf",
    "rare": "YedengRare.ttf",
}
_MAY_NOT_BEGIN: Final = "，。、；：！？”’）》】…—·,.;:!?)"
_PDF_A: Final = "PDF/A-2B"

# Its warnings quote the characters that no font has, which may be a resident's.
logging.getLogger("fpdf").setLevel(logging.CRITICAL)
logging.getLogger("fontTools").setLevel(logging.CRITICAL)


class FontsMissing(Exception):
    """The fonts of certificates are not made; the message says what makes them."""


class Paper:
    """One document, drawn from top to bottom; ``y`` of words is their baseline.

    Raises ``FontsMissing`` when set-up has not made the fonts.
    """

    def __init__(self, title: str, made: datetime, size: tuple[float, float] = (WIDTH, HEIGHT)) -> None:
        self._pdf = FPDF(unit="mm", format=size, enforce_compliance=_PDF_A)
        self._pdf.set_auto_page_break(auto=False)
        self._pdf.set_margin(0)
        self._pdf.set_title(title)
        self._pdf.set_lang("zh-CN")
        self._pdf.set_producer("Yedeng")
        self._pdf.set_creation_date(made)
        self._faces: set[str] = set()
        self._pdf.add_page()

    def next_page(self) -> None:
        """Go on on a new page."""
        self._pdf.add_page()

    @property
    def pages(self) -> int:
        """Pages so far."""
        return len(self._pdf.pages)

    def pdf(self) -> bytes:
        """The document."""
        return bytes(self._pdf.output())

    def width_of(self, text: str, size: float, weight: Weight = "regular", spacing: float = 0.0) -> float:
        """Width of one line in mm; ``spacing`` mm follow every character."""
        return sum(self._run_width(face, run, size) for face, run in _runs(text, weight)) + spacing * len(
            text
        )

    def words(
        self,
        at: tuple[float, float],
        text: str,
        size: float,
        weight: Weight = "regular",
        ink: Ink = INK,
        align: Align = "left",
        spacing: float = 0.0,
    ) -> None:
        """One line; ``size`` in points, ``at`` is its left end, middle or right end."""
        x, y = at
        whole = self.width_of(text, size, weight, spacing) - spacing
        x -= {"left": 0.0, "middle": whole / 2, "right": whole}[align]
        self._pdf.set_text_color(*ink)
        for face, run in _runs(text, weight):
            self._use(face, size)
            self._pdf.set_char_spacing(spacing / POINT)
            self._pdf.text(x, y, run)
            self._pdf.set_char_spacing(0)
            x += self._run_width(face, run, size) + spacing * len(run)

    def turned(self, centre: tuple[float, float], angle: float, at: tuple[float, float], text: str,
               size: float, weight: Weight, ink: Ink) -> None:  # fmt: skip
        """One line with its middle ``at``, turned about ``centre`` by ``angle`` degrees, anticlockwise."""
        with self._pdf.rotation(angle, *centre):
            self.words(at, text, size, weight, ink, "middle")

    def lines_of(self, text: str, size: float, width: float, first: float = 0.0) -> list[str]:
        """``text`` broken to ``width`` mm, the first line shorter by ``first``; none begins with 。or ，."""
        lines = list[str]()
        for paragraph in text.splitlines() or [""]:
            line, so_far = "", 0.0
            for piece in self._fitting(paragraph, size, width - first):
                room = width - (0.0 if lines else first)
                long = self.width_of(piece, size)
                if line and piece[0] not in _MAY_NOT_BEGIN and so_far + long > room:
                    lines.append(line.rstrip())
                    line, so_far = "", 0.0
                if line or not piece.isspace():
                    line, so_far = line + piece, so_far + long
            lines.append(line.rstrip())
        return lines

    def _fitting(self, paragraph: str, size: float, width: float) -> Iterator[str]:
        """What may stand alone on a line; a word longer than a line is broken anywhere."""
        for piece in _pieces(paragraph):
            if len(piece) > 1 and self.width_of(piece, size) > width:
                yield from piece
            else:
                yield piece

    def rule(self, x1: float, x2: float, y: float, thick: float = 0.15, ink: Ink = HAIR) -> None:
        """A line across."""
        self._pdf.set_draw_color(*ink)
        self._pdf.set_line_width(thick)
        self._pdf.line(x1, y, x2, y)

    def frame(self, inset: float, thick: float, ink: Ink = HAIR) -> None:
        """A frame that far from the edges."""
        self._pdf.set_draw_color(*ink)
        self._pdf.set_line_width(thick)
        self._pdf.rect(inset, inset, self._pdf.w - 2 * inset, self._pdf.h - 2 * inset)

    def ring(self, centre: tuple[float, float], radius: float, thick: float, ink: Ink) -> None:
        """A circle."""
        self._pdf.set_draw_color(*ink)
        self._pdf.set_line_width(thick)
        self._pdf.circle(*centre, radius)

    def shape(self, points: Iterable[tuple[float, float]], ink: Ink) -> None:
        """A filled polygon."""
        self._pdf.set_fill_color(*ink)
        self._pdf.polygon(list(points), style="F")

    def code(self, x: float, y: float, side: float, content: str) -> None:
        """A QR code without its quiet margin, error correction M."""
        rows = [bytes(row) for row in segno.make_qr(content, error="m").matrix]
        cell = side / len(rows)
        self._pdf.set_fill_color(*INK)
        for number, row in enumerate(rows):
            at = 0
            for dark, group in groupby(row):
                length = len(list(group))
                if dark:
                    self._pdf.rect(x + at * cell, y + number * cell, length * cell, cell, style="F")
                at += length

    def _use(self, face: str, size: float) -> None:
        if face not in self._faces:
            self._pdf.add_font(face, "", FONTS / _FACES[face])
            # Bounds of a font cut down need not be its own; finding them takes longer than all the rest.
            self._pdf.fonts[face].ttfont.recalcBBoxes = False  # type: ignore[union-attr]
            self._faces.add(face)
        self._pdf.set_font(face, size=size)

    def _run_width(self, face: str, run: str, size: float) -> float:
        self._use(face, size)
        return self._pdf.get_string_width(run)


@cache
def _characters(face: str) -> frozenset[int]:
    file = FONTS / _FACES[face]
    try:
        with TTFont(file, lazy=True) as font:
            return frozenset(font.getBestCmap())
    except OSError:
        raise FontsMissing(f"{file.name} is not in assets/fonts: run deploy/setup.sh") from None


def _face(character: str, weight: Weight) -> str:
    for face in (weight, "song"):
        if ord(character) in _characters(face):
            return face
    return "rare"


def _runs(text: str, weight: Weight) -> Iterator[tuple[str, str]]:
    for face, group in groupby(text, key=lambda character: _face(character, weight)):
        yield face, "".join(group)


def _pieces(paragraph: str) -> Iterator[str]:
    """What may stand alone on a line: a hanzi, or a Latin word with the blank behind it."""
    word = ""
    for character in paragraph:
        if character.isascii() and not character.isspace():
            word += character
            continue
        if character == " ":
            yield word + character
        else:
            yield from filter(None, (word, character))
        word = ""
    if word:
        yield word
