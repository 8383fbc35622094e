"""Demonstration documents: pages that look like what residents bring, and say that they are samples.

All persons on them are fictional. Pictures are RGB, A-series paper at about 150 dpi.
"""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image, ImageDraw

from devices.fonts import Weight, draw_text, text_width
from devices.simulators.cards import RESIDENTS

_INK = (42, 40, 46)
_FRAME = (96, 84, 70)
_STAMP = (196, 52, 44)


def household_register() -> Image.Image:
    """The page of one person in a household register (居民户口簿 常住人口登记卡), for 李桂兰, as a sample."""
    card = RESIDENTS["li-guilan"].id_card
    page = Image.new("RGB", (1240, 874), (247, 244, 233))
    draw = ImageDraw.Draw(page)
    _sample_marks(page)
    _centred(draw, 620, 108, "居民户口簿 · 常住人口登记卡", 46, "bold")
    _centred(draw, 620, 152, "样例 SAMPLE · 人物虚构 FICTIONAL PERSON", 22)
    born = f"{card.birth_date.year} 年 {card.birth_date.month} 月 {card.birth_date.day} 日"
    rows: list[list[tuple[str, str, int]]] = [
        [("姓名", card.name, 400), ("户主或与户主关系", "户主", 640)],
        [("性别", "女", 400), ("民族", f"{card.ethnicity}族", 640)],
        [("出生日期", born, 400), ("籍贯", "北京市", 640)],
        [("住址", card.address or "", 1040)],
        [("公民身份号码", card.number, 1040)],
        [("文化程度", "初中", 400), ("婚姻状况", "丧偶", 640)],
        [("何时由何地迁来本址", "1978 年 6 月 由本市萤火街 12 号迁来", 1040)],
    ]
    top, height = 190, 78
    for row in rows:
        left = 100
        for label, value, width in row:
            draw.rectangle((left, top, left + width, top + height), outline=_FRAME, width=2)
            draw_text(draw, (left + 16, top + 48), label, 22, _FRAME)
            draw_text(draw, (left + 32 + text_width(label, 22), top + 50), value, 31, _INK)
            left += width
        top += height
    draw_text(draw, (100, 800), "承办人签章：样例", 24, _INK)
    draw_text(draw, (820, 800), "登记日期：2010 年 5 月 12 日", 24, _INK)
    _stamp(page, (650, 770), "样例专用")
    return page


def receipt_of_payment() -> Image.Image:
    """A plain letter-sized page: last year's receipt of the insurance premium, as a sample."""
    page = Image.new("RGB", (1240, 1754), (252, 251, 247))
    draw = ImageDraw.Draw(page)
    _sample_marks(page)
    _centred(draw, 620, 220, "城乡居民基本医疗保险缴费凭证", 52, "bold")
    _centred(draw, 620, 276, "样例 SAMPLE · 人物虚构 FICTIONAL PERSON", 24)
    card = RESIDENTS["li-guilan"].id_card
    lines = [
        ("缴费人", card.name),
        ("公民身份号码", card.number),
        ("参保年度", "2025 年度"),
        ("缴费金额", "人民币 400.00 元（肆佰元整）"),
        ("缴费日期", "2024 年 11 月 6 日"),
        ("经办机构", "夜灯市医疗保险服务中心（样例）"),
    ]
    for number, (label, value) in enumerate(lines):
        y = 440 + 110 * number
        draw_text(draw, (160, y), label, 34, _FRAME)
        draw_text(draw, (480, y), value, 38, _INK)
        draw.line((160, y + 34, 1080, y + 34), fill=(210, 204, 192), width=2)
    for number, text in enumerate(
        ("本凭证由系统生成，仅用于演示。", "This voucher is made for demonstration only.")
    ):
        draw_text(draw, (160, 1200 + 56 * number), text, 30, _FRAME)
    _stamp(page, (900, 1320), "样例专用")
    return page


DOCUMENTS: dict[str, Callable[[], Image.Image]] = {
    "household-register": household_register,
    "payment-receipt": receipt_of_payment,
}
"""Everything that can be put under the camera by name."""


def _centred(
    draw: ImageDraw.ImageDraw, x: int, y: int, text: str, size: int, weight: Weight = "regular"
) -> None:
    draw_text(draw, (x - text_width(text, size, weight) / 2, y), text, size, _INK, weight)


def _sample_marks(page: Image.Image) -> None:
    """The word "sample" across the whole page, so faint that everything stays readable."""
    mark = Image.new("L", (page.width * 2, page.height * 2), 0)
    draw = ImageDraw.Draw(mark)
    for row in range(0, mark.height, 210):
        for column in range(-(row // 210 % 2) * 240, mark.width, 480):
            draw_text(draw, (column, row), "样例 SAMPLE", 48, 255)
    mark = mark.rotate(24, Image.Resampling.BILINEAR).crop(
        (page.width // 2, page.height // 2, page.width // 2 + page.width, page.height // 2 + page.height)
    )
    page.paste((226, 219, 203), mask=mark)


def _stamp(page: Image.Image, centre: tuple[int, int], text: str) -> None:
    """A round red stamp that names itself a sample."""
    size = 190
    stamp = Image.new("L", (size, size), 0)
    draw = ImageDraw.Draw(stamp)
    draw.ellipse((6, 6, size - 7, size - 7), outline=220, width=5)
    draw_text(draw, (size / 2 - text_width(text, 32, "bold") / 2, size / 2 + 12), text, 32, 220, "bold")
    stamp = stamp.rotate(-9, Image.Resampling.BILINEAR)
    page.paste(_STAMP, (centre[0] - size // 2, centre[1] - size // 2), mask=stamp)
