"""One picture as a camera gave it: decoded as late, and as small, as it is needed."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.camera import jpeg

Picture = NDArray[np.uint8]
"""uint8 RGB array of shape (height, width, 3)."""

_REDUCED = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}
_FACTORS = tuple(_REDUCED)


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture not decoded yet.

    Attributes:
        at: when it was taken, seconds of `time.monotonic`.
        width, height: of the whole picture, in pixels.
        raw: the JPEG as a flat array, or the decoded picture in OpenCV's order (BGR).
    """

    at: float
    width: int
    height: int
    raw: NDArray[np.uint8] = field(repr=False)

    def picture(self, longest: int | None = None) -> Picture | None:
        """The picture, or None when it cannot be decoded.

        Args:
            longest: pixels of the longer side that suffice. A JPEG is decoded at a half, a quarter or an
                eighth of its size by its codec, which costs less than to shrink it afterwards.
        """
        if self.raw.ndim == 3:
            return _small(_rgb(self.raw), longest)
        factor = _factor(max(self.width, self.height), longest)
        try:
            bgr = cv2.imdecode(self.raw, _REDUCED[factor] | cv2.IMREAD_IGNORE_ORIENTATION)
        except cv2.error:
            return None
        return None if bgr is None or bgr.ndim != 3 else _small(_rgb(np.asarray(bgr, np.uint8)), longest)


def shot(raw: object, at: float) -> Shot | None:
    """What OpenCV gave, if it is a picture: a JPEG as one row of bytes, or decoded. None: it is not."""
    if not isinstance(raw, np.ndarray) or raw.dtype != np.uint8 or not raw.size:
        return None
    if raw.ndim == 3 and raw.shape[2] == 3:
        height, width = raw.shape[:2]
        return Shot(at, width, height, raw)
    if raw.size == max(raw.shape):
        flat = raw.reshape(-1)
        found = jpeg.size(flat.tobytes())
        return None if found is None else Shot(at, *found, flat)
    return None


def _factor(longest: int, wanted: int | None) -> int:
    if wanted is None:
        return 1
    return max((factor for factor in _FACTORS if longest // factor >= wanted), default=1)


def _small(picture: Picture, longest: int | None) -> Picture:
    """No longer than wanted."""
    scale = 1.0 if longest is None else longest / max(picture.shape[:2])
    if scale >= 1:
        return picture
    width, height = (max(1, round(side * scale)) for side in picture.shape[1::-1])
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _rgb(bgr: NDArray[np.uint8]) -> Picture:
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
