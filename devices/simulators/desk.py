"""The desk under the document camera, and the camera above it.

The page lies a little askew, under a lamp, on wood, seen by a camera that is not quite above it.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from devices.simulators.camera_stream import CameraStream
from devices.simulators.documents import DOCUMENTS
from devices.simulators.faults import Fault

WIDTH, HEIGHT = 1920, 1080
"""Pixels of the simulated camera."""

_LARGEST_SIDE = 6000
_RATE = 30
_NOISES = 5
"""Pictures of one view, each with other noise: no two that follow one another are the same."""

Picture = NDArray[np.uint8]


class UnknownPage(ValueError):
    """What should be put on the desk is neither a demonstration document nor a readable image."""


class SimulatedDesk:
    """One desk with one camera above it, which sends its pictures through a named pipe.

    Args:
        path: what the camera driver opens.
    """

    faults = frozenset(
        {
            Fault.UNPLUGGED,
            Fault.FROZEN,
            Fault.BLACK,
            Fault.GREEN,
            Fault.SLOW,
            Fault.SILENT,
            Fault.GARBAGE,
        }
    )

    def __init__(self, path: Path) -> None:
        self._path = path
        self._page: str | None = None
        self._film = _film(desk())
        self._fault = Fault.NONE
        self._chance = np.random.default_rng(5)
        self._stream = CameraStream(path, self._frame, self._pause)

    @property
    def page(self) -> str | None:
        """What lies there, None for a bare desk."""
        return self._page

    @property
    def fault(self) -> Fault:
        """The current misbehaviour."""
        return self._fault

    @fault.setter
    def fault(self, fault: Fault) -> None:
        self._fault = fault
        if fault is Fault.UNPLUGGED:
            self.stop()
        else:
            self.start()

    def start(self) -> None:
        """Let the camera see the desk."""
        _clear_away(self._path)
        self._stream.start()

    def stop(self) -> None:
        """Take the camera away."""
        self._stream.stop()

    def put(self, what: str) -> None:
        """Lay a page on the desk: a demonstration document by name, or an image file.

        Raises UnknownPage when it is neither.
        """
        self.show(lay(picture_of(what), desk()))
        self._page = what

    def clear(self) -> None:
        """Take the page away."""
        self.show(desk())
        self._page = None

    def show(self, view: Picture) -> None:
        """Let the camera see any picture at all, as an RGB array."""
        self._film = _film(view)

    def _frame(self) -> bytes | None:
        match self._fault:
            case Fault.SILENT:
                return None
            case Fault.FROZEN:
                return self._film[0]
            case Fault.BLACK | Fault.GREEN:
                return self._any(_broken_film(self._fault))
            case Fault.GARBAGE:
                whole = self._any(self._film)
                return whole[: len(whole) // 2]
        return self._any(self._film)

    def _any(self, film: tuple[bytes, ...]) -> bytes:
        """Out of turn, so that who looks at every fifth picture only does not see the same one for ever."""
        return film[int(self._chance.integers(_NOISES))]

    def _pause(self) -> float:
        return 1.0 if self._fault is Fault.SLOW else 1 / _RATE


def _film(view: Picture) -> tuple[bytes, ...]:
    """A view as a sensor gives it, again and again."""
    return tuple(_jpeg(cv2.add(view, noise, dtype=cv2.CV_8U)) for noise in _noises(view.shape))


@lru_cache(maxsize=2)
def _noises(shape: tuple[int, ...]) -> tuple[NDArray[np.int16], ...]:
    chance = np.random.default_rng(3)
    return tuple(chance.integers(-3, 4, shape, np.int16) for _ in range(_NOISES))


@lru_cache(maxsize=2)
def _broken_film(fault: Fault) -> tuple[bytes, ...]:
    """A dead sensor still has noise; a buffer that was never filled is green and has none."""
    level = (0, 135, 0) if fault is Fault.GREEN else (1, 1, 1)
    view = np.full((HEIGHT, WIDTH, 3), level, np.uint8)
    return (_jpeg(view),) * _NOISES if fault is Fault.GREEN else _film(view)


def _jpeg(rgb: cv2.typing.MatLike) -> bytes:
    bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 88])[1].tobytes()


def _clear_away(path: Path) -> None:
    """Earlier versions made a folder of one picture where the pipe goes now."""
    if path.is_dir():
        (path / "desk.jpg").unlink(missing_ok=True)
        path.rmdir()


@lru_cache(maxsize=1)
def desk() -> Picture:
    """A bare wooden desk under a lamp."""
    chance = np.random.default_rng(7)
    grain = chance.normal(0, 1, (HEIGHT, 60)).astype(np.float32)
    wood = cv2.GaussianBlur(
        cv2.resize(grain, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), (0, 0), 6, sigmaY=1.2
    )
    fine = cv2.GaussianBlur(chance.normal(0, 1, (HEIGHT, WIDTH)).astype(np.float32), (0, 0), 9, sigmaY=0.8)
    tone = 1 + 0.045 * wood / wood.std() + 0.025 * fine / fine.std()
    return _lit(np.array([126, 92, 62], np.float32) * tone[..., None], chance)


def lay(page: Picture, ground: Picture) -> Picture:
    """The page on the desk, with its shadow and the noise of a camera."""
    corners = _corners(page.shape[1], page.shape[0])
    source = np.array(
        [(0, 0), (page.shape[1], 0), (page.shape[1], page.shape[0]), (0, page.shape[0])], np.float32
    )
    matrix = cv2.getPerspectiveTransform(source, corners)
    warped = cv2.warpPerspective(page, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_AREA).astype(np.float32)
    mask = np.zeros((HEIGHT, WIDTH), np.float32)
    cv2.fillConvexPoly(mask, np.round(corners * 16).astype(np.int32), 1.0, cv2.LINE_AA, shift=4)
    shadow = cv2.GaussianBlur(np.roll(mask, (10, 7), (0, 1)), (0, 0), 12)
    base = ground.astype(np.float32) * (1 - 0.45 * shadow[..., None])
    lit = warped * (_light() * np.array([1.0, 0.975, 0.93], np.float32))
    chance = np.random.default_rng(11)
    noise = chance.normal(0, 1.2, (HEIGHT, WIDTH, 1)).astype(np.float32)
    together = base * (1 - mask[..., None]) + lit * mask[..., None] + noise
    return np.asarray(np.clip(together, 0, 255), np.uint8)


def _corners(width: int, height: int) -> NDArray[np.float32]:
    """Where the corners of a page of this shape lie: tilted by three degrees, the far edge shorter."""
    scale = min(1420 / width, 880 / height)
    half = np.array([width, height], np.float32) * scale / 2
    square = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], np.float32) * half
    angle = np.radians(-2.8)
    turn = np.array([(np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))], np.float32)
    points = square @ turn.T
    depth = 1 - 0.055 * points[:, 1:] / half[1]
    return np.asarray(points / depth + np.array([WIDTH / 2, HEIGHT / 2]), np.float32)


def _light() -> NDArray[np.float32]:
    """How much light of the lamp falls on every point, in the shape (HEIGHT, WIDTH, 1)."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    distance = np.hypot(x - WIDTH * 0.42, y - HEIGHT * 0.35) / WIDTH
    return np.asarray(0.97 - 0.32 * distance**1.5, np.float32)[..., None]


def _lit(colours: NDArray[np.float32], chance: np.random.Generator) -> Picture:
    noise = chance.normal(0, 1.2, (HEIGHT, WIDTH, 1)).astype(np.float32)
    return np.asarray(np.clip(colours * _light() + noise, 0, 255), np.uint8)


def picture_of(what: str) -> Picture:
    """A demonstration document by name, or an image file, as an RGB array. Raises UnknownPage."""
    if what in DOCUMENTS:
        return np.asarray(DOCUMENTS[what]().convert("RGB"))
    try:
        with Image.open(what) as image:
            if max(image.size) > _LARGEST_SIDE:
                raise UnknownPage(f"{what} has more than {_LARGEST_SIDE} pixels on one side")
            return np.asarray(image.convert("RGB"))
    except (OSError, Image.DecompressionBombError):
        known = ", ".join(sorted(DOCUMENTS))
        raise UnknownPage(f"{what!r} is no image file and none of: {known}") from None
