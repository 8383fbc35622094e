"""A page in a picture: found, straightened, judged. Pure functions over uint8 RGB arrays (height, width, 3).

A quad is a float32 array of shape (4, 2): the corners x, y in pixels, from the top left one clockwise.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Quad = NDArray[np.float32]

LONG_EDGE = 1600
"""Pixels of the long edge of a straightened page: about 140 dpi on A4, where small print stays readable."""
JPEG_BYTES = 600_000
"""A page is never larger than this, so that it also uploads over a slow line."""

_SEARCH_WIDTH = 640
_SMALLEST_PART = 0.05
_WITHIN = 0.996
"""The picture ends this little inside the page's edge, so that no desk shows around it."""
_MIN_LONG_EDGE = 700
_STEP = 14
"""Levels (of 255) by which paper and desk differ across an edge, `_STEP_PIXELS` to either side of it."""
_STEP_PIXELS = 5
_DARK = 75
_SHARP = 0.085
_FAINT = 30


def outline(rgb: Picture) -> Quad | None:
    """Where the page lies, None when there is none. Works on a small copy: a few milliseconds at 1080p."""
    scale = min(1.0, _SEARCH_WIDTH / rgb.shape[1])
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else rgb
    blurred = _picture(cv2.GaussianBlur(small, (5, 5), 0))
    best: Quad | None = None
    best_area = _SMALLEST_PART * small.shape[0] * small.shape[1]
    for mask in _masks(blurred):
        contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for contour in contours:
            if cv2.contourArea(contour) <= best_area or (quad := _as_quad(contour)) is None:
                continue
            if _stands_out(blurred, _clockwise(quad)):
                best, best_area = quad, cv2.contourArea(quad)
        if best is not None:
            break
    return None if best is None else (_clockwise(best) + 0.5) / np.float32(scale) - np.float32(0.5)


def straighten(rgb: Picture, quad: Quad) -> Picture:
    """The page seen from straight above, its long edge at most `LONG_EDGE` pixels."""
    quad = quad.mean(axis=0) + (quad - quad.mean(axis=0)) * np.float32(_WITHIN)
    top, right, bottom, left = (float(np.linalg.norm(quad[i] - quad[(i + 1) % 4])) for i in range(4))
    width, height = max(top, bottom), max(left, right)
    scale = min(1.0, LONG_EDGE / max(width, height))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    target = np.array([(0, 0), (size[0], 0), size, (0, size[1])], np.float32) - np.float32(0.5)
    matrix = cv2.getPerspectiveTransform(quad, target)
    return _picture(
        cv2.warpPerspective(rgb, matrix, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    )


def whiten(page: Picture) -> Picture:
    """Light and colour evened out a little, so that the paper is white and nothing is lost."""
    paper = np.percentile(page[::4, ::4].reshape(-1, 3), 90, axis=0)
    gain = np.clip(245.0 / np.maximum(paper, 1.0), 0.8, 1.7)
    steps = np.arange(256)
    table = np.clip(steps[:, None] * gain[None, :], 0, 255).astype(np.uint8).reshape(1, 256, 3)
    return _picture(cv2.LUT(page, table))


def verdicts(rgb: Picture, quad: Quad | None, page: Picture) -> tuple[str, ...]:
    """What is wrong with a shot, as keys; empty when it is good.

    Args:
        rgb: the whole picture.
        quad: where the page was found in it.
        page: the page straightened, before `whiten`; the whole picture when none was found.
    """
    if quad is None:
        return ("no-page", "too-dark") if _brightness(rgb) < _DARK else ("no-page",)
    found = []
    if _at_the_edge(quad, rgb.shape[1], rgb.shape[0]):
        found.append("cut-edge")
    if max(page.shape[:2]) < _MIN_LONG_EDGE:
        found.append("too-far")
    if _brightness(page) < _DARK:
        found.append("too-dark")
    if _sharpness(page) < _SHARP:
        found.append("blurred")
    return tuple(found)


def to_jpeg(page: Picture) -> bytes:
    """The picture as JPEG of at most `JPEG_BYTES` bytes: less quality first, then fewer pixels."""
    bgr = cv2.cvtColor(page, cv2.COLOR_RGB2BGR)
    while True:
        for quality in (88, 80, 70):
            data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
            if len(data) <= JPEG_BYTES:
                return data
        bgr = cv2.resize(bgr, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA)


def _masks(small: Picture) -> list[Picture]:
    """Candidates for "paper": what is bright and pale, then what is bright, then what edges enclose."""
    hsv = cv2.cvtColor(small, cv2.COLOR_RGB2HSV)
    pale = cv2.subtract(hsv[..., 2], hsv[..., 1] // 2)
    _, by_paleness = cv2.threshold(pale, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    _, by_light = cv2.threshold(hsv[..., 2], 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    edges = cv2.dilate(cv2.Canny(hsv[..., 2], 40, 120), np.ones((3, 3), np.uint8))
    kernel = np.ones((7, 7), np.uint8)
    closed = [cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel) for mask in (by_paleness, by_light)]
    return [_picture(mask) for mask in (*closed, edges)]


def _as_quad(contour: cv2.typing.MatLike) -> Quad | None:
    """Four corners, if the contour has the shape of a sheet lying on a desk."""
    hull = cv2.convexHull(contour)
    if len(hull) < 4:
        return None
    quad: Quad = np.asarray(cv2.approxPolyN(hull, 4, ensure_convex=True), np.float32).reshape(4, 2)
    area = cv2.contourArea(quad)
    if area <= 0 or cv2.contourArea(contour) < 0.85 * area:
        return None
    sides = np.roll(quad, -1, axis=0) - quad
    lengths = np.linalg.norm(sides, axis=1)
    if lengths.min() < 0.15 * lengths.max():
        return None
    directions = sides / lengths[:, None]
    cosines = np.abs((directions * np.roll(directions, -1, axis=0)).sum(axis=1))
    return quad if cosines.max() < np.cos(np.radians(55)) else None


def _stands_out(small: Picture, quad: Quad) -> bool:
    """Light or colour changes across every edge, as between paper and desk; one out of view is let pass."""
    height, width = small.shape[:2]
    following = np.roll(quad, -1, axis=0)
    along = (following - quad) / np.linalg.norm(following - quad, axis=1, keepdims=True)
    outwards = np.stack((along[:, 1], -along[:, 0]), axis=1)
    places = np.linspace(0.1, 0.9, 17, dtype=np.float32)[None, :, None]
    edges = quad[:, None] * (1 - places) + following[:, None] * places
    inside, outside = edges - _STEP_PIXELS * outwards[:, None], edges + _STEP_PIXELS * outwards[:, None]
    limit = np.array([width - 1, height - 1], np.float32)
    seen = np.all((outside >= 0) & (outside <= limit), axis=2)
    i, o = (np.clip(np.rint(points), 0, limit).astype(int) for points in (inside, outside))
    steps = np.abs(small[i[..., 1], i[..., 0]].astype(int) - small[o[..., 1], o[..., 0]]).max(axis=2)
    clear = (steps >= _STEP) | ~seen
    sides_in_view = seen.mean(axis=1) > 0.5
    return int(sides_in_view.sum()) >= 2 and bool((clear.mean(axis=1) >= 0.75).all())


def _clockwise(quad: Quad) -> Quad:
    """From the corner nearest the top left, clockwise as one sees it (y grows downwards)."""
    centre = quad.mean(axis=0)
    angles = np.arctan2(quad[:, 1] - centre[1], quad[:, 0] - centre[0])
    ordered = quad[np.argsort(angles)]
    first = int(np.argmin(ordered.sum(axis=1)))
    return np.asarray(np.roll(ordered, -first, axis=0), np.float32)


def _at_the_edge(quad: Quad, width: int, height: int) -> bool:
    margin = 0.006 * max(width, height)
    low, high = quad.min(axis=0), quad.max(axis=0)
    return bool(low.min() < margin or high[0] > width - margin or high[1] > height - margin)


def _brightness(rgb: Picture) -> float:
    return float(np.percentile(rgb[::8, ::8].max(axis=2), 75))


def _sharpness(page: Picture) -> float:
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


def _picture(array: object) -> Picture:
    return np.asarray(array, np.uint8)
