"""Cameras through OpenCV: a device, a stream, a video file, or a folder of images."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from devices.camera.answers import Answer
from devices.camera.process import CameraProcess
from devices.codes import ScannedCode, Symbology
from devices.contract import Camera, Capture, Frame
from devices.errors import CompletionCode, KeeperAction
from devices.selftest import Finding, Verdict, judged
from devices.status import DeviceState, DeviceStatus, Fitness
from devices.worker import Turn

_POLL = 0.01
_LOST = {"frozen-picture", "garbage", "green-picture"}
_USELESS = {"black-picture"}
_CODE_LOOK = 0.3
_CAPTURE = 3.0
_PICTURES = 2.5
"""Seconds that a check may take beside: it waits for several pictures, and one a second is not dead."""


class CameraOptions(BaseModel):
    """Which camera, and how it is read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = Field(
        min_length=1,
        description="Device (/dev/v4l/by-path/…), its number, a named pipe of JPEGs, an address (http://…, "
        "rtsp://…), a video file or a folder of images; relative to the site file.",
    )
    width: int = Field(default=1920, ge=160, le=7680, description="Pixels in a row asked of a device.")
    height: int = Field(default=1080, ge=120, le=4320, description="Rows asked of a device.")
    freshness: float = Field(
        default=2.0,
        gt=0,
        le=60,
        description="Seconds without any change after which a device counts as frozen.",
    )
    deadline: float = Field(
        default=3.0,
        ge=0.2,
        le=60,
        description="Seconds without a picture after which the camera's process is ended and begun anew.",
    )
    jpeg_kilobytes: int = Field(
        default=600,
        ge=50,
        le=10_000,
        description="Size that no photographed page exceeds, so that it also uploads over a slow line.",
    )


class OpencvCamera(Camera):
    """A camera that OpenCV can read, in a process of its own."""

    driver: ClassVar[str] = "opencv-camera"
    open_limit: ClassVar[float] = 10.0
    check_limit: ClassVar[float] = 10.0
    Options = CameraOptions
    options: CameraOptions
    _process: CameraProcess | None = None
    _troubles: tuple[str, ...] = ()

    @property
    def pid(self) -> int | None:
        """The camera's process, None while there is none."""
        return None if self._process is None else self._process.pid

    def latest(self) -> Frame | None:
        """The newest picture, None while there is none."""
        process = self._process
        return None if process is None else process.latest()

    def _open(self, turn: Turn) -> None:
        options = self.options
        if _nothing_there(options.source, self.base):
            raise KeeperAction(CompletionCode.DEVICE_NOT_READY, "no-camera", state=DeviceState.NO_DEVICE)
        opening = options.model_dump(include={"source", "width", "height", "freshness"})
        self._troubles = ()
        self._process = CameraProcess(
            self.name,
            opening | {"base": str(self.base)},
            opens_within=turn.remaining,
            deadline=options.deadline,
            on_lost=self._note,
            on_answer=self._judge,
        )
        self._wait(turn, self._process.opened)

    def _close(self, _turn: Turn) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.stop()

    def _check(self, turn: Turn) -> DeviceStatus:
        self._ask(turn, self.options.freshness + _PICTURES, do="check")
        return _status(self._troubles)

    def _capture(self, turn: Turn) -> Capture:
        while True:
            limit = self.options.jpeg_kilobytes * 1000
            answer, jpeg = self._ask(turn, _CAPTURE, do="capture", limit=limit)
            if useless := _USELESS.intersection(answer.troubles):
                raise KeeperAction(
                    CompletionCode.HARDWARE_ERROR, min(useless), state=DeviceState.HARDWARE_ERROR
                )
            if answer.size is not None:
                return Capture(jpeg, *answer.size, answer.verdicts)
            turn.pause(_POLL, "no-picture")

    def _read_code(self, turn: Turn) -> ScannedCode:
        while True:
            answer, data = self._ask(turn, _CODE_LOOK, "no-code", do="code", seconds=_CODE_LOOK)
            if answer.symbology is not None:
                return ScannedCode(data, Symbology(answer.symbology))
            turn.check("no-code")

    def _test(self, turn: Turn) -> tuple[Finding, ...]:
        answer, _ = self._ask(turn, self.options.freshness + _PICTURES, do="check")
        picture = Finding("picture", Verdict.UNKNOWN)
        if answer.seen is not None:
            picture = Finding("picture", Verdict.GOOD, "{} x {}".format(*answer.seen))
        found = (*judged(_status(answer.troubles)), picture)
        return (
            found if answer.rate is None else (*found, Finding("rate", Verdict.GOOD, f"{answer.rate:.0f}/s"))
        )

    def _ask(
        self, turn: Turn, within: float, detail: str = "no-picture", **words: object
    ) -> tuple[Answer, bytes]:
        if self._process is None:
            raise KeeperAction(CompletionCode.DEVICE_NOT_READY, "not-open")
        return self._wait(turn, self._process.ask(within, **words), detail)

    def _wait(
        self, turn: Turn, answered: Future[tuple[Answer, bytes]], detail: str = "no-picture"
    ) -> tuple[Answer, bytes]:
        while not answered.done():
            turn.pause(_POLL, detail)
        return answered.result()

    def _judge(self, answer: Answer) -> None:
        """What is wrong with the pictures, at whatever request it showed. Called by the camera's thread."""
        lost = _LOST.intersection(answer.troubles)
        if lost:
            raise KeeperAction(CompletionCode.HARDWARE_ERROR, min(lost), state=DeviceState.HARDWARE_ERROR)
        if answer.troubles != self._troubles:
            self._troubles = answer.troubles
            self._report(_status(answer.troubles))


def _status(troubles: tuple[str, ...]) -> DeviceStatus:
    if _USELESS.intersection(troubles):
        return DeviceStatus(DeviceState.HARDWARE_ERROR, fitness=Fitness.FAILED, reasons=troubles)
    return DeviceStatus(
        DeviceState.ONLINE, fitness=Fitness.DEGRADED if troubles else Fitness.OK, reasons=troubles
    )


def _nothing_there(source: str, base: Path) -> bool:
    """Known without a process, so that waiting for a camera to be plugged in costs nothing."""
    place = f"/dev/video{source}" if source.isdecimal() else source
    return "://" not in place and not (base / place).exists()
