"""One thing to know or to wait for; and the question whether anybody is still there."""

from __future__ import annotations

from kiosk.pages import Notice, StillThere
from kiosk.text import text
from screens.frame import Sheet
from screens.hand import Hand
from screens.kit.icons import Icon, Picture
from screens.kit.part import Column, Flow, Part, Row, Space
from screens.kit.pieces import Countdown, Ring
from screens.kit.press import Labelled, Press, Skin, Surface, button, primary_skin
from screens.kit.qr import QrCode
from screens.kit.rating import rating_part
from screens.kit.scroller import Scroller
from screens.kit.words import Words
from screens.look import Look

_TONES = {
    "ok": ("ok_ground", "ok", "check"),
    "warn": ("warn_ground", "warn", "alert"),
    "bad": ("bad_ground", "bad", "alert"),
}


def render(look: Look, page: Notice, hand: Hand) -> Sheet:
    """The picture in a card, or the slow ring; the number if there is one; the lines below, one card each."""
    m = look.measures
    if page.waiting:
        return Sheet(body=_waiting(look, page))
    if page.qr:
        return Sheet(body=QrCode(look, page.qr))
    parts: list[Part] = []
    if page.big:
        number = Column([Words(look, page.big, "title", bold=True, align="center", key="big")])
        parts.append(
            Surface(look, number, Skin("card", "lamp", "text", m.radius, m.stroke), pad=(m.px(8), m.px(8)))
        )
    if page.lines:
        parts.append(_lines(look, page))
    if page.rating:
        parts.append(Column([Space(m.px(1)), rating_part(look, page.rating, hand.choose)]))
    said = Column(parts, gap=m.px(6))
    if not page.picture:
        return Sheet(
            body=Scroller(look, said, start=hand.kept.scroll, moved=hand.scrolled), lead=_mark(look, page)
        )
    # The picture gives way to the words, and goes when there is no room for it.
    return Sheet(body=_Pictured(look, Picture(look, page.picture, largest=120), said, hand, page.tone))


class _Pictured(Part):
    """A picture on its card above words; on a small panel the words win."""

    def __init__(self, look: Look, picture: Picture, words: Column, hand: Hand, tone: str) -> None:
        super().__init__(grow=1.0)
        m = look.measures
        line = "line" if tone in ("ok", "quiet") else tone
        self.look = look
        self.card = Surface(
            look, picture, Skin("card", line, "text", m.radius, m.stroke), pad=(m.px(6), m.px(6))
        )
        self.scroller = Scroller(look, words, start=hand.kept.scroll, moved=hand.scrolled)
        self.words = words

    def arrange(self) -> None:
        m = self.look.measures
        self.clear_widgets()
        words = self.words.height_for(self.width) if self.words.parts else 0.0
        gap = m.px(6) if words else 0.0
        room = self.height - words - gap
        if room >= m.px(44):
            self.add_widget(self.card)
            self.card.place(self.x, self.top - room, self.width, room)
        else:
            room, gap = 0.0, 0.0
        if words:
            self.add_widget(self.scroller)
            self.scroller.place(self.x, self.y, self.width, self.height - room - gap)


def _lines(look: Look, page: Notice) -> Surface:
    m = look.measures
    several = [Words(look, line, "body", settle="top") for line in page.lines]
    return Surface(
        look,
        Column(several, gap=m.px(4)),
        Skin("card", "line", "text", m.radius, m.stroke),
        pad=(m.px(9), m.px(7)),
    )


def _mark(look: Look, page: Notice) -> Part | None:
    if page.tone not in _TONES:
        return None
    ground, ink, icon = _TONES[page.tone]
    return disc_mark(look, icon, ink, ground)


def disc_mark(look: Look, icon: str, ink: str, ground: str, mm: float = 40) -> Part:
    """An icon on a round ground, at the left above a title."""
    m = look.measures
    side = m.px(mm if not look.landscape else mm * 0.75)
    mark = Surface(
        look, Icon(look, icon, 22 if not look.landscape else 17, ink), Skin(ground, None, ink, side, 0)
    )
    return Row([_Square(mark, side)])


class _Square(Part):
    def __init__(self, inside: Part, side: float) -> None:
        super().__init__()
        self.inside = inside
        self.side = side
        self.add_widget(inside)

    def height_for(self, width: float) -> float:
        return self.side

    def width_wanted(self) -> float:
        return self.side

    def arrange(self) -> None:
        self.inside.place(self.x, self.top - self.side, self.side, self.side)


def _waiting(look: Look, page: Notice) -> Part:
    m = look.measures
    inside = Picture(look, page.picture, largest=60) if page.picture else None
    ring = Flow(
        [Ring(look, 96 if page.picture else 60, inside=_Inset(look, inside) if inside else None)],
        gap=0,
        settle="middle",
    )
    parts: list[Part] = [Space(grow=1.0), ring]
    if page.big:
        parts += [Space(m.px(6)), Words(look, page.big, "title", bold=True, align="center", key="big")]
    if page.lines:
        parts.append(Space(m.px(8)))
        parts += [Words(look, line, "body", "soft", align="center", balanced=True) for line in page.lines]
    parts.append(Space(grow=1.0))
    column = Column(parts, gap=m.px(3))
    return Surface(
        look, column, Skin("card", "line", "text", m.radius, m.stroke), pad=(m.px(8), m.px(8)), grow=1.0
    )


class _Inset(Part):
    """Keeps a picture clear of the ring around it."""

    def __init__(self, look: Look, inside: Part) -> None:
        super().__init__()
        self.look = look
        self.inside = inside
        self.add_widget(inside)

    def arrange(self) -> None:
        edge = self.width * 0.19
        self.inside.place(self.x + edge, self.y + edge, self.width - 2 * edge, self.height - 2 * edge)


def still_there(look: Look, page: StillThere, hand: Hand) -> Sheet:
    """Nothing of the page below shows.

    One touch anywhere goes on, but for the quiet key that ends the visit.
    """
    m = look.measures
    said: list[Part] = [
        Words(look, page.title, "title", bold=True, align="center", balanced=True, key="title")
    ]
    if page.note:
        said.append(Words(look, page.note, "body", "soft", align="center", balanced=True, key="note"))
    ring = Flow([Countdown(look, page.seconds, 80 if look.landscape else 90)], gap=0, settle="middle")
    here = Words(look, text("still-there.here"), "button", "on_primary", bold=True)
    glowing = Surface(
        look, Labelled(look, "hand", here, "on_primary", 12), primary_skin(look), pad=(m.px(14), m.px(7))
    )
    call = Flow([glowing], gap=0, settle="middle")
    inside: Part
    if look.landscape:
        words = Column([*said, Space(m.px(8)), call], gap=m.px(2), settle="middle", grow=1.4)
        inside = Row([Column([ring], settle="middle", grow=1.0), words], gap=m.px(10))
    else:
        inside = Column([*said, Space(m.px(12)), ring, Space(m.px(12)), call], gap=m.px(2), settle="middle")
    whole = Press(
        look,
        inside,
        Skin(None, None, "text", 0, 0),
        key="here",
        label=page.title,
        fire=lambda: hand.choose("here"),
        pad=(m.margin, m.px(26)),
    )
    finish = button(look, text("still-there.finish"), lambda: hand.choose("finish"), key="finish")
    return Sheet(body=_Over(whole, finish, m.px(12), foot=m.reach[0]), bare=True)


class _Over(Part):
    """A key that fills everything, and a small one upon it at the foot."""

    def __init__(self, whole: Press, small: Press, edge: float, foot: float) -> None:
        super().__init__()
        self.whole, self.small, self.edge, self.foot = whole, small, edge, foot
        self.add_widget(whole)
        self.add_widget(small)

    def arrange(self) -> None:
        tall = self.small.height_for(self.width)
        wide = min(self.width - 2 * self.edge, max(self.small.width_wanted(), self.width * 0.3))
        foot = self.foot + tall + 2 * self.edge
        self.small.place(self.center_x - wide / 2, self.y + self.foot + self.edge, wide, tall)
        self.whole.place(self.x, self.y + foot, self.width, self.height - foot)
