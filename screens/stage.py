"""The Kivy stage: shows the pages of a visit on the panel and listens.

It keeps a stack of the pages that are being shown (a page shown over a waiting one covers it), draws the
uppermost, and draws it
anew whenever a mode changes. Everything a resident entered lives in that stack and goes with it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from kivy.animation import Animation
from kivy.clock import Clock

from config.settings import PanelSettings, Site
from devices.identity import CHINA_TIME
from kiosk.pages import Answer, Attract, OutOfService, Page, StillThere
from kiosk.stage import Language, Wish
from kiosk.text import Sayable
from screens import fonts
from screens.bar import BarKey, Modes
from screens.frame import Surroundings, View
from screens.hand import Hand, Kept
from screens.input.desk import Desk, installed
from screens.kit.part import Part
from screens.look import Look
from screens.pages import render
from screens.passages import Passage, kind_of, passages
from screens.root import Root
from screens.strings import Strings
from screens.strip import StripState
from screens.theme import THEMES, Measures, theme_at
from screens.voice import Speaker, Voice

#: Seconds a page slides, and by how many mm.
SLIDE_SECONDS = 0.15
SLIDE_MM = 24.0
#: Seconds in which a fresh page does not take touches: the second tap of a hurried finger was meant for the
#: page before.
SETTLE_SECONDS = 0.25
#: Two touches closer than this in time (s) and place (mm) are one finger that was reported twice.
ECHO_SECONDS = 0.04
ECHO_MM = 2.0

_WISHES: dict[str, Wish] = {"could-not": Wish.COULD_NOT, "help": Wish.HELP, "leave": Wish.LEAVE}


@dataclass(eq=False)
class _Shown:
    """A page that waits for its answer."""

    page: Page
    answer: asyncio.Future[Answer] = field(repr=False)
    kept: Kept = field(repr=False)
    asked: float


class KivyStage:
    """Implements ``kiosk.stage.Stage``. ``root`` is the widget for the window.

    ``strip`` is asked what the top strip says.
    """

    def __init__(
        self,
        panel: PanelSettings,
        *,
        strip: Callable[[], StripState],
        speaker: Speaker | None = None,
        language: Language = "zh",
        strict: bool = False,
    ) -> None:
        fonts.register()
        self.panel = panel
        self._strip = strip
        self._voice = Voice(speaker, lambda: self.switch(speech=False))
        self._home_language: Language = language
        self._strict = strict
        self._stack: list[_Shown] = []
        self._wishes: asyncio.Queue[Wish] = asyncio.Queue()
        self._touched = time.monotonic()
        self._drawn_for: _Shown | None = None
        self._was_a_page = False
        self._fresh_until = 0.0
        self._last_touch = (0.0, -1e9, -1e9)
        self.view: View | None = None
        #: How many views have been drawn so far.
        self.views = 0
        self.modes = self._default_modes()
        self.look = self._make_look()
        #: Milliseconds from ``show`` to the first drawn frame of the page that was shown last.
        self.last_page_ms = 0.0
        self.root = Root(self)
        self._redraw = Clock.create_trigger(self._draw)
        self._uncover = Clock.create_trigger(self._draw, 0.05)
        #: What residents write with.
        self.desk = Desk(Clock.create_trigger(lambda _: self._build()), installed=installed())
        self._minute = Clock.schedule_interval(self._update_strip, 1.0)

    # -- what journeys call

    async def show(self, page: Page) -> Answer:
        """Put a page up and wait for its answer."""
        shown = _Shown(
            page,
            asyncio.get_running_loop().create_future(),
            Kept(draft=getattr(page, "draft", "")),
            time.perf_counter(),
        )
        self._stack.append(shown)
        self._touched = time.monotonic()
        self._redraw()
        try:
            return await shown.answer
        finally:
            # The answered page stays visible, and deaf, until the journey shows the next one.
            self._stack.remove(shown)
            if self._stack:
                self._uncover()

    async def wish(self) -> Wish:
        """Wait for the next wish that does not answer the page itself."""
        return await self._wishes.get()

    def idle_seconds(self) -> float:
        """Seconds since the last touch, change of page or spoken word, on a monotonic clock."""
        if self._voice.speaking:
            self._touched = time.monotonic()
        return time.monotonic() - self._touched

    def is_elder(self) -> bool:
        """Whether elder mode is on."""
        return self.modes.elder

    @property
    def language(self) -> Language:
        """Language of this visit."""
        return "en" if self.modes.language == "en" else "zh"

    def say(self, words: Sayable) -> str:
        """Put words into the language of this visit."""
        return self.look.say(words)

    def alert(self) -> None:
        """Read the page aloud, whether or not speech is on, and let the lamp shine around it once."""
        self._read_aloud()
        self.root.shine(self.look.colour("lamp"), self.look.measures.px(4))

    def wipe(self, *, person_stays: bool = False) -> None:
        """End of a visit: forget pictures, entries and speech; the modes, too, unless the person stays."""
        self._voice.reset()
        self.desk.wipe(person_stays=person_stays)
        for shown in self._stack:
            shown.kept = Kept()
        while not self._wishes.empty():
            self._wishes.get_nowait()
        self._drawn_for = None
        self._set_view(None)
        self.modes = replace(self.modes, speech=False) if person_stays else self._default_modes()
        self.look = self._make_look()
        self.root.paint(self.look.colour("background"))
        if not person_stays:
            self.root.dim()
        if self._stack:
            self._redraw()

    # -- what the app and the test finger ask

    def give_voice(self, speaker: Speaker | None) -> None:
        """Read pages aloud with this speaker from now on."""
        self._voice.use(speaker)

    @property
    def page(self) -> Page | None:
        """The page that is drawn and waits for its answer, if it takes touches by now."""
        shown = self._drawn_for
        ready = (
            shown is not None and shown in self._stack and not shown.answer.done() and not self.is_settling()
        )
        return shown.page if ready and shown is not None else None

    def is_settling(self) -> bool:
        """Whether the page has only just appeared and does not take touches yet."""
        return self.settles_in() > 0

    def settles_in(self) -> float:
        """Seconds until the page takes touches; negative when it does."""
        return self._fresh_until - time.monotonic()

    def switch(self, **changes: Any) -> None:
        """Change modes (``elder``, ``speech``, ``low``, ``language``, ``theme``).

        The page is drawn anew, entries kept.
        """
        self.modes = replace(self.modes, **changes)
        self.look = self._make_look()
        self.root.paint(self.look.colour("background"))
        if "speech" in changes or ("language" in changes and self.modes.speech):
            self._voice.hush()
            if self.modes.speech:
                self._read_aloud()
        self._build()

    def reframe(self, panel: PanelSettings) -> None:
        """Draw for another panel from now on."""
        self.panel = panel
        self.look = self._make_look()
        self._build()

    def close(self) -> None:
        """Stop the clock and the voice."""
        self._minute.cancel()
        self._voice.hush()
        self.desk.wipe()
        self._set_view(None)

    # -- touches

    def touched(self, touch: Any) -> bool:
        """Note a touch that begins; True when it must not reach the page."""
        now = time.monotonic()
        self._touched = now
        at, x, y = self._last_touch
        near = self.look.measures.px(ECHO_MM)
        echo = now - at < ECHO_SECONDS and abs(touch.x - x) < near and abs(touch.y - y) < near
        self._last_touch = (now, touch.x, touch.y)
        return echo or self.is_settling()

    def fault(self, error: Exception) -> bool:
        """Hand a fault of the drawn page to the journey that showed it; False when no page is shown."""
        shown = self._drawn_for
        if shown is None or shown not in self._stack:
            return False
        if not shown.answer.done():
            shown.answer.set_exception(error)
        return True

    def note_life(self) -> None:
        """Somebody is still touching the panel."""
        self._touched = time.monotonic()

    def _press_bar(self, key: BarKey) -> None:
        if key in _WISHES:
            self._wishes.put_nowait(_WISHES[key])
        elif key == "language":
            self.switch(language="en" if self.modes.language == "zh" else "zh")
        elif key == "theme":
            names = list(THEMES)
            self.switch(theme=names[(names.index(self.modes.theme) + 1) % len(names)])
        else:
            self.switch(**{key: not getattr(self.modes, key)})

    def take_settings(self, site: Site) -> None:
        """Begin visits with these colours and in this language from the next one on."""
        self.panel, self._home_language = site.panel, site.kiosk.language

    # -- drawing

    def _default_modes(self) -> Modes:
        return Modes(language=self._home_language, theme=theme_at(self.panel.theme, datetime.now(CHINA_TIME)))

    def _make_look(self) -> Look:
        modes = self.modes
        return Look(
            Measures(self.panel, elder=modes.elder, low_reach=modes.low),
            THEMES[modes.theme],
            Strings(modes.language, strict=self._strict),
            self.panel.reduced_motion,
        )

    def _draw(self, *_: object) -> None:
        if not self._stack or self._stack[-1] is self._drawn_for:
            return
        shown = self._stack[-1]
        new = self._drawn_for is not shown
        self._drawn_for = shown
        self._touched = time.monotonic()
        self._build()
        if new and self.view is not None:
            # The first page of all follows no tap that could have been meant for another one.
            if self._was_a_page:
                self._slide(self.view)
            self._was_a_page = True
            self._voice.hush()
            if self.modes.speech:
                self._read_aloud()
        self.last_page_ms = (time.perf_counter() - shown.asked) * 1000

    def _build(self) -> None:
        """Draw the page; a fault in drawing belongs to whoever showed it and never ends the window."""
        shown = self._drawn_for
        if shown is None:
            return
        try:
            self._compose(shown)
        except Exception as error:  # noqa: BLE001 handed on to the journey
            self.fault(error)

    def _compose(self, shown: _Shown) -> None:
        hand = Hand(
            answer=lambda id_, value: self._answered(shown, id_, value),
            again=self._build,
            kept=shown.kept,
            desk=self.desk,
            read=partial(self._read_section, shown) if self._voice.available else None,
            narrator=_Narration(self) if self._voice.available else None,
            watched=self.note_life,
        )
        around = Surroundings(
            self.modes,
            self._voice.available,
            self._strip(),
            _clock(),
            self._press_bar,
            lambda: self._back(shown),
        )
        view = View(self.look, shown.page, render(self.look, shown.page, hand), hand, around)
        self._set_view(view)
        view.place(0, 0, self.panel.width, self.panel.height)

    def _set_view(self, view: View | None) -> None:
        if self.view is not None:
            self.root.remove_widget(self.view)
            _retire(self.view)
        self.view = view
        if view is not None:
            self.views += 1
            self.root.add_widget(view)

    def _slide(self, view: View) -> None:
        if self.look.reduced_motion or isinstance(view.page, Attract | OutOfService | StillThere):
            self._fresh_until = time.monotonic() + SETTLE_SECONDS / 2
            return
        self._fresh_until = time.monotonic() + SETTLE_SECONDS
        view.pane.shift.x = self.look.measures.px(SLIDE_MM)
        Animation(x=0, duration=SLIDE_SECONDS, t="out_cubic").start(view.pane.shift)

    def _answered(self, shown: _Shown, id_: str, value: str) -> None:
        if not shown.answer.done():
            shown.answer.set_result(Answer(id_, value))

    def _back(self, shown: _Shown) -> None:
        if not shown.answer.done():
            self._wishes.put_nowait(Wish.BACK)

    def _update_strip(self, _: float) -> None:
        if self.view is not None:
            self.view.strip.update(self._strip(), _clock())

    def _read_aloud(self, section: str = "") -> None:
        """Read the page, or one section of its guide; what is being read is marked on the page."""
        shown = self._drawn_for
        if shown is None:
            return
        stop = "。" if self.language == "zh" else ". "
        private, rendering = self._voice.private, shown.kept.rendering
        several = passages(shown.page, self.say, stop, rendering, private=private)
        if section:
            several = tuple(one for one in several if one.section == section)

        def begun(reading: str) -> None:
            if (shown.kept.reading, self._drawn_for) != (reading, shown) and self._drawn_for is shown:
                shown.kept.reading = reading
                shown.kept.section = reading or shown.kept.section
                self._build()

        self._voice.read(several, self.language, begun)

    def _read_section(self, shown: _Shown, section: str) -> None:
        """Read one section; touched again, be silent."""
        reading, shown.kept.reading = shown.kept.reading, ""
        self._voice.hush()
        if reading == section:
            self._build()
        else:
            self._read_aloud(section)


class _Narration:
    """The stage's voice, as videos use it."""

    def __init__(self, stage: KivyStage) -> None:
        self._stage = stage

    @property
    def speaking(self) -> bool:
        return self._stage._voice.speaking  # noqa: SLF001 its own stage

    def narrate(self, words: Sayable) -> None:
        stage = self._stage
        passage = Passage(stage.say(words), kind_of((words,)))
        stage._voice.read((passage,), stage.language, lambda _: None)  # noqa: SLF001

    def hush(self) -> None:
        self._stage._voice.hush()  # noqa: SLF001


def _retire(view: View) -> None:
    """Stop what moves on a view that goes away; it holds clocks and pictures that must not outlive it."""
    Animation.cancel_all(view.pane.shift)
    for widget in view.walk():
        if isinstance(widget, Part):
            stop = getattr(widget, "stop", None)
            if stop is not None:
                stop()


def _clock() -> str:
    """The time on the wall, whatever zone the machine was set to."""
    return f"{datetime.now(CHINA_TIME):%H:%M}"
