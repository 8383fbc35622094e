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
_CLOSING: Final = 44.0
"""Height that authority, date and seal need above the foot."""
SEAL: Final = SIDE
_TOGETHER: Final = 60.0
"""Height up to which a label and its value stay on one page."""
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
    flow = _Flow(copy, demonstration=demonstration)
    flow.title()
    for line in copy.lines:
        flow.line(line)
    flow.body()
    flow.room(_CLOSING)
    box = _closing(flow.paper, copy)
    _foot(flow.paper, copy)
    return Drawn(flow.paper.pdf(), flow.paper.pages, box)


class _Flow:
    """The text of a certificate from top to bottom, on as many pages as it needs."""

    def __init__(self, copy: ResultCopy, *, demonstration: bool) -> None:
        self.paper = Paper(copy.title.zh, copy.issued_at)
        self._copy = copy
        self._demonstration = demonstration
        self._y = 0.0
        _ground(self.paper, copy, demonstration=demonstration)

    def room(self, height: float) -> None:
        """Go on on another page if there is no such room above the foot."""
        if self._y + height <= _FOOT - 4:
            return
        paper, copy = self.paper, self._copy
        paper.words((_MIDDLE, _FOOT + 12), "转下页 Continued", 9, ink=SOFT, align="middle")
        paper.next_page()
        _ground(paper, copy, demonstration=self._demonstration)
        heading = paper.lines_of(copy.title.zh, 13, _RIGHT - _LEFT - 20)[0]
        paper.words((_MIDDLE, 46), f"{heading}（续）", 13, "bold", align="middle")
        self._y = 54.0

    def title(self) -> None:
        """The title as large as it goes, in several lines if it must be."""
        paper, words = self.paper, self._copy.title
        size, spacing = 30.0, 2.2
        while size > 18 and paper.width_of(words.zh, size, "bold", spacing) > _RIGHT - _LEFT:
            size, spacing = size - 1, max(0.0, spacing - 0.3)
        self._y = 60.0
        for number, text in enumerate(paper.lines_of(words.zh, size, _RIGHT - _LEFT)):
            self._y += 10 if number else 0
            self.room(0)
            paper.words((_MIDDLE, self._y), text, size, "bold", align="middle", spacing=spacing)
        self._y += 2.5
        for text in paper.lines_of(words.en, 11, _RIGHT - _LEFT) if words.en else []:
            self._y += 5
            self.room(0)
            paper.words((_MIDDLE, self._y), text, 11, ink=SOFT, align="middle")
        self._y += 14

    def line(self, line: ResultLine) -> None:
        """A label, with English below it, and its value."""
        paper = self.paper
        labels = paper.lines_of(line.label.zh, 12, _VALUES - _LEFT - 5)
        values = paper.lines_of(line.value, 13, _RIGHT - _VALUES)
        rows = max(len(labels), len(values))
        self.room(min(_TOGETHER, 13.5 + 6.5 * (rows - 1)))
        for number in range(rows):
            self._y += 6.5 if number else 0
            self.room(13.5)
            for text in labels[number : number + 1]:
                paper.words((_LEFT + 1, self._y + 6), text, 12, ink=SOFT)
            for text in values[number : number + 1]:
                paper.words((_VALUES, self._y + 7.6), text, 13)
        if line.label.en:
            english = paper.lines_of(line.label.en, 7.5, _RIGHT - _LEFT)[0]
            paper.words((_LEFT + 1, self._y + 10.7), english, 7.5, ink=SOFT)
        self._y += 13.5
        paper.rule(_LEFT, _RIGHT, self._y, 0.15, HAIR)

    def body(self) -> None:
        """What is certified."""
        paper, words = self.paper, self._copy.body
        indent = paper.width_of("二字", 13)
        self._y += 12
        for number, text in enumerate(paper.lines_of(words.zh, 13, _RIGHT - _LEFT, indent)):
            self.room(8)
            paper.words((_LEFT + (0 if number else indent), self._y), text, 13)
            self._y += 8
        for text in paper.lines_of(words.en, 9.5, _RIGHT - _LEFT) if words.en else []:
            self.room(5)
            paper.words((_LEFT, self._y), text, 9.5, ink=SOFT)
            self._y += 5


def _ground(paper: Paper, copy: ResultCopy, *, demonstration: bool) -> None:
    """What is on every page: frame, number, and what a demonstration is worth."""
    if demonstration:
        paper.turned((_MIDDLE, 165), 32, (_MIDDLE, 178), "演 示", 150, "bold", _WATERMARK)
    paper.frame(12, 0.55)
    paper.frame(13.6, 0.15)
    paper.words((_RIGHT, 27), f"编号 No. {copy.case_no}", 9, ink=SOFT, align="right")
    paper.words((_RIGHT, 32), f"第 {copy.copy_no} 份 Copy {copy.copy_no}", 9, ink=SOFT, align="right")
    if paper.pages > 1:
        paper.words((_MIDDLE, 32), f"第 {paper.pages} 页 Page {paper.pages}", 9, ink=SOFT, align="middle")
    if demonstration:
        paper.words((_LEFT, 27), "演示件，不作任何证明", 9, "bold", _RED)
        paper.words((_LEFT, 32), "Demonstration, proof of nothing", 8, ink=_RED)


def _closing(paper: Paper, copy: ResultCopy) -> tuple[int, int, int, int]:
    """Authority and date at the right, the seal over both; where the seal goes."""
    top = _FOOT - 36
    names = paper.lines_of(copy.authority.zh, 13, _RIGHT - _LEFT)[:2]
    centre = _RIGHT - max(SEAL, *(paper.width_of(text, 13) for text in names)) / 2
    y = top
    for text in names:
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
