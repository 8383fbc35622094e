"""The sides of pages in a picture: laid along the edges that are there, and how far such edges bear them out.

Quads are float32 arrays of shape (n, 4, 2): corners x, y in pixels, clockwise as one sees them. Many are
handled at once, because most of the time would go into calls otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

Quad = NDArray[np.float32]
Floats = NDArray[np.float32]

_PLACES = 24
"""Points along a side at which its edge is looked for."""
_BESIDE = 3
"""Pixels to either side of an edge that are compared."""
_CAP = 36.0
"""One strong edge never outweighs a long one."""
_STEP = 7.0
"""Levels by which both sides of an edge differ at least."""
_CORNER = 0.07
"""Part of a side next to each corner that is not looked at: cards have round corners."""
_ALONG = np.linspace(_CORNER, 1 - _CORNER, _PLACES, dtype=np.float32)
_END = 5
_FEW = 8
_GAP, _FAR, _RUN = 0.04, 32, 4
"""Prolongations are followed from so far behind a corner, at so many places, so many at once."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Quads laid along edges.

    Attributes:
        quads: their corners, (n, 4, 2).
        support: (n, 4), the share of each side in view that has an edge; 0 for one out of view.
        in_view: (n, 4), the share of each side that lies in the picture.
        strange: (n, 4), by how much the last channel is higher inside of each side than outside.
        steep: (n, 4), how high the step at each side is on average, 0 to 1.
        ends: (n, 4, 2), the share of the beginning and of the end of each side that has an edge.
    """

    quads: Quad
    support: Floats
    in_view: Floats
    strange: Floats
    steep: Floats
    ends: Floats


def settle(picture: Floats, quads: Quad, reach: int, cap: float = _CAP) -> Sides:
    """Move every side to the best edge near it.

    Args:
        picture: float32 of shape (height, width, 4), somewhat smoothed; the last channel says how little a
            pixel looks like the desk.
        quads: where the sides lie, about.
        reach: pixels to either side that are searched.
        cap: a step that is higher than so many levels counts no more.
    """
    steps, in_view, strange = _steps(picture, quads, reach, cap)
    lines, index = _lines(reach)
    places = np.arange(_PLACES)
    sums = steps[:, index, places].sum(axis=2)  # side, line
    # Of equal edges the one nearest to where it was thought to be.
    sums -= np.abs(lines).sum(axis=1) * (0.004 * cap * _PLACES / max(1, reach))
    # A side at the rim of the picture is where the page is cut off, whatever is printed near it.
    at_rim = in_view[:, reach].mean(axis=1) < 0.4
    best = np.where(at_rim, np.abs(lines).sum(axis=1).argmin(), sums.argmax(axis=1))
    each, chosen = np.arange(len(steps))[:, None], index[best]
    seen = in_view[each, chosen, places]
    hit = (steps[each, chosen, places] >= _STEP) & seen
    count = seen.sum(axis=1)
    support = hit.sum(axis=1) / np.maximum(count, 1)
    return Sides(
        _moved(quads, lines[best]),
        support.reshape(-1, 4).astype(np.float32),
        (count / _PLACES).reshape(-1, 4).astype(np.float32),
        strange.reshape(-1, 4),
        (steps[each, chosen, places].mean(axis=1) / cap).reshape(-1, 4),
        np.stack((hit[:, :_END].mean(axis=1), hit[:, -_END:].mean(axis=1)), axis=1).reshape(-1, 4, 2),
    )


def beyond(picture: Floats, quads: Quad) -> Floats:
    """How far edges go on behind the ends of each side, over a fifth of its length each way.

    The edge of a sheet ends at its corners. Stripes of a tablecloth, or the sides of a page of which only a
    part was taken for a page, go on. Shape (n, 4, 2), 0 to 1: before the first and behind the last corner;
    NaN out of view.
    """
    away = np.linspace(0.05, 0.2, _FEW, dtype=np.float32)
    steps, in_view, _ = _vectors(picture, quads, 1, np.concatenate((-away, 1 + away)))
    ends = steps.reshape(len(steps), -1, 2, _FEW, 4)  # side, offset, end, place, channel
    together = np.sqrt((ends.mean(axis=3) ** 2).sum(axis=3)).max(
        axis=1
    )  # texture cancels out, an edge does not
    share = np.clip((together - _STEP / 2) / _STEP, 0, 1)
    seen = in_view.reshape(len(steps), -1, 2, _FEW).mean(axis=(1, 3)) > 0.5
    return np.where(seen, share, np.nan).reshape(-1, 4, 2).astype(np.float32)


def drawn_out(picture: Floats, quad: Quad) -> list[Quad]:
    """Larger quads: each with one side moved out to where the edges of both its neighbours come to an end.

    So a page is found whole of which only the white part was taken for a page.
    """
    away = np.linspace(_GAP, 1.0, _FAR, dtype=np.float32)
    steps, in_view, _ = _vectors(picture, quad[None], 1, np.concatenate((-away, 1 + away)))
    ends = (steps * in_view[..., None]).reshape(4, -1, 2, _FAR, 4)
    together = np.cumsum(np.pad(ends, ((0, 0), (0, 0), (0, 0), (_RUN, 0), (0, 0))), axis=3)
    mean = (together[..., _RUN:, :] - together[..., :-_RUN, :]) / _RUN
    goes_on = np.sqrt((mean**2).sum(axis=4)).max(axis=1) >= _STEP
    goes_on[..., :_RUN] = True
    length = np.where(goes_on.all(axis=2), _FAR, goes_on.argmin(axis=2))  # side, end
    reach = np.where(length > _RUN + 1, away[np.minimum(length, _FAR) - 1], 0)
    found = []
    for side in range(4):
        before, after = (
            (side - 1) % 4,
            (side + 1) % 4,
        )  # sides that end where this one begins, begin where it ends
        further = min(reach[before, 1], reach[after, 0])
        if further > 0:
            larger = quad.copy()
            larger[side] += (quad[side] - quad[before]) * further
            larger[after] += (quad[after] - quad[(side + 2) % 4]) * further
            found.append(larger)
    return found


def _steps(picture: Floats, quads: Quad, reach: int, cap: float) -> tuple[Floats, NDArray[np.bool_], Floats]:
    """For each side, offset outwards and place: how high the step is there, and whether it is in view.

    Third comes `Sides.strange`.
    """
    steps, in_view, across = _vectors(picture, quads, reach, _ALONG)
    # Along one side of a page light or colour changes the same way all along.
    usual = across / np.maximum(np.sqrt((across**2).sum(axis=1, keepdims=True)), 1e-3)
    height = (steps @ usual[:, None, :, None])[..., 0]
    strange = (across[:, -1] / (reach + _BESIDE)).astype(np.float32)
    return (np.clip(height, 0, cap) * in_view).astype(np.float32), in_view, strange


def _vectors(
    picture: Floats, quads: Quad, reach: int, places: Floats
) -> tuple[Floats, NDArray[np.bool_], Floats]:
    """For each side, offset outwards and place: the step from out to in, and whether it is in view.

    Third comes by how much the inside of the side differs from its outside, over its whole length.
    """
    start, outwards, along, length = _frame(quads)
    offsets = np.arange(-reach - _BESIDE, reach + _BESIDE + 1, dtype=np.float32)
    on_side = start[:, None] + along[:, None] * (length[:, None] * places)[..., None]  # side, place, xy
    points = (
        on_side[:, None] + outwards[:, None, None] * offsets[None, :, None, None]
    )  # side, offset, place, xy
    height, width = picture.shape[:2]
    flat = points.reshape(len(points), -1, 2)
    values = cv2.remap(picture, flat[..., 0], flat[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    profile = values.reshape(len(points), len(offsets), len(places), 4)
    total = np.zeros((len(points), len(offsets) + 1, len(places), 4), np.float32)
    np.cumsum(profile, axis=1, out=total[:, 1:])
    count, far = 2 * reach + 1, _BESIDE + 1
    inner = total[:, _BESIDE : _BESIDE + count] - total[:, :count]
    outer = total[:, _BESIDE + far : _BESIDE + far + count] - total[:, far : far + count]
    half = reach + _BESIDE
    across = (total[:, half] - (total[:, -1] - total[:, half + 1])).mean(axis=1)
    seen_x = (points[..., 0] >= 0) & (points[..., 0] <= width - 1)
    seen = seen_x & (points[..., 1] >= 0) & (points[..., 1] <= height - 1)
    in_view = seen[:, _BESIDE : _BESIDE + count] & seen[:, 2 * _BESIDE : 2 * _BESIDE + count]
    return (
        ((inner - outer) / _BESIDE).astype(np.float32),
        np.asarray(in_view, bool),
        across.astype(np.float32),
    )


def _frame(quads: Quad) -> tuple[Floats, Floats, Floats, Floats]:
    """Start, unit vector outwards, unit vector along and length of each side, all sides in one row."""
    sides = (quads[:, (1, 2, 3, 0)] - quads).reshape(-1, 2)
    length = np.maximum(np.sqrt((sides**2).sum(axis=1)), 1e-3).astype(np.float32)
    along = sides / length[:, None]
    return quads.reshape(-1, 2), np.stack((along[:, 1], -along[:, 0]), axis=1), along, length


@lru_cache(maxsize=8)
def _lines(reach: int) -> tuple[Floats, NDArray[np.intp]]:
    """All straight lines within reach: their offsets at both ends, and at every place as an index."""
    ends = np.arange(-reach, reach + 1, dtype=np.float32)
    first, last = (grid.ravel() for grid in np.meshgrid(ends, ends, indexing="ij"))
    slanted = np.abs(first - last) <= 1.2 * reach
    first, last = first[slanted], last[slanted]
    places = np.linspace(0, 1, _PLACES, dtype=np.float32)[None]
    at = np.rint(first[:, None] * (1 - places) + last[:, None] * places).astype(np.intp) + reach
    return np.stack((first, last), axis=1), at


def _moved(quads: Quad, ends: Floats) -> Quad:
    """The quads whose sides are moved outwards by so much at their ends."""
    start, outwards, along, length = _frame(quads)
    inset = _CORNER * length[:, None] * along
    first = start + inset + outwards * ends[:, :1]
    last = start + along * length[:, None] - inset + outwards * ends[:, 1:]
    # A line as (a, b, c) of ax + by = c; a corner is where it meets the side before it.
    step = last - first
    a, b = step[:, 1].reshape(-1, 4).astype(np.float64), -step[:, 0].reshape(-1, 4).astype(np.float64)
    c = a * first[:, 0].reshape(-1, 4) + b * first[:, 1].reshape(-1, 4)
    before = (3, 0, 1, 2)
    scale = a[:, before] * b - a * b[:, before]
    scale = np.where(np.abs(scale) < 1e-6, 1e-6, scale)
    x = (c[:, before] * b - c * b[:, before]) / scale
    y = (a[:, before] * c - a * c[:, before]) / scale
    return np.stack((x, y), axis=-1).astype(np.float32)
