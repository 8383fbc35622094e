"""The test finger: touches the drawn page the way a resident does, and takes pictures.

It goes through Kivy's own input, for the guided tour and for tests. It refuses to touch what a resident could
not: a key that is not on the page, out of view, switched off, covered, or smaller than a fingertip.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from kivy.core.window import Window

from screens.frame import parts_of
from screens.kit.part import Part
from screens.kit.press import Press
from screens.kit.scroller import Scroller
from screens.panel_picture import on_the_panel
from screens.stage import KivyStage

#: Least size of any key in mm: a letter key (UX notes 1.4).
LEAST_MM = (16.0, 18.0)


class FingerError(AssertionError):
    """The touch is impossible, or the page that was waited for did not come."""


class Finger:
    """A finger on the panel of one stage."""

    def __init__(self, stage: KivyStage) -> None:
        self.stage = stage

    async def wait_page(self, name: str, timeout: float = 10.0) -> float:
        """Wait until the page with this name takes touches.

        Returns the milliseconds from ``show`` to its first frame.

        Raises:
            FingerError: it did not come in ``timeout`` seconds; the message says which page is there instead.
        """
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            page = self.stage.page
            if page is not None and page.name == name:
                return self.stage.last_page_ms
            await asyncio.sleep(0.01)
        there = self.stage.page.name if self.stage.page else "no page"
        raise FingerError(f"waited {timeout:g} s for page {name!r}, but there is {there!r}")

    def keys(self) -> list[str]:
        """Names of everything on the page that can be touched."""
        return [press.key for press in self._presses()]

    def find(self, key: str) -> Press:
        """The one thing on the page with this key.

        Raises:
            FingerError: there is none, or more than one.
        """
        found = [press for press in self._presses() if press.key == key]
        if len(found) != 1:
            raise FingerError(
                f"{len(found)} keys {key!r} on page {self._page_name()!r}; there are {', '.join(self.keys())}"
            )
        return found[0]

    async def tap(self, key: str) -> None:
        """Touch a key in its middle, down and up, as the panel reports it; scrolls it into view first.

        Raises:
            FingerError: a resident could not touch it.
        """
        await self.reveal(key)
        press = self.find(key)
        self._check(press)
        x, y = press.to_window(*press.center)
        await self.touch(x, y)

    async def touch(self, x: float, y: float) -> None:
        """Touch a place on the panel, pixels from the lower left."""
        self.down(x, y)
        await self.frames(1)
        self.up(x, y)
        await self.frames(1)

    def down(self, x: float, y: float) -> None:
        """The finger comes down."""
        Window.dispatch("on_mouse_down", x, Window.system_size[1] - y, "left", [])

    def move(self, x: float, y: float) -> None:
        """The finger, still down, moves."""
        Window.dispatch("on_mouse_move", x, Window.system_size[1] - y, [])

    def up(self, x: float, y: float) -> None:
        """The finger goes up."""
        Window.dispatch("on_mouse_up", x, Window.system_size[1] - y, "left", [])

    async def type(self, words: str) -> None:
        """Touch one letter or digit key after the other."""
        for character in words:
            await self.tap(f"key-{character}")

    async def reveal(self, key: str) -> None:
        """Scroll, with the keys for up and down, until ``key`` is in view."""
        press = self.find(key)
        scroller = next((parent for parent in _parents(press) if isinstance(parent, Scroller)), None)
        if scroller is None or press in (scroller.up, scroller.down):
            return
        for _ in range(40):
            bottom, top = press.to_window(press.x, press.y)[1], press.to_window(press.x, press.top)[1]
            port = scroller.port
            if bottom >= port.y - 1 and top <= port.top + 1:
                return
            way = scroller.down if bottom < port.y else scroller.up
            if not way.enabled or not way.parent:
                return
            self._check(way)
            await self.touch(*way.to_window(*way.center))
            await asyncio.sleep(0 if self.stage.look.reduced_motion else 0.2)

    async def frames(self, count: int) -> None:
        """Let the window go on for a few turns of its loop: touches are handed on, changes are drawn."""
        from kivy.clock import Clock

        for _ in range(count):
            turned = asyncio.get_running_loop().create_future()
            Clock.schedule_once(lambda _, turned=turned: turned.done() or turned.set_result(None), 0)
            try:
                await asyncio.wait_for(turned, 10)
            except TimeoutError:
                raise FingerError("the window stands still: its loop has ended or hangs") from None

    async def settle(self) -> None:
        """Wait until the page stands still and takes touches."""
        await asyncio.sleep(max(0.0, self.stage.settles_in()))
        await self.frames(2)

    async def screenshot(self, path: Path) -> None:
        """Save what is on the panel as PNG."""
        await self.settle()
        path.parent.mkdir(parents=True, exist_ok=True)
        on_the_panel().save(path, compress_level=4)

    def _presses(self) -> list[Press]:
        if self.stage.view is None:
            return []
        return [part for part in parts_of(self.stage.view) if isinstance(part, Press)]

    def _page_name(self) -> str:
        return self.stage.view.page.name if self.stage.view else "nothing"

    def _check(self, press: Press) -> None:
        m = self.stage.look.measures
        if not press.enabled:
            raise FingerError(f"key {press.key!r} is switched off")
        if press.width + 1 < m.px(LEAST_MM[0]) or press.height + 1 < m.px(LEAST_MM[1]):
            raise FingerError(
                f"key {press.key!r} is smaller than a fingertip: {press.width:.0f} x {press.height:.0f} px"
            )
        x, y = press.to_window(*press.center)
        if not (0 <= x <= Window.width and 0 <= y <= Window.height):
            raise FingerError(f"key {press.key!r} is not on the panel")
        for parent in _parents(press):
            if (
                isinstance(parent, Scroller)
                and press not in (parent.up, parent.down)
                and not parent.port.collide_point(x, y)
            ):
                raise FingerError(f"key {press.key!r} is out of view")


def _parents(part: Part) -> list[Part]:
    parents = []
    parent = part.parent
    while isinstance(parent, Part):
        parents.append(parent)
        parent = parent.parent
    return parents
