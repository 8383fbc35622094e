"""The thread of one device: cancelled, hanging, stopped."""

from __future__ import annotations

import asyncio
import threading

import pytest

from devices.errors import DeviceBusy, DeviceCancelled, DeviceTimeout, KeeperAction
from devices.worker import DeviceThread, Turn


async def test_a_cancelled_caller_is_free_while_the_work_still_ends() -> None:
    thread = DeviceThread("device-test")
    started, ended = threading.Event(), threading.Event()

    def work(turn: Turn) -> None:
        started.set()
        try:
            while True:
                turn.pause(0.05)
        finally:
            ended.set()

    task = asyncio.create_task(thread.call(60.0, 0.5, work))
    while not started.is_set():
        await asyncio.sleep(0)
    assert thread.busy
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not thread.busy
    assert await thread.stop()
    assert ended.is_set()


async def test_work_that_looks_at_its_turn_times_out() -> None:
    thread = DeviceThread("device-test")
    with pytest.raises(DeviceTimeout) as timeout:
        await thread.call(0.05, 5.0, lambda turn: turn.pause(60.0, "no-card"))
    assert timeout.value.detail == "no-card"
    assert await thread.stop()


async def test_work_that_hangs_is_reported_and_later_work_is_told_to_wait() -> None:
    thread = DeviceThread("device-test")
    release = threading.Event()
    with pytest.raises(KeeperAction) as hang:
        await thread.call(0.05, 0.05, lambda _: release.wait(60))
    assert hang.value.detail == "device-hangs"
    with pytest.raises(DeviceBusy):
        await thread.call(0.05, 0.05, lambda _: None)
    assert not await thread.stop(0.05)
    # A stopped thread is replaced: a device that hangs can be opened again.
    assert await thread.call(5.0, 0.5, lambda _: "new") == "new"
    assert await thread.stop()
    release.set()


async def test_a_later_stage_brings_its_own_limit() -> None:
    thread = DeviceThread("device-test")
    release = threading.Event()

    def work(turn: Turn) -> None:
        turn.next_stage(0.05)
        release.wait(60)

    with pytest.raises(KeeperAction):
        await thread.call(3600.0, 0.05, work)
    release.set()
    assert await thread.stop()


async def test_stopping_cancels_what_runs_and_what_waits() -> None:
    thread = DeviceThread("device-test")
    tasks = [asyncio.create_task(thread.call(60.0, 0.5, lambda turn: turn.pause(60.0))) for _ in range(2)]
    await asyncio.sleep(0)
    assert await thread.stop()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        assert isinstance(outcome, DeviceCancelled)


async def test_an_error_in_the_work_comes_out_where_it_is_awaited() -> None:
    thread = DeviceThread("device-test")
    with pytest.raises(ZeroDivisionError):
        await thread.call(1.0, 0.5, lambda _: 1 / 0)
    with pytest.raises(TimeoutError):  # of the work's own making, not the caller's limit
        await thread.call(1.0, 0.5, _raise_timeout)
    assert await thread.stop()


def _raise_timeout(_: Turn) -> None:
    raise TimeoutError
