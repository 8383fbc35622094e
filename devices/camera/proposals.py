"""Where in a picture sheets may lie. Pure functions over uint8 arrays.

Several simple views of the picture (what is bright, pale, unlike the rim) and its straight lines propose
them; whether edges bear a proposal out is for `devices.camera.finder`.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from devices.camera.lines import bounded
from devices.camera.shot import Picture
from devices.camera.sides import Quad

_LINE_EDGE = 320
"""Pixels of the longer side of the copy in which straight lines are looked for."""
_SMALLEST = 0.02
_LARGEST = 0.97
"""Parts of the picture that a page takes up."""
_HAND = 25
_COMMON = 0.004
"""Share of the rim from which on a colour counts as one of the desk."""


def proposals(view: Picture, unlike: Picture) -> Iterator[Quad]:
    """Sheets the picture may show, one of them several times over; ``unlike`` is ``unlike_rim(view)``."""
    area = view.shape[0] * view.shape[1]
    for mask in _masks(view, unlike):
        contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        large = [c for c in contours if cv2.contourArea(c) > _SMALLEST * area]
        for contour in sorted(large, key=cv2.contourArea, reverse=True)[:4]:
            hull = cv2.convexHull(contour)
            quad = _as_quad(hull)
            if quad is not None and sheet_like(quad, view.shape):
                yield quad
            if cv2.contourArea(contour) < 0.93 * cv2.contourArea(hull):
                yield from _without_hand(contour, view.shape)
    scale = min(1.0, _LINE_EDGE / max(view.shape[:2]))
    for one, count in ((view[..., 0], 6), (unlike, 4)):
        few = cv2.resize(one, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        for quad in bounded(np.asarray(few, np.uint8), count):
            larger = clockwise((quad + 0.5) / np.float32(scale) - 0.5)
            if sheet_like(larger, view.shape):
                yield larger


def _without_hand(contour: cv2.typing.MatLike, shape: tuple[int, ...]) -> Iterator[Quad]:
    """What is left of a shape when all that is narrow, such as fingers, is taken off."""
    mask = np.zeros(shape[:2], np.uint8)
    cv2.drawContours(mask, [contour], 0, 255, -1)
    opened = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((_HAND, _HAND), np.uint8))
    contours, _ = cv2.findContours(opened, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    for left in sorted(contours, key=cv2.contourArea, reverse=True)[:1]:
        quad = _as_quad(cv2.convexHull(left))
        if quad is not None and sheet_like(quad, shape):
            yield quad


def _masks(view: Picture, unlike: Picture) -> Iterator[Picture]:
    """Ways in which a page may stand apart from the desk."""
    light, red, blue = (np.ascontiguousarray(view[..., channel]) for channel in range(3))
    kernel = np.ones((5, 5), np.uint8)
    none = np.full_like(red, 128)
    colour = np.asarray(cv2.add(cv2.absdiff(red, none), cv2.absdiff(blue, none)), np.uint8)
    pale = np.asarray(cv2.subtract(light, colour), np.uint8)
    for one in (pale, light, unlike):
        level, mask = cv2.threshold(one, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
        yield np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel), np.uint8)
        bright = one[one > level]
        if bright.size > 200:
            higher, _ = cv2.threshold(bright, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
            mask = np.where(one > higher, 255, 0).astype(np.uint8)
            yield np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel), np.uint8)
    _, mask = cv2.threshold(colour, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    yield np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel), np.uint8)


def unlike_rim(view: Picture) -> Picture:
    """How much a pixel differs from all that is seen at the rim of the picture, where the desk is."""
    rim = max(2, view.shape[0] // 80)
    light, red, blue = (view[..., channel] for channel in range(3))
    colours = (light >> 4).astype(np.uint16) << 10 | (red >> 3).astype(np.uint16) << 5 | blue >> 3
    strips = (colours[:rim], colours[-rim:], colours[:, :rim], colours[:, -rim:])
    shares = [np.bincount(strip.ravel(), minlength=1 << 14) / strip.size for strip in strips]
    # A page that is cut off at one side is seen there, but at no other.
    often = np.sort(np.stack(shares), axis=0)[-2].astype(np.float32).reshape(16, 32, 32)
    for axis in range(3):
        often += 0.5 * (np.roll(often, 1, axis) + np.roll(often, -1, axis))
    strange = 255 - np.minimum(255, often.ravel() * (255 / _COMMON)).astype(np.uint8)
    return np.asarray(cv2.medianBlur(strange[colours], 5), np.uint8)


def _as_quad(hull: cv2.typing.MatLike) -> Quad | None:
    if len(hull) < 4:
        return None
    return clockwise(np.asarray(cv2.approxPolyN(hull, 4, ensure_convex=True), np.float32).reshape(4, 2))


def sheet_like(quad: Quad, shape: tuple[int, ...]) -> bool:
    """Four corners, as those of a sheet on a desk seen from above."""
    if not np.isfinite(quad).all() or not cv2.isContourConvex(quad):
        return False
    area, whole = cv2.contourArea(quad), shape[0] * shape[1]
    if not _SMALLEST * whole < area < _LARGEST * whole:
        return False
    sides = np.roll(quad, -1, axis=0) - quad
    lengths = np.linalg.norm(sides, axis=1)
    if lengths.min() < 0.15 * lengths.max():
        return False
    directions = sides / lengths[:, None]
    cosines = np.abs((directions * np.roll(directions, -1, axis=0)).sum(axis=1))
    opposite = np.minimum(lengths[:2], lengths[2:]) / np.maximum(lengths[:2], lengths[2:])
    return bool(cosines.max() < np.cos(np.radians(55)) and opposite.min() > 0.45)


def clockwise(quad: Quad) -> Quad:
    """The same corners, clockwise around their middle."""
    centre = quad.mean(axis=0)
    return np.asarray(
        quad[np.argsort(np.arctan2(quad[:, 1] - centre[1], quad[:, 0] - centre[0]))], np.float32
    )
