"""The certificate of a granted item as a page: one numbered copy with its verification code."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Final, NamedTuple

from hub.seals.paper import HAIR, HEIGHT, POINT, SOFT, WIDTH, Ink, Paper
from hub.seals.stamp import SIDE
from kiosk.wire import ResultCopy, ResultLine

CHINA_TIME: Final = timezone(timedelta(hours=8), "Asia/Shanghai")

_LEFT, _RIGHT = 30.0, 180.0
_MIDDLE: Final = WIDTH / 2
_LABELS, _VALUES = 46.0, 80.0
_FOOT: Final = 246.0
"""Where the foot with the code begins; nothing of the text comes below."""
_CLOSING: Final = 58.0
"""Height that authority, date and seal need above the foot."""
SEAL: Final = SIDE
_WATERMARK: Final[Ink] = (243, 240, 232)
_RED: Final[Ink] = (176, 30, 30)


class Drawn(NamedTuple):
    """A drawn certificate; ``box`` is the seal's place on the last page, in points from the bottom left."""

    pdf: bytes
    pages: int
    box: tuple[int, int, int, int]


def draw_certificate(copy: ResultCopy, *, demonstration: bool) -> Drawn:
    """Draw one copy. ``demonstration`` writes across every page that it proves nothing.

    Raises ``FontsMissing``.
    """
    paper = Paper(copy.title.zh, copy.issued_at)
    _ground(paper, copy, demonstration=demonstration)
    y = _title(paper, copy)
    for line in copy.lines:
        needed = _line_height(paper, line)
        if y + needed > _FOOT - 6:
            y = _another_page(paper, copy, demonstration=demonstration)
        _line(paper, line, y, needed)
        y += needed
    y = _body(paper, copy, y + 12, demonstration=demonstration)
    if y + _CLOSING - 10 > _FOOT:
        _another_page(paper, copy, demonstration=demonstration)
    box = _closing(paper, copy)
    _foot(paper, copy)
    return Drawn(paper.pdf(), paper.pages, box)


def _ground(paper: Paper, copy: ResultCopy, *, demonstration: bool) -> None:
    """What is on every page: frame, number, and what a demonstration is worth."""
    if demonstration:
        paper.turned((_MIDDLE, 165), 32, (_MIDDLE, 178), "演 示", 150, "bold", _WATERMARK)
    paper.frame(12, 0.55)
    paper.frame(13.6, 0.15)
    paper.words((_RIGHT, 27), f"编号 No. {copy.case_no}", 9, ink=SOFT, align="right")
    paper.words((_RIGHT, 32), f"第 {copy.copy_no} 份 Copy {copy.copy_no}", 9, ink=SOFT, align="right")
    if demonstration:
        paper.words((_LEFT, 27), "演示件，不作任何证明", 9, "bold", _RED)
        paper.words((_LEFT, 32), "Demonstration, proof of nothing", 8, ink=_RED)


def _another_page(paper: Paper, copy: ResultCopy, *, demonstration: bool) -> float:
    paper.words((_MIDDLE, _FOOT + 12), "转下页 Continued", 9, ink=SOFT, align="middle")
    paper.next_page()
    _ground(paper, copy, demonstration=demonstration)
    paper.words((_MIDDLE, 46), f"{copy.title.zh}（续）", 13, "bold", align="middle")
    return 54.0


def _title(paper: Paper, copy: ResultCopy) -> float:
    size, spacing = 30.0, 2.2
    while paper.width_of(copy.title.zh, size, "bold", spacing) > _RIGHT - _LEFT and size > 14:
        size, spacing = size - 1, max(0.0, spacing - 0.3)
    paper.words((_MIDDLE, 60), copy.title.zh, size, "bold", align="middle", spacing=spacing)
    y = 60.0
    for line in paper.lines_of(copy.title.en, 11, _RIGHT - _LEFT) if copy.title.en else []:
        y += 7.5 if y == 60 else 5
        paper.words((_MIDDLE, y), line, 11, ink=SOFT, align="middle")
    return y + 14


def _line_height(paper: Paper, line: ResultLine) -> float:
    values = paper.lines_of(line.value, 13, _RIGHT - _VALUES)
    labels = paper.lines_of(line.label.zh, 12, _VALUES - _LEFT - 5)
    return 13.5 + 6.5 * (max(len(values), len(labels)) - 1)


def _line(paper: Paper, line: ResultLine, y: float, height: float) -> None:
    for number, text in enumerate(paper.lines_of(line.label.zh, 12, _VALUES - _LEFT - 5)):
        paper.words((_LEFT + 1, y + 6 + 6.5 * number), text, 12, ink=SOFT)
    if line.label.en:
        paper.words((_LEFT + 1, y + height - 2.8), line.label.en, 7.5, ink=SOFT)
    for number, text in enumerate(paper.lines_of(line.value, 13, _RIGHT - _VALUES)):
        paper.words((_VALUES, y + 7.6 + 6.5 * number), text, 13)
    paper.rule(_LEFT, _RIGHT, y + height, 0.15, HAIR)


def _body(paper: Paper, copy: ResultCopy, y: float, *, demonstration: bool) -> float:
    indent = paper.width_of("二字", 13)
    for number, text in enumerate(paper.lines_of(copy.body.zh, 13, _RIGHT - _LEFT, indent)):
        if y + 8 > _FOOT - 4:
            y = _another_page(paper, copy, demonstration=demonstration)
        paper.words((_LEFT + (0 if number else indent), y), text, 13)
        y += 8
    for text in paper.lines_of(copy.body.en, 9.5, _RIGHT - _LEFT) if copy.body.en else []:
        if y + 5 > _FOOT - 4:
            y = _another_page(paper, copy, demonstration=demonstration)
        paper.words((_LEFT, y), text, 9.5, ink=SOFT)
        y += 5
    return y


def _closing(paper: Paper, copy: ResultCopy) -> tuple[int, int, int, int]:
    """Authority and date at the right, the seal over both; where the seal goes."""
    top = _FOOT - _CLOSING + 22
    centre = _RIGHT - max(SEAL, paper.width_of(copy.authority.zh, 13)) / 2
    y = top
    for text in paper.lines_of(copy.authority.zh, 13, _RIGHT - _LEFT):
        paper.words((centre, y), text, 13, align="middle")
        y += 7
    if copy.authority.en and paper.width_of(copy.authority.en, 8.5) <= 2 * (centre - _LEFT):
        shift = min(0.0, _RIGHT - centre - paper.width_of(copy.authority.en, 8.5) / 2)
        paper.words((centre + shift, y - 1.5), copy.authority.en, 8.5, ink=SOFT, align="middle")
        y += 5
    day = copy.issued_at.astimezone(CHINA_TIME)
    paper.words((centre, y + 1.5), f"{day.year} 年 {day.month} 月 {day.day} 日", 13, align="middle")
    middle = (top + y) / 2
    return _points(centre - SEAL / 2, middle - SEAL / 2, SEAL)


def _foot(paper: Paper, copy: ResultCopy) -> None:
    side = 25.0
    paper.rule(_LEFT, _RIGHT, _FOOT, 0.3)
    paper.code(_LEFT, _FOOT + 4, side, f"yedeng:verify:{copy.verification_code}")
    x = _LEFT + side + 7
    paper.words((x, _FOOT + 8), "验证码 Verification code", 8.5, ink=SOFT)
    paper.words((x, _FOOT + 15.5), copy.verification_code, 17, "bold", spacing=0.4)
    paper.words((x, _FOOT + 21.5), "在任一台自助终端选“验真伪”，扫左侧的码或输入验证码，即可查验。", 9)
    paper.words(
        (x, _FOOT + 26.5), "Scan the code or type it in at any of these kiosks to check it.", 8, ink=SOFT
    )


def _points(x: float, y: float, side: float) -> tuple[int, int, int, int]:
    left, bottom = x / POINT, (HEIGHT - y - side) / POINT
    return round(left), round(bottom), round(left + side / POINT), round(bottom + side / POINT)
