"""The end of a journey: "received" is a green check, "kept here" is a warm box.

Nobody can take one for the other.
"""

from __future__ import annotations

from kiosk.pages import Done
from screens.frame import Sheet
from screens.hand import Hand
from screens.kit.icons import Picture
from screens.kit.part import Column, Part
from screens.kit.press import Skin, Surface
from screens.kit.rating import rating_part
from screens.kit.scroller import Topped
from screens.kit.words import Words
from screens.look import Look
from screens.pages.notice import disc_mark


def render(look: Look, page: Done, hand: Hand) -> Sheet:
    """The mark, what happened, the number large, what comes next, how it went."""
    m = look.measures
    ink = "warn" if page.kept else "ok"
    lead = disc_mark(look, "house" if page.kept else "check", ink, f"{ink}_ground")
    number = Column(
        [
            Words(look, page.number_label, "body", "soft"),
            Words(look, page.number, "title", bold=True, key="number"),
            *(Words(look, line, "small", "soft", settle="top") for line in page.lines),
        ],
        gap=m.px(2.5),
    )
    skin = Skin(
        "warn_ground" if page.kept else "card", "warn" if page.kept else "line", "text", m.radius, m.stroke
    )
    card: Part = Surface(look, number, skin, pad=(m.px(9), m.px(8)))
    if page.rating:
        card = Column([card, rating_part(look, page.rating, hand.choose)], gap=m.px(9))
    picture = Picture(look, "kept-here" if page.kept else "sleeping-lamp", largest=100)
    return Sheet(lead=lead, body=Topped(look, card, picture, start=hand.kept.scroll, moved=hand.scrolled))
