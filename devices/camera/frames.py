"""The newest picture of a source, kept by one thread: nobody ever waits behind old pictures."""

from __future__ import annotations

import threading
import time

import structlog

from devices.camera.page import Picture
from devices.camera.sources import Source
from devices.contract import Frame
from devices.errors import CompletionCode, DeviceError, KeeperAction
from devices.status import DeviceState

_BLACK = 4
"""Mean brightness (0-255) below which a picture shows nothing: the lens is covered or the sensor dead."""

log = structlog.get_logger("yedeng.devices")


class Frames:
    """Reads a source in a thread of its own and closes it at the end.

    Args:
        source: the open source.
        name: the device's name.
        freshness: seconds after which an unchanged picture of a live source counts as frozen. A real sensor
            always has noise; a driver that repeats its last picture for ever has none (opencv #5221, #14044).
    """

    def __init__(self, source: Source, name: str, freshness: float) -> None:
        self._source = source
        self._name = name
        self._freshness = freshness
        self._newest: Frame | None = None
        self._failure: DeviceError | None = None
        self._number = 0
        self._fingerprint = 0
        self._changed = time.monotonic()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"frames-{name}", daemon=True)
        self._thread.start()

    @property
    def live(self) -> bool:
        """The source is a device."""
        return self._source.live

    @property
    def newest(self) -> Frame | None:
        """The newest picture, None while there is nothing to see."""
        return self._newest

    @property
    def black(self) -> bool:
        """The newest picture shows nothing at all."""
        frame = self._newest
        return frame is not None and float(frame.rgb[::16, ::16].mean()) < _BLACK

    def check(self) -> None:
        """Raises KeeperAction when the source is lost or its picture is frozen."""
        if self._failure is not None:
            raise self._failure
        if self.live and time.monotonic() - self._changed > self._freshness:
            raise KeeperAction(
                CompletionCode.HARDWARE_ERROR, "frozen-picture", state=DeviceState.HARDWARE_ERROR
            )

    def stop(self, within: float) -> None:
        """End the thread. One that hangs in the camera's driver is left behind after ``within`` seconds."""
        self._stopping.set()
        self._thread.join(within)
        self._newest = None

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._take(self._source.next(self._stopping))
        except DeviceError as error:
            self._failure = error
        except Exception as error:  # noqa: BLE001 - the thread's last words; the picture itself is never told
            log.warning("camera.failed", device=self._name, error=type(error).__name__)
            self._failure = KeeperAction(
                CompletionCode.INTERNAL_ERROR, "driver-failed", state=DeviceState.HARDWARE_ERROR
            )
        finally:
            self._newest = None
            self._source.close()

    def _take(self, picture: Picture | None) -> None:
        if picture is None:
            self._newest = None
            return
        now = time.monotonic()
        fingerprint = hash(picture[::16, ::16].tobytes())
        if fingerprint != self._fingerprint:
            self._fingerprint, self._changed = fingerprint, now
        self._number += 1
        self._newest = Frame(self._number, now, picture)
