"""A guide to read, in one of its renderings; switching keeps the section that is being read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from kiosk.pages import GuideRow, GuideSection, ReadGuide
from kiosk.text import text
from screens.frame import Sheet
from screens.hand import Hand
from screens.kit.cards import FilePicture
from screens.kit.icons import Icon
from screens.kit.part import Column, Flow, Part, Row, Space
from screens.kit.pieces import ChipView, Segments, chips, heading, paragraph, row_card
from screens.kit.press import Press, Skin, Surface, button
from screens.kit.rating import rating_part
from screens.kit.rows import RowBody
from screens.kit.scroller import Scroller
from screens.kit.words import Words
from screens.look import Look
from screens.video.player import Player


def render(look: Look, page: ReadGuide, hand: Hand) -> Sheet:
    """Sections scroll; the switch stays in view, and so do the chips where there is room."""
    m = look.measures
    kept = hand.kept
    rendering = next((one for one in page.renderings if one.id == kept.rendering), page.renderings[0])
    places: dict[str, list[Part]] = {}
    sections = {
        section.id: _section(look, section, hand, places, pictures=rendering.id == "illustrated")
        for section in rendering.sections
    }
    parts: list[Part] = list(sections.values())
    film = rendering.video
    if film is not None:
        parts.insert(0, Player(look, film, hand))
    if page.links:
        rows = [row_card(look, choice, hand.choose) for choice in page.links]
        parts.append(
            Column([heading(look, page.links_title), Space(m.px(1)), Column(rows, gap=m.px(4))], gap=m.px(2))
        )
    if page.rating:
        parts.append(rating_part(look, page.rating, hand.choose))
    if page.source:
        parts.append(paragraph(look, page.source, "soft", "chip"))

    def moved(offset: float) -> None:
        if film is not None:
            return  # the place is the film's
        if isinstance(scroller.start, Part):
            return  # it is being brought to its place, which may lie too near the end to come to the top
        edge = offset + m.px(10)
        above = [id_ for id_, part in sections.items() if scroller.place_of(part) <= edge]
        kept.section = above[-1] if above and offset else ""
        kept.step = sum(scroller.place_of(part) <= edge for part in places.get("steps", ()))

    def switch(id_: str) -> None:
        kept.rendering, kept.playing = id_, id_ == "video"
        hand.again()

    above = chips(look, page.chips)
    scarce = not look.landscape and (look.elder or m.low_reach)
    if scarce:
        parts.insert(0, above)
    options = [(one.id, one.title) for one in page.renderings]
    segments = Segments(look, options, rendering.id, switch) if len(options) > 1 else None
    start = 0.0 if film is not None else _place(hand, sections, places.get("steps", []))
    scroller = Scroller(look, Column(parts, gap=m.px(9)), start=start, moved=moved)
    under = [part for part in (None if scarce else above, None if look.landscape else segments) if part]
    body = Column([segments, scroller], gap=m.px(5)) if look.landscape and segments else scroller
    return Sheet(under=Column(under, gap=m.px(6)) if under else None, body=body)


def _place(hand: Hand, sections: Mapping[str, Part], steps: Sequence[Part]) -> Part | float:
    """Where the resident was: at a step, or at a section."""
    kept = hand.kept
    if kept.section == "steps" and 1 < kept.step <= len(steps):
        return steps[kept.step - 1]
    return sections.get(kept.section, 0.0)


def _section(
    look: Look, section: GuideSection, hand: Hand, places: dict[str, list[Part]], *, pictures: bool
) -> Part:
    """A section; its rows are put into ``places``."""
    m = look.measures
    parts: list[Part] = [_heading(look, section, hand)]
    parts += [paragraph(look, words) for words in section.paragraphs]
    rows: list[Part] = [_row(look, row, hand, pictures=pictures) for row in section.rows]
    places[section.id] = rows
    if rows:
        parts += [Space(m.px(1)), Column(rows, gap=m.px(4))]
    return Column(parts, gap=m.px(2))


def _heading(look: Look, section: GuideSection, hand: Hand) -> Part:
    """The section's title, in the lamp's colour while it is read aloud, and the key that reads it."""
    read = hand.read
    if read is None:
        return heading(look, section.title)
    m = look.measures
    reading = hand.kept.reading == section.id
    ink = "lamp" if reading else "soft"
    key = Press(
        look,
        Icon(look, "pause" if reading else "speaker", 9, ink),
        Skin("card" if reading else None, "lamp" if reading else None, ink, m.button_radius, m.stroke),
        key=f"speak-{section.id}",
        label=text("bar.speech"),
        fire=lambda: read(section.id),
        least=(m.target, m.target),
        selected=reading,
        role="switch",
    )
    title = Words(look, section.title, "tile", "lamp" if reading else "text", bold=True, grow=1.0)
    return Row([title, key], gap=m.px(4), align="middle")


def _row(look: Look, row: GuideRow, hand: Hand, *, pictures: bool) -> Surface:
    m = look.measures
    skin = Skin("card", "line", "text", m.radius, m.stroke)
    if row.card is not None:
        return _card(look, row, row.card, skin)
    front: list[Part] = []
    if row.n is not None:
        front.append(_number(look, row.n))
    if row.picture:
        front.append(Icon(look, row.picture, 18 if pictures else 10))
    inside = RowBody(
        look,
        front,
        Words(look, row.title, "body", bold=bool(row.note), settle="top"),
        Words(look, row.note, "small", "soft", settle="top") if row.note else None,
        ChipView(look, row.chip) if row.chip else None,
        None,
    )
    action = row.action
    if action is None:
        return Surface(look, inside, skin, pad=(m.px(7), m.px(4.5)))
    more = button(look, action.text, lambda: hand.choose(action.id), key=action.id, icon=action.icon)
    both = Column([inside, Flow([more], gap=0)], gap=m.px(3))
    return Surface(look, both, skin, pad=(m.px(7), m.px(4.5)))


def _card(look: Look, row: GuideRow, file: Path, skin: Skin) -> Surface:
    """A drawn scene as wide as the row, with its words below."""
    m = look.measures
    words = Words(look, row.title, "body", bold=True, settle="top", grow=1.0)
    said = Row([*([_number(look, row.n)] if row.n is not None else []), words], gap=m.px(5), align="middle")
    picture = FilePicture(look, file, tinted=True, most=m.px(150))
    return Surface(look, Column([picture, said], gap=m.px(3)), skin, pad=(m.px(7), m.px(4.5)))


def _number(look: Look, n: int) -> Part:
    m = look.measures
    words = Words(look, str(n), "body", "lamp", bold=True, align="center")
    side = round(words.em * 1.75)
    return _Round(Surface(look, words, Skin("background", "lamp", "lamp", side, m.stroke)), side)


class _Round(Part):
    def __init__(self, inside: Part, side: float) -> None:
        super().__init__()
        self.inside, self.side = inside, side
        self.add_widget(inside)

    def height_for(self, width: float) -> float:
        return self.side

    def width_wanted(self) -> float:
        return self.side

    def arrange(self) -> None:
        self.inside.place(self.x, self.center_y - self.side / 2, self.side, self.side)
