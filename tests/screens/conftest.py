"""One window for all tests of the screens: Kivy knows one App and one Window in a process."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from config.settings import PanelSettings
from devices.speech.kind import Speech
from kiosk.pages import Answer, Page
from screens import kivy_setup

if TYPE_CHECKING:
    from screens.app import KioskApp
    from screens.finger import Finger
    from screens.stage import KivyStage

PORTRAIT = PanelSettings(width=1080, height=1920, theme="night", reduced_motion=True)
LANDSCAPE = PanelSettings(width=1920, height=1080, theme="night", reduced_motion=True)

# Before any test module of this folder can import Kivy by way of the screens.
if "kivy" not in sys.modules:
    kivy_setup.prepare(PORTRAIT, off_screen=True)


@pytest.fixture(scope="session", autouse=True)
def words_are_compiled() -> None:
    """The catalogues that set-up compiles are newer than what was written since."""
    root = Path(__file__).resolve().parents[2]
    subprocess.run([sys.executable, str(root / "deploy" / "make_catalogues.py")], check=True)


@dataclass
class SpokenWords:
    """A speaker that notes what it is asked to read, and reads until it is hushed or told to end."""

    said: list[tuple[str, str]] = field(default_factory=list)
    hushed: int = 0
    resets: int = 0
    private: bool | None = None
    kind: Speech | None = None
    done: asyncio.Event = field(default_factory=asyncio.Event)

    async def say(self, text: str, language: str, kind: Speech) -> None:
        self.said.append((text, language))
        self.kind = kind
        await self.done.wait()

    def hush(self) -> None:
        self.hushed += 1

    def reset(self) -> None:
        self.resets += 1


@dataclass
class Screen:
    """The one window, its stage, and a finger on it."""

    app: KioskApp
    stage: KivyStage
    finger: Finger
    speaker: SpokenWords
    network: list[str]

    @contextlib.asynccontextmanager
    async def showing(self, page: Page) -> AsyncIterator[asyncio.Task[Answer]]:
        """Show a page, wait until it takes touches, take it down again."""
        shown = asyncio.create_task(self.stage.show(page))
        await self.finger.wait_page(page.name)
        try:
            yield shown
        finally:
            shown.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await shown

    async def answer(self, page: Page, *keys: str) -> Answer:
        """Show a page, touch some keys, return the answer."""
        async with self.showing(page) as shown:
            for key in keys:
                await self.finger.tap(key)
            return await asyncio.wait_for(shown, 5)

    async def resize(self, panel: PanelSettings) -> None:
        """Give the window the size of another panel."""
        from kivy.core.window import Window

        if (Window.width, Window.height) != (panel.width, panel.height):
            Window.size = (panel.width, panel.height)
        self.stage.reframe(panel)
        await self.finger.frames(2)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def window() -> AsyncIterator[Screen]:
    from screens.app import KioskApp
    from screens.finger import Finger
    from screens.stage import KivyStage
    from screens.strip import StripState
    from tests.screens.sample_pages import Both

    network = ["网络正常"]
    speaker = SpokenWords()
    place = Both("经十路社区 24 小时自助服务区", "Jingshi Road 24-hour service area")
    stage = KivyStage(PORTRAIT, strip=lambda: StripState(place, network[0]), speaker=speaker, strict=True)
    app = KioskApp(stage, off_screen=True)
    running = asyncio.create_task(app.serve())
    finger = Finger(stage)
    await finger.frames(3)
    yield Screen(app, stage, finger, speaker, network)
    app.stop()
    await running


@pytest_asyncio.fixture(loop_scope="session")
async def screen(window: Screen) -> AsyncIterator[Screen]:
    """The window as the next resident finds it: portrait, Chinese, nothing on."""
    await window.resize(PORTRAIT)
    window.stage.wipe()
    window.speaker.said.clear()
    window.speaker.done.clear()
    window.network[:] = ["网络正常"]
    yield window
    window.speaker.done.set()
    window.stage.wipe()
    gc.collect()
