"""Where a camera's pictures come from: a device, a stream, a video file, or a folder of images.

All of them block, some for ever, so they live in a process of their own (`devices.camera.child`).
"""

from __future__ import annotations

import os
import stat
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np

from devices.camera.shot import Shot, shot
from devices.errors import CompletionCode, KeeperAction
from devices.status import DeviceState

_IMAGES = {".jpg", ".jpeg", ".png", ".bmp", ".webp"}
_LARGEST_IMAGE = 30_000_000
_STREAM_OPTIONS = "probesize;4096|analyzeduration;0|fflags;nobuffer"
"""Of FFmpeg: a stream begins with its first picture, and no old ones are kept back."""

cv2.setNumThreads(1)  # the kiosk's other core belongs to the screen


class Source(ABC):
    """One source of pictures, open."""

    live: ClassVar[bool]
    """It is a device: its pictures must keep coming, and no two are quite the same."""

    @abstractmethod
    def grab(self) -> None:
        """Wait for the next picture, without decoding it. Raises KeeperAction when the source is gone."""

    @abstractmethod
    def shot(self) -> Shot | None:
        """The picture grabbed; None when it is none, or there is nothing to see."""


class _Video(Source):
    """Something that `cv2.VideoCapture` reads. JPEGs are taken as they come, not decoded yet."""

    def __init__(self, video: cv2.VideoCapture) -> None:
        self._video = video
        self._at = 0.0
        if not video.isOpened():
            video.release()
            raise gone("no-camera")

    def grab(self) -> None:
        """Wait for the next picture."""
        if not self._video.grab():
            raise gone("camera-lost")
        self._at = time.monotonic()

    def shot(self) -> Shot | None:
        """The picture grabbed."""
        good, raw = self._video.retrieve()
        return shot(raw, self._at) if good else None


class CameraSource(_Video):
    """A video device (V4L2), by path or number."""

    live = True

    def __init__(self, device: str | int, width: int, height: int) -> None:
        video = cv2.VideoCapture(device, cv2.CAP_V4L2)
        motion_jpeg = cv2.VideoWriter.fourcc(*"MJPG")
        video.set(cv2.CAP_PROP_FOURCC, motion_jpeg)
        video.set(cv2.CAP_PROP_FRAME_WIDTH, width)
        video.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
        video.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        if int(video.get(cv2.CAP_PROP_FOURCC)) == motion_jpeg:
            video.set(cv2.CAP_PROP_CONVERT_RGB, 0)
        super().__init__(video)


class StreamSource(_Video):
    """A stream: a named pipe into which a program writes JPEGs, or a camera on the network (http, rtsp)."""

    live = True

    def __init__(self, place: str) -> None:
        os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = _STREAM_OPTIONS
        video = cv2.VideoCapture(place, cv2.CAP_FFMPEG, [cv2.CAP_PROP_FORMAT, -1])
        if video.isOpened() and int(video.get(cv2.CAP_PROP_FOURCC)) != cv2.VideoWriter.fourcc(*"MJPG"):
            video.release()
            video = cv2.VideoCapture(place, cv2.CAP_FFMPEG)  # decoded by FFmpeg
        super().__init__(video)


class VideoSource(_Video):
    """A video file, played at its own speed, over and over."""

    live = False

    def __init__(self, path: Path) -> None:
        video = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
        if not video.isOpened():
            raise gone("not-a-video")
        super().__init__(video)
        self._pause = 1 / min(60.0, max(1.0, video.get(cv2.CAP_PROP_FPS) or 25.0))
        self._due = time.monotonic()

    def grab(self) -> None:
        """Wait until the next picture is due."""
        time.sleep(max(0.0, self._due - time.monotonic()))
        self._due = max(self._due + self._pause, time.monotonic() - self._pause)
        if not self._video.grab():
            self._video.set(cv2.CAP_PROP_POS_FRAMES, 0)
            if not self._video.grab():
                raise gone("not-a-video")
        self._at = time.monotonic()


class FolderSource(Source):
    """A folder of images: the newest is what the camera sees; an empty folder shows nothing yet."""

    live = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: tuple[Path, int, int] | None = None
        self._shot: Shot | None = None

    def grab(self) -> None:
        """Look what lies there now."""
        newest = self._newest()
        if newest is None:
            self._seen = self._shot = None
        elif newest != self._seen:
            found = _image(newest[0])
            if found is not None:  # otherwise it is still being written, or no image: look again
                self._seen, self._shot = newest, found

    def shot(self) -> Shot | None:
        """The newest image; the same object as before while nothing has changed."""
        return self._shot

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
            raise gone("no-folder") from None
        except OSError:
            raise gone("no-folder") from None
        return max(found, key=lambda entry: (entry[1], entry[0].name), default=None)


def _image(path: Path) -> Shot | None:
    """An image file as a picture; a JPEG is decoded later, others now."""
    try:
        data = np.frombuffer(path.read_bytes(), np.uint8)
        found = shot(data, time.monotonic())
        return found or shot(cv2.imdecode(data, cv2.IMREAD_COLOR), time.monotonic())
    except (OSError, cv2.error):
        return None


def open_source(source: str, base: Path, width: int, height: int) -> Source:
    """Open what a site file names: number, device, stream, video file or folder, relative to `base`.

    Raises KeeperAction when it is not there.
    """
    if "://" in source:
        return StreamSource(source)
    if source.isdecimal():
        return CameraSource(int(source), width, height)
    path = base / source
    try:
        mode = path.stat().st_mode
    except OSError:
        raise gone("no-camera") from None
    if stat.S_ISDIR(mode):
        return FolderSource(path)
    if stat.S_ISFIFO(mode):
        return StreamSource(str(path))
    if stat.S_ISREG(mode):
        return VideoSource(path)
    return CameraSource(str(path), width, height)


def gone(detail: str) -> KeeperAction:
    """The source cannot be used; opening it again later may help."""
    return KeeperAction(CompletionCode.DEVICE_NOT_READY, detail, state=DeviceState.NO_DEVICE)
