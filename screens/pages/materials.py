"""Which of the materials somebody has already: one card each, with one switch of three."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.my_list import read_marks
from kiosk.pages import Action, Choice, MarkMaterials
from kiosk.text import text
from screens.frame import Sheet
from screens.hand import Hand
from screens.kit.icons import Icon
from screens.kit.part import Column, Part
from screens.kit.pieces import Segments
from screens.kit.press import Skin, Surface, button
from screens.kit.rows import RowBody
from screens.kit.scroller import Scroller
from screens.kit.words import Words
from screens.look import Look


def render(look: Look, page: MarkMaterials, hand: Hand) -> Sheet:
    """The cards scroll; the main action stays. A second touch on a mark takes it away again."""
    marks = read_marks(hand.kept.draft)

    def mark(material: str, chosen: str) -> None:
        if marks.pop(material, None) != chosen:
            marks[material] = chosen
        hand.kept.draft = " ".join(f"{one}={said}" for one, said in marks.items())
        hand.again()

    cards = [_card(look, one, page.marks, marks.get(one.id, ""), mark) for one in page.materials]
    action = page.main or Action("enter", text("keys.next"))
    main = button(
        look,
        action.text,
        lambda: hand.answer("enter", hand.kept.draft),
        key=action.id,
        icon=action.icon,
        main=True,
    )
    body = Scroller(look, Column(cards, gap=look.measures.px(5)), start=hand.kept.scroll, moved=hand.scrolled)
    return Sheet(body=body, main=main)


def _card(
    look: Look, material: Choice, marks: tuple[Choice, ...], chosen: str, mark: Callable[[str, str], None]
) -> Part:
    m = look.measures
    front: list[Part] = [Icon(look, material.icon, 14, "lamp")] if material.icon else []
    title = Words(look, material.title, "body", bold=True, settle="top")
    note = Words(look, material.note, "small", "soft", settle="top") if material.note else None
    body = RowBody(look, front, title, note, None, None)
    options = [(one.id, one.title) for one in marks]
    switch = Segments(
        look, options, chosen, lambda said: mark(material.id, said), key=material.id, size="small"
    )
    skin = Skin("card", "line", "text", m.radius, m.stroke)
    return Surface(look, Column([body, switch], gap=m.px(4)), skin, pad=(m.px(7), m.px(5)))
