"""One of several."""

from __future__ import annotations

from kiosk.pages import Choose
from screens.frame import Sheet
from screens.hand import Hand
from screens.kit.part import Column, Grid, Part
from screens.kit.pieces import row_card, tile
from screens.kit.scroller import Scroller
from screens.look import Look


def render(look: Look, page: Choose, hand: Hand) -> Sheet:
    """Rows, or tiles when the page wishes for columns and the mode allows it."""
    m = look.measures
    columns = 1 if look.elder else page.columns
    inside: Part
    if columns > 1:
        inside = Grid(
            [tile(look, choice, hand.choose, tall=40) for choice in page.choices], columns=columns, gap=m.gap
        )
    else:
        inside = Column([row_card(look, choice, hand.choose) for choice in page.choices], gap=m.px(5))
    return Sheet(body=Scroller(look, inside, start=hand.kept.scroll, moved=hand.scrolled))
