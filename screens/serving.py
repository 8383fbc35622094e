"""A kiosk in its window: everything that `run` and the guided tour have in common."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from config.settings import Site
from devices.contract import Speaker
from kiosk.day import keep_open
from kiosk.embedded import whole_site
from kiosk.hub_link import HubLink
from kiosk.opening import Opened, open_kiosk
from kiosk.text import Bilingual, Sayable, text
from kiosk.wire import Bilingual as Words
from screens.app import KioskApp
from screens.stage import KivyStage
from screens.strip import StripState


@dataclass(frozen=True)
class Serving:
    """A kiosk that serves, and the stage on which it does."""

    opened: Opened
    stage: KivyStage


async def serve(
    site: Site,
    site_file: Path,
    *,
    off_screen: bool,
    meanwhile: Callable[[Serving], Awaitable[None]] | None = None,
) -> None:
    """Open the kiosk and its window and serve until the window ends, a signal comes or ``meanwhile`` is done.

    Raises what opening raises (``kiosk.opening``, ``kiosk.embedded``), and what ``meanwhile`` raises.
    """
    async with whole_site(site, site_file), open_kiosk(site) as opened:
        place = Words(zh=site.kiosk.place_zh, en=site.kiosk.place_en)
        stage = KivyStage(
            site.panel,
            strip=lambda: strip_state(place, opened.link, bool(site.hub.url)),
            speaker=opened.kiosk.devices.first(Speaker),
            language=site.kiosk.language,
        )
        app = KioskApp(stage, off_screen=off_screen)
        tasks = {asyncio.create_task(keep_open(opened.kiosk, stage))}
        if meanwhile is not None:
            tasks.add(asyncio.ensure_future(meanwhile(Serving(opened, stage))))
        for task in tasks:
            task.add_done_callback(lambda _: app.stop())
        _stop_on_signals(app)
        try:
            await app.serve()
        finally:
            await _end(tasks)


def strip_state(place: Bilingual, link: HubLink, wants_hub: bool) -> StripState:
    """How the network is, in words."""
    if link.online:
        return StripState(place, text("strip.network.ok"), "ok")
    words: Sayable = text("strip.network.down") if wants_hub else text("strip.network.none")
    return StripState(place, words, "warn")


def _stop_on_signals(app: KioskApp) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, app.stop)


async def _end(tasks: set[asyncio.Task[None]]) -> None:
    """Stop what still runs; raise what went wrong before."""
    done = {task for task in tasks if task.done()}
    for task in tasks - done:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        if error := task.exception():
            raise error
