"""Straight lines in a picture, and the sheets that four of them may bound. Pure."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from devices.camera.sides import Floats, Quad

_LINES = 14
"""Lines that are tried together; the longest edges of a picture."""
_ASIDE = 2.2
_TURNED = np.radians(3.0)
"""Pixels and angle by which two pieces of one line may differ."""
_PARALLEL = np.radians(28)
_ACROSS = np.radians(52)
"""Angle between opposite sides at most, and between neighbours at least."""
_ALIKE, _CROWD = np.radians(7), 6
_BIN = 4.0
_BINS = 256


def bounded(grey: NDArray[np.uint8], count: int) -> list[Quad]:
    """The likeliest quads made of four lines each, best first; corners in pixels of ``grey``."""
    lines, cover = _lines(grey)
    if len(lines) < 4:
        return []
    quads, worth = _quads(lines, cover, grey.shape)
    chosen: list[Quad] = []
    for index in np.argsort(-worth)[: 12 * count]:
        quad = quads[index]
        if all(np.abs(quad - other).max() > 6 for other in chosen):
            chosen.append(quad)
        if len(chosen) == count:
            break
    return chosen


@lru_cache(maxsize=1)
def _detector() -> cv2.LineSegmentDetector:
    return cv2.createLineSegmentDetector(cv2.LSD_REFINE_NONE)


def _lines(grey: NDArray[np.uint8]) -> tuple[Floats, Floats]:
    """Lines as normal angle and distance from the middle, and where along each there are edges (sums)."""
    found = _detector().detect(cv2.GaussianBlur(grey, (0, 0), 1.0))[0]
    empty = np.zeros((0, 2), np.float32), np.zeros((0, _BINS + 1), np.float32)
    if found is None:
        return empty
    middle = np.array(grey.shape[1::-1], np.float32) / 2
    pieces = found.reshape(-1, 2, 2) - middle
    long = np.linalg.norm(pieces[:, 1] - pieces[:, 0], axis=1)
    keep = np.argsort(-long)[:120]
    ends: Floats = np.asarray(pieces[keep], np.float32)
    length: Floats = np.asarray(long[keep], np.float32)
    if not len(ends) or length[0] < 12:
        return empty
    along = (ends[:, 1] - ends[:, 0]) / length[:, None]
    theta: Floats = np.asarray(np.arctan2(along[:, 0], -along[:, 1]) % np.pi, np.float32)  # of the normal
    lines: list[tuple[float, float]] = []
    covers: list[Floats] = []
    free = np.ones(len(ends), bool)
    for index in range(len(ends)):
        if not free[index]:
            continue
        if length[index] < 10 or len(lines) == 4 * _LINES:
            break
        line = _gathered(index, ends, length, theta)
        same = _same(line, ends, theta)
        free &= ~same
        lines.append(line)
        covers.append(_cover(line, ends[same]))
    cover = np.asarray(covers, np.float32)
    order = _various(np.asarray(lines, np.float32)[:, 0], np.argsort(-cover.sum(axis=1)))
    running = np.concatenate((np.zeros((len(order), 1), np.float32), cover[order].cumsum(axis=1)), axis=1)
    return np.asarray(lines, np.float32)[order], running


def _various(theta: Floats, longest: NDArray[np.intp]) -> NDArray[np.intp]:
    """The first lines, but not too many of one direction: stripes must not crowd out the page on them."""
    chosen: list[int] = []
    for index in longest:
        turned = np.abs((theta[chosen] - theta[index] + np.pi / 2) % np.pi - np.pi / 2)
        if (turned < _ALIKE).sum() < _CROWD:
            chosen.append(int(index))
        if len(chosen) == _LINES:
            break
    return np.array(chosen, np.intp)


def _gathered(index: int, ends: Floats, length: Floats, theta: Floats) -> tuple[float, float]:
    """The line through a piece and all that continue it."""
    first = _line_through(ends[index : index + 1], theta[index : index + 1], length[index : index + 1])
    same = _same(first, ends, theta)
    if same.sum() < 2:
        return first
    points = ends[same].reshape(-1, 1, 2)
    x, y, at_x, at_y = cv2.fitLine(points, cv2.DIST_L2, 0, 0.01, 0.01).ravel()
    angle = float(np.arctan2(x, -y)) % np.pi
    return angle, float(at_x * np.cos(angle) + at_y * np.sin(angle))


def _line_through(ends: Floats, theta: Floats, _length: Floats) -> tuple[float, float]:
    angle = float(theta[0])
    return angle, float((ends[0] @ np.array((np.cos(angle), np.sin(angle)))).mean())


def _same(line: tuple[float, float], ends: Floats, theta: Floats) -> NDArray[np.bool_]:
    angle, distance = line
    away = np.abs(ends @ np.array((np.cos(angle), np.sin(angle)), np.float32) - distance).max(axis=1)
    turned = np.abs((theta - angle + np.pi / 2) % np.pi - np.pi / 2)
    return np.asarray((away < _ASIDE) & (turned < 3 * _TURNED), bool)


def _cover(line: tuple[float, float], ends: Floats) -> Floats:
    """For every stretch of a line whether an edge runs there."""
    angle = line[0]
    at = np.sort(ends @ np.array((-np.sin(angle), np.cos(angle)), np.float32), axis=1)
    first, last = (np.clip(at / _BIN + _BINS / 2, 0, _BINS - 1).astype(int)).T
    cover = np.zeros(_BINS, np.float32)
    for start, end in zip(first, last, strict=True):
        cover[start : end + 1] = 1
    return cover


def _quads(lines: Floats, cover: Floats, shape: tuple[int, ...]) -> tuple[Quad, Floats]:
    """Every quad of two pairs of opposite lines, and how much its sides are borne out."""
    one, other = np.triu_indices(len(lines), 1)
    between = np.abs((lines[one, 0] - lines[other, 0] + np.pi / 2) % np.pi - np.pi / 2)
    facing = between < _PARALLEL
    pairs = np.stack((one[facing], other[facing]), axis=1)
    if len(pairs) < 2:
        return np.zeros((0, 4, 2), np.float32), np.zeros(0, np.float32)
    left, right = np.triu_indices(len(pairs), 1)
    a, b = pairs[left], pairs[right]
    angle = np.abs((lines[a[:, 0], 0] - lines[b[:, 0], 0] + np.pi / 2) % np.pi - np.pi / 2)
    square = angle > _ACROSS
    a, b = a[square], b[square]
    ring = np.stack((a[:, 0], b[:, 0], a[:, 1], b[:, 1]), axis=1)  # sides in turn
    corners = _meet(lines[np.roll(ring, 1, axis=1)], lines[ring])  # corner k lies between side k-1 and side k
    limit = np.array(shape[1::-1], np.float32)
    inside = (np.abs(corners) < 0.5 * limit + 0.25 * limit).all(axis=(1, 2))
    ring, corners = ring[inside], corners[inside]
    borne = _borne(lines, cover, ring, corners)
    x, y = corners[..., 0], corners[..., 1]
    area = 0.5 * np.abs((x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)).sum(axis=1))
    worth = borne.mean(axis=1) * (borne.min(axis=1) > 0.2) * (area / limit.prod()) ** 0.25
    good = (area > 0.012 * limit.prod()) & (worth > 0.2)
    return np.asarray(corners[good] + limit / 2, np.float32), np.asarray(worth[good], np.float32)


def _meet(one: Floats, other: Floats) -> Floats:
    """Where lines meet; very far away when they hardly do."""
    cos1, sin1, cos2, sin2 = (
        np.cos(one[..., 0]),
        np.sin(one[..., 0]),
        np.cos(other[..., 0]),
        np.sin(other[..., 0]),
    )
    scale = cos1 * sin2 - cos2 * sin1
    scale = np.where(np.abs(scale) < 1e-4, 1e-4, scale)
    x = (one[..., 1] * sin2 - other[..., 1] * sin1) / scale
    y = (other[..., 1] * cos1 - one[..., 1] * cos2) / scale
    return np.stack((x, y), axis=-1)


def _borne(lines: Floats, cover: Floats, ring: NDArray[np.intp], corners: Floats) -> Floats:
    """For each side the share of its length along which an edge runs."""
    theta = lines[ring, 0]
    direction = np.stack((-np.sin(theta), np.cos(theta)), axis=-1)
    first = (corners * direction).sum(axis=-1)
    last = (np.roll(corners, -1, axis=1) * direction).sum(axis=-1)
    low = np.clip(np.minimum(first, last) / _BIN + _BINS / 2, 0, _BINS).astype(int)
    high = np.clip(np.maximum(first, last) / _BIN + _BINS / 2, 0, _BINS).astype(int)
    return np.asarray((cover[ring, high] - cover[ring, low]) / np.maximum(high - low, 1), np.float32)
