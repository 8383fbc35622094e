"""What every line of bytes has in common: an open descriptor, and nobody who waits longer than allowed."""

from __future__ import annotations

import os
import select
import time
from typing import TYPE_CHECKING, ClassVar, Protocol

from devices.errors import CompletionCode, DeviceTimeout, KeeperAction
from devices.status import DeviceState

if TYPE_CHECKING:
    from devices.worker import Turn

POLL = 0.05
"""Seconds between two looks whether anybody still waits."""

DRAIN = 0.1
"""Seconds for which a device that talks without end is listened to before it is asked."""

_CHUNK = 4096


class Tap(Protocol):
    """Listens on a line, for a recording. Called in the device's thread."""

    def sent(self, data: bytes) -> None:
        """These bytes went to the device."""

    def heard(self, data: bytes) -> None:
        """These bytes came from it."""

    def dropped(self, data: bytes) -> None:
        """These bytes came from it unasked, or too late, and were thrown away."""


class DescriptorLine:
    """Bytes in and out of one open, non-blocking descriptor. Used by one thread only.

    Subclasses open it, close it, and say what its loss means.

    Args:
        descriptor: open for reading and writing.
        tap: listens to everything that passes.
    """

    lost: ClassVar[tuple[str, DeviceState]]
    """Detail and state of the error when the other end is gone."""

    def __init__(self, descriptor: int, tap: Tap | None = None) -> None:
        self._fd = descriptor
        self._tap = tap

    def write(self, data: bytes, turn: Turn, stall: float) -> None:
        """Send all of ``data``.

        Raises:
            DeviceTimeout: the device took nothing for ``stall`` seconds, or the turn is over.
            DeviceCancelled: it took nothing for a while, and nobody waits any more.
            KeeperAction: the device is gone.
        """
        rest = memoryview(data)
        since = time.monotonic()
        while rest:
            try:
                _, writable, _ = select.select([], [self._fd], [], POLL)
                sent = os.write(self._fd, rest) if writable else 0
            except BlockingIOError:
                sent = 0
            except OSError:
                raise self._gone() from None
            if sent:
                if self._tap is not None:
                    self._tap.sent(bytes(rest[:sent]))
                rest = rest[sent:]
                since = time.monotonic()
            else:
                turn.check("stalled")
                if time.monotonic() - since > stall:
                    raise DeviceTimeout("stalled", state=DeviceState.OFFLINE)

    def read(self, turn: Turn, seconds: float, size: int = _CHUNK) -> bytes:
        """What the device says next, at most ``size`` bytes; nothing when it is silent for ``seconds``.

        Raises:
            DeviceCancelled, DeviceTimeout: the turn is over.
            KeeperAction: the device is gone.
        """
        until = time.monotonic() + seconds
        while True:
            data = self._take(max(0.0, min(POLL, until - time.monotonic())), size)
            if data:
                if self._tap is not None:
                    self._tap.heard(data)
                return data
            if time.monotonic() >= until:
                return b""
            turn.check()

    def drain(self) -> None:
        """Throw away what has arrived unasked. Raises KeeperAction when the device is gone."""
        until = time.monotonic() + DRAIN
        while (data := self._take(0.0, _CHUNK)) and time.monotonic() < until:
            if self._tap is not None:
                self._tap.dropped(data)

    def _take(self, wait: float, size: int) -> bytes | None:
        """What has come, after waiting up to ``wait`` seconds for it; ``None``: nothing."""
        try:
            readable, _, _ = select.select([self._fd], [], [], wait)
            data = os.read(self._fd, size) if readable else None
        except BlockingIOError:
            return None
        except OSError:
            raise self._gone() from None
        if data == b"":
            raise self._gone()
        return data

    def _gone(self) -> KeeperAction:
        detail, state = self.lost
        return KeeperAction(CompletionCode.HARDWARE_ERROR, detail, state=state)
