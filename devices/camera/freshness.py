"""Whether what a camera delivers is what lies before it. Pure: it is shown pictures and times.

A camera that has lost its sensor, cable or driver often goes on to say success (opencv #5221, #14044): the
return code says nothing, the picture does.
"""

from __future__ import annotations

import zlib
from collections import deque

import numpy as np

from devices.camera.shot import Picture

FROZEN, GARBAGE, BLACK, GREEN, SLOW = (
    "frozen-picture",
    "garbage",
    "black-picture",
    "green-picture",
    "slow-picture",
)
LOST = (FROZEN, GARBAGE, GREEN)
"""What closing and opening again may mend."""

SLOWEST = 4.0
"""Pictures a second. In dim light a good camera falls to 5; one that falls below is starved or broken."""

_BLACK = 20
_GREEN_SHARE = 0.25
_IN_A_ROW = 3
"""Pictures that are empty, or the same, before a live camera is blamed; one may be spoilt on the way."""


class Freshness:
    """Looks at every picture of a live camera.

    Args:
        patience: seconds of unchanged or unreadable pictures after which a camera counts as frozen or broken,
            the time in which nobody looked not counted. A real sensor always has noise, so that no two of its
            pictures are the same.
        live: pictures keep coming; otherwise each may stay as long as it likes.
    """

    def __init__(self, patience: float, *, live: bool) -> None:
        self._patience = patience if live else float("inf")
        self._needed = _IN_A_ROW if live else 1
        self._print: int | None = None
        self._changed: float | None = None
        self._same = 0
        self._new = False
        self._readable: float | None = None
        self._colour: str | None = None
        self._coloured = 0
        self._steps: deque[float] = deque(maxlen=3)
        self._now = 0.0

    def saw(self, picture: Picture | None, at: float) -> None:
        """A picture came at this time, or one that cannot be read."""
        # While nobody looked, nobody knows that it stood still.
        rested, self._now = at - self._now > self._patience, at
        if picture is None:
            self._readable = at if self._readable is None or rested else self._readable
            return
        self._readable = None
        seen = zlib.crc32(picture.tobytes())
        self._same += 1
        self._new = seen != self._print
        if self._new or self._changed is None or rested:
            self._print, self._changed, self._same = seen, at, 1
        colour = colour_fault(picture)
        self._coloured = self._coloured + 1 if colour == self._colour else 1
        self._colour = colour

    def waited(self, seconds: float) -> None:
        """So long it took from one picture to the next, with nothing else done meanwhile."""
        self._steps.append(seconds)

    @property
    def sure(self) -> bool:
        """The newest picture is known to be good or bad; otherwise one has to look at more of them."""
        if set(self.troubles) & set(LOST) or self._patience == float("inf"):
            return True
        if self._readable is not None:
            return False
        return self._coloured >= self._needed if self._colour is not None else self._new

    @property
    def per_second(self) -> float | None:
        """Pictures a second, None while not known."""
        if len(self._steps) < 2:
            return None
        middle = sorted(self._steps)[len(self._steps) // 2]
        return 1 / middle if middle > 0 else None

    @property
    def troubles(self) -> tuple[str, ...]:
        """What is wrong now, as keys; empty: nothing."""
        found = []
        if self._readable is not None:
            if self._now - self._readable >= self._patience:
                found.append(GARBAGE)
        elif self._colour is not None:  # nothing can move in it, so that it is not called frozen as well
            if self._coloured >= self._needed:
                found.append(self._colour)
        elif (
            self._changed is not None
            and self._now - self._changed >= self._patience
            and self._same >= _IN_A_ROW
        ):
            found.append(FROZEN)
        rate = self.per_second
        if rate is not None and rate < SLOWEST:
            found.append(SLOW)
        return tuple(found)


def colour_fault(picture: Picture) -> str | None:
    """A picture that shows nothing at all: black, or the green of a YUV buffer that was never filled.

    Y, U and V of zero are (0, 135, 0) in RGB by ITU-R BT.601, and nothing on a desk has that colour.
    """
    few = picture[::8, ::8].reshape(-1, 3).astype(np.int16)
    if float(np.percentile(few.max(axis=1), 98)) < _BLACK:
        return BLACK
    unfilled = (few[:, 0] < 24) & (few[:, 2] < 24) & (abs(few[:, 1] - 135) < 24)
    return GREEN if float(unfilled.mean()) > _GREEN_SHARE else None
