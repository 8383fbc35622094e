"""The document camera: what it sees, how it misbehaves, and that nothing of it stays behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from config.settings import DeviceSettings
from devices.camera.driver import OpencvCamera
from devices.contract import Frame
from devices.errors import DeviceError, DeviceTimeout, KeeperAction
from devices.registry import build
from devices.simulators.desk import SimulatedDesk, UnknownPage
from devices.simulators.faults import Fault
from devices.status import DeviceState, Fitness
from devices.supervisor import Supervisor


def camera(base: Path, source: str = "desk", **options: object) -> OpencvCamera:
    settings = DeviceSettings.model_validate({"driver": "opencv-camera", "source": source, **options})
    built = build("camera", settings, base)
    assert isinstance(built, OpencvCamera)
    return built


async def seen(opened: OpencvCamera, wanted: Callable[[Frame], bool] = lambda _: True) -> Frame:
    async with asyncio.timeout(20):
        while (frame := opened.latest()) is None or not wanted(frame):
            await asyncio.sleep(0.01)
    return frame


async def failure(opened: OpencvCamera) -> DeviceError:
    """What the camera says of itself, soon."""
    async with asyncio.timeout(20):
        while True:
            try:
                await opened.check()
            except DeviceError as error:
                return error


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[SimulatedDesk]:
    one = SimulatedDesk(tmp_path / "desk")
    one.start()
    yield one
    one.stop()


@pytest.fixture
async def opened(desk: SimulatedDesk, tmp_path: Path) -> AsyncIterator[OpencvCamera]:
    del desk
    one = camera(tmp_path, freshness=0.8, deadline=1.5)
    await one.open()
    yield one
    await one.close()


async def test_a_page_put_on_the_desk_is_seen_and_taken(opened: OpencvCamera, desk: SimulatedDesk) -> None:
    bare = await seen(opened)
    assert (bare.width, bare.height) == (960, 540), "a live picture is as large as a panel shows it"
    assert bare.outline is None
    assert (await opened.capture(5)).verdicts == ("no-page",)

    desk.put("household-register")
    await seen(opened, lambda frame: frame.outline is not None)
    capture = await opened.capture(5)
    assert capture.verdicts == ()
    assert len(capture.jpeg) <= 600_000
    picture = cv2.imdecode(np.frombuffer(capture.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape[:2] == (capture.height, capture.width)
    assert capture.width / capture.height == pytest.approx(2**0.5, rel=0.01), "half of a sheet of A4"

    desk.clear()
    assert (await opened.capture(5)).verdicts == ("no-page",), "what is taken is what lies there now"


async def test_ones_own_picture_can_be_put_on_the_desk(
    opened: OpencvCamera, desk: SimulatedDesk, tmp_path: Path
) -> None:
    sheet = np.full((800, 600, 3), 240, np.uint8)
    cv2.putText(sheet, "SAMPLE", (60, 400), cv2.FONT_HERSHEY_SIMPLEX, 3, (0, 0, 0), 8)
    cv2.imwrite(str(tmp_path / "own.png"), sheet)
    desk.put(str(tmp_path / "own.png"))
    assert (await opened.capture(5)).verdicts == ()
    with pytest.raises(UnknownPage, match="household-register"):
        desk.put("no-such-thing")


async def test_the_size_of_a_photo_is_limited_as_the_site_says(desk: SimulatedDesk, tmp_path: Path) -> None:
    desk.put("household-register")
    opened = camera(tmp_path, jpeg_kilobytes=50)
    await opened.open()
    assert len((await opened.capture(5)).jpeg) <= 50_000
    await opened.close()


@pytest.mark.parametrize(
    ("fault", "detail"),
    [
        (Fault.FROZEN, "frozen-picture"),
        (Fault.GREEN, "green-picture"),
        (Fault.GARBAGE, "garbage"),
        (Fault.SILENT, "camera-hangs"),
        (Fault.UNPLUGGED, "camera-lost"),
    ],
)
async def test_a_camera_that_lies_or_hangs_is_lost_and_says_how(
    opened: OpencvCamera, desk: SimulatedDesk, fault: Fault, detail: str
) -> None:
    await seen(opened)
    await asyncio.to_thread(setattr, desk, "fault", fault)
    while opened.lost is None:
        opened.latest()  # being looked at is enough: nobody has to ask how it is
        await asyncio.sleep(0.02)
    assert opened.lost.detail == detail
    assert not opened.status.usable
    assert opened.status.reasons == (detail,)
    assert opened.latest() is None, "no old picture is shown as if it were new"
    assert (await failure(opened)).detail == detail


@pytest.mark.parametrize(
    ("fault", "reason", "fitness"),
    [(Fault.BLACK, "black-picture", Fitness.FAILED), (Fault.SLOW, "slow-picture", Fitness.DEGRADED)],
)
async def test_a_dark_or_slow_camera_stays_open_and_says_so(
    desk: SimulatedDesk, tmp_path: Path, fault: Fault, reason: str, fitness: Fitness
) -> None:
    opened = camera(tmp_path, freshness=0.3)
    await opened.open()
    assert (await opened.check()).fitness is Fitness.OK
    desk.fault = fault
    async with asyncio.timeout(20):
        while not opened.status.reasons:
            await opened.check()
    assert (opened.status.fitness, opened.status.reasons) == (fitness, (reason,))
    assert opened.lost is None
    desk.fault = Fault.NONE
    async with asyncio.timeout(20):
        while (await opened.check()).fitness is not Fitness.OK:
            pass
    await opened.close()


async def test_a_process_that_crashes_is_a_lost_camera_at_once(opened: OpencvCamera) -> None:
    await seen(opened)
    assert opened.pid is not None
    os.kill(opened.pid, signal.SIGSEGV)
    async with asyncio.timeout(10):
        while opened.lost is None:
            await asyncio.sleep(0.005)
    assert opened.lost.detail == "camera-process-ended"


def test_the_process_dies_with_the_kiosk_however_that_ends(tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    kiosk = f"""
import asyncio, os
from pathlib import Path
from tests.devices.test_camera import camera
async def main():
    opened = camera(Path({str(tmp_path)!r}))
    await opened.open()
    print("pid", opened.pid, flush=True)
    os.kill(os.getpid(), 9)
asyncio.run(main())
"""
    said = subprocess.run([sys.executable, "-c", kiosk], capture_output=True, text=True, check=False).stdout
    pid = int(said.split("pid")[-1])
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}/exe").exists():
        assert time.monotonic() < deadline
        os.sched_yield()


async def test_opening_a_camera_that_never_answers_ends_in_time(tmp_path: Path) -> None:
    """A pipe into which nobody writes: the open call itself blocks for ever, in native code."""
    os.mkfifo(tmp_path / "mute")
    opened = camera(tmp_path, "mute")
    opened.open_limit = 1.0  # type: ignore[misc]
    with pytest.raises(DeviceError) as hung:
        await opened.open()
    assert hung.value.detail in {"camera-hangs", "no-picture"}
    assert opened.pid is None


async def test_it_comes_back_under_its_stable_path_though_its_number_changed(tmp_path: Path) -> None:
    stable = tmp_path / "by-path" / "usb-4"
    stable.parent.mkdir()
    stable.symlink_to(tmp_path / "video0")
    first, second = SimulatedDesk(tmp_path / "video0"), SimulatedDesk(tmp_path / "video1")
    first.start()
    watched = camera(tmp_path, "by-path/usb-4", freshness=0.3)
    supervisor = Supervisor({"camera": watched}, check_every=0.2)
    await supervisor.start()
    try:
        assert watched.status.usable
        await asyncio.to_thread(first.stop)
        stable.unlink()
        async with asyncio.timeout(20):
            while watched.status.usable:
                await asyncio.sleep(0.01)
        second.start()
        second.put("household-register")
        stable.symlink_to(tmp_path / "video1")
        async with asyncio.timeout(20):
            while not watched.status.usable:
                await asyncio.sleep(0.01)
        assert (await watched.capture(5)).verdicts == ()
    finally:
        await supervisor.stop()
        await asyncio.to_thread(second.stop)


async def test_nothing_of_it_stays_behind(desk: SimulatedDesk, tmp_path: Path) -> None:
    """The lean form of `python -m tests.devices.camera_cycles --cycles 1000`."""
    from tests.devices.camera_cycles import cycles, held

    del desk
    await cycles(tmp_path, 1)
    before = held()
    await cycles(tmp_path, 3)
    assert held() == before


async def test_what_was_seen_is_forgotten_when_nobody_looks_any_more(opened: OpencvCamera) -> None:
    await seen(opened)
    process = opened._process
    assert process is not None
    async with asyncio.timeout(10):
        while process._newest is not None:
            await asyncio.sleep(0.05)


async def test_an_empty_folder_shows_nothing_yet(tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    opened = camera(tmp_path)
    await opened.open()
    assert (await opened.check()).device is DeviceState.ONLINE
    assert opened.latest() is None
    with pytest.raises(DeviceTimeout):
        await opened.capture(0.2)
    (tmp_path / "desk" / "broken.jpg").write_bytes(b"no image at all")
    cv2.imwrite(str(tmp_path / "desk" / "one.png"), np.full((90, 160, 3), 77, np.uint8))
    assert (await seen(opened)).rgb.shape == (90, 160, 3)
    (tmp_path / "desk" / "broken.jpg").unlink()
    (tmp_path / "desk" / "one.png").unlink()
    (tmp_path / "desk").rmdir()
    assert (await failure(opened)).state is DeviceState.NO_DEVICE
    await opened.close()


@pytest.mark.parametrize("source", ["nothing-here", "/dev/video99", "99"])
async def test_no_camera_is_a_typed_error_that_costs_no_process(tmp_path: Path, source: str) -> None:
    opened = camera(tmp_path, source)
    with pytest.raises(KeeperAction) as missing:
        await opened.open()
    assert missing.value.detail == "no-camera"
    assert opened.status.device is DeviceState.NO_DEVICE


async def test_a_video_file_plays_over_and_over(tmp_path: Path) -> None:
    path = tmp_path / "film.avi"
    film = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 50, (160, 120))
    for level in range(3):
        film.write(np.full((120, 160, 3), 60 + 60 * level, np.uint8))
    film.release()
    opened = camera(tmp_path, "film.avi")
    await opened.open()
    frame = await seen(opened, lambda frame: frame.number > 7)
    assert frame.rgb.shape == (120, 160, 3)
    await opened.close()


def test_a_frame_shows_nothing_of_itself_in_its_repr() -> None:
    assert repr(Frame(3, 1.0, np.zeros((2, 4, 3), np.uint8))) == "Frame(3, 4x2)"
