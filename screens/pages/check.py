"""Everything that will be filed, each row with its own "change"; the consent above the main action."""

from __future__ import annotations

from kiosk.pages import CheckAnswers
from kiosk.pages import Row as Answered
from kiosk.text import text
from screens.frame import Sheet
from screens.hand import Hand
from screens.kit import paint
from screens.kit.icons import Icon
from screens.kit.part import Column, Part, Row
from screens.kit.press import Press, Skin, Surface
from screens.kit.scroller import Footed
from screens.kit.words import Words
from screens.look import Look


def render(look: Look, page: CheckAnswers, hand: Hand) -> Sheet:
    """One card of rows, and the consent, always in view where there is room for it."""
    m = look.measures
    rows: list[Part] = []
    for index, row in enumerate(page.rows):
        if index:
            rows.append(_Divider(look))
        rows.append(_row(look, row, hand))
    card = Surface(
        look, Column(rows), Skin("card", "line", "text", m.radius, m.stroke), pad=(m.px(8), m.px(2))
    )
    said = Words(look, page.consent, "small", "text", settle="top", grow=1.0, key="consent")
    consent = Row([Icon(look, "shield", 11, "lamp"), said], gap=m.px(5), align="middle")
    quiet = Surface(
        look, consent, Skin("raised", "line", "text", m.button_radius, m.stroke), pad=(m.px(7), m.px(5))
    )
    return Sheet(body=Footed(look, card, quiet, start=hand.kept.scroll, moved=hand.scrolled))


def _row(look: Look, row: Answered, hand: Hand) -> Part:
    m = look.measures
    words = Column(
        [Words(look, row.label, "small", "soft"), Words(look, row.value, "body", bold=True)],
        settle="middle",
        grow=1.0,
    )
    parts: list[Part] = [words]
    if row.id is not None:
        id_ = row.id
        ink = Words(look, text("keys.change"), "small", "lamp", align="center")
        skin = Skin("background", "line", "lamp", m.px(6), m.stroke)
        least = (m.px(30 if not look.elder else 34), m.target)
        parts.append(
            Press(
                look,
                ink,
                skin,
                key=f"change-{id_}",
                label=text("keys.change"),
                fire=lambda: hand.choose(id_),
                pad=(m.px(4), m.px(1)),
                least=least,
            )
        )
    return Surface(
        look, Row(parts, gap=m.px(5), align="middle"), Skin(None, None, "text", 0, 0), pad=(0, m.px(3.5))
    )


class _Divider(Part):
    """A thin line between two rows of a card."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.look = look

    def height_for(self, width: float) -> float:
        return self.look.measures.stroke

    def arrange(self) -> None:
        self.canvas.clear()
        with self.canvas:
            paint.box((*self.pos, *self.size), 0, self.look.colour("line"))
