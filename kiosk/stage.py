"""Where a visit is shown: the one boundary between journeys and whatever draws them.

``screens`` implements it with Kivy; tests with a scripted resident. A journey cannot tell.
"""

from __future__ import annotations

from enum import Enum
from typing import Literal, Protocol

from kiosk.pages import Answer, Page
from kiosk.text import Sayable

Language = Literal["zh", "en"]


class Wish(Enum):
    """What a resident may want on any page, whatever the page asks."""

    BACK = "back"
    HELP = "help"
    COULD_NOT = "could-not"
    LEAVE = "leave"


class Stage(Protocol):
    """Shows pages and listens."""

    async def show(self, page: Page) -> Answer:
        """Put a page up and wait for its answer; cancelling takes it down.

        Shown while another page still waits, a page covers it; the covered page keeps what was entered and
        comes back when the upper one is answered or cancelled.
        """
        ...

    async def wish(self) -> Wish:
        """Wait for the next wish that does not answer the page itself."""
        ...

    def idle_seconds(self) -> float:
        """Seconds since the last touch or change of page, on a monotonic clock."""
        ...

    def is_elder(self) -> bool:
        """Whether elder mode is on: everything waits longer."""
        ...

    @property
    def language(self) -> Language:
        """Language of this visit."""
        ...

    def say(self, words: Sayable) -> str:
        """Put words into the language of this visit."""
        ...

    def alert(self) -> None:
        """Call attention by sound and light, e.g. for a card left on the reader."""
        ...

    def wipe(self, *, person_stays: bool = False) -> None:
        """End of a visit: forget pictures, entries, wishes and modes; the next person finds the defaults.

        While the same ``person_stays`` for a last page ("take your card"), large type and language stay, too.
        """
        ...
