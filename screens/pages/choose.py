"""One of several; or as many as one likes."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.pages import Action, Choice, Choose, ChooseSeveral
from kiosk.text import text
from screens.frame import Sheet
from screens.hand import Hand
from screens.kit.icons import Icon
from screens.kit.part import Column, Grid, Part
from screens.kit.pieces import row_card, tile
from screens.kit.press import Press, Skin, Surface, button, card_skin
from screens.kit.rows import RowBody
from screens.kit.scroller import Scroller
from screens.kit.words import Words
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


def several(look: Look, page: ChooseSeveral, hand: Hand) -> Sheet:
    """Rows with a box each, marked when touched and unmarked when touched again; none has to be."""
    m = look.measures
    chosen = hand.kept.draft.split()

    def touch(id_: str) -> None:
        after = [one for one in chosen if one != id_] if id_ in chosen else [*chosen, id_]
        hand.kept.draft = " ".join(after)
        hand.again()

    rows = [_box_row(look, choice, choice.id in chosen, touch) for choice in page.choices]
    columns = 2 if look.landscape and not look.elder else 1
    action = page.main or Action("enter", text("keys.next"))
    main = button(
        look,
        action.text,
        lambda: hand.answer("enter", hand.kept.draft),
        key=action.id,
        icon=action.icon,
        main=True,
    )
    inside = Grid(rows, columns=columns, gap=m.px(4))
    return Sheet(body=Scroller(look, inside, start=hand.kept.scroll, moved=hand.scrolled), main=main)


def _box_row(look: Look, choice: Choice, chosen: bool, touch: Callable[[str], None]) -> Press:
    m = look.measures
    skin = card_skin(look)
    if chosen:
        skin = Skin("card", "lamp", "text", skin.radius, 2 * skin.stroke)
    side = m.px(10 if look.elder else 8.5)
    box = Skin("lamp" if chosen else "background", "lamp" if chosen else "soft", "on_lamp", m.px(2), m.stroke)
    inside = RowBody(
        look,
        [_Box(look, box, side, chosen=chosen)],
        Words(look, choice.title, "body", bold=chosen, settle="top"),
        Words(look, choice.note, "small", "soft", settle="top") if choice.note else None,
        None,
        Icon(look, choice.icon, 9, "soft") if choice.icon else None,
    )
    return Press(
        look,
        inside,
        skin,
        key=choice.id,
        label=choice.title,
        fire=lambda: touch(choice.id),
        pad=(m.px(7), m.px(3)),
        least=(m.target, m.pick(24, 28)),
        selected=chosen,
        role="checkbox",
    )


class _Box(Part):
    """A small square, ticked or not."""

    def __init__(self, look: Look, skin: Skin, side: float, *, chosen: bool) -> None:
        super().__init__()
        self.side = side
        self.square = Surface(look, Icon(look, "check", 6.5, skin.ink) if chosen else None, skin)
        self.add_widget(self.square)

    def height_for(self, width: float) -> float:
        return self.side

    def width_wanted(self) -> float:
        return self.side

    def arrange(self) -> None:
        self.square.place(self.x, self.center_y - self.side / 2, self.side, self.side)
