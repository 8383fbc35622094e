"""A card is asked for until there is one, or until nobody is there any more."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import cast

import pytest

from config.settings import KioskSettings, VisitSettings
from devices.contract import IdCardReader
from devices.errors import CompletionCode, DeviceError, DeviceTimeout, KeeperAction, ResidentAction
from devices.status import DeviceState, DeviceStatus, Fitness
from kiosk.counts import Counts
from kiosk.house import Kiosk
from kiosk.identity import identify
from kiosk.pages import PresentCard
from kiosk.text import Text
from kiosk.visit import Ending, Visit
from tests.kiosk.resident import ScriptedResident
from tests.kiosk.test_visit import ASIDE

pytestmark = pytest.mark.looptime

WELL = DeviceStatus(DeviceState.ONLINE, fitness=Fitness.OK)
GONE = DeviceStatus(DeviceState.NO_DEVICE, fitness=Fitness.FAILED)


class Reader:
    """A reader that nobody lays a card on; ``errors`` come first."""

    def __init__(self, *errors: DeviceError, status: DeviceStatus = WELL) -> None:
        self.errors = list(errors)
        self.status = status

    async def read(self, timeout: float) -> None:
        if self.errors:
            await asyncio.sleep(0.3)
            raise self.errors.pop(0)
        await asyncio.sleep(timeout)
        raise DeviceTimeout


async def ask_for_a_card(reader: Reader) -> tuple[Ending, list[str | None], float]:
    resident = ScriptedResident()
    kiosk = SimpleNamespace(
        aside=ASIDE,
        site=SimpleNamespace(visit=VisitSettings(), kiosk=KioskSettings()),
        counts=Counts(),
        devices=SimpleNamespace(first=lambda family: reader if family is IdCardReader else None),
    )
    visit = Visit(cast("Kiosk", kiosk), resident)

    async def journey(visit: Visit) -> None:
        await identify(visit, ("id_card",))

    started = asyncio.get_running_loop().time()
    how = await visit.run(journey)
    problems = [page.problem for page in resident.seen if isinstance(page, PresentCard)]
    told = [problem.key if isinstance(problem, Text) else None for problem in problems]
    return how, told, asyncio.get_running_loop().time() - started


async def test_somebody_who_lays_no_card_is_told_once_and_missed_in_the_end() -> None:
    how, told, seconds = await ask_for_a_card(Reader())
    assert how is Ending.IDLE
    assert told == [None, "card.problem.nothing-laid"]
    assert seconds == pytest.approx(20 + 90 + 30, abs=2)


async def test_without_a_reader_the_page_says_so_once() -> None:
    how, told, _ = await ask_for_a_card(Reader(status=GONE))
    assert how is Ending.IDLE
    assert told == [None, "card.problem.reader.id_card"]


async def test_a_reader_that_fails_again_and_again_is_no_sign_of_life() -> None:
    broken = [KeeperAction(CompletionCode.HARDWARE_ERROR, "garbage") for _ in range(500)]
    how, told, _ = await ask_for_a_card(Reader(*broken))
    assert how is Ending.IDLE
    assert told == [None, "card.problem.reader.id_card"]


async def test_every_card_that_cannot_be_read_is_answered() -> None:
    pulled = [ResidentAction(CompletionCode.USER_ERROR, "card-pulled") for _ in range(3)]
    _, told, _ = await ask_for_a_card(Reader(*pulled))
    assert told == [None, *["card.problem.pulled"] * 3, "card.problem.nothing-laid"]


async def test_a_reader_that_comes_back_invites_again() -> None:
    reader = Reader(status=GONE)

    async def plug_in() -> None:
        await asyncio.sleep(10)
        reader.status = WELL

    plugging = asyncio.create_task(plug_in())
    _, told, _ = await ask_for_a_card(reader)
    await plugging
    assert told == [None, "card.problem.reader.id_card", None, "card.problem.nothing-laid"]
