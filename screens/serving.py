"""A kiosk in its window: everything that `run` and the guided tour have in common.

The window comes first. Within the first second the lamp is lit; who touches it is served as soon as the rest
of the house is open behind it. What that needs is therefore imported late, in a thread.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.settings import Site
from kiosk.pages import Answer, Attract, Chip
from kiosk.text import Bilingual, Sayable, text
from screens.app import KioskApp
from screens.stage import KivyStage
from screens.strip import StripState

if TYPE_CHECKING:
    from kiosk.hub_link import HubLink
    from kiosk.opening import Opened


@dataclass(frozen=True)
class Serving:
    """A kiosk that serves, and the stage on which it does."""

    opened: Opened
    stage: KivyStage


Meanwhile = Callable[[Serving], Awaitable[None]]


async def serve(site: Site, site_file: Path, *, off_screen: bool, meanwhile: Meanwhile | None = None) -> bool:
    """Open the window, then the kiosk; serve until the window ends, a signal comes or ``meanwhile`` is done.

    True when the kiosk is to be started again, because its hub asked for it. Raises what opening raises
    (``kiosk.opening``, ``kiosk.embedded``), and what ``meanwhile`` raises.
    """
    strip = Strip(Place(site.kiosk.place_zh, site.kiosk.place_en), bool(site.hub.url))
    stage = KivyStage(site.panel, strip=strip.state, language=site.kiosk.language)
    app = KioskApp(stage, off_screen=off_screen)
    waking = Attract(chips=(Chip(text("attract.waking"), "quiet"),))
    lamp = asyncio.create_task(stage.show(waking))
    opening = asyncio.create_task(_open(site, site_file, app, lamp, strip, meanwhile))
    opening.add_done_callback(lambda _: app.stop())
    _stop_on_signals(app)
    try:
        await app.serve()
    finally:
        await _end({opening, lamp})
    return opening.done() and not opening.cancelled() and opening.result()


async def _open(
    site: Site,
    site_file: Path,
    app: KioskApp,
    lamp: asyncio.Task[Answer],
    strip: Strip,
    meanwhile: Meanwhile | None,
) -> bool:
    """Open the house behind the lit lamp; keep it open until ``meanwhile`` is done or something fails.

    True when the kiosk is to be started again.
    """
    stage = app.stage
    await app.lit.wait()
    await asyncio.to_thread(import_module, "kiosk.opening")
    from devices.contract import Speaker
    from kiosk.day import keep_open
    from kiosk.embedded import whole_site
    from kiosk.opening import open_kiosk
    from screens.panel_picture import picture_of_nobody

    async with whole_site(site, site_file), open_kiosk(site) as opened:
        app.house_stands()
        strip.link = opened.link
        opened.kiosk.settings.listeners.append(stage.take_settings)
        opened.acts.picture = lambda: picture_of_nobody(stage)
        stage.take_settings(opened.kiosk.site)
        stage.give_voice(opened.kiosk.devices.first(Speaker))
        somebody_came = lamp.done()
        lamp.cancel()
        await asyncio.gather(lamp, return_exceptions=True)
        tasks = {asyncio.create_task(keep_open(opened.kiosk, stage, somebody_came=somebody_came))}
        if meanwhile is not None:
            tasks.add(asyncio.ensure_future(meanwhile(Serving(opened, stage))))
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _end(tasks)
        return opened.kiosk.service.restart_wanted.is_set()


@dataclass(frozen=True)
class Place:
    """Where the kiosk stands, for the top strip."""

    zh: str
    en: str


@dataclass
class Strip:
    """What the top strip says; ``link`` is None until the kiosk is open."""

    place: Bilingual
    wants_hub: bool
    link: HubLink | None = None

    def state(self) -> StripState:
        """How the network is, in words."""
        if self.link is None and self.wants_hub:
            return StripState(self.place, "", "quiet")
        if self.link is not None and self.link.online:
            return StripState(self.place, text("strip.network.ok"), "ok")
        words: Sayable = text("strip.network.down") if self.wants_hub else text("strip.network.none")
        return StripState(self.place, words, "warn")


def _stop_on_signals(app: KioskApp) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, app.stop)


async def _end(tasks: set[asyncio.Task[Any]]) -> None:
    """Stop what still runs; raise what went wrong before."""
    done = {task for task in tasks if task.done() and not task.cancelled()}
    for task in tasks - done:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        if error := task.exception():
            raise error
