"""What a drawn page can do: answer, wish, be drawn again; and what it remembers while it is drawn again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from kiosk.text import Sayable
from screens.input.desk import Desk

if TYPE_CHECKING:
    from screens.input.messages import Point


@dataclass
class Kept:
    """What a resident did on one page so far.

    Survives a change of mode and being covered, and goes with the page. ``letters`` of pinyin stand behind
    the ``draft`` until they become hanzi, ``strokes`` until they are read. ``step`` of a guide is the one
    being read, from 1, and ``video_at`` the second its video has come to.
    """

    draft: str = field(default="", repr=False)
    letters: str = field(default="", repr=False)
    strokes: list[list[Point]] = field(default_factory=list, repr=False)
    scroll: float = 0.0
    section: str = ""
    rendering: str = ""
    more: bool = False
    reading: str = ""
    step: int = 0
    video_at: float = 0.0
    playing: bool = False


class Narrator(Protocol):
    """Speaks what a video shows, in the language and at the volume of the visit."""

    @property
    def speaking(self) -> bool:
        """Whether it has not yet come to the end."""

    def narrate(self, words: Sayable) -> None:
        """Speak this instead of whatever is being spoken."""

    def hush(self) -> None:
        """Be silent now."""


@dataclass(frozen=True)
class Hand:
    """The page's way back to the stage. ``answer(id, value)`` answers once.

    ``again()`` draws the same page anew. ``desk`` is what words are written with; ``read`` reads one section
    of a guide aloud, where there is a voice. A video is spoken by ``narrator``, and tells by ``watched`` that
    somebody watches it.
    """

    answer: Callable[[str, str], None]
    again: Callable[[], None]
    kept: Kept
    desk: Desk = field(default_factory=Desk)
    read: Callable[[str], None] | None = None
    narrator: Narrator | None = None
    watched: Callable[[], None] = lambda: None

    def choose(self, id_: str) -> None:
        """Answer with an id alone."""
        self.answer(id_, "")

    def scrolled(self, offset: float) -> None:
        """Remember how far a body was scrolled, in pixels."""
        self.kept.scroll = offset
