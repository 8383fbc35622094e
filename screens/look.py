"""How things look right now.

Measures, colours and words of the current mode, handed to everything that draws.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.text import Sayable
from screens.strings import Strings
from screens.theme import Colour, Measures, Theme


@dataclass(frozen=True)
class Look:
    """Everything a piece of a page needs to know to draw itself."""

    measures: Measures
    theme: Theme
    strings: Strings
    reduced_motion: bool = False

    def say(self, words: Sayable) -> str:
        """Words in the visit's language."""
        return self.strings.say(words)

    def colour(self, token: str, alpha: float = 1.0) -> Colour:
        """A colour of the current theme."""
        return self.theme.colour(token, alpha)

    @property
    def elder(self) -> bool:
        """Whether elder mode is on."""
        return self.measures.elder

    @property
    def landscape(self) -> bool:
        """Whether pages are drawn in two panes."""
        return self.measures.landscape
