"""The window: full screen, no way out, and a loop that sleeps while nothing happens."""

from __future__ import annotations

import asyncio
import gc
import time
from typing import Any

from kivy.app import App
from kivy.base import ExceptionHandler, ExceptionManager
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.graphics.opengl import glFinish
from kivy.uix.widget import Widget

from screens.stage import KivyStage

#: Looks a second at the touch panel: while somebody touches or something moves, and while nothing happens.
BUSY_FPS = 60
IDLE_FPS = 20
#: Seconds of business after the last touch or drawn frame.
BUSY_SECONDS = 0.5
#: After how many smaller collections of garbage a whole one is made in any case, whatever moves.
RARELY = 500


class _Handover(ExceptionHandler):
    """A fault while a page is shown belongs to its journey, which apologises; the window goes on."""

    def __init__(self, stage: KivyStage) -> None:
        self._stage = stage

    def handle_exception(self, exception: BaseException) -> int:
        """Called by Kivy's loop; whatever is not ours ends the window."""
        handed_over = isinstance(exception, Exception) and self._stage.fault(exception)
        return int(ExceptionManager.PASS if handed_over else ExceptionManager.RAISE)


class KioskApp(App):
    """Runs one stage in the window. ``frames`` counts what has been drawn."""

    def __init__(self, stage: KivyStage, *, off_screen: bool) -> None:
        super().__init__()
        self.stage = stage
        self.off_screen = off_screen
        self.use_kivy_settings = False
        self.frames = 0
        #: Set once the first picture is on the panel.
        self.lit = asyncio.Event()
        self._busy_until = 0.0
        self._tidied = 1  # the first view follows none

    def build(self) -> Widget:
        """Dress the window and hand over the stage's root."""
        Window.clearcolor = self.stage.look.colour("background")
        Window.bind(on_request_close=_refuse, on_keyboard=_refuse, on_flip=self._flipped)
        for event in ("on_touch_down", "on_touch_move", "on_touch_up"):
            Window.bind(**{event: self._stir})
        Clock.schedule_interval(self._pace, 0)
        return self.stage.root

    def open_settings(self, *_: Any) -> None:
        """F1 would open Kivy's own settings; here it does nothing."""

    async def serve(self) -> None:
        """Show the stage until ``stop`` is called; everything shares the running asyncio loop."""
        handover = _Handover(self.stage)
        ExceptionManager.add_handler(handover)
        try:
            await self.async_run(async_lib="asyncio")
        finally:
            ExceptionManager.remove_handler(handover)
            self.stage.close()

    @staticmethod
    def house_stands() -> None:
        """What is there by now stays: it is not looked through for garbage any more."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(*gc.get_threshold()[:2], RARELY)

    def _stir(self, *_: object) -> None:
        self._busy_until = time.monotonic() + BUSY_SECONDS
        Clock._max_fps = BUSY_FPS  # noqa: SLF001 Kivy has no public way to change it while running

    def _flipped(self, *_: object) -> None:
        self.frames += 1
        self.lit.set()
        self._busy_until = max(self._busy_until, time.monotonic() + 0.1)
        if self.off_screen:
            # SDL's off-screen driver never waits for the drawing to end, so that memory would grow without
            # bound.
            glFinish()

    def _pace(self, _: float) -> None:
        moving = time.monotonic() < self._busy_until
        if not moving and self._tidied != self.stage.views:
            # What a page was drawn with holds itself in cycles, tens of thousands of objects: they go while
            # nobody touches and nothing moves, not in the middle of the next page.
            self._tidied = self.stage.views
            gc.collect()
        Clock._max_fps = BUSY_FPS if moving else IDLE_FPS  # noqa: SLF001 see above


def _refuse(*_: object) -> bool:
    return True
