"""What is wrong with a shot of a page, as keys. Pure functions over uint8 RGB arrays."""

from __future__ import annotations

import cv2
import numpy as np

from devices.camera.finder import Page
from devices.camera.shot import Picture
from devices.camera.sides import Quad

NO_PAGE, SEVERAL, CUT, DARK, FAR, BLURRED, GLARE = VERDICTS = (
    "no-page",
    "several-pages",
    "cut-edge",
    "too-dark",
    "too-far",
    "blurred",
    "glare",
)
"""In the order in which a resident is told of them: what makes the others pointless comes first."""

_MIN_LONG_EDGE = 700
"""Pixels of the long edge of a page below which small print cannot be read."""
_DARK = 80
_SHARP = 0.15
_FAINT = 24
_NEARLY_A_PAGE = 0.72
_NOT_A_SCRAP = 0.2
_GLARE_EDGE = 480
_SATURATED = 250
_GLARE_SHARE = 0.006
_PAPER = 238


def verdicts(rgb: Picture, found: list[Page], page: Picture) -> tuple[str, ...]:
    """What is wrong with a shot; empty when it is good.

    Args:
        rgb: the whole picture.
        found: the pages in it, the best first.
        page: the best one straightened, not whitened yet; the whole picture when none was found.
    """
    if not found:
        return (NO_PAGE, DARK) if brightness(rgb) < _DARK else (NO_PAGE,)
    wrong = {
        SEVERAL: _several(found),
        CUT: _at_the_edge(found[0].quad, rgb.shape[1], rgb.shape[0]),
        DARK: brightness(page) < _DARK,
        FAR: max(page.shape[:2]) < _MIN_LONG_EDGE,
        BLURRED: sharpness(page) < _SHARP,
        GLARE: _glare(page),
    }
    return tuple(key for key in VERDICTS if wrong.get(key))


def brightness(rgb: Picture) -> float:
    """Of the lightest quarter, 0 to 255."""
    return float(np.percentile(rgb[::8, ::8].max(axis=2), 75))


def sharpness(page: Picture) -> float:
    """How steep the steepest edges are against the contrast there is: sharp from 0.2, blurred below 0.08.

    Only the 500 steepest places count, as a page may hold a single line; a little smoothing keeps the noise
    of a sensor from passing for sharp edges.
    """
    grey = cv2.GaussianBlur(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY), (3, 3), 0)
    top, left = grey.shape[0] // 20, grey.shape[1] // 20
    inner = grey[top : grey.shape[0] - top, left : grey.shape[1] - left]
    dark, light = np.percentile(inner, (0.05, 99.5))
    if light - dark < _FAINT:
        return 0.0  # nothing on it that could be read
    steepness = np.abs(cv2.Laplacian(inner, cv2.CV_32F)).ravel()
    count = min(500, steepness.size)
    return float(np.partition(steepness, -count)[-count:].mean() / (light - dark))


def _several(found: list[Page]) -> bool:
    first = found[0]
    return any(page.trust >= _NEARLY_A_PAGE and page.area >= _NOT_A_SCRAP * first.area for page in found[1:])


def _glare(page: Picture) -> bool:
    """A spot brighter than the paper around it, so bright that nothing can be read in it."""
    scale = min(1.0, _GLARE_EDGE / max(page.shape[:2]))
    few = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else page
    least = few.min(axis=2)
    spot = cv2.morphologyEx((least >= _SATURATED).astype(np.uint8), cv2.MORPH_OPEN, np.ones((7, 7), np.uint8))
    rest = least[spot == 0]
    count, _, stats, _ = cv2.connectedComponentsWithStats(spot)
    if count < 2 or rest.size < 100:
        return False
    largest = float(stats[1:, cv2.CC_STAT_AREA].max()) / spot.size
    return largest > _GLARE_SHARE and float(np.percentile(rest, 70)) < _PAPER


def _at_the_edge(quad: Quad, width: int, height: int) -> bool:
    margin = 0.006 * max(width, height)
    low, high = quad.min(axis=0), quad.max(axis=0)
    return bool(low.min() < margin or high[0] > width - margin or high[1] > height - margin)
