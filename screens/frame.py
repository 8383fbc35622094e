"""The frame of every page: one column in portrait, two panes in landscape.

From above: strip, step, title, body, actions, bar.
Everything that can be touched lies inside the reach of the current mode: in low-reach mode the head stays
above while body, actions and bar move into the band.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kivy.graphics import Color, PopMatrix, PushMatrix, Rectangle, Translate

from kiosk.pages import Action, Page
from kiosk.text import Sayable, text
from screens.bar import Bar, BarKey, Modes
from screens.hand import Hand
from screens.kit.part import Column, Grid, Part, Row, Space
from screens.kit.press import Press, button
from screens.kit.scroller import Scroller
from screens.kit.words import Words
from screens.look import Look
from screens.strip import Strip, StripState


@dataclass(frozen=True)
class Sheet:
    """What one page brings to the frame.

    ``lead`` stands above the title and ``hints`` below it, nothing to touch in either; ``under`` follows
    (chips, a switch, a field); ``body`` takes the room that is left. ``main``
    replaces the page's own main button where that needs the page's entries. ``split`` is the left pane's
    share in landscape. ``bare`` pages bring everything themselves.
    """

    body: Part | None = None
    lead: Part | None = None
    hints: tuple[Part, ...] = ()
    under: Part | None = None
    main: Part | None = None
    split: float = 0.4
    bare: bool = False


@dataclass(frozen=True)
class Surroundings:
    """What the frame shows and calls that is not the page's own."""

    modes: Modes
    speech: bool
    strip: StripState
    clock: str
    press: Callable[[BarKey], None]
    back: Callable[[], None]


class Pane(Part):
    """The part of a page that slides in."""

    def __init__(self, parts: list[Part]) -> None:
        super().__init__()
        with self.canvas.before:
            PushMatrix()
            self.shift = Translate(0, 0)
        with self.canvas.after:
            PopMatrix()
        for part in parts:
            self.add_widget(part)


class View(Part):
    """One drawn page. ``pane`` slides, strip and bar stay."""

    def __init__(self, look: Look, page: Page, sheet: Sheet, hand: Hand, around: Surroundings) -> None:
        super().__init__(key="view")
        self.look = look
        self.page = page
        self.sheet = sheet
        keys: tuple[BarKey, ...] = () if sheet.bare or around.modes.low else ("theme", "leave")
        self.strip = Strip(look, around.strip, around.clock, around.press, keys=keys)
        self.bar = None if sheet.bare else Bar(look, around.modes, around.press, speech=around.speech)
        self.head = _head(look, page, sheet)
        main = sheet.main or _main(look, page.main, hand)
        scarce = not look.landscape and (look.elder or around.modes.low) and main is not None and page.back
        several = _several(look, page, hand, around.back, short=scarce)
        if main is not None and scarce:
            # Height is scarce: back, and one more if it is alone, share the last row with the main action.
            main.grow = 1.0
            both = sum(one.width_wanted() for one in (*several, main)) + 2 * look.measures.px(5) <= _room(
                look, 1.0
            )
            beside = several if len(several) == 2 and both else several[-1:]
            self.main: Part | None = Row([*reversed(beside), main], gap=look.measures.px(5))
            several = [one for one in several if one not in beside]
        elif main is None and look.landscape and len(several) > 2:
            # Nothing else is at the foot of the right pane, and the left one is narrow.
            self.main = _grid(look, several[:-1], 1 - sheet.split) if page.back else None
            several = several[-1:] if page.back else several
        else:
            self.main = main
        self.second = _grid(look, several, sheet.split)
        self.body = sheet.body
        if self.body is not None:
            self.body.grow = 1.0
        self.under = sheet.under
        with self.canvas.before:
            Color(*look.colour("background"))
            self._ground = Rectangle()
        self.pane = Pane([])
        self.add_widget(self.pane)
        self.add_widget(self.strip)
        if self.bar is not None:
            self.add_widget(self.bar)

    def arrange(self) -> None:
        self._ground.pos, self._ground.size = self.pos, self.size
        m = self.look.measures
        self.pane.clear_widgets()
        left, wide = self.x + m.margin, self.width - 2 * m.margin
        strip_tall = self.strip.height_for(wide)
        top = self.top - m.px(5 if self.look.landscape else 7)
        low, high = m.reach
        bottom = self.y + low
        if self.bar is not None:
            tall = self.bar.height_for(self.width)
            self.bar.place(self.x, bottom, self.width, tall)
            bottom += tall + m.px(6 if self.look.landscape else 8)
        self.strip.place(left, top - strip_tall, wide, strip_tall)
        top -= strip_tall + m.px(4 if self.look.landscape else 8)
        if self.sheet.bare:
            if self.body is not None:
                self._put(self.body, self.x, self.y, self.width, self.height)
        elif self.look.landscape:
            self._two_panes(left, bottom, wide, min(top, self.y + high))
        else:
            self._one_column(left, bottom, wide, top, self.y + high)

    def _put(self, part: Part, x: float, y: float, width: float, height: float) -> None:
        self.pane.add_widget(part)
        part.place(x, y, width, max(0.0, height))

    def _one_column(self, x: float, bottom: float, width: float, top: float, high: float) -> None:
        m = self.look.measures
        head_tall = min(self.head.height_for(width), top - bottom)
        self._put(self.head, x, top - head_tall, width, head_tall)
        top -= head_tall + m.px(6)
        top = min(top, high)
        foot = [part for part in (self.second, self.main) if part is not None]
        if foot:
            actions = Column(foot, gap=m.gap)
            tall = actions.height_for(width)
            self._put(actions, x, bottom, width, tall)
            bottom += tall + m.gap
        if self.under is not None:
            tall = self.under.height_for(width)
            self._put(self.under, x, top - tall, width, tall)
            top -= tall + m.px(6)
        if self.body is not None:
            self._put(self.body, x, bottom, width, top - bottom)

    def _two_panes(self, x: float, bottom: float, width: float, top: float) -> None:
        m = self.look.measures
        between = m.px(14)
        narrow = (width - between) * self.sheet.split
        left: list[Part] = [self.head]
        if self.under is not None:
            left += [Space(m.px(5)), self.under]
        if self.under is None or not self.under.grow:
            left = [Scroller(self.look, Column(left), grow=1.0)]
        if self.second is not None:
            left += [Space(m.px(5)), self.second]
        right: list[Part] = [self.body if self.body is not None else Space(grow=1.0)]
        if self.main is not None:
            (right if self.body is not None else left).extend([Space(m.px(6)), self.main])
        self._put(Column(left), x, bottom, narrow, top - bottom)
        self._put(Column(right), x + narrow + between, bottom, width - narrow - between, top - bottom)


def _head(look: Look, page: Page, sheet: Sheet) -> Part:
    m = look.measures
    parts: list[Part] = []
    if page.step is not None:
        words = text("strip.step", journey=page.step.journey, n=page.step.n, of=page.step.of)
        parts.append(Words(look, words, "small", "soft", balanced=True, key="step"))
    if sheet.lead is not None:
        parts += [sheet.lead, Space(m.px(5))]
    if page.title:
        parts.append(_title(look, page.title, sheet.split))
    if page.note:
        parts.append(Words(look, page.note, "body" if not look.elder else "small", "soft", key="note"))
    for hint in sheet.hints:
        parts += [Space(m.px(2)), hint]
    return Column(parts, gap=m.px(1))


def _title(look: Look, words: Sayable, split: float) -> Words:
    """The title; one of more than two lines (where height is scarce: of more than one) is set smaller."""
    scarce = look.measures.low_reach or (look.landscape and look.elder)
    title = Words(look, words, "title", bold=True, balanced=True, key="title")
    if len(title.lines(_room(look, split))) <= (1 if scarce else 2):
        return title
    return Words(look, words, "tile", bold=True, balanced=True, key="title")


def _room(look: Look, split: float) -> float:
    """Width in pixels of the column, or of the left pane."""
    m = look.measures
    whole = m.panel.width - 2 * m.margin
    return (whole - m.px(14)) * split if look.landscape else whole


def _several(look: Look, page: Page, hand: Hand, back: Callable[[], None], *, short: bool) -> list[Press]:
    """Every button but the main one; back is the last."""
    several = [
        button(
            look,
            action.text,
            _answerer(hand, action),
            key=action.id,
            icon=action.icon,
            enabled=action.enabled,
        )
        for action in page.others
    ]
    if page.back:
        several.append(
            button(
                look, text("keys.back-short" if short else "keys.back"), back, key="back", icon="chevron-left"
            )
        )
    return several


def _grid(look: Look, several: list[Press], split: float) -> Part | None:
    if not several:
        return None
    gap = look.measures.px(5)
    room = _room(look, split)
    columns = next((n for n in (3, 2) if n <= len(several) and _fit(several, room, n, gap)), 1)
    return Grid(several, columns=2 if len(several) == 4 and columns > 2 else columns, gap=gap, stretch=True)


def _fit(several: list[Press], room: float, columns: int, gap: float) -> bool:
    cell = (room - gap * (columns - 1)) / columns
    return all(one.width_wanted() <= cell for one in several)


def _main(look: Look, action: Action | None, hand: Hand) -> Press | None:
    if action is None:
        return None
    return button(
        look,
        action.text,
        _answerer(hand, action),
        key=action.id,
        icon=action.icon,
        main=True,
        enabled=action.enabled,
    )


def _answerer(hand: Hand, action: Action) -> Callable[[], None]:
    return lambda: hand.choose(action.id)


def parts_of(widget: Any) -> list[Part]:
    """Every part below and including ``widget``, front last; for tests and the test finger."""
    found = [widget] if isinstance(widget, Part) else []
    for child in reversed(widget.children):
        found += parts_of(child)
    return found
