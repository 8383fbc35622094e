"""A roll of thermal paper: what is printed on it, drawn as a picture.

The head is 203 dpi. Letters are drawn with the house's own font in the cells of a printer's font: 12 dots for
ASCII, 24 for Chinese, times the scale, smooth where a real head would show its dots.
"""

from __future__ import annotations

from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw

from devices.fonts import Weight, draw_text, text_width

PAPER = (252, 249, 240)
INK = (40, 36, 42)
MARGIN = 40
"""Dots of bare paper at each side of the head."""

_WHITE = 255


class Roll:
    """The strip that hangs out of the printer, from the last cut to the head.

    Args:
        width: dots of the head.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self._strips: list[Image.Image] = []

    @property
    def bare(self) -> bool:
        """Nothing has been printed since the last cut."""
        return not any(ImageChops.invert(strip).getbbox() for strip in self._strips)

    def line(self, cells: list[Cell], align: int, height: int) -> None:
        """Print one line of characters; `height` is how far the paper moves."""
        tallest = max((cell.height for cell in cells), default=0)
        strip = self._blank(max(height, tallest))
        width = sum(cell.width for cell in cells)
        x = (0, (self.width - width) // 2, self.width - width)[align]
        top = (strip.height - tallest) // 2
        for cell in cells:
            strip.paste(cell.picture(), (x, top + tallest - cell.height))
            x += cell.width
        self._strips.append(strip)

    def raster(self, row_bytes: int, data: bytes, align: int) -> None:
        """Print a picture, 1 is black."""
        rows = len(data) // row_bytes
        picture = Image.frombytes("1", (row_bytes * 8, rows), bytes(byte ^ 0xFF for byte in data)).convert(
            "L"
        )
        free = max(0, self.width - picture.width)
        strip = self._blank(rows)
        strip.paste(picture, ((0, free // 2, free)[align], 0))
        self._strips.append(strip)

    def feed(self, dots: int) -> None:
        """Move the paper."""
        if dots:
            self._strips.append(self._blank(dots))

    def picture(self) -> Image.Image:
        """The strip as one sees it: black on warm white, with the bare paper around it."""
        height = sum(strip.height for strip in self._strips)
        ink = Image.new("L", (self.width + 2 * MARGIN, height + 2 * MARGIN), _WHITE)
        y = MARGIN
        for strip in self._strips:
            ink.paste(strip, (MARGIN, y))
            y += strip.height
        return Image.composite(Image.new("RGB", ink.size, PAPER), Image.new("RGB", ink.size, INK), ink)

    def cut(self) -> Image.Image:
        """Cut: the picture of the strip; the next one is bare."""
        picture = self.picture()
        self._strips = []
        return picture

    def _blank(self, height: int) -> Image.Image:
        return Image.new("L", (self.width, height), _WHITE)


class Cell:
    """One character of the printer's font in its box."""

    def __init__(self, character: str, scale_x: int, scale_y: int, *, bold: bool) -> None:
        self.width = (12 if character.isascii() else 24) * scale_x
        self.height = 24 * scale_y
        self._look = (character, scale_x, scale_y, bold)

    def picture(self) -> Image.Image:
        """The box with the character in it."""
        return _glyph(*self._look)


@lru_cache(maxsize=2048)
def _glyph(character: str, scale_x: int, scale_y: int, bold: bool) -> Image.Image:
    narrow = character.isascii()
    box = (12 if narrow else 24) * scale_x
    em, baseline = (20 * scale_y, 19 * scale_y) if narrow else (24 * scale_y, 21 * scale_y)
    weight: Weight = "bold" if bold else "regular"
    natural = max(1, round(text_width(character, em, weight)))
    picture = Image.new("L", (natural, 24 * scale_y), _WHITE)
    draw_text(ImageDraw.Draw(picture), (0, baseline), character, em, 0, weight)
    squeezed = picture.resize((box, picture.height)) if natural > box or not narrow else picture
    cell = Image.new("L", (box, 24 * scale_y), _WHITE)
    cell.paste(squeezed, ((box - squeezed.width) // 2, 0))
    return cell
