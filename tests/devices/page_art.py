"""What may lie under a document camera, and on what: drawn pages and desk tops, all invented."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from devices.fonts import draw_text
from devices.simulators.documents import DOCUMENTS

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

_WORDS = "申请人应当如实填写本表各项内容并对所提供材料的真实性负责经办机构依法受理审核后按规定时限办结"
DESK = (1200, 2150)
"""Rows and columns of a desk top, more than any camera sees."""


def _sheet(width: int, height: int, paper: Colour) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    sheet = Image.new("RGB", (width, height), paper)
    return sheet, ImageDraw.Draw(sheet)


def _lines(
    draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], size: int, ink: Colour, seed: int
) -> None:
    """Text in a box, lines of differing length."""
    left, top, right, bottom = box
    fits = (right - left) // size
    for number, y in enumerate(range(top + size, bottom, round(size * 1.7))):
        start = (7 * number + seed) % len(_WORDS)
        length = fits if (number + seed) % 4 else max(2, fits * 2 // 3)
        draw_text(draw, (left, y), (_WORDS * 4)[start : start + length], size, ink)


def _letter() -> Image.Image:
    sheet, draw = _sheet(1000, 1414, (250, 249, 246))
    draw_text(draw, (280, 150), "关于办理事项的情况说明", 40, (30, 30, 34), "bold")
    _lines(draw, (110, 230, 890, 1150), 26, (46, 46, 50), 1)
    return sheet


def _table() -> Image.Image:
    """A form whose thick frame looks like the edge of a page."""
    sheet, draw = _sheet(1000, 1414, (248, 248, 248))
    draw.rectangle((70, 160, 930, 1330), outline=(20, 20, 20), width=7)
    for y in range(260, 1330, 106):
        draw.line((70, y, 930, y), fill=(30, 30, 30), width=3)
        draw_text(draw, (92, y - 36), "项目名称", 28, (30, 30, 30))
        draw_text(draw, (380, y - 36), "按材料填写的内容", 28, (60, 60, 90))
    draw.line((350, 160, 350, 1330), fill=(30, 30, 30), width=3)
    return sheet


def _almost_empty() -> Image.Image:
    sheet, draw = _sheet(1414, 1000, (252, 252, 250))
    draw_text(draw, (180, 300), "证明：以上情况属实。", 34, (40, 40, 44))
    return sheet


def _coloured() -> Image.Image:
    """The pink copy of a voucher."""
    sheet, draw = _sheet(1200, 800, (238, 196, 204))
    draw_text(draw, (420, 90), "收费票据（第三联）", 40, (150, 40, 60), "bold")
    draw.rectangle((60, 140, 1140, 700), outline=(150, 60, 70), width=4)
    _lines(draw, (90, 170, 1110, 680), 28, (90, 50, 70), 3)
    return sheet


def _photo_page() -> Image.Image:
    """A page with a large dark picture that reaches its edge."""
    sheet, draw = _sheet(1000, 1414, (249, 248, 244))
    draw.rectangle((0, 0, 1000, 420), fill=(52, 70, 96))
    draw.polygon(((0, 420), (360, 150), (620, 420)), fill=(36, 84, 60))
    draw.ellipse((700, 70, 820, 190), fill=(236, 190, 90))
    _lines(draw, (100, 500, 900, 1250), 28, (40, 40, 44), 5)
    return sheet


def _card() -> Image.Image:
    """A card of the size of an ID card (ISO/IEC 7810 ID-1, 85.60 x 53.98 mm) with round corners."""
    sheet, draw = _sheet(1070, 675, (214, 226, 236))
    for x in range(0, 1070, 18):
        draw.line((x, 0, x + 200, 675), fill=(204, 220, 226), width=4)
    draw.rectangle((720, 110, 990, 470), fill=(150, 164, 180))
    draw.ellipse((800, 170, 910, 300), fill=(206, 176, 152))
    draw.rectangle((770, 320, 940, 470), fill=(70, 78, 96))
    for number, line in enumerate(
        ("姓名  样例", "性别  女   民族  汉", "出生  1950 年 1 月 1 日", "住址  样例路 1 号")
    ):
        draw_text(draw, (70, 140 + 90 * number), line, 38, (40, 50, 60))
    draw_text(draw, (70, 600), "公民身份号码  （样例）", 40, (30, 36, 44))
    return sheet


def _booklet() -> Image.Image:
    """A dark red cover with gold letters."""
    sheet, draw = _sheet(1250, 880, (122, 24, 30))
    draw.rectangle((40, 40, 1210, 840), outline=(196, 160, 84), width=4)
    draw_text(draw, (330, 400), "样例证书", 150, (212, 176, 96), "bold")
    draw_text(draw, (440, 640), "夜灯市样例局监制", 44, (212, 176, 96))
    return sheet


def _till_slip() -> Image.Image:
    sheet, draw = _sheet(640, 1500, (246, 245, 240))
    _lines(draw, (40, 60, 600, 1400), 30, (60, 60, 66), 9)
    return sheet


ARTS: dict[str, Callable[[], Image.Image]] = {
    "letter": _letter,
    "table": _table,
    "almost-empty": _almost_empty,
    "coloured": _coloured,
    "photo": _photo_page,
    "card": _card,
    "booklet": _booklet,
    "till-slip": _till_slip,
    **DOCUMENTS,
}


@cache
def art(name: str) -> Picture:
    """One page by name."""
    return np.asarray(ARTS[name]().convert("RGB"))


def _tinted(colour: Colour, tone: NDArray[np.float32]) -> Picture:
    return np.asarray(np.clip(np.array(colour, np.float32) * tone[..., None], 0, 255), np.uint8)


def _grain(chance: np.random.Generator, along: float, across: float) -> NDArray[np.float32]:
    """Noise stretched along x, mean 0 and deviation 1."""
    noise = cv2.GaussianBlur(chance.normal(0, 1, DESK).astype(np.float32), (0, 0), along, sigmaY=across)
    return np.asarray(noise / noise.std(), np.float32)


def _desk(name: str) -> Picture:  # noqa: C901, PLR0911 - a table, one desk a line
    chance = np.random.default_rng(abs(hash_of(name)))
    rows, columns = DESK
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    match name:
        case "wood":
            return _tinted((134, 96, 62), 1 + 0.08 * _grain(chance, 40, 1.2) + 0.03 * _grain(chance, 9, 0.8))
        case "pale-wood":
            return _tinted((196, 164, 122), 1 + 0.05 * _grain(chance, 50, 1.6))
        case "dark-wood":
            return _tinted((62, 42, 32), 1 + 0.12 * _grain(chance, 40, 1.4))
        case "cloth":
            weave = np.sin(x * 1.1) * 0.5 + np.sin(y * 1.1) * 0.5
            return _tinted((84, 104, 92), 1 + 0.12 * weave + 0.05 * _grain(chance, 2, 2))
        case "stripes":
            return _tinted((150, 132, 120), 1 + 0.22 * np.sign(np.sin((x + 0.3 * y) / 26)))
        case "checks":
            return _tinted((140, 96, 96), 1 + 0.14 * np.sign(np.sin(x / 42)) + 0.14 * np.sign(np.sin(y / 42)))
        case "stone":
            return _tinted((128, 128, 130), 1 + 0.14 * _grain(chance, 3, 3) + 0.08 * _grain(chance, 14, 14))
        case "black-mat":
            return _tinted((26, 27, 30), 1 + 0.10 * _grain(chance, 2, 2))
        case "grey":
            return _tinted((118, 120, 122), 1 + 0.015 * _grain(chance, 3, 3))
        case "green-mat":
            lines = ((x % 90 < 2) | (y % 90 < 2)).astype(np.float32)
            return _tinted((40, 92, 76), 1 + 0.35 * lines + 0.03 * _grain(chance, 2, 2))
        case "metal":
            return _tinted((158, 162, 166), 1 + 0.05 * _grain(chance, 60, 0.7))
        case "bright":
            return _tinted((206, 205, 200), 1 + 0.015 * _grain(chance, 20, 20))
    raise KeyError(name)


DESKS = (
    "wood",
    "pale-wood",
    "dark-wood",
    "cloth",
    "stripes",
    "checks",
    "stone",
    "black-mat",
    "grey",
    "green-mat",
    "metal",
    "bright",
)


def hash_of(name: str) -> int:
    """A number that stays the same from run to run."""
    return int.from_bytes(name.encode()[:6].ljust(6, b"."))


@cache
def desk_top(name: str) -> Picture:
    """One desk top by name."""
    return _desk(name)
