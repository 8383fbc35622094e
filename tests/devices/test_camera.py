"""The document camera: folders, video files, and devices that misbehave."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from config.settings import DeviceSettings
from devices.camera.frames import Frames
from devices.camera.page import Picture
from devices.camera.sources import Source
from devices.contract import Camera, Frame
from devices.errors import DeviceTimeout, KeeperAction
from devices.registry import build
from devices.simulators.desk import SimulatedDesk, UnknownPage
from devices.status import DeviceState, Fitness


def camera(base: Path, source: str, **options: object) -> Camera:
    settings = DeviceSettings.model_validate({"driver": "opencv-camera", "source": source, **options})
    built = build("camera", settings, base)
    assert isinstance(built, Camera)
    return built


async def seen(opened: Camera, wanted: Callable[[Frame | None], bool]) -> Frame | None:
    async with asyncio.timeout(10):
        while not wanted(opened.latest()):
            await asyncio.sleep(0.01)
    return opened.latest()


@pytest.fixture
async def on_desk(tmp_path: Path) -> AsyncIterator[tuple[Camera, SimulatedDesk]]:
    desk = SimulatedDesk(tmp_path / "desk")
    desk.start()
    opened = camera(tmp_path, "desk")
    await opened.open()
    yield opened, desk
    await opened.close()


async def test_a_page_put_on_the_desk_is_seen_and_taken(on_desk: tuple[Camera, SimulatedDesk]) -> None:
    opened, desk = on_desk
    bare = await seen(opened, lambda frame: frame is not None)
    assert bare is not None
    assert (bare.width, bare.height) == (1920, 1080)
    assert (await opened.capture(5)).verdicts == ("no-page",)

    desk.put("household-register")
    await seen(opened, lambda frame: frame is not None and frame.number > bare.number)
    capture = await opened.capture(5)
    assert capture.verdicts == ()
    assert len(capture.jpeg) <= 600_000
    picture = cv2.imdecode(np.frombuffer(capture.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape[:2] == (capture.height, capture.width)

    before = opened.latest()
    assert before is not None
    desk.clear()
    await seen(opened, lambda frame: frame is not None and frame.number > before.number)
    assert (await opened.capture(5)).verdicts == ("no-page",)


async def test_ones_own_picture_can_be_put_on_the_desk(
    on_desk: tuple[Camera, SimulatedDesk], tmp_path: Path
) -> None:
    opened, desk = on_desk
    sheet = np.full((800, 600, 3), 240, np.uint8)
    cv2.putText(sheet, "SAMPLE", (60, 400), cv2.FONT_HERSHEY_SIMPLEX, 3, (0, 0, 0), 8)
    cv2.imwrite(str(tmp_path / "own.png"), sheet)
    first = await seen(opened, lambda frame: frame is not None)
    desk.put(str(tmp_path / "own.png"))
    await seen(opened, lambda frame: frame is not None and first is not None and frame.number > first.number)
    assert (await opened.capture(5)).verdicts == ()
    with pytest.raises(UnknownPage, match="household-register"):
        desk.put("no-such-thing")


async def test_an_empty_folder_shows_nothing_yet(tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    opened = camera(tmp_path, "desk")
    await opened.open()
    assert (await opened.check()).device is DeviceState.ONLINE
    assert opened.latest() is None
    with pytest.raises(DeviceTimeout):
        await opened.capture(0.2)
    (tmp_path / "desk" / "broken.jpg").write_bytes(b"no image at all")
    cv2.imwrite(str(tmp_path / "desk" / "one.png"), np.full((90, 160, 3), 77, np.uint8))
    assert await seen(opened, lambda frame: frame is not None) is not None
    await opened.close()


async def test_a_folder_that_goes_away_is_a_lost_camera(on_desk: tuple[Camera, SimulatedDesk]) -> None:
    opened, desk = on_desk
    await seen(opened, lambda frame: frame is not None)
    desk.stop()
    with pytest.raises(KeeperAction) as lost:  # noqa: PT012 - the loss is noticed by the next look
        async with asyncio.timeout(10):
            while True:
                await opened.check()
                await asyncio.sleep(0.01)
    assert lost.value.state is DeviceState.NO_DEVICE
    assert opened.latest() is None


@pytest.mark.parametrize("source", ["nothing-here", "/dev/video99"])
async def test_no_camera_is_a_typed_error(tmp_path: Path, source: str) -> None:
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
    frame = await seen(opened, lambda frame: frame is not None and frame.number > 7)
    assert frame is not None
    assert frame.rgb.shape == (120, 160, 3)
    await opened.close()


async def test_black_pictures_are_noticed(tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    cv2.imwrite(str(tmp_path / "desk" / "black.png"), np.zeros((90, 160, 3), np.uint8))
    opened = camera(tmp_path, "desk")
    await opened.open()
    await seen(opened, lambda frame: frame is not None)
    status = await opened.check()
    assert (status.fitness, status.reasons) == (Fitness.DEGRADED, ("black-picture",))
    await opened.close()


class Sensor(Source):
    """A device whose pictures the test makes."""

    live = True

    def __init__(self) -> None:
        self.frozen = False
        self.closed = False
        self._count = 0

    def next(self, stopping: threading.Event) -> Picture | None:
        stopping.wait(0.005)
        self._count += 0 if self.frozen else 1
        return np.full((64, 64, 3), self._count % 200 + 20, np.uint8)

    def close(self) -> None:
        self.closed = True


async def test_a_frozen_device_is_found_out_though_it_goes_on_saying_success() -> None:
    sensor = Sensor()
    frames = Frames(sensor, "camera", freshness=0.1)
    async with asyncio.timeout(10):
        while frames.newest is None:
            await asyncio.sleep(0.005)
        frames.check()
        sensor.frozen = True
        with pytest.raises(KeeperAction, match="frozen-picture"):  # noqa: PT012 - it takes its time
            while True:
                frames.check()
                await asyncio.sleep(0.005)
    frames.stop(5)
    assert sensor.closed
    assert frames.newest is None


def test_a_frame_shows_nothing_of_itself_in_its_repr() -> None:
    assert repr(Frame(3, 1.0, np.zeros((2, 4, 3), np.uint8))) == "Frame(3, 4x2)"
