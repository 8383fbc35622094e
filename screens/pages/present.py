"""Put a card on the reader."""

from __future__ import annotations

from kiosk.pages import PresentCard
from kiosk.text import Sayable
from screens.frame import Sheet
from screens.hand import Hand
from screens.kit.icons import Icon, Picture
from screens.kit.part import Row
from screens.kit.press import Skin, Surface
from screens.kit.words import Words
from screens.look import Look


def render(look: Look, page: PresentCard, hand: Hand) -> Sheet:
    """A large card with the picture; what went wrong stands above it, in words and with a shape."""
    m = look.measures
    hints = (problem_card(look, page.problem),) if page.problem else ()
    picture = Picture(look, f"present-{page.card}", largest=150, grow=1.0)
    skin = Skin("card", "line", "text", m.radius, m.stroke)
    return Sheet(hints=hints, body=Surface(look, picture, skin, pad=(m.px(10), m.px(10))))


def problem_card(look: Look, words: Sayable) -> Surface:
    """What went wrong and how to mend it."""
    m = look.measures
    said = Words(look, words, "body", "text", settle="middle", grow=1.0, key="problem")
    row = Row([Icon(look, "alert", 11, "bad"), said], gap=m.px(5), align="middle")
    return Surface(
        look, row, Skin("bad_ground", "bad", "text", m.button_radius, m.stroke), pad=(m.px(7), m.px(4))
    )
