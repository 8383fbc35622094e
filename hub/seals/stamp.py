"""The round red seal as it stands on paper: ring, authority, the lamp of the house.

It is nobody's real seal: those have a star or the emblem of the state in the middle, this one has the lamp,
and at its foot it says what it is worth.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from math import degrees
from typing import Final

from hub.seals.paper import Ink, Paper

SIDE: Final = 40.0
"""Diameter in mm."""

_RED: Final[Ink] = (196, 22, 28)
_MIDDLE: Final = SIDE / 2
_LETTERS: Final = 13.5
"""Radius of the baseline of the authority's name, mm."""
_WIDEST_ARC: Final = 4.5
"""The name takes at most this angle (rad), a little more than two thirds of the ring."""
_LARGEST: Final = 12.5
_MADE: Final = datetime(2026, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=64)
def draw_stamp(authority: str, *, demonstration: bool) -> bytes:
    """The seal of an authority: a PDF of 40 by 40 mm without a ground. Raises ``FontsMissing``."""
    paper = Paper(authority, _MADE, (SIDE, SIDE))
    paper.ring((_MIDDLE, _MIDDLE), _MIDDLE - 0.8, 1.1, _RED)
    paper.ring((_MIDDLE, _MIDDLE), _MIDDLE - 1.9, 0.2, _RED)
    _name(paper, authority)
    _lamp(paper, _MIDDLE, _MIDDLE + 0.4)
    words = "演示专用章" if demonstration else "电子专用章"
    paper.words((_MIDDLE, _MIDDLE + 12.2), words, 10, "bold", _RED, "middle", spacing=0.3)
    return paper.pdf()


def _name(paper: Paper, authority: str) -> None:
    """The name around the upper part of the ring, each letter upright on its radius."""
    size = _LARGEST
    while (length := paper.width_of(authority, size, "bold")) > _WIDEST_ARC * _LETTERS and size > 4:
        size -= 0.5
    gap = min(1.1, (_WIDEST_ARC * _LETTERS - length) / max(1, len(authority) - 1))
    gap = max(0.0, gap)
    along = -(length + gap * (len(authority) - 1)) / 2
    for letter in authority:
        width = paper.width_of(letter, size, "bold")
        angle = (along + width / 2) / _LETTERS
        at = (_MIDDLE, _MIDDLE - _LETTERS)
        paper.turned((_MIDDLE, _MIDDLE), -degrees(angle), at, letter, size, "bold", _RED)
        along += width + gap


def _lamp(paper: Paper, x: float, y: float) -> None:
    """The lamp of the house, 10 mm high."""
    paper.shape([(x - 1.9, y - 5), (x + 1.9, y - 5), (x + 4.1, y + 0.2), (x - 4.1, y + 0.2)], _RED)
    paper.shape([(x - 0.45, y + 0.2), (x + 0.45, y + 0.2), (x + 0.45, y + 4), (x - 0.45, y + 4)], _RED)
    paper.shape([(x - 2.6, y + 4), (x + 2.6, y + 4), (x + 2.6, y + 4.9), (x - 2.6, y + 4.9)], _RED)
    paper.shape([(x + 2.0, y + 0.2), (x + 2.6, y + 0.2), (x + 2.6, y + 2), (x + 2.0, y + 2)], _RED)
