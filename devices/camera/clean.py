"""A page made fit to be kept: seen from straight above, in its true shape, white, a JPEG of limited size."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.camera.shot import Picture
from devices.camera.sides import Quad

LONG_EDGE = 1600
"""Pixels of the long edge of a straightened page: about 140 dpi on A4, where small print stays readable."""

_WITHIN = 0.996
"""The picture ends this little inside the page's edge, so that no desk shows around it."""
_KNOWN = (2**0.5, 85.60 / 53.98)
"""Long by short side of A4 (ISO 216) and of identity cards (ISO/IEC 7810 ID-1)."""
_NEAR = 0.045
"""A shape that differs from a known one by no more than this part is that one."""
_USUAL_FOCUS = 1.05
"""Focal length of a document camera, in long sides of its picture, where the page itself does not tell."""


def straighten(rgb: Picture, quad: Quad) -> Picture:
    """The page seen from straight above in its true shape, its long edge at most `LONG_EDGE` pixels."""
    ratio = aspect(quad, rgb.shape[1], rgb.shape[0])
    inside = quad.mean(axis=0) + (quad - quad.mean(axis=0)) * np.float32(_WITHIN)
    top, right, bottom, left = (float(np.linalg.norm(inside[i] - inside[(i + 1) % 4])) for i in range(4))
    longest = min(LONG_EDGE, max(top, right, bottom, left))
    width, height = (longest, longest / ratio) if ratio >= 1 else (longest * ratio, longest)
    size = (max(1, round(width)), max(1, round(height)))
    target = np.array([(0, 0), (size[0], 0), size, (0, size[1])], np.float32) - np.float32(0.5)
    matrix = cv2.getPerspectiveTransform(np.asarray(inside, np.float32), target)
    return np.asarray(
        cv2.warpPerspective(rgb, matrix, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )


def aspect(quad: Quad, width: int, height: int) -> float:
    """Width by height of a rectangle that is seen as this quad; exact for well-known shapes.

    Z. Zhang, L. He: Whiteboard scanning and image enhancement, 2007, section 3.2: opposite sides that
    converge tell the focal length and the shape; where they hardly do, a usual focal length serves.

    Args:
        quad: corners from the top left one clockwise.
        width, height: of the picture, whose middle is taken for the camera's axis.
    """
    centred = (quad - np.array((width / 2, height / 2))) / max(width, height)
    corners = np.concatenate((centred, np.ones((4, 1))), axis=1)
    one, two, four, three = corners  # Zhang counts top left, top right, bottom left, bottom right
    k2 = float(np.dot(np.cross(one, four), three)) / float(np.dot(np.cross(two, four), three))
    k3 = float(np.dot(np.cross(one, four), two)) / float(np.dot(np.cross(three, four), two))
    across, down = k2 * two - one, k3 * three - one
    focus = _focus(across, down)
    scale = np.array((1 / focus, 1 / focus, 1))
    ratio = float(np.linalg.norm(across * scale)) / max(1e-9, float(np.linalg.norm(down * scale)))
    return _known(min(20.0, max(0.05, ratio)))


def _focus(across: NDArray[np.float64], down: NDArray[np.float64]) -> float:
    """The focal length in long sides of the picture, from the right angle between both directions."""
    depth = across[2] * down[2]
    if abs(depth) < 4e-3:
        return _USUAL_FOCUS
    squared = -(across[0] * down[0] + across[1] * down[1]) / depth
    return float(np.sqrt(squared)) if 0.5**2 < squared < 3**2 else _USUAL_FOCUS


def _known(ratio: float) -> float:
    long_by_short = max(ratio, 1 / ratio)
    for known in _KNOWN:
        if abs(long_by_short / known - 1) < _NEAR:
            return known if ratio >= 1 else 1 / known
    return ratio


def whiten(page: Picture) -> Picture:
    """Light and colour evened out a little, so that the paper is white and nothing is lost."""
    paper = np.percentile(page[::4, ::4].reshape(-1, 3), 90, axis=0)
    gain = np.clip(245.0 / np.maximum(paper, 1.0), 0.8, 1.7)
    steps = np.arange(256)
    table = np.clip(steps[:, None] * gain[None, :], 0, 255).astype(np.uint8).reshape(1, 256, 3)
    return np.asarray(cv2.LUT(page, table), np.uint8)


def to_jpeg(page: Picture, limit: int) -> bytes:
    """The picture as JPEG of at most ``limit`` bytes: less quality first, then fewer pixels."""
    bgr = cv2.cvtColor(page, cv2.COLOR_RGB2BGR)
    while True:
        for quality in (88, 80, 70):
            data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
            if len(data) <= limit:
                return data
        bgr = cv2.resize(bgr, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA)
