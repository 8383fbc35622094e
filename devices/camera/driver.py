"""Cameras through OpenCV: a device, a video file, or a folder of images."""

from __future__ import annotations

import time
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from devices.camera import page
from devices.camera.frames import Frames
from devices.camera.sources import open_source
from devices.contract import Camera, Capture, Frame
from devices.errors import CompletionCode, KeeperAction
from devices.status import DeviceState, DeviceStatus, Fitness
from devices.worker import Turn

_POLL = 0.02
_STOP = 0.8


class CameraOptions(BaseModel):
    """Which camera, and how it is read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = Field(
        min_length=1,
        description="Device (/dev/v4l/by-id/…), its number, a video file or a folder of images; "
        "relative to the site file.",
    )
    width: int = Field(default=1920, ge=160, le=7680, description="Pixels in a row asked of a device.")
    height: int = Field(default=1080, ge=120, le=4320, description="Rows asked of a device.")
    freshness: float = Field(
        default=2.0,
        gt=0,
        le=60,
        description="Seconds without any change after which a device counts as frozen.",
    )


class OpencvCamera(Camera):
    """A camera that OpenCV can read."""

    driver: ClassVar[str] = "opencv-camera"
    Options = CameraOptions
    options: CameraOptions
    _frames: Frames | None = None

    def latest(self) -> Frame | None:
        """The newest picture, None while there is none."""
        frames = self._frames
        return None if frames is None else frames.newest

    def _open(self, turn: Turn) -> None:
        options = self.options
        source = open_source(options.source, self.base, options.width, options.height)
        frames = self._frames = Frames(source, self.name, options.freshness)
        while frames.live and frames.newest is None:
            frames.check()
            turn.pause(_POLL, "no-picture")

    def _close(self, _turn: Turn) -> None:
        frames, self._frames = self._frames, None
        if frames is not None:
            frames.stop(_STOP)

    def _check(self, _turn: Turn) -> DeviceStatus:
        frames = self._running()
        frames.check()
        if frames.black:
            return DeviceStatus(DeviceState.ONLINE, fitness=Fitness.DEGRADED, reasons=("black-picture",))
        return DeviceStatus(DeviceState.ONLINE, fitness=Fitness.OK)

    def _capture(self, turn: Turn) -> Capture:
        frame = self._fresh(turn)
        quad = page.outline(frame.rgb)
        straight = frame.rgb if quad is None else page.straighten(frame.rgb, quad)
        found = page.verdicts(frame.rgb, quad, straight)
        clean = straight if quad is None else page.whiten(straight)
        return Capture(page.to_jpeg(clean), clean.shape[1], clean.shape[0], found)

    def _fresh(self, turn: Turn) -> Frame:
        """A picture taken after the button was pressed; a folder's picture is always what lies there now."""
        frames = self._running()
        asked = time.monotonic()
        while True:
            frames.check()
            frame = frames.newest
            if frame is not None and (frame.at >= asked or not frames.live):
                return frame
            turn.pause(_POLL, "no-picture")

    def _running(self) -> Frames:
        if self._frames is None:
            raise KeeperAction(CompletionCode.DEVICE_NOT_READY, "not-open")
        return self._frames
