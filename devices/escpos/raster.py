"""What a printer cannot write by itself, drawn: the lamp mark, rules, QR codes, lines with rare hanzi.

Every function returns a one-bit picture in dots (203 dpi), black on white.
"""

import math
from collections.abc import Iterator
from itertools import groupby

import segno
from PIL import Image, ImageChops, ImageDraw

from devices.escpos import commands
from devices.fonts import Weight, draw_text, text_width

LOGO_DOTS = 72
_WORTH_A_FEED = 8
_WHITE, _BLACK = 255, 0


def raster_command(picture: Image.Image) -> bytes:
    """The picture as printer commands, without white that only costs time: at its right, and whole rows."""
    ink = ImageChops.invert(picture.convert("L")).getbbox() or (0, 0, 1, 1)
    row_bytes = (ink[2] + 7) // 8
    page = Image.new("1", (row_bytes * 8, picture.height), 1)
    page.paste(picture, (0, 0))
    inverted = bytes(byte ^ 0xFF for byte in page.tobytes())
    rows = [inverted[start : start + row_bytes] for start in range(0, len(inverted), row_bytes)]
    white = bytes(row_bytes)
    return b"".join(
        _feed(len(run)) if bare else commands.raster(row_bytes, b"".join(run))
        for bare, run in _runs(rows, white)
    )


def _runs(rows: list[bytes], white: bytes) -> Iterator[tuple[bool, list[bytes]]]:
    """The rows in turns: many bare ones (True), and a picture, in which few bare ones stay."""
    run: list[bytes] = []
    for bare, same in groupby(rows, key=white.__eq__):
        stretch = list(same)
        if bare and len(stretch) >= _WORTH_A_FEED:
            if run:
                yield False, run
            yield True, stretch
            run = []
        else:
            run += stretch
    if run:
        yield False, run


def _feed(rows: int) -> bytes:
    return commands.feed_dots(255) * (rows // 255) + commands.feed_dots(rows % 255)


def logo(width: int) -> Image.Image:
    """The lamp mark, a dot with its glow fading in ever smaller dots, and the name beside it."""
    picture = Image.new("L", (width, LOGO_DOTS), _WHITE)
    # Drawn at four times the size: one-bit circles are ragged otherwise.
    lamp = Image.new("L", (LOGO_DOTS * 4, LOGO_DOTS * 4), _WHITE)
    draw = ImageDraw.Draw(lamp)
    middle = LOGO_DOTS * 2
    for distance, count, radius in ((0, 1, 13), (20, 12, 2.6), (27, 18, 1.9), (33.5, 24, 1.3)):
        for dot in range(count):
            angle = math.tau * dot / count
            centre = (middle + 4 * distance * math.sin(angle), middle - 4 * distance * math.cos(angle))
            draw.circle(centre, radius * 4, fill=_BLACK)
    picture.paste(lamp.resize((LOGO_DOTS, LOGO_DOTS), Image.Resampling.LANCZOS), (0, 0))
    canvas = ImageDraw.Draw(picture)
    draw_text(canvas, (LOGO_DOTS + 14, 51), "夜灯", 44, _BLACK, "bold")
    draw_text(canvas, (LOGO_DOTS + 120, 50), "Yedeng", 28, _BLACK)
    return _one_bit(picture)


def rule(width: int) -> Image.Image:
    """A line of two dots with air above and below it."""
    picture = Image.new("1", (width, 26), 1)
    ImageDraw.Draw(picture).rectangle((0, 12, width - 1, 13), fill=0)
    return picture


def module_dots(data: str, wanted: int, width: int) -> int:
    """The side of a module, dots, at which the code fits on the paper. Raises ValueError like `qr_code`."""
    code = segno.make_qr(data, error="m", boost_error=False)
    return fitting(int(code.symbol_size(border=4)[0]), wanted, width)


def fitting(modules: int, wanted: int, width: int) -> int:
    """The side of a module, dots: as wanted, or as large as the paper allows, but no smaller than 4."""
    dots = min(wanted, width // modules)
    if dots < 4:
        raise ValueError(f"a QR code of {modules} modules needs {modules * 4} dots, the paper has {width}")
    return dots


def qr_code(data: str, wanted: int, width: int) -> Image.Image:
    """A QR code, level M, with a quiet zone of four modules, in the middle of the paper.

    A module gets smaller, down to 4 dots, where the paper is too narrow. Raises ValueError when the data
    does not fit on the paper even so.
    """
    code = segno.make_qr(data, error="m", boost_error=False)
    modules = int(code.symbol_size(border=4)[0])
    dots = fitting(modules, wanted, width)
    cells = Image.new("1", (modules, modules), 1)
    cells.putdata([0 if cell else 255 for row in code.matrix_iter(border=4) for cell in row])
    side = modules * dots
    picture = Image.new("1", (width, side), 1)
    picture.paste(cells.resize((side, side), Image.Resampling.NEAREST), ((width - side) // 2, 0))
    return picture


def text_line(
    left: str,
    right: str,
    width: int,
    size: int,
    spacing: int,
    *,
    emphasis: bool,
    position: int = 0,
    tab: int | None = None,
) -> Image.Image:
    """One line drawn with the house's own font, as high as a printed line of the same size.

    `left` stands where `position` says (0 left, 1 centre, 2 right), `right` at the right edge or from `tab`
    dots on. The em is `size` dots and shrinks where the letters need more room than the paper has.
    """
    weight: Weight = "bold" if emphasis else "regular"
    while size > 12 and text_width(left, size, weight) + text_width(right, size, weight) > width:
        size -= 1
    picture = Image.new("L", (width, spacing), _WHITE)
    draw = ImageDraw.Draw(picture)
    baseline = round(spacing / 2 + size * 0.38)
    free = width - text_width(left, size, weight)
    draw_text(draw, ((0, free // 2, free)[position], baseline), left, size, _BLACK, weight)
    start = width - text_width(right, size, weight) if tab is None else tab
    draw_text(draw, (start, baseline), right, size, _BLACK, weight)
    return _one_bit(picture)


def _one_bit(picture: Image.Image) -> Image.Image:
    """Black where the ink is, without the grain of dithering."""
    return picture.point(lambda level: 255 if level > 140 else 0).convert("1")
