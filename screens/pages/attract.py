"""Nobody is here: a lamp in a calm room; and the page for when the kiosk cannot serve."""

from __future__ import annotations

from kiosk.pages import Attract, OutOfService
from screens.frame import Sheet
from screens.hand import Hand
from screens.kit.icons import Picture
from screens.kit.part import Column, Flow, Part, Row, Space
from screens.kit.pieces import chips, paragraph
from screens.kit.press import Labelled, Press, Skin, Surface
from screens.kit.words import Words
from screens.look import Look


def attract(look: Look, page: Attract, hand: Hand) -> Sheet:
    """The whole picture is one key: any touch starts a visit."""
    m = look.measures
    said: list[Part] = [
        Words(look, page.title, "title", bold=True, align="center", balanced=True, key="title")
    ]
    said += [Space(m.px(6)), chips(look, page.chips, middle=True)]
    if page.note:
        call = Labelled(
            look,
            "hand",
            Words(look, page.note, "button", "on_primary", bold=True, key="note"),
            "on_primary",
            12,
        )
        glowing = Surface(
            look, call, Skin("primary", None, "on_primary", m.button_radius, 0), pad=(m.px(14), m.px(7))
        )
        said += [Space(m.px(16)), Flow([glowing], gap=0, settle="middle")]
    picture = Picture(look, "sleeping-lamp", largest=178, grow=1.0, shines=True)
    inside: Part
    if look.landscape:
        inside = Row(
            [picture, Column([Space(grow=1.0), *said, Space(grow=1.0)], gap=m.px(2), grow=1.25)], gap=m.px(16)
        )
        pad = (m.px(24), m.px(34))
    else:
        inside = Column([Space(m.px(40)), picture, Space(m.px(6)), *said, Space(m.px(50))], gap=m.px(2))
        pad = (m.margin, m.px(10))
    whole = Press(
        look,
        inside,
        Skin(None, None, "text", 0, 0),
        key="start",
        label=page.title,
        fire=lambda: hand.choose("start"),
        pad=pad,
    )
    return Sheet(body=whole, bare=True)


def out_of_service(look: Look, page: OutOfService, hand: Hand) -> Sheet:
    """Why, since when, where else; nothing to touch."""
    m = look.measures
    said: list[Part] = [
        Words(look, page.title, "title", bold=True, align="center", balanced=True, key="title")
    ]
    if page.note:
        said.append(Words(look, page.note, "body", "soft", align="center", balanced=True, key="note"))
    lines = Column([paragraph(look, line) for line in page.lines], gap=m.px(4))
    card = Surface(look, lines, Skin("card", "line", "text", m.radius, m.stroke), pad=(m.px(10), m.px(9)))
    said += [Space(m.px(10)), card] if page.lines else []
    picture = Picture(look, "out-of-service", largest=170, grow=1.0)
    if look.landscape:
        body: Part = Row(
            [picture, Column([Space(grow=1.0), *said, Space(grow=1.0)], gap=m.px(2), grow=1.25)], gap=m.px(16)
        )
        return Sheet(
            body=Surface(look, body, Skin(None, None, "text", 0, 0), pad=(m.px(24), m.px(34))), bare=True
        )
    column = Column([Space(m.px(40)), picture, Space(m.px(6)), *said, Space(m.px(60))], gap=m.px(2))
    return Sheet(
        body=Surface(look, column, Skin(None, None, "text", 0, 0), pad=(m.margin, m.px(10))), bare=True
    )
