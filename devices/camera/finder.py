"""Where pages lie in a picture. Pure functions over uint8 RGB arrays (height, width, 3).

Several simple views of the picture (what is bright, pale, unlike the rim) propose sheets; each is
 laid along the edges that are really there (`devices.camera.sides`), and the best borne out is believed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

from devices.camera.lines import bounded
from devices.camera.shot import Picture
from devices.camera.sides import Floats, Quad, Sides, beyond, drawn_out, settle

SEARCH_EDGE = 480
"""Pixels of the longer side of the copy that is searched."""

_LINE_EDGE = 320
"""Pixels of the longer side of the copy in which straight lines are looked for."""
_SMALLEST = 0.02
_LARGEST = 0.97
"""Parts of the picture that a page takes up."""
_EXACT_EDGE = 1600
"""Pixels of the longer side of the copy in which a page that is kept is laid out exactly."""
_REACH, _REACH_FINE, _REACH_EXACT = 9, 3, 5
_EXACT_CAP = 255.0
_SEARCH_EVERY = 0.3
"""Seconds for which a page is only followed; then it is looked for anew: a better one may lie there."""
_AS_BEFORE = 0.93
_GOES_ON = 0.6
_UNSEEN = 0.15
_PART, _WHOLE_PART = 0.8, 0.7
_EXCUSED = 0.7
_STRAIGHT = 0.6
_LIKE_DESK = 0.15
_PATTERN = 0.7
_CLEAR, _STRANGER = 0.85, 0.3
_CUT = {4: 1.0, 3: 0.85, 2: 0.7}
_STEEP = 0.3
_WHOLE = 0.9
_NEARLY = 0.93
_PARTS = 3
_HAND = 25
_LARGER = 0.15
_BELIEVED = 0.45
_COMMON = 0.004
"""Share of the rim from which on a colour counts as one of the desk."""
_STRANGE = 24
_APART = 0.6


@dataclass(frozen=True, slots=True)
class Page:
    """One page found.

    Attributes:
        quad: its corners, from the top left one clockwise; a corner may lie outside the picture.
        trust: 0 to 1, how far edges bear it out.
        area: pixels.
        rank: by which it is preferred to others.
    """

    quad: Quad
    trust: float
    area: float
    rank: float


def pages(rgb: Picture) -> list[Page]:
    """Pages that do not overlap, the likeliest first."""
    scale, view, unlike, smooth = _prepared(rgb)
    proposed = _different(list(_proposals(view, unlike)))
    found = _borne_out(smooth, proposed) if proposed else []
    return [_scaled(page, 1 / scale) for page in _apart(_drawn_out(smooth, found))]


def outline(rgb: Picture) -> Quad | None:
    """Where the page lies, None when there is none."""
    found = pages(rgb)
    return found[0].quad if found else None


def exact(rgb: Picture, page: Page) -> Page:
    """A page found, its sides laid along its edges once more in a larger copy of the picture."""
    scale = min(1.0, _EXACT_EDGE / max(rgb.shape[:2]))
    if scale * max(rgb.shape[:2]) <= SEARCH_EDGE:
        return page
    larger = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else rgb
    smooth = cv2.GaussianBlur(cv2.cvtColor(larger, cv2.COLOR_RGB2YCrCb), (0, 0), 1.0).astype(np.float32)
    quad = _clockwise(_scaled(page, scale).quad)
    with_desk = np.concatenate((smooth, np.zeros((*smooth.shape[:2], 1), np.float32)), axis=2)
    sides = settle(with_desk, quad[None], _REACH_EXACT, _EXACT_CAP)
    moved = np.abs(sides.quads[0] - quad).max()
    if moved > 3 * _REACH_EXACT or not _sheet_like(sides.quads[0], smooth.shape):
        return page
    return _scaled(replace(page, quad=sides.quads[0], area=page.area * scale**2), 1 / scale)


class Follower:
    """Finds the page in one live picture after the other, cheaper than anew in each."""

    def __init__(self) -> None:
        self._page: Page | None = None
        self._searched = float("-inf")

    def outline(self, rgb: Picture, at: float) -> Quad | None:
        """Where the page lies in a picture taken at this time (seconds)."""
        page = None
        if self._page is not None and at - self._searched < _SEARCH_EVERY:
            page = _followed(rgb, self._page)
        if page is None:
            found = pages(rgb)
            page, self._searched = (found[0] if found else None), at
        self._page = page
        return None if page is None else page.quad


def _followed(rgb: Picture, before: Page) -> Page | None:
    """The page near where it lay before, if it is as plain to see as it was then."""
    scale, _, _, smooth = _prepared(rgb)
    quad = _clockwise(_scaled(before, scale).quad)
    if not _sheet_like(quad, smooth.shape):
        return None
    found = _borne_out(smooth, [quad])
    page = _scaled(found[0], 1 / scale) if found else None
    return page if page is not None and page.trust > _AS_BEFORE * before.trust else None


def _prepared(rgb: Picture) -> tuple[float, Picture, Picture, Floats]:
    """Scale of the copy that is searched, the copy in Y, Cr, Cb, what is unlike the desk, both smoothed."""
    scale = min(1.0, SEARCH_EDGE / max(rgb.shape[:2]))
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else rgb
    view = np.asarray(cv2.cvtColor(cv2.medianBlur(small, 3), cv2.COLOR_RGB2YCrCb), np.uint8)
    unlike = _unlike_rim(view)
    few = cv2.convertScaleAbs(unlike, alpha=_STRANGE / 255)
    smooth = cv2.GaussianBlur(cv2.merge((view, few)), (0, 0), 0.8).astype(np.float32)
    return scale, view, unlike, smooth


def _scaled(page: Page, scale: float) -> Page:
    """The same page in a picture of another size."""
    quad = (_from_top_left(page.quad) + np.float32(0.5)) * np.float32(scale) - np.float32(0.5)
    return replace(page, quad=quad, area=page.area * scale**2)


def _borne_out(smooth: Floats, proposed: list[Quad]) -> list[Page]:
    """The proposals laid along the edges near them, as far as there are such edges."""
    near = settle(smooth, np.stack(proposed), _REACH).quads
    proposed = [quad for quad in near if _sheet_like(quad, smooth.shape)]
    if not proposed:
        return []
    sides = settle(smooth, np.stack(proposed), _REACH_FINE)
    good = [index for index, quad in enumerate(sides.quads) if _sheet_like(quad, smooth.shape)]
    if not good:
        return []
    proposed = [sides.quads[index] for index in good]
    further = beyond(smooth, np.stack(proposed))
    pages = (
        _judged(quad, sides, index, goes_on)
        for index, quad, goes_on in zip(good, proposed, further, strict=True)
    )
    return [page for page in pages if page is not None]


def _judged(quad: Quad, sides: Sides, index: int, goes_on: Floats) -> Page | None:
    """A quad as a page, unless too little speaks for it."""
    visible = sides.in_view[index] > 0.4
    support = sides.support[index][visible]
    if len(support) < 2 or support.min() < 0.3 or support.mean() < 0.62:
        return None
    if (sides.ends[index][visible] >= 0.8).mean() < _STRAIGHT:
        return None  # round: its edge bends away from every side
    ends = goes_on[~np.isnan(goes_on)]
    apart = float(np.clip(sides.strange[index][visible] / _STRANGE, 0, 1).mean())
    if len(support) == 2 and (support.min() < _CLEAR or apart < _STRANGER):
        return None  # cut off at two sides, and too little is left to be sure
    further = float(ends.sum() / (len(ends) + 1)) * (1 - _EXCUSED * apart)
    further += _UNSEEN * (goes_on.size - len(ends)) / goes_on.size
    trust = (float(support.mean()) - _GOES_ON * further) * _CUT[len(support)]
    if trust < (_BELIEVED if apart > _LIKE_DESK else _PATTERN):
        return None
    area = float(cv2.contourArea(quad))
    rank = (trust + _APART * apart + _STEEP * float(sides.steep[index][visible].mean())) * area**_LARGER
    return Page(quad, trust, area, rank)


def _drawn_out(smooth: Floats, found: list[Page]) -> list[Page]:
    """With pages of which at first only a part was taken for one; these come before their part."""
    pages = list(found)
    for page in _best(found)[:_PARTS]:
        proposed = [quad for quad in drawn_out(smooth, page.quad) if _sheet_like(quad, smooth.shape)]
        for larger in _borne_out(smooth, proposed) if proposed else ():
            whole = larger.rank >= _PART * page.rank and larger.trust >= _WHOLE_PART
            rank = max(larger.rank, 1.01 * page.rank) if whole else larger.rank
            pages.append(replace(larger, rank=rank))
    return pages


def _different(quads: list[Quad]) -> list[Quad]:
    chosen: list[Quad] = []
    for quad in quads:
        if all(np.abs(quad - other).max() > 4 for other in chosen):
            chosen.append(quad)
    return chosen


def _best(found: list[Page]) -> list[Page]:
    return sorted(found, key=lambda page: page.rank, reverse=True)


def _apart(found: list[Page]) -> list[Page]:
    """Of those that overlap the best; a larger one is preferred to what is printed within it."""
    chosen: list[Page] = []
    for inner in _best(found):
        page = _around(inner, found)
        if all(_overlap(page.quad, other.quad) < 0.2 for other in chosen):
            chosen.append(page)
    return chosen


def _around(inner: Page, found: list[Page]) -> Page:
    """The page in which this is only a printed frame or a photo, if one is as well borne out."""
    for page in _best(found):
        as_good = page.trust >= _WHOLE and page.rank >= _NEARLY * inner.rank
        if as_good and page.area > 1.05 * inner.area and _overlap(page.quad, inner.quad) > 0.97:
            return page
    return inner


def _overlap(one: Quad, other: Quad) -> float:
    """The common area as a part of the smaller."""
    common, _ = cv2.intersectConvexConvex(one, other)
    return float(common) / max(1.0, min(cv2.contourArea(one), cv2.contourArea(other)))


def _proposals(view: Picture, unlike: Picture) -> Iterator[Quad]:
    area = view.shape[0] * view.shape[1]
    for mask in _masks(view, unlike):
        contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        large = [c for c in contours if cv2.contourArea(c) > _SMALLEST * area]
        for contour in sorted(large, key=cv2.contourArea, reverse=True)[:4]:
            hull = cv2.convexHull(contour)
            quad = _as_quad(hull)
            if quad is not None and _sheet_like(quad, view.shape):
                yield quad
            if cv2.contourArea(contour) < 0.93 * cv2.contourArea(hull):
                yield from _without_hand(contour, view.shape)
    scale = min(1.0, _LINE_EDGE / max(view.shape[:2]))
    for one, count in ((view[..., 0], 6), (unlike, 4)):
        few = cv2.resize(one, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        for quad in bounded(np.asarray(few, np.uint8), count):
            larger = _clockwise((quad + 0.5) / np.float32(scale) - 0.5)
            if _sheet_like(larger, view.shape):
                yield larger


def _without_hand(contour: cv2.typing.MatLike, shape: tuple[int, ...]) -> Iterator[Quad]:
    """What is left of a shape when all that is narrow, such as fingers, is taken off."""
    mask = np.zeros(shape[:2], np.uint8)
    cv2.drawContours(mask, [contour], 0, 255, -1)
    opened = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((_HAND, _HAND), np.uint8))
    contours, _ = cv2.findContours(opened, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    for left in sorted(contours, key=cv2.contourArea, reverse=True)[:1]:
        quad = _as_quad(cv2.convexHull(left))
        if quad is not None and _sheet_like(quad, shape):
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


def _unlike_rim(view: Picture) -> Picture:
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
    return _clockwise(np.asarray(cv2.approxPolyN(hull, 4, ensure_convex=True), np.float32).reshape(4, 2))


def _sheet_like(quad: Quad, shape: tuple[int, ...]) -> bool:
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


def _clockwise(quad: Quad) -> Quad:
    centre = quad.mean(axis=0)
    return np.asarray(
        quad[np.argsort(np.arctan2(quad[:, 1] - centre[1], quad[:, 0] - centre[0]))], np.float32
    )


def _from_top_left(quad: Quad) -> Quad:
    """From the corner nearest the top left on, clockwise as one sees it (y grows downwards)."""
    quad = _clockwise(quad)
    return np.asarray(np.roll(quad, -int(np.argmin(quad.sum(axis=1))), axis=0), np.float32)
