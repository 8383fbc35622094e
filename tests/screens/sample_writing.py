"""Pages on which something is being written, with an engine that has its answer ready."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from kiosk.pages import Ask, Page
from screens.input.desk import Method
from screens.input.messages import Look, Point, Words
from tests.screens.sample_pages import pages

WORDS = (
    "医保",
    "医疗保险异地就医备案",
    "一包",
    "一把",
    *"一以已亿易亦伊意依衣义议艺译异益移遗疑宜仪医椅乙忆役疫𠮷䶮㛃𬴊",
)
Stroke = tuple[Point, ...]

#: The strokes of hanzi as they are taught, in thousandths of the field's side, y downwards.
TEN: tuple[Stroke, ...] = (((100, 450), (900, 430)), ((500, 80), (500, 930)))
BIG: tuple[Stroke, ...] = (
    ((120, 370), (880, 350)),
    ((500, 80), (480, 400), (120, 930)),
    ((500, 380), (620, 620), (900, 920)),
)
PLUM: tuple[Stroke, ...] = (
    ((150, 220), (850, 210)),
    ((500, 60), (500, 520)),
    ((480, 230), (320, 380), (120, 490)),
    ((520, 230), (700, 390), (890, 470)),
    ((300, 570), (700, 560), (510, 680)),
    ((510, 680), (520, 930), (420, 890)),
    ((120, 740), (880, 730)),
)


@dataclass(frozen=True)
class Written:
    """What has been entered in which way, and what is offered for it."""

    method: Method
    letters: str = ""
    strokes: tuple[Stroke, ...] = ()
    offered: tuple[str, ...] = ()
    sheet: bool = False


def written_pages() -> dict[str, tuple[Page, Written]]:
    """One page and more for every way to write."""
    find, ask = pages()["find"], pages()["ask-text"]
    assert isinstance(ask, Ask)
    address = replace(ask, draft="历下区经十路 88 号")
    return {
        "find-pinyin": (find, Written("pinyin", letters="yibao", offered=WORDS)),
        "find-hand": (find, Written("hand", strokes=PLUM, offered=tuple("李杏芸坚寿查岈豆柰岙罕"))),
        "find-letters": (find, Written("letters")),
        "ask-pinyin": (address, Written("pinyin")),
        "ask-hand": (address, Written("hand")),
        "ask-letters": (address, Written("letters")),
        "ask-sheet": (address, Written("pinyin", letters="yi", offered=WORDS, sheet=True)),
    }


def ready_engine(offered: tuple[str, ...]) -> Callable[..., Any]:
    """An engine that answers at once, always the same."""

    class Ready:
        pid = None

        def ask(self, question: object, answered: Callable[[object], None]) -> None:
            # Behind the last candidate there are no more, though it is said.
            end = isinstance(question, Look) and question.first > 0
            answered(Words(() if end else offered, more=not end))

        def start(self) -> None:
            """Nothing has to be started."""

        def stop(self) -> None:
            """Nothing has to be ended."""

    return lambda ready, gave_up: Ready()
