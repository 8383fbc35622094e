"""A cap on how fast we send, so that somebody who looks something up does not wait behind a photograph."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator


class Pace:
    """At most ``rate`` bytes a second over all threads, with a second's worth at once; 0 is no cap."""

    def __init__(
        self,
        rate: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.rate = rate
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._free_at = clock()

    def take(self, size: int) -> None:
        """Wait until ``size`` more bytes may be sent."""
        if not self.rate:
            return
        with self._lock:
            now = self._clock()
            self._free_at = max(self._free_at, now - 1.0) + size / self.rate
            wait = self._free_at - now
        if wait > 0:
            self._sleep(wait)


class PacedBody:
    """The body of a request, handed out at a pace."""

    def __init__(self, body: bytes, pace: Pace) -> None:
        self._body = body
        self._pace = pace
        self._at = 0

    def __len__(self) -> int:
        return len(self._body)

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.read(_PIECE):
            yield piece

    def read(self, size: int = -1) -> bytes:
        """The next bytes, when their time has come."""
        if size < 0:
            size = len(self._body)
        piece = self._body[self._at : self._at + min(size, _PIECE)]
        self._at += len(piece)
        if piece:
            self._pace.take(len(piece))
        return piece


_PIECE = 8192

UNPACED = Pace(0)
"""No cap."""
