"""What the contract promises whatever a driver does."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from devices.contract import Device, DriverOptions
from devices.errors import CompletionCode, DeviceError, KeeperAction
from devices.status import DeviceState, DeviceStatus, Fitness
from devices.worker import Turn


class Clumsy(Device):
    """A driver that lets an exception with a secret escape."""

    family = "Clumsy"
    driver = "clumsy"
    closed = 0

    def _open(self, _turn: Turn) -> None: ...

    def _close(self, _turn: Turn) -> None:
        self.closed += 1

    def _check(self, _turn: Turn) -> DeviceStatus:
        raise RuntimeError("李桂兰 11010519491231002X")


class Stubborn(Clumsy):
    def _open(self, _turn: Turn) -> None:
        raise KeeperAction("hardwareError", "broken", state=DeviceState.HARDWARE_ERROR)

    def _close(self, _turn: Turn) -> None:
        super()._close(_turn)
        raise OSError("cannot close either")


async def test_a_drivers_mistake_is_a_device_error_without_what_it_said() -> None:
    device = Clumsy("clumsy", DriverOptions(), Path())
    await device.open()
    with capture_logs() as logs, pytest.raises(DeviceError) as failure:
        await device.check()
    await device.close()
    assert failure.value.completion_code is CompletionCode.INTERNAL_ERROR
    assert failure.value.__cause__ is None
    assert failure.value.__suppress_context__
    assert "李" not in repr(logs)
    assert "RuntimeError" in repr(logs)
    assert device.status.fitness is Fitness.FAILED


async def test_a_device_that_cannot_be_opened_is_cleaned_up_and_says_why() -> None:
    device = Stubborn("stubborn", DriverOptions(), Path())
    with pytest.raises(KeeperAction):
        await device.open()
    assert device.closed == 1
    assert device.status.device is DeviceState.HARDWARE_ERROR
    assert device.status.reasons == ("broken",)
    await device.close()
    assert device.closed == 1


async def test_since_stays_while_a_state_lasts() -> None:
    device = Clumsy("clumsy", DriverOptions(), Path())
    await device.open()
    moments = set()
    for _ in range(2):
        with pytest.raises(DeviceError):
            await device.check()
        moments.add(device.status.since)
    await device.close()
    assert len(moments) == 1
