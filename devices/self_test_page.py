"""The page that an A4 printer prints in its self-test: drawn, so that it needs no font of the printer."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Final

import segno
from PIL import Image, ImageDraw

from devices.document import Document
from devices.fonts import draw_text

DPI: Final = 150
A4_MM: Final = (210, 297)
_MARGIN_MM: Final = 10


@cache
def self_test_page() -> Document:
    """One page: its frame must stand 10 mm from every edge, and every line must be readable."""
    width, height = (_dots(side) for side in A4_MM)
    page = Image.new("1", (width, height), 1)
    draw = ImageDraw.Draw(page)
    margin = _dots(_MARGIN_MM)
    draw.rectangle((margin, margin, width - margin, height - margin), outline=0, width=3)
    draw.fontmode = "1"
    left = _dots(25)
    draw_text(draw, (left, _dots(45)), "夜灯 Yedeng", _dots(12), 0, "bold")
    draw_text(draw, (left, _dots(60)), "自检 Self-test · A4 210 × 297 mm", _dots(6), 0)
    draw_text(draw, (left, _dots(80)), "北京市东城区 0123456789 ￥", _dots(5), 0)
    draw_text(draw, (left, _dots(92)), "䶮 𠮷 㛃 𬴊", _dots(8), 0)
    code = segno.make_qr("yedeng:self-test", error="m")
    side = int(code.symbol_size(border=4)[0])
    cells = Image.new("1", (side, side), 1)
    cells.putdata([0 if cell else 255 for row in code.matrix_iter(border=4) for cell in row])
    page.paste(cells.resize((_dots(40), _dots(40)), Image.Resampling.NEAREST), (left, _dots(105)))
    out = BytesIO()
    page.save(out, "PDF", resolution=DPI)
    return Document(out.getvalue(), pages=1)


def _dots(mm: float) -> int:
    return round(mm / 25.4 * DPI)
