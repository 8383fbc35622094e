"""What every driver must keep, whoever made it: `pytest --driver NAME` (docs/writing-a-driver.md)."""

from __future__ import annotations

import asyncio
import os
import re
import threading
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from config.settings import SettingsError
from devices.device import Device
from devices.errors import CompletionCode, DeviceError, KeeperAction
from devices.recordings.hiding import hide
from devices.recordings.recorder import Recorder
from devices.selftest import Verdict
from devices.simulators.faults import Fault
from devices.status import DeviceState, DeviceStatus, Paper, Supply
from devices.supervisor import Supervisor
from tests.conformance.rigs import NAME, Rig

PATIENCE = 30.0
"""Seconds in which anything at all must have come to an end."""


@asynccontextmanager
async def _opened(rig: Rig) -> AsyncIterator[Device]:
    device = rig.build()
    await device.open()
    try:
        yield device
    finally:
        await device.close()


async def _works_again(rig: Rig, device: Device) -> None:
    """Whatever has been: once the far end is well, the device works after it was opened again."""
    async with asyncio.timeout(PATIENCE):
        while True:
            await device.close()
            await asyncio.to_thread(rig.withdraw)
            try:
                await device.open()
                await device.check()
                await asyncio.to_thread(rig.offer)
                await rig.work(device)
            except DeviceError:
                await asyncio.sleep(0.1)
            else:
                return


async def _open_and_check(device: Device) -> None:
    await device.open()
    await device.check()


async def _failure(verb: Awaitable[object]) -> DeviceError | None:
    try:
        await verb
    except DeviceError as error:
        return error
    return None


def _is_typed(error: DeviceError) -> bool:
    return bool(re.fullmatch(r"[a-z0-9]+(-[a-z0-9_]+)*", error.detail)) and isinstance(
        error.completion_code, CompletionCode
    )


def test_a_misspelt_option_is_refused_with_its_place(absent: Rig) -> None:
    if absent.driver == "template-scanner":
        pytest.skip("the template is not installed under its name")
    with pytest.raises(SettingsError, match=rf"devices\.{NAME}\.no_such_option"):
        absent.build(no_such_option=1)


async def test_it_works(rig: Rig) -> None:
    async with _opened(rig) as device:
        status = await device.check()
        assert status.device is DeviceState.ONLINE
        await asyncio.to_thread(rig.offer)
        await rig.work(device)
        assert device.status.usable
        assert device.lost is None


async def test_the_self_test_finds_it_well_and_tells_nothing_personal(rig: Rig) -> None:
    async with _opened(rig) as device:
        findings = await device.test()
    assert findings
    assert all(finding.verdict is not Verdict.FAILED for finding in findings), findings
    assert not [secret for secret in rig.secrets if secret in repr(findings)]


async def test_opening_and_closing_may_be_said_twice(rig: Rig) -> None:
    device = rig.build()
    await device.close()
    for _ in range(2):
        await device.open()
        await device.open()
        await device.check()
        await device.close()
        await device.close()


async def test_a_closed_device_says_so(rig: Rig) -> None:
    device = rig.build()
    with pytest.raises(KeeperAction) as refusal:
        await rig.work(device)
    assert refusal.value.detail == "not-open"


async def test_a_device_that_is_not_there_is_a_typed_error(absent: Rig) -> None:
    if not absent.can_be_absent:
        pytest.skip("it is always there")
    device = absent.build()
    failure = await _failure(_open_and_check(device))
    await device.close()
    assert failure is not None
    assert _is_typed(failure)
    assert not device.status.usable


async def test_under_a_fault_it_works_or_says_why_and_comes_back(rig: Rig, fault: Fault) -> None:
    async with _opened(rig) as device, asyncio.timeout(2 * PATIENCE):
        await device.check()
        await asyncio.to_thread(rig.misbehave, fault)
        if fault is not Fault.UNPLUGGED:
            await asyncio.to_thread(rig.offer)
        for verb in (rig.work(device), device.check()):
            if (error := await _failure(verb)) is not None:
                assert _is_typed(error), error
                assert error.state is None or not device.status.usable
        await asyncio.to_thread(rig.misbehave, Fault.NONE)
        await _works_again(rig, device)


async def test_silence_is_unknown_never_fine(rig: Rig) -> None:
    if Fault.SILENT not in rig.faults or not rig.silence_shows:
        pytest.skip("nobody could notice its silence when it is asked how it is")
    async with _opened(rig) as device:
        await asyncio.to_thread(rig.misbehave, Fault.SILENT)
        try:
            status: DeviceStatus = await device.check()
        except DeviceError:
            status = device.status
        assert status.paper in {None, Paper.UNKNOWN}
        assert status.supply in {None, Supply.UNKNOWN}
        assert status.device is not DeviceState.ONLINE or "no-answer" in status.reasons


async def test_who_gives_up_has_the_device_back(rig: Rig) -> None:
    async with _opened(rig) as device, asyncio.timeout(PATIENCE):
        await device.check()
        work = asyncio.ensure_future(rig.work(device))
        await asyncio.sleep(0)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        await device.check()
        await _works_again(rig, device)


async def test_nothing_it_brings_to_light_reaches_the_log(rig: Rig) -> None:
    async with _opened(rig) as device:
        await asyncio.to_thread(rig.offer)
        with capture_logs() as logs:
            result = await rig.work(device)
        told = repr(logs) + repr(result) + repr(device.status)
        assert logs, "every verb leaves one line"
    assert not [secret for secret in rig.secrets if secret in told]


async def test_nothing_it_brings_to_light_reaches_a_recording(rig: Rig) -> None:
    device = rig.build()
    device.tap = recorder = Recorder()
    await recorder.run("open", device.open)
    await asyncio.to_thread(rig.offer)
    await recorder.run("work", lambda: rig.work(device))
    await device.close()
    told = hide(recorder.recording(device)).to_lines()
    spellings = {
        secret.encode(coding).hex() for secret in rig.secrets for coding in ("utf-8", "gbk", "utf-16-le")
    }
    assert not [spelling for spelling in spellings if spelling in told]


async def test_it_leaves_nothing_open(rig: Rig) -> None:
    async def cycle() -> int:
        async with _opened(rig) as device:
            await device.check()
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - a folder of the kernel blocks nobody

    counts = [await cycle() for _ in range(10)]
    assert counts[-1] <= counts[0]
    assert not [thread.name for thread in threading.enumerate() if thread.name == f"device-{NAME}"]


async def test_it_comes_back_by_itself_when_it_is_plugged_in_again(rig: Rig) -> None:
    if Fault.UNPLUGGED not in rig.faults or not rig.can_be_absent:
        pytest.skip("it cannot be unplugged")
    device = rig.build()
    supervisor = Supervisor({NAME: device}, check_every=0.2)
    await supervisor.start()
    try:
        async with asyncio.timeout(PATIENCE):
            for _ in range(2):
                while not device.status.usable:
                    await asyncio.sleep(0.02)
                await asyncio.to_thread(rig.misbehave, Fault.UNPLUGGED)
                while device.status.usable:
                    await asyncio.sleep(0.02)
                await asyncio.to_thread(rig.misbehave, Fault.NONE)
            while not device.status.usable:
                await asyncio.sleep(0.02)
    finally:
        await supervisor.stop()
