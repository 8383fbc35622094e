"""A page of paper, as wide as there is room; keys and a finger scroll it."""

from __future__ import annotations

from kiosk.pages import ShowPaper
from screens.frame import Sheet
from screens.hand import Hand
from screens.kit.cards import FilePicture
from screens.kit.part import Column
from screens.kit.scroller import Scroller
from screens.look import Look


def render(look: Look, page: ShowPaper, hand: Hand) -> Sheet:
    """The page from its top; what it says is in the words beside it, too."""
    paper = FilePicture(look, page.picture)
    return Sheet(
        body=Scroller(look, Column([paper]), start=hand.kept.scroll, moved=hand.scrolled), split=0.34
    )
