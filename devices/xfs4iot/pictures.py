"""Pictures of a camera's service: one at a time, and a live view while somebody looks."""

from __future__ import annotations

import threading
import time
from io import BytesIO
from typing import TYPE_CHECKING

import cv2
import numpy as np
import structlog
from PIL import Image

from devices.camera.finder import outline
from devices.contract import Frame
from devices.errors import CompletionCode, DeviceError, KeeperAction
from devices.status import DeviceState
from devices.worker import Turn
from devices.xfs4iot.service import bytes_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from devices.camera.shot import Picture
    from devices.xfs4iot.service import Service

LOOKED_AT = 2.0
"""Seconds after a look in which newer pictures are taken for the next one."""

BETWEEN = 0.05
"""Seconds of rest between two pictures: a service may have other clients."""

LARGEST = 50_000_000
"""Pixels. What claims to be larger is no picture of a camera."""

log = structlog.get_logger("yedeng.devices")


def take_picture(service: Service, turn: Turn, camera: str, limit: float) -> Picture:
    """Take one picture, as an RGB array. Raises DeviceError."""
    return _decoded(_taken(service, turn, camera, limit))


class Preview:
    """Takes pictures in a thread of its own while they are looked at; nobody ever waits behind old ones.

    It is connected only while it is looked at: a service hangs up on clients that hear none of its pings.

    Args:
        connect: opens a connection, which this object closes.
        camera: which camera, by the standard's name.
        name: the device's name.
        limit: seconds for one picture.
        freshness: seconds of equal pictures after which the camera counts as frozen. A real sensor has noise.
    """

    def __init__(
        self, connect: Callable[[Turn], Service], camera: str, name: str, *, limit: float, freshness: float
    ) -> None:
        self._connect = connect
        self._service: Service | None = None
        self._camera = camera
        self._name = name
        self._limit = limit
        self._freshness = freshness
        self._newest: Frame | None = None
        self._failure: DeviceError | None = None
        self._looked = 0.0
        self._wanted = threading.Event()
        self._stopping = threading.Event()
        self._turn = Turn(limit)
        self._thread = threading.Thread(target=self._run, name=f"preview-{name}", daemon=True)
        self._thread.start()

    def look(self) -> Frame | None:
        """The newest picture, None while there is none. Never blocks."""
        self._looked = time.monotonic()
        self._wanted.set()
        return self._newest

    def check(self) -> None:
        """Raise the error because of which no more pictures come, if there is one."""
        if self._failure is not None:
            raise self._failure

    def stop(self, within: float) -> None:
        """End it. A service that hangs is left to its own time-out."""
        self._stopping.set()
        self._wanted.set()
        self._turn.cancel()
        self._thread.join(within)
        self._newest = None

    def _rest(self) -> None:
        """Hang up, and forget: who looks again is not to see who stood there before."""
        self._newest = None
        service, self._service = self._service, None
        if service is not None:
            service.close()

    def _run(self) -> None:
        try:
            self._take_pictures()
        except DeviceError as error:
            self._failure = error
        except Exception as error:  # noqa: BLE001 - the thread's last words; the picture itself is never told
            log.warning("camera.failed", device=self._name, error=type(error).__name__)
            self._failure = _broken("driver-failed")
        finally:
            self._rest()

    def _take_pictures(self) -> None:
        number, before, changed = 0, b"", time.monotonic()
        while not self._stopping.is_set():
            self._wanted.clear()
            if time.monotonic() - self._looked > LOOKED_AT:
                self._rest()
                self._wanted.wait()
                changed = time.monotonic()
                continue
            turn = self._turn = Turn(self._limit)
            if self._stopping.is_set():
                return
            if self._service is None:
                self._service = self._connect(turn)
            taken = _taken(self._service, turn, self._camera, self._limit)
            now = time.monotonic()
            if taken != before:
                before, changed = taken, now
            elif now - changed > self._freshness:
                raise _broken("frozen-picture")
            number += 1
            rgb = _decoded(taken)
            self._newest = Frame(number, now, rgb, _outline(rgb))
            self._stopping.wait(BETWEEN)


def _taken(service: Service, turn: Turn, camera: str, limit: float) -> bytes:
    done = service.execute("Camera.TakePicture", turn, {"camera": camera}, limit=limit, errors=_ERRORS)
    return bytes_in(done, "pictureFile")


def _decoded(picture: bytes) -> Picture:
    """The picture, if it is one, and not so large that to decode it would be an attack."""
    try:
        with Image.open(BytesIO(picture), formats=("JPEG", "PNG", "BMP")) as image:
            if image.width * image.height > LARGEST:
                raise _broken("garbage")
        bgr = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    except (OSError, ValueError, cv2.error, Image.DecompressionBombError):
        bgr = None
    if bgr is None:
        raise _broken("garbage")
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)


def _outline(rgb: Picture) -> tuple[tuple[float, float], ...] | None:
    quad = outline(rgb)
    height, width = rgb.shape[:2]
    return None if quad is None else tuple((x / width, y / height) for x, y in quad.tolist())


def _broken(detail: str) -> KeeperAction:
    return KeeperAction(CompletionCode.HARDWARE_ERROR, detail, state=DeviceState.HARDWARE_ERROR)


_ERRORS = {
    "cameraNotSupported": lambda: KeeperAction(
        CompletionCode.UNSUPPORTED_DATA, "no-camera", state=DeviceState.NO_DEVICE
    ),
    "mediaFull": lambda: KeeperAction(CompletionCode.HARDWARE_ERROR, "media-full"),
    "cameraInoperable": lambda: _broken("camera-inoperable"),
}
