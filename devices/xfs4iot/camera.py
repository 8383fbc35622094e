"""Driver ``xfs4iot-camera``: a camera in a bank terminal, by Camera.TakePicture (CWA 17852, Camera)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from devices.camera.capture import take
from devices.contract import Camera, Capture, Frame
from devices.selftest import Finding, Verdict, judged
from devices.status import DeviceState, DeviceStatus, Fitness
from devices.worker import Turn
from devices.xfs4iot.common import device_status
from devices.xfs4iot.message import section
from devices.xfs4iot.options import ServiceOptions, open_service
from devices.xfs4iot.pictures import Preview, take_picture

if TYPE_CHECKING:
    from devices.xfs4iot.service import Service

STOPPING = 1.0
"""Seconds for the preview to end: it may be in the middle of a picture."""


class Xfs4iotCamera(Camera):
    """A camera behind a service. It takes pictures while somebody looks, and rests otherwise.

    Captures and checks have a connection of their own, so that the live picture never keeps them waiting.
    """

    driver: ClassVar[str] = "xfs4iot-camera"
    overrun = 1.5

    class Options(ServiceOptions):
        """Options of ``[devices.NAME]``."""

        camera: Literal["room", "person", "exitSlot"] = Field(
            "person", description="Which of the service's cameras, by the standard's names."
        )
        picture_timeout: float = Field(3.0, gt=0, le=30, description="Seconds for one picture.")
        freshness: float = Field(
            2.0, gt=0, le=60, description="Seconds of equal pictures after which the camera counts as frozen."
        )
        jpeg_kilobytes: int = Field(
            600,
            ge=50,
            le=10_000,
            description="Size that no photographed page exceeds, so that it also uploads over a slow line.",
        )

    options: Options
    _service: Service | None = None
    _preview: Preview | None = None

    def latest(self) -> Frame | None:
        """The newest picture, None while there is none; who asks has newer ones taken."""
        preview = self._preview
        return None if preview is None else preview.look()

    def _open(self, turn: Turn) -> None:
        options = self.options
        self._service = self._connect(turn)
        self._preview = Preview(
            self._connect,
            options.camera,
            self.name,
            limit=options.picture_timeout,
            freshness=options.freshness,
        )

    def _connect(self, turn: Turn) -> Service:
        return open_service(self.options, self.base, "Camera", turn)[0]

    def _close(self, _turn: Turn) -> None:
        preview, self._preview = self._preview, None
        if preview is not None:
            preview.stop(STOPPING)
        service, self._service = self._service, None
        if service is not None:
            service.close()

    def _check(self, turn: Turn) -> DeviceStatus:
        if self._preview is not None:
            self._preview.check()
        status, own = device_status(self._connected().ask("Common.Status", turn), "camera")
        state = section(own, "cameras").get(self.options.camera)
        if status.device is DeviceState.ONLINE and state in {"inop", "inoperative"}:
            return replace(status, fitness=Fitness.FAILED, reasons=("camera-inoperable", *status.reasons))
        return status

    def _capture(self, turn: Turn) -> Capture:
        options = self.options
        rgb = take_picture(self._connected(), turn, options.camera, options.picture_timeout)
        taken = take(rgb, options.jpeg_kilobytes * 1000)
        return Capture(taken.jpeg, taken.width, taken.height, taken.verdicts)

    def _test(self, turn: Turn) -> tuple[Finding, ...]:
        findings = judged(self._check(turn))
        rgb = take_picture(self._connected(), turn, self.options.camera, self.options.picture_timeout)
        return (*findings, Finding("picture", Verdict.GOOD, f"{rgb.shape[1]} x {rgb.shape[0]}"))

    def _connected(self) -> Service:
        assert self._service is not None, "verbs run on open devices only"
        return self._service
