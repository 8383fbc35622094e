"""Where pages lie in a picture. Pure functions over uint8 RGB arrays (height, width, 3).

Each sheet that is proposed (`devices.camera.proposals`) is laid along the edges that are really there
(`devices.camera.sides`), and the best borne out is believed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from devices.camera.proposals import clockwise, proposals, sheet_like, unlike_rim
from devices.camera.shot import Picture
from devices.camera.sides import Floats, Quad, Sides, beyond, drawn_out, settle

SEARCH_EDGE = 480
"""Pixels of the longer side of the copy that is searched."""
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
_LARGER = 0.15
_BELIEVED = 0.45
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
    proposed = _different(list(proposals(view, unlike)))
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
    quad = clockwise(_scaled(page, scale).quad)
    with_desk = np.concatenate((smooth, np.zeros((*smooth.shape[:2], 1), np.float32)), axis=2)
    sides = settle(with_desk, quad[None], _REACH_EXACT, _EXACT_CAP)
    moved = np.abs(sides.quads[0] - quad).max()
    if moved > 3 * _REACH_EXACT or not sheet_like(sides.quads[0], smooth.shape):
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
    quad = clockwise(_scaled(before, scale).quad)
    if not sheet_like(quad, smooth.shape):
        return None
    found = _borne_out(smooth, [quad])
    page = _scaled(found[0], 1 / scale) if found else None
    return page if page is not None and page.trust > _AS_BEFORE * before.trust else None


def _prepared(rgb: Picture) -> tuple[float, Picture, Picture, Floats]:
    """Scale of the copy that is searched, the copy in Y, Cr, Cb, what is unlike the desk, both smoothed."""
    scale = min(1.0, SEARCH_EDGE / max(rgb.shape[:2]))
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else rgb
    view = np.asarray(cv2.cvtColor(cv2.medianBlur(small, 3), cv2.COLOR_RGB2YCrCb), np.uint8)
    unlike = unlike_rim(view)
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
    proposed = [quad for quad in near if sheet_like(quad, smooth.shape)]
    if not proposed:
        return []
    sides = settle(smooth, np.stack(proposed), _REACH_FINE)
    good = [index for index, quad in enumerate(sides.quads) if sheet_like(quad, smooth.shape)]
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
        proposed = [quad for quad in drawn_out(smooth, page.quad) if sheet_like(quad, smooth.shape)]
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


def _from_top_left(quad: Quad) -> Quad:
    """From the corner nearest the top left on, clockwise as one sees it (y grows downwards)."""
    quad = clockwise(quad)
    return np.asarray(np.roll(quad, -int(np.argmin(quad.sum(axis=1))), axis=0), np.float32)
