"""The kiosk's endless day: wait for somebody, carry them through their visit, wipe, wait for the next."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

import structlog

from kiosk.house import Kiosk
from kiosk.journeys.home import guides_chip, home
from kiosk.pages import Attract, Chip, OutOfService
from kiosk.stage import Stage
from kiosk.text import Sayable, text
from kiosk.visit import Ending, Visit

log = structlog.get_logger(__name__)

#: After this many visits in a row that ended in an apology, the kiosk takes a rest and says so.
FAILURES_IN_A_ROW: Final = 3
REST: Final = 120.0
LOOK_AGAIN: Final = 1.0
#: Seconds within which the first page is true again: to know what can be done is work for every item.
TRUE_AGAIN: Final = 5.0


async def keep_open(kiosk: Kiosk, stage: Stage, *, somebody_came: bool = False) -> None:
    """Serve one resident after the other, until the software is to start again; one may have come already."""
    failures = 0
    attract = not somebody_came
    while not kiosk.service.restart_wanted.is_set():
        await _until_there_is_something_to_do(kiosk, stage)
        if attract and not await _attract(kiosk, stage):
            continue
        if kiosk.service.interrupted:
            # Who stands there is told, and served when a test is over; nobody waits until a kiosk opens.
            attract = kiosk.service.closed is not None
            await _while_interrupted(kiosk, stage)
            continue
        with kiosk.service.visit():
            how = await Visit(kiosk, stage).run(home)
        kiosk.settings.apply()
        stage.wipe()  # large type and wishes go with the person, who has the card by now
        # Somebody who asked for the first page stands there still.
        attract = how is not Ending.LEFT
        failures = failures + 1 if how is Ending.FAILED else 0
        if failures == FAILURES_IN_A_ROW:
            log.error("kiosk.rests", failures=failures)
            await _show_during(stage, out_of_service(kiosk, text("closed.fault")), asyncio.sleep(REST))
            failures = 0


async def _attract(kiosk: Kiosk, stage: Stage) -> bool:
    """Wait for somebody; what the page says of this hour is kept true meanwhile.

    False when nobody came, but the kiosk is closed or has something else to do.
    """
    while not kiosk.service.interrupted:
        if kiosk.settings.apply():
            stage.wipe()
        page = attract_page(kiosk)
        shown = asyncio.create_task(stage.show(page))
        changed = asyncio.create_task(kiosk.service.changed())
        try:
            while attract_page(kiosk) == page and not (changed.done() or kiosk.settings.pending):
                await asyncio.wait({shown, changed}, timeout=TRUE_AGAIN, return_when=asyncio.FIRST_COMPLETED)
                if shown.done():
                    return True
        finally:
            for task in (shown, changed):
                task.cancel()
            await asyncio.gather(shown, changed, return_exceptions=True)
    await _while_interrupted(kiosk, stage)
    return False


async def _while_interrupted(kiosk: Kiosk, stage: Stage) -> None:
    """Say why nobody is served, for as long as that is so."""
    while kiosk.service.interrupted and not kiosk.service.restart_wanted.is_set():
        page = out_of_service(kiosk, _why_interrupted(kiosk))
        await _show_during(stage, page, kiosk.service.changed())


def _why_interrupted(kiosk: Kiosk) -> Sayable:
    closed = kiosk.service.closed
    if closed is None:
        return text("closed.testing")
    return closed.notice or text("closed.by-hub")


async def _until_there_is_something_to_do(kiosk: Kiosk, stage: Stage) -> None:
    """A kiosk that has never reached its hub knows no guide and no item: it says so until it does."""
    if not kiosk.guide.items:
        page = out_of_service(kiosk, text("closed.no-catalogue"))
        await _show_during(stage, page, _wait_for_guides(kiosk))


async def _wait_for_guides(kiosk: Kiosk) -> None:
    while not kiosk.guide.items:  # noqa: ASYNC110 it is published by another thread, which knows no event loop
        await asyncio.sleep(LOOK_AGAIN)


async def _show_during(stage: Stage, page: OutOfService, what: Coroutine[Any, Any, None]) -> None:
    shown = asyncio.create_task(stage.show(page))
    try:
        await what
    finally:
        shown.cancel()
        await asyncio.gather(shown, return_exceptions=True)


def attract_page(kiosk: Kiosk) -> Attract:
    """Nobody is here: what can be done at this hour."""
    now = sum(kiosk.availability.of(item).where == "here" for item in kiosk.guide.items)
    chips = (guides_chip(kiosk.guide), Chip(text("attract.now", count=now), "ok" if now else "warn"))
    return Attract(chips=chips)


def out_of_service(kiosk: Kiosk, why: Sayable) -> OutOfService:
    """Why the kiosk cannot serve, and where else to go."""
    site = kiosk.site.kiosk
    lines: list[Sayable] = [why, text("help.line", phone=site.helpline)]
    if site.keeper_phone:
        lines.append(text("help.keeper", keeper=site.keeper, phone=site.keeper_phone))
    lines.append(text("help.window", window=kiosk.window))
    return OutOfService(name="out-of-service", title=text("closed.title"), lines=tuple(lines))
