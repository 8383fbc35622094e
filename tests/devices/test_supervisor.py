"""Devices that come and go, watched over real pseudo-terminals."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from config.settings import DeviceSettings
from devices import counters
from devices.contract import Camera, IdCardReader
from devices.errors import DeviceTimeout, KeeperAction
from devices.registry import build_all
from devices.simulators.cards import RESIDENTS
from devices.simulators.faults import Fault
from devices.simulators.sam_reader import SimulatedSamReader
from devices.status import DeviceState
from devices.supervisor import Supervisor

TABLES = {
    "missing": DeviceSettings.model_validate({"driver": "sam-serial", "port": "bench/nothing"}),
    "id-reader": DeviceSettings.model_validate({"driver": "sam-serial", "port": "bench/id-reader"}),
}


@pytest.fixture
def reader(tmp_path: Path) -> SimulatedSamReader:
    return SimulatedSamReader(tmp_path / "bench" / "id-reader")


@pytest.fixture
async def supervisor(reader: SimulatedSamReader, tmp_path: Path) -> AsyncIterator[Supervisor]:
    reader.start()
    watching = Supervisor(build_all(TABLES, tmp_path), check_every=0.05)
    await watching.start()
    yield watching
    await watching.stop()
    reader.stop()


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.01)


async def test_after_the_start_every_device_was_looked_at(supervisor: Supervisor) -> None:
    status = supervisor.status()
    assert status["id-reader"].device is DeviceState.ONLINE
    assert status["missing"].device is DeviceState.NO_DEVICE
    assert status["missing"].reasons == ("no-port",)


async def test_the_first_usable_device_of_a_family_is_given(supervisor: Supervisor) -> None:
    first = supervisor.first(IdCardReader)
    assert first is not None
    assert first.name == "id-reader"
    assert supervisor.get("missing").name == "missing"
    assert supervisor.first(Camera) is None
    with pytest.raises(KeyError):
        supervisor.get("nobody")


async def test_an_unplugged_reader_is_lost_once_and_comes_back_by_itself(
    supervisor: Supervisor, reader: SimulatedSamReader
) -> None:
    with capture_logs() as logs:
        reader.fault = Fault.UNPLUGGED
        await _until(lambda: supervisor.status()["id-reader"].device is DeviceState.NO_DEVICE)
        device = supervisor.first(IdCardReader)
        assert device is not None
        assert not device.status.usable
        reader.fault = Fault.NONE
        await _until(lambda: supervisor.get("id-reader").status.usable)
        reader.lay(RESIDENTS["li-guilan"].id_card)
        again = supervisor.first(IdCardReader)
        assert again is not None
        assert await again.read(5) == RESIDENTS["li-guilan"].id_card
    events = [entry["event"] for entry in logs if entry["device"] == "id-reader"]
    assert events.count("device.lost") == 1
    assert events.count("device.returned") == 1


async def test_a_reader_plugged_in_later_is_found(supervisor: Supervisor, tmp_path: Path) -> None:
    late = SimulatedSamReader(tmp_path / "bench" / "nothing")
    late.start()
    await _until(lambda: supervisor.status()["missing"].usable)
    late.stop()


async def test_a_loss_met_by_a_read_is_mended_without_waiting_for_the_next_look(
    reader: SimulatedSamReader, tmp_path: Path
) -> None:
    reader.start()
    devices = build_all({"id-reader": TABLES["id-reader"]}, tmp_path)
    supervisor = Supervisor(devices, check_every=3600.0)
    await supervisor.start()
    device = supervisor.first(IdCardReader)
    assert device is not None
    reader.fault = Fault.UNPLUGGED
    with pytest.raises(KeeperAction):
        await device.read(5)
    reader.fault = Fault.NONE
    await _until(lambda: device.status.usable)
    await supervisor.stop()
    reader.stop()


async def test_a_read_in_progress_is_not_disturbed_by_looking_after_the_reader(
    supervisor: Supervisor, reader: SimulatedSamReader
) -> None:
    device = supervisor.first(IdCardReader)
    assert device is not None
    reading = asyncio.create_task(device.read(30))
    await asyncio.sleep(0.3)
    assert device.busy
    reader.lay(RESIDENTS["li-guilan"].id_card)
    assert await reading == RESIDENTS["li-guilan"].id_card


async def test_tries_to_reach_a_missing_device_grow_apart_and_out_of_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    really_sleep = asyncio.sleep

    async def sleep(seconds: float) -> None:
        if seconds > 0.1:  # others sleep, too, for less
            waits.append(seconds)
        await really_sleep(0)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    supervisor = Supervisor(build_all({"missing": TABLES["missing"]}, tmp_path))
    await supervisor.start()
    while len(waits) < 12:
        await really_sleep(0.01)
    await supervisor.stop()
    grown = [0.25, 0.5, 1.0, 2.0] + [2.5] * 8
    assert all(most / 2 <= wait <= most for wait, most in zip(waits, grown, strict=False))
    assert len(set(waits[4:12])) > 1


async def test_changes_are_told_in_the_event_loop(reader: SimulatedSamReader, tmp_path: Path) -> None:
    told: list[str] = []
    loop = asyncio.get_running_loop()

    def on_change(name: str) -> None:
        assert asyncio.get_running_loop() is loop
        told.append(name)

    supervisor = Supervisor(build_all(TABLES, tmp_path), on_change, check_every=0.05)
    await supervisor.start()
    reader.start()
    await _until(lambda: supervisor.status()["id-reader"].usable)
    await supervisor.stop()
    assert {"id-reader", "missing"} <= set(told)
    reader.stop()


async def test_a_kiosk_without_devices_is_watched_too() -> None:
    supervisor = Supervisor({})
    await supervisor.start()
    assert supervisor.status() == {}
    await supervisor.stop()


async def test_what_was_counted_outlives_a_restart_and_tells_nothing_of_anybody(
    reader: SimulatedSamReader, tmp_path: Path
) -> None:
    file = tmp_path / "counted.json"
    devices = {"id-reader": TABLES["id-reader"]}
    reader.start()
    for _ in range(2):
        supervisor = Supervisor(build_all(devices, tmp_path), check_every=0.05, counted=file)
        await supervisor.start()
        device = supervisor.first(IdCardReader)
        assert device is not None
        reader.lay(RESIDENTS["li-guilan"].id_card)
        await device.read(5)
        reader.pull()
        await device.wait_removed(5)
        with pytest.raises(DeviceTimeout):  # nobody came: that is no failure
            await device.read(0.1)
        reader.fault = Fault.UNPLUGGED
        with pytest.raises(KeeperAction):
            await device.read(5)
        await asyncio.sleep(0.6)  # it stays away for several tries, which count once
        reader.fault = Fault.NONE
        usable = functools.partial(lambda watched: watched.status.usable, device)
        await _until(usable)
        await supervisor.stop()
    reader.stop()
    counted = counters.load(file)["id-reader"]
    assert counted.done == {"read": 2, "wait_removed": 2}
    assert counted.failed == {"port-lost": 2}
    assert counted.reopened == 2
    assert counted.last_good is not None
    assert "李" not in file.read_text()
    assert "1949" not in file.read_text()


def test_counters_that_cannot_be_read_begin_anew(tmp_path: Path) -> None:
    file = tmp_path / "counted.json"
    file.write_text('{"id-reader": {"driver": 3}}')
    assert counters.load(file) == {}


async def test_another_driver_under_the_same_name_counts_anew(tmp_path: Path) -> None:
    file = tmp_path / "counted.json"
    counters.save(file, {"missing": counters.Counters(driver="gm65-serial", reopened=7)})
    supervisor = Supervisor(build_all({"missing": TABLES["missing"]}, tmp_path), counted=file)
    await supervisor.start()
    await supervisor.stop()
    assert counters.load(file)["missing"].driver == "sam-serial"
    assert counters.load(file)["missing"].failed == {"no-port": 1}


async def test_a_port_that_was_given_another_number_is_found_again(
    reader: SimulatedSamReader, tmp_path: Path
) -> None:
    """FAULTS 17: ttyUSB0 becomes ttyUSB1, the name by the plug stays; the site file names the plug."""
    first = SimulatedSamReader(tmp_path / "ttyUSB0")
    second = SimulatedSamReader(tmp_path / "ttyUSB1")
    first.start()
    second.start()
    plug = tmp_path / "bench" / "id-reader"
    plug.parent.mkdir()
    plug.symlink_to(first.link.resolve())
    devices = build_all({"id-reader": TABLES["id-reader"]}, tmp_path)
    supervisor = Supervisor(devices, check_every=0.05)
    await supervisor.start()
    assert supervisor.status()["id-reader"].usable
    first.stop()
    await _until(lambda: not supervisor.status()["id-reader"].usable)
    plug.unlink()
    plug.symlink_to(second.link.resolve())
    await _until(lambda: supervisor.status()["id-reader"].usable)
    second.lay(RESIDENTS["li-guilan"].id_card)
    device = supervisor.first(IdCardReader)
    assert device is not None
    assert await device.read(5) == RESIDENTS["li-guilan"].id_card
    await supervisor.stop()
    second.stop()
