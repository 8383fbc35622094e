"""The application form of an item as one A4 page: blank, or filled by somebody invented and marked 样表."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Final

import segno

from deploy.guide_paper import A4, Box, Ink, Line, Mark, Words, width_of, wrapped
from kiosk.wire import Bilingual, FormField, ServiceItem

_TEXT: Final[Ink] = (23, 29, 46)
_SOFT: Final[Ink] = (92, 100, 120)
_LINE: Final[Ink] = (176, 182, 196)
_GROUND: Final[Ink] = (243, 241, 235)
_MARK: Final[Ink] = (120, 68, 0)
_PEN: Final[Ink] = (24, 62, 168)

_LEFT: Final = 17.0
_RIGHT: Final = A4[0] - 17.0
_WIDE: Final = _RIGHT - _LEFT
_RECEIPT_TOP: Final = 249.0

#: Nobody: the number's area 000000 was never given to any place.
_PERSON: Final = {
    "name": "夏小满",
    "number": "000000196805040028",
    "birth": "1968-05-04",
    "sex": "女",
    "address": "灯河市灯河区明灯路 12 号 3 栋 201",
}
_ANSWERS: Final = {
    "credit_code": "00000000MA0000000X",
    "bank_card": "6200 0000 0000 0000 000",
    "bank_account": "0000 0000 0000 000",
    "birth_cert_no": "A000000000",
    "relative_number": "000000199503120016",
    "customer_no": "0000000000",
    "count": "3",
    "amount": "5000",
    "sales": "120000",
}
_DATE: Final = date(2026, 11, 21)


@dataclass
class _Sheet:
    """A page that is filled from above."""

    filled: bool
    room: float = 0.0
    """What is left over for every row, in mm."""
    y: float = 0.0
    rows: int = 0
    marks: list[Mark] = field(default_factory=list)

    def words(self, x: float, y: float, words: str, size: float, **how: object) -> None:
        self.marks.append(Words(x, y, words, size, **{"ink": _TEXT, **how}))  # type: ignore[arg-type]

    def written(self, x: float, y: float, words: str, size: float = 13) -> None:
        """By hand, on the sample only."""
        if self.filled:
            self.marks.append(Words(x, y, words, size, "hand", _PEN))

    def ticked(self, x: float, y: float) -> None:
        """A tick over a box whose lower left corner is at ``x`` and ``y``, on the sample only."""
        if self.filled:
            self.marks.append(Line(x + 0.6, y - 2.2, x + 1.6, y - 0.7, 0.55, _PEN))
            self.marks.append(Line(x + 1.6, y - 0.7, x + 4.2, y - 4.6, 0.55, _PEN))

    def row(self, tall: float) -> None:
        """A row ends ``tall`` mm below where it began, or later where there is room."""
        self.rows += 1
        self.y += tall
        self.line(_LEFT, self.y, _RIGHT, self.y)

    def line(self, x1: float, y1: float, x2: float, y2: float, ink: Ink = _LINE, dash: float = 0.0) -> None:
        self.marks.append(Line(x1, y1, x2, y2, 0.25, ink, dash))


def form_page(item: ServiceItem, *, filled: bool) -> list[Mark]:
    """The form of an item that is filed; ``filled``: the sample."""
    close = _laid_out(item, _Sheet(filled))
    spare = (_RECEIPT_TOP - 8 - close.y) / max(1, close.rows)
    return _laid_out(item, _Sheet(filled, room=min(3.5, max(0.0, spare)))).marks


def _laid_out(item: ServiceItem, sheet: _Sheet) -> _Sheet:
    _head(sheet, item)
    _section(sheet, Bilingual(zh="一、申请人", en="Applicant"))
    _cells(sheet, (("姓名", "Name", "name", 0.62), ("性别", "Sex", "sex", 0.38)))
    _cells(sheet, (("证件号码", "ID number", "number", 0.62), ("出生日期", "Date of birth", "birth", 0.38)))
    if all(one.prefill != "address" for one in item.form):
        _cells(sheet, (("住址", "Address", "address", 1.0),))
    _section(sheet, Bilingual(zh="二、申请内容", en="What you apply for"))
    for one in item.form:
        _question(sheet, one)
    _section(sheet, Bilingual(zh="三、一起交的材料", en="Papers handed in with it"))
    _papers(sheet, item)
    _section(sheet, Bilingual(zh="四、声明与签名", en="Consent and signature"))
    _consent(sheet, item)
    _receipt(sheet, item)
    return sheet


def _head(sheet: _Sheet, item: ServiceItem) -> None:
    department = item.department or item.window.name
    sheet.words(_LEFT, 15.5, department.zh, 9, ink=_SOFT)
    sheet.words(_LEFT, 19.4, department.en, 6.5, ink=_SOFT)
    label = "样表 · 演示数据  SAMPLE" if sheet.filled else "演示数据  DEMONSTRATION"
    wide = width_of(label, 9, "bold") + 8
    sheet.marks.append(Box(_RIGHT - wide, 11, wide, 8, _MARK, 0.35))
    sheet.words(_RIGHT - wide / 2, 16.4, label, 9, face="bold", ink=_MARK, align="middle")
    title = f"{item.short_name.zh}申请表"
    sheet.words(A4[0] / 2, 33.5, title, 20, face="bold", align="middle")
    lines = wrapped(f"Application form: {item.name.en}", 8.5, _WIDE)[:1]
    sheet.words(A4[0] / 2, 39, lines[0], 8.5, ink=_SOFT, align="middle")
    sheet.y = 43.0


def _section(sheet: _Sheet, title: Bilingual) -> None:
    sheet.marks.append(Box(_LEFT, sheet.y, _WIDE, 7, _GROUND))
    sheet.words(_LEFT + 3, sheet.y + 5, title.zh, 10.5, face="bold")
    after = _LEFT + 6 + width_of(title.zh, 10.5, "bold")
    sheet.words(after, sheet.y + 4.9, title.en, 7.5, ink=_SOFT)
    sheet.y += 7


def _cells(sheet: _Sheet, cells: tuple[tuple[str, str, str, float], ...]) -> None:
    x, tall = _LEFT, 10.5 + sheet.room
    for zh, en, key, share in cells:
        sheet.words(x + 3, sheet.y + 4.9 + sheet.room / 2, zh, 9.5)
        sheet.words(x + 3, sheet.y + 8.4 + sheet.room / 2, en, 6.5, ink=_SOFT)
        sheet.written(x + 27, sheet.y + 7.2 + sheet.room / 2, _PERSON[key])
        x += _WIDE * share
        if share < 1 and x < _RIGHT - 1:
            sheet.line(x, sheet.y, x, sheet.y + tall)
    sheet.row(tall)


def _question(sheet: _Sheet, one: FormField) -> None:
    column = 58.0
    labels = wrapped(one.label.zh, 9.5, column - 5)
    english = wrapped(one.label.en, 6.5, column - 5)
    begin, top = sheet.y, sheet.y + sheet.room / 2
    y = top + 4.9
    for words in labels:
        sheet.words(_LEFT + 3, y, words, 9.5)
        y += 4.4
    for words in english:
        sheet.words(_LEFT + 3, y - 0.6, words, 6.5, ink=_SOFT)
        y += 2.9
    below = (
        _choices(sheet, one, _LEFT + column, top) if one.choices else _answer(sheet, one, _LEFT + column, top)
    )
    sheet.row(max(y - 0.6, below, top + 10.5) + sheet.room / 2 - begin)
    sheet.line(_LEFT + column - 2, begin, _LEFT + column - 2, sheet.y)


def _choices(sheet: _Sheet, one: FormField, x: float, top: float) -> float:
    left, y = x, top + 5.2
    for number, choice in enumerate(one.choices):
        wide = 6 + max(width_of(choice.label.zh, 9.5), width_of(choice.label.en, 6)) + 5
        if left > x and left + wide > _RIGHT:
            left, y = x, y + 8
        sheet.marks.append(Box(left, y - 3.2, 3.6, 3.6, _TEXT, 0.25))
        if number == 0:
            sheet.ticked(left, y + 0.4)
        sheet.words(left + 5.2, y, choice.label.zh, 9.5)
        sheet.words(left + 5.2, y + 3, choice.label.en, 6, ink=_SOFT)
        left += wide
    return y + 5


def _answer(sheet: _Sheet, one: FormField, x: float, top: float) -> float:
    if one.kind == "date":
        answer = "2026-10-08"
    elif one.kind == "phone":
        answer = "139 0000 0000"
    elif one.prefill == "address":
        answer = _PERSON["address"]
    else:
        answer = _ANSWERS.get(one.id, "0000000000")
    sheet.written(x + 1, top + 7.2, answer)
    return top + 10.5


def _papers(sheet: _Sheet, item: ServiceItem) -> None:
    column, x, y = _WIDE / 2, _LEFT + 3, sheet.y + 5
    papers = [one for one in item.materials if not one.blank_form]
    for number, one in enumerate(papers):
        sheet.marks.append(Box(x, y - 3.1, 3.4, 3.4, _TEXT, 0.25))
        if one.required and not one.situation:
            sheet.ticked(x, y + 0.3)
        words = one.name.zh
        while width_of(words, 9) > column - 12:
            words = words[:-2] + "…"
        sheet.words(x + 5, y, words, 9)
        if number % 2:
            x, y = _LEFT + 3, y + 5.4
        else:
            x += column
    sheet.y = y + (2.6 if x > _LEFT + 4 else -2.6)


def _consent(sheet: _Sheet, item: ServiceItem) -> None:
    if item.consent is None:
        return
    y = sheet.y + 4.8
    for words in wrapped(item.consent.zh, 8.5, _WIDE - 6):
        sheet.words(_LEFT + 3, y, words, 8.5)
        y += 4.1
    for words in wrapped(item.consent.en, 6.2, _WIDE - 6):
        sheet.words(_LEFT + 3, y - 0.4, words, 6.2, ink=_SOFT)
        y += 2.8
    y += 6 + sheet.room
    sheet.words(_LEFT + 3, y, "申请人签名", 9.5)
    sheet.words(_LEFT + 3, y + 3.2, "Signature", 6.5, ink=_SOFT)
    sheet.line(_LEFT + 25, y + 1, _LEFT + 80, y + 1, _SOFT)
    sheet.written(_LEFT + 30, y - 0.4, _PERSON["name"], 16)
    sheet.words(_LEFT + 100, y, "日期", 9.5)
    sheet.words(_LEFT + 100, y + 3.2, "Date", 6.5, ink=_SOFT)
    sheet.line(_LEFT + 112, y + 1, _RIGHT - 3, y + 1, _SOFT)
    sheet.written(_LEFT + 118, y - 0.4, f"{_DATE.year} 年 {_DATE.month} 月 {_DATE.day} 日")
    sheet.y = y + 5


def _receipt(sheet: _Sheet, item: ServiceItem) -> None:
    """The strip that is cut off and taken along."""
    y = _RECEIPT_TOP
    sheet.line(_LEFT, y, _RIGHT, y, _SOFT, dash=1.6)
    sheet.words(A4[0] / 2, y - 1.2, "沿虚线剪下  cut here", 6, ink=_SOFT, align="middle")
    sheet.words(_LEFT, y + 8, "回执", 12, face="bold")
    sheet.words(_LEFT + 11, y + 7.9, "Receipt", 7.5, ink=_SOFT)
    sheet.words(_LEFT, y + 14.5, item.short_name.zh, 10.5)
    for row, (zh, en) in enumerate((("受理编号", "Number"), ("受理日期", "Date"))):
        top = y + 22 + 8 * row
        sheet.words(_LEFT, top, zh, 9)
        sheet.words(_LEFT + 17, top, en, 6.5, ink=_SOFT)
        sheet.line(_LEFT + 30, top + 0.8, _LEFT + 92, top + 0.8, _SOFT)
    sheet.words(_LEFT + 104, y + 22, "窗口盖章", 9)
    sheet.words(_LEFT + 104, y + 25.6, "Stamp", 6.5, ink=_SOFT)
    sheet.words(
        _LEFT,
        y + 38,
        "演示数据：内容仅供演示，不是办事依据。 Demonstration data, not a basis for real applications.",
        6.5,
        ink=_MARK,
    )
    code = segno.make(f"yedeng:guide:{item.id}", error="m", micro=False)
    module = 26.0 / (code.symbol_size(border=0)[0])
    for row, modules in enumerate(code.matrix):
        for begin, length in _dark_runs(modules):
            place = (_RIGHT - 26 + begin * module, y + 5 + row * module)
            sheet.marks.append(Box(*place, length * module, module, _TEXT))
    sheet.words(_RIGHT - 13, y + 34.6, "到终端扫码看指南", 6.5, ink=_SOFT, align="middle")
    sheet.words(_RIGHT - 13, y + 37.6, "Scan at the kiosk", 6, ink=_SOFT, align="middle")


def _dark_runs(modules: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Where dark modules begin, and how many stand beside each other: drawn one by one they show seams."""
    begin = 0
    for dark, several in groupby(modules):
        length = len(list(several))
        if dark:
            yield begin, length
        begin += length


def characters(item: ServiceItem) -> str:
    """Every character that its form or sample may hold."""
    return "".join(
        mark.words
        for filled in (False, True)
        for mark in form_page(item, filled=filled)
        if isinstance(mark, Words)
    )
