"""Where a camera's pictures come from: a device, a video file, or a folder of images.

All of them block, belong to one thread, and give RGB arrays (height, width, 3).
"""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np

from devices.camera.page import Picture
from devices.errors import CompletionCode, KeeperAction
from devices.status import DeviceState

_IMAGES = {".jpg", ".jpeg", ".png", ".bmp", ".webp"}
_FOLDER_POLL = 0.1
_LARGEST_IMAGE = 30_000_000

cv2.setNumThreads(1)  # the kiosk's other core belongs to the screen


class Source(ABC):
    """One source of pictures, open."""

    live: ClassVar[bool]
    """It is a device: its pictures must keep coming, and no two are quite the same."""

    @abstractmethod
    def next(self, stopping: threading.Event) -> Picture | None:
        """Wait for the next picture.

        None: there is nothing to see now. Raises KeeperAction when the source is gone.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go of it."""


class CameraSource(Source):
    """A video device, by path or number."""

    live = True

    def __init__(self, device: str | int, width: int, height: int) -> None:
        if isinstance(device, str) and not Path(device).exists():
            raise _gone("no-camera")
        self._video = cv2.VideoCapture(device, cv2.CAP_V4L2)
        if not self._video.isOpened():
            self._video.release()
            raise _gone("no-camera")
        self._video.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        self._video.set(cv2.CAP_PROP_FRAME_WIDTH, width)
        self._video.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
        self._video.set(cv2.CAP_PROP_BUFFERSIZE, 1)

    def next(self, stopping: threading.Event) -> Picture | None:
        """Wait for the device's next picture."""
        del stopping
        good, bgr = self._video.read()
        if not good:
            raise _gone("camera-lost")
        return _rgb(bgr)

    def close(self) -> None:
        """Release the device."""
        self._video.release()


class VideoSource(Source):
    """A video file, played at its own speed, over and over."""

    live = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self._video = cv2.VideoCapture(str(path))
        if not self._video.isOpened():
            self._video.release()
            raise _gone("not-a-video")
        self._pause = 1 / min(60.0, max(1.0, self._video.get(cv2.CAP_PROP_FPS) or 25.0))
        self._due = time.monotonic()

    def next(self, stopping: threading.Event) -> Picture | None:
        """Wait until the next picture is due."""
        stopping.wait(max(0.0, self._due - time.monotonic()))
        self._due = max(self._due + self._pause, time.monotonic() - self._pause)
        good, bgr = self._video.read()
        if not good:
            self._video.set(cv2.CAP_PROP_POS_FRAMES, 0)
            good, bgr = self._video.read()
        if not good:
            raise _gone("not-a-video")
        return _rgb(bgr)

    def close(self) -> None:
        """Close the file."""
        self._video.release()


class FolderSource(Source):
    """A folder of images: the newest is what the camera sees; an empty folder shows nothing yet."""

    live = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: tuple[Path, int, int] | None = None
        self._started = False

    def next(self, stopping: threading.Event) -> Picture | None:
        """Wait until the folder shows something else than before."""
        while not stopping.is_set():
            newest = self._newest()
            if newest != self._seen or not self._started:
                self._started = True
                if newest is None:
                    self._seen = None
                    return None
                picture = cv2.imread(str(newest[0]), cv2.IMREAD_COLOR)
                if picture is not None:  # otherwise it is still being written, or no image: look again
                    self._seen = newest
                    return _rgb(picture)
            stopping.wait(_FOLDER_POLL)
        return None

    def close(self) -> None:
        """Nothing is held open."""

    def _newest(self) -> tuple[Path, int, int] | None:
        try:
            found = [
                (path, info.st_mtime_ns, info.st_size)
                for path in self._folder.iterdir()
                if path.suffix.lower() in _IMAGES
                and not path.name.startswith(".")
                and 0 < (info := path.stat()).st_size <= _LARGEST_IMAGE
            ]
        except FileNotFoundError:
            if self._folder.is_dir():  # only one of its files went away
                return self._seen
            raise _gone("no-folder") from None
        except OSError:
            raise _gone("no-folder") from None
        return max(found, key=lambda entry: (entry[1], entry[0].name), default=None)


def open_source(source: str, base: Path, width: int, height: int) -> Source:
    """Open what a site file names: a number, a device, a video file or a folder, relative to `base`.

    Raises KeeperAction when it is not there.
    """
    if source.isdecimal():
        return CameraSource(int(source), width, height)
    path = base / source
    if path.is_dir():
        return FolderSource(path)
    if path.is_file():
        return VideoSource(path)
    return CameraSource(str(path), width, height)


def _rgb(bgr: cv2.typing.MatLike) -> Picture:
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)


def _gone(detail: str) -> KeeperAction:
    return KeeperAction(CompletionCode.DEVICE_NOT_READY, detail, state=DeviceState.NO_DEVICE)
