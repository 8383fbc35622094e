"""Pieces that pages are made of: chips, tiles, rows, the switch of renderings, the ring, a heading."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from kivy.clock import Clock
from kivy.graphics import Color, SmoothLine

from kiosk.pages import Chip, Choice
from kiosk.text import Sayable
from screens.kit.icons import Icon
from screens.kit.part import Column, Flow, Part, Row, Space
from screens.kit.press import Press, Skin, Surface, card_skin
from screens.kit.rows import RowBody
from screens.kit.words import Words
from screens.look import Look
from screens.theme import TypeSize

_TONES = {
    "ok": ("ok_ground", None, "ok"),
    "warn": ("warn_ground", None, "warn"),
    "bad": ("bad_ground", None, "bad"),
    "quiet": ("raised", "line", "soft"),
}


class ChipView(Surface):
    """A truth chip: a pill of words in its tone."""

    def __init__(self, look: Look, chip: Chip) -> None:
        m = look.measures
        fill, line, ink = _TONES[chip.tone]
        # On the plain themes a tone is hardly a colour, so its pill gets an outline too.
        line = line or ("line" if look.theme.name in ("contrast", "yellow") else None)
        words = Words(look, chip.text, "chip", ink)
        super().__init__(
            look,
            words,
            Skin(fill, line, ink, m.px(6.5 if not look.elder else 8.5), m.stroke),
            pad=(m.px(4.5), m.px(1.2)),
        )


def chips(look: Look, several: Sequence[Chip], *, middle: bool = False) -> Flow:
    """Chips beside each other, wrapped."""
    return Flow(
        [ChipView(look, chip) for chip in several],
        gap=look.measures.px(3.5),
        settle="middle" if middle else "left",
    )


def tile(look: Look, choice: Choice, choose: Callable[[str], None], *, tall: float = 44) -> Press:
    """A tile of the home page: title and icon, a note, and the chip at its foot."""
    m = look.measures
    head = Row(
        [Words(look, choice.title, "tile", bold=True, settle="top", grow=1.0), *_icon(look, choice.icon, 12)],
        gap=m.px(3),
        align="top",
    )
    parts: list[Part] = [head]
    if choice.note:
        parts.append(Words(look, choice.note, "small", "soft", settle="top"))
    parts.append(Space(m.px(1), grow=1.0))
    if choice.chip:
        parts.append(Flow([ChipView(look, choice.chip)], gap=0))
    inside = Column(parts, gap=m.px(1.5))
    return Press(
        look,
        inside,
        card_skin(look),
        key=choice.id,
        label=choice.title,
        fire=lambda: choose(choice.id),
        pad=(m.px(7), m.px(5.5)),
        least=(m.target, m.px(tall)),
    )


def row_card(
    look: Look, choice: Choice, choose: Callable[[str], None], *, arrow: bool = True, selected: bool = False
) -> Press:
    """A row that can be chosen: icon, title, note, chip, and an arrow that says it leads on."""
    m = look.measures
    inside = RowBody(
        look,
        _icon(look, choice.icon, 11),
        Words(look, choice.title, "body", bold=True, settle="top"),
        Words(look, choice.note, "small", "soft", settle="top") if choice.note else None,
        ChipView(look, choice.chip) if choice.chip else None,
        Icon(look, "chevron-right", 8, "soft") if arrow else None,
    )
    skin = card_skin(look)
    if selected:
        skin = Skin("card", "lamp", "text", skin.radius, 2 * skin.stroke)
    return Press(
        look,
        inside,
        skin,
        key=choice.id,
        label=choice.title,
        fire=lambda: choose(choice.id),
        pad=(m.px(7), m.px(4)),
        least=(m.target, m.row_height),
        selected=selected,
    )


def _icon(look: Look, name: str | None, mm: float) -> list[Part]:
    return [Icon(look, name, mm)] if name else []


def heading(look: Look, words: Sayable) -> Words:
    """The title of a section inside a body."""
    return Words(look, words, "tile", bold=True)


def paragraph(look: Look, words: Sayable, colour: str = "text", size: TypeSize = "body") -> Words:
    """A paragraph of running text."""
    return Words(look, words, size, colour, settle="top")


class Segments(Part):
    """One switch of two or three; the chosen one is filled with the lamp. ``key`` begins its cells' names.

    A ``quiet`` one is only outlined with it: where it stands beside the main action, which alone glows.
    """

    def __init__(
        self,
        look: Look,
        options: Sequence[tuple[str, Sayable]],
        chosen: str,
        choose: Callable[[str], None],
        *,
        key: str = "rendering",
        size: TypeSize = "body",
        quiet: bool = False,
    ) -> None:
        super().__init__()
        m = look.measures
        self.look = look
        cells = [
            self._cell(look, f"{key}-{id_}", words, size, id_ == chosen, partial(choose, id_), quiet)
            for id_, words in options
        ]
        for cell in cells:
            cell.grow = 1.0
        ground = Skin("raised", "line", "text", m.button_radius, m.stroke)
        self._back = Surface(look, Row(cells), ground)
        self.add_widget(self._back)

    @staticmethod
    def _cell(
        look: Look,
        key: str,
        words: Sayable,
        size: TypeSize,
        chosen: bool,
        fire: Callable[[], None],
        quiet: bool,
    ) -> Press:
        m = look.measures
        skin = Skin("lamp" if chosen else None, None, "on_lamp" if chosen else "text", m.button_radius, 0)
        if quiet and chosen:
            skin = Skin("card", "lamp", "lamp", m.button_radius, 2 * m.stroke)
        said = Words(look, words, size, skin.ink, bold=chosen, align="center")
        return Press(
            look,
            said,
            skin,
            key=key,
            label=words,
            fire=fire,
            pad=(m.px(2), m.px(1.5)),
            least=(m.target, m.target),
            selected=chosen,
            role="radio",
        )

    def height_for(self, width: float) -> float:
        return self._back.height_for(width)

    def arrange(self) -> None:
        self._back.place(*self.pos, *self.size)


class Ring(Part):
    """A slow ring of light.

    Something is being waited for. Draws five frames a second and only while on the page.
    """

    FRAMES = 5
    TURN = 2.4

    def __init__(self, look: Look, mm: float = 34, *, inside: Part | None = None) -> None:
        super().__init__()
        self.look = look
        self.side = look.measures.px(mm)
        self._angle = 0.0
        self._ticks: Any | None = None
        self._arc: SmoothLine | None = None
        self.inside = inside
        if inside is not None:
            self.add_widget(inside)

    def height_for(self, width: float) -> float:
        return self.side

    def width_wanted(self) -> float:
        return self.side

    def on_parent(self, _: object, parent: Part | None) -> None:
        if parent is not None and self._ticks is None and not self.look.reduced_motion:
            self._ticks = Clock.schedule_interval(self._turn, 1 / self.FRAMES)

    def stop(self) -> None:
        """Stand still; the clock forgets it."""
        if self._ticks is not None:
            self._ticks.cancel()
            self._ticks = None

    def _turn(self, passed: float) -> None:
        self._angle = (self._angle + 360 / (self.TURN * self.FRAMES)) % 360
        if self._arc is not None:
            self._arc.points = self._points(self._angle, 100)

    def _points(self, start: float, sweep: float) -> list[float]:
        radius = min(self.side, self.width, self.height) / 2 - self.look.measures.px(2)
        angles = (math.radians(90 - start - sweep * step / 40) for step in range(41))
        return [
            value
            for angle in angles
            for value in (self.center_x + radius * math.cos(angle), self.center_y + radius * math.sin(angle))
        ]

    def arrange(self) -> None:
        self.canvas.before.clear()
        stroke = self.look.measures.px(1.1)
        with self.canvas.before:
            Color(*self.look.colour("line"))
            SmoothLine(points=self._points(0, 360), width=stroke)
            Color(*self.look.colour("lamp"))
            self._arc = SmoothLine(points=self._points(self._angle, 100), width=stroke, cap="round")
        if self.inside is not None:
            self.inside.place(*self.pos, *self.size)


class Countdown(Ring):
    """A ring that empties, with the seconds that are left in its middle: one frame a second."""

    def __init__(self, look: Look, seconds: float, mm: float = 90) -> None:
        self.total = seconds
        self.left = math.ceil(seconds)
        self.number = Words(look, str(self.left), "title", "text", bold=True, align="center")
        super().__init__(look, mm, inside=self.number)

    def on_parent(self, _: object, parent: Part | None) -> None:
        if parent is not None and self._ticks is None:
            self._ticks = Clock.schedule_interval(self._turn, 1.0)

    def _turn(self, passed: float) -> None:
        self.left = max(0, self.left - 1)
        self.number.say(str(self.left))
        if self._arc is not None:
            self._arc.points = self._points(0, 360 * self.left / self.total)
        if not self.left:
            self.stop()

    def arrange(self) -> None:
        super().arrange()
        if self._arc is not None:
            self._arc.points = self._points(0, 360 * self.left / self.total)
