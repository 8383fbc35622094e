"""The social-security card's driver and its simulator, through the real PC/SC service and virtual reader."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from config.settings import DeviceSettings
from devices.contract import ChipCardReader
from devices.errors import DeviceError, DeviceTimeout, KeeperAction, ResidentAction
from devices.identity import SocialSecurityCard
from devices.registry import build
from devices.simulators.cards import RESIDENTS, encode_social_card
from devices.simulators.faults import Fault
from devices.simulators.pcsc_service import PcscService
from devices.simulators.social_card import FIRST_PORT, Chip, SimulatedSocialCard, slot_port
from devices.status import DeviceState, Fitness, Media
from devices.supervisor import Supervisor

pytestmark = pytest.mark.usefixtures("pcsc_service")


def _card(who: str) -> SocialSecurityCard:
    card = RESIDENTS[who].social_card
    assert card is not None
    return card


PYSCARDS_MONITOR = """
import os, threading, time
from smartcard.CardMonitoring import CardMonitor, CardObserver
monitor = CardMonitor()
monitor.addObserver(CardObserver())
time.sleep(0.5)
print("watching", flush=True)
input()
until = time.monotonic() + 5
while threading.active_count() > 1 and time.monotonic() < until:
    time.sleep(0.05)
print("dead" if threading.active_count() == 1 else "alive", flush=True)
os._exit(0)
"""

LI_GUILAN = _card("li-guilan")
ZHAO_JIANGUO = _card("zhao-jianguo")


def _build(reader: str = "Virtual PCD 00 00") -> ChipCardReader:
    settings = DeviceSettings.model_validate({"driver": "pcsc-social-card", "reader": reader})
    device = build("social-card", settings, Path())
    assert isinstance(device, ChipCardReader)
    return device


@pytest.fixture
async def slot() -> AsyncIterator[SimulatedSocialCard]:
    simulated = SimulatedSocialCard()
    yield simulated
    await asyncio.to_thread(simulated.pull)
    await asyncio.get_running_loop().shutdown_default_executor()


@pytest.fixture
async def driver(slot: SimulatedSocialCard) -> AsyncIterator[ChipCardReader]:
    device = _build()
    await device.open()
    # The service may still see the card of the test before.
    await device.wait_removed(10)
    yield device
    await device.close()


async def test_rare_hanzi_come_through_the_whole_stack(
    driver: ChipCardReader, slot: SimulatedSocialCard
) -> None:
    slot.lay(_card("wang-yan"))
    card = await driver.read(10)
    assert card == _card("wang-yan")
    assert card.name == "王䶮𠮷"


async def test_a_card_that_knows_its_records_by_tag_is_read(
    driver: ChipCardReader, slot: SimulatedSocialCard
) -> None:
    by_tag = SimulatedSocialCard(by_tag=True)
    by_tag.lay(LI_GUILAN)
    try:
        assert await driver.read(10) == LI_GUILAN
    finally:
        by_tag.pull()


async def test_no_pin_is_ever_sent(driver: ChipCardReader, slot: SimulatedSocialCard) -> None:
    slot.lay(LI_GUILAN)
    await driver.read(10)
    assert {command[1] for command in slot.commands} <= {0xA4, 0xB2, 0xC0}


async def test_a_card_must_leave_before_the_next_one_is_read(
    driver: ChipCardReader, slot: SimulatedSocialCard
) -> None:
    slot.lay(LI_GUILAN)
    assert await driver.read(10) == LI_GUILAN
    assert (await driver.check()).media is Media.PRESENT
    with pytest.raises(DeviceTimeout) as timeout:
        await driver.wait_removed(0.2)
    assert timeout.value.detail == "card-not-taken"
    with pytest.raises(ResidentAction) as left_behind:
        await driver.read(5)
    assert left_behind.value.detail == "card-must-leave"
    reading = asyncio.create_task(driver.read(30))
    await asyncio.to_thread(slot.lay, ZHAO_JIANGUO)
    assert await reading == ZHAO_JIANGUO


async def test_no_card_in_time(driver: ChipCardReader) -> None:
    with pytest.raises(DeviceTimeout) as timeout:
        await driver.read(0.2)
    assert timeout.value.detail == "no-card"
    assert (await driver.check()).media is Media.NOT_PRESENT


@pytest.mark.parametrize("fault", [Fault.SLOW, Fault.ONE_BYTE])
async def test_a_slow_card_is_waited_for(
    driver: ChipCardReader, slot: SimulatedSocialCard, fault: Fault
) -> None:
    slot.fault = fault
    slot.lay(LI_GUILAN)
    assert await driver.read(10) == LI_GUILAN


@pytest.mark.parametrize(
    ("fault", "kind", "detail"),
    [
        (Fault.GARBAGE, ResidentAction, "garbage"),
        (Fault.CARD_PULLED_MID_READ, ResidentAction, "card-pulled"),
        (Fault.UNPLUGGED, DeviceTimeout, "no-card"),
    ],
)
async def test_every_fault_is_a_typed_error_and_over_when_the_fault_is(
    driver: ChipCardReader, slot: SimulatedSocialCard, fault: Fault, kind: type[DeviceError], detail: str
) -> None:
    slot.fault = fault
    slot.lay(LI_GUILAN)
    with pytest.raises(kind) as failure:
        await driver.read(3)
    assert failure.value.detail == detail
    assert (await driver.check()).device is DeviceState.ONLINE
    slot.fault = Fault.NONE
    await asyncio.to_thread(slot.lay, LI_GUILAN)
    assert await driver.read(10) == LI_GUILAN


async def test_a_card_that_never_answers_does_not_hold_its_caller(
    driver: ChipCardReader, slot: SimulatedSocialCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("devices.social_card.driver.CARD_LIMIT", 0.5)
    slot.fault = Fault.SILENT
    slot.lay(LI_GUILAN)
    with pytest.raises(KeeperAction) as failure:
        await driver.read(3600)
    assert failure.value.detail == "device-hangs"
    assert driver.status.fitness is Fitness.FAILED
    await asyncio.to_thread(slot.pull)


async def test_a_reader_that_is_not_there_is_named(slot: SimulatedSocialCard) -> None:
    device = _build("No Such Reader")
    with pytest.raises(KeeperAction) as failure:
        await device.open()
    assert failure.value.detail == "no-reader"
    assert device.status.device is DeviceState.NO_DEVICE


async def test_a_restart_of_the_service_is_lived_through_where_pyscards_monitor_dies(
    driver: ChipCardReader, slot: SimulatedSocialCard, pcsc_service: PcscService
) -> None:
    if not pcsc_service.owned:
        pytest.skip("the service belongs to the machine")
    monitor = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PYSCARDS_MONITOR,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert monitor.stdout is not None
    assert await monitor.stdout.readline() == b"watching\n"
    reading = asyncio.create_task(driver.read(60))
    await asyncio.to_thread(pcsc_service.stop)
    await asyncio.to_thread(pcsc_service.start)
    await asyncio.to_thread(slot.lay, LI_GUILAN)
    assert await reading == LI_GUILAN
    told, _ = await monitor.communicate(b"\n")
    assert told == b"dead\n", "what others build on does not live through it (decision 006)"


async def test_a_reader_that_is_pulled_is_no_device_and_comes_back(
    slot: SimulatedSocialCard, pcsc_service: PcscService, tmp_path: Path
) -> None:
    if not pcsc_service.owned:
        pytest.skip("the service belongs to the machine")
    (tmp_path / "no-readers").touch()
    supervisor = Supervisor({"social-card": _build()}, check_every=0.1)
    await supervisor.start()
    device = supervisor.first(ChipCardReader)
    assert device is not None
    assert device.status.usable
    await asyncio.to_thread(pcsc_service.stop)
    await asyncio.to_thread(pcsc_service.start, "--config", str(tmp_path / "no-readers"))
    await _until(lambda: device.status.device is DeviceState.NO_DEVICE)
    assert device.status.reasons == ("no-reader",)
    await asyncio.to_thread(pcsc_service.stop)
    await asyncio.to_thread(pcsc_service.start)
    await _until(lambda: device.status.usable)
    await asyncio.to_thread(slot.lay, LI_GUILAN)
    assert await device.read(10) == LI_GUILAN
    await supervisor.stop()


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("version", ["1.00", "2.00", "3.00"])
async def test_a_name_that_goes_on_in_its_second_record_is_read_whole(
    driver: ChipCardReader, slot: SimulatedSocialCard, version: str
) -> None:
    """Cards of the first version have no second record; their names end with the first."""
    name = "阿卜杜热西提·买买提吐尔逊江" + ("" if version == "1.00" else "·艾山江")
    card = replace(LI_GUILAN, name=name, version=version)
    records = encode_social_card(card)
    if version == "1.00":
        del records[0xEF06][0x4E]
    slot.lay_chip(Chip(records, by_tag=False))
    read = await driver.read(10)
    assert (read.name, read.version) == (name, version)


def test_slots_have_ports_of_their_own() -> None:
    assert slot_port("") == slot_port("Virtual PCD 00 00") == FIRST_PORT
    assert slot_port("Virtual PCD 00 01") == FIRST_PORT + 1
