"""A serial port: bytes in and out, never longer than a caller allows."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import termios
import time
from typing import TYPE_CHECKING

import serial

from devices.errors import CompletionCode, DeviceBusy, DeviceError, DeviceTimeout, KeeperAction
from devices.status import DeviceState

if TYPE_CHECKING:
    from pathlib import Path

    from devices.worker import Turn

_POLL = 0.05
_DRAIN = 0.1


class SerialLine:
    """One open port, 8N1, locked against every other program. Used by one thread only.

    Args:
        path: the port; a symbolic link is followed.
        baudrate: bits per second.

    Raises:
        KeeperAction: there is no such port, or it may not be used.
        DeviceBusy: another program holds it.
    """

    def __init__(self, path: Path, baudrate: int) -> None:
        try:
            self._port = serial.Serial(str(path), baudrate, timeout=0, exclusive=True)
        except (OSError, serial.SerialException) as error:
            raise _not_opened(error.errno) from None
        self._fd: int = self._port.fileno()

    @property
    def baudrate(self) -> int:
        """Bits per second. Setting it raises KeeperAction when the port is gone."""
        return int(self._port.baudrate)

    @baudrate.setter
    def baudrate(self, rate: int) -> None:
        try:
            self._port.baudrate = rate
        except (OSError, serial.SerialException, termios.error):
            raise _lost() from None

    def write(self, data: bytes, turn: Turn, stall: float) -> None:
        """Send all of ``data``.

        Raises:
            DeviceTimeout: the device took nothing for ``stall`` seconds, or the turn is over.
            DeviceCancelled: it took nothing for a while, and nobody waits any more.
            KeeperAction: the port is gone.
        """
        rest = memoryview(data)
        since = time.monotonic()
        while rest:
            try:
                _, writable, _ = select.select([], [self._fd], [], _POLL)
                sent = os.write(self._fd, rest) if writable else 0
            except BlockingIOError:
                sent = 0
            except OSError:
                raise _lost() from None
            rest = rest[sent:]
            if sent:
                since = time.monotonic()
            else:
                turn.check("stalled")
                if time.monotonic() - since > stall:
                    raise DeviceTimeout("stalled", state=DeviceState.OFFLINE)

    def flush(self, turn: Turn, stall: float) -> None:
        """Wait until everything written has gone out of the port. Raises like `write`."""
        waiting, since = -1, time.monotonic()
        while True:
            try:
                now = self._port.out_waiting
            except (OSError, termios.error):
                raise _lost() from None
            if not now:
                return
            if now != waiting:
                waiting, since = now, time.monotonic()
            elif time.monotonic() - since > stall:
                raise DeviceTimeout("stalled", state=DeviceState.OFFLINE)
            turn.pause(_POLL, "stalled")

    def read(self, turn: Turn, seconds: float, size: int = 4096) -> bytes:
        """What the device says next, at most ``size`` bytes; nothing when it is silent for ``seconds``.

        Raises:
            DeviceCancelled, DeviceTimeout: the turn is over.
            KeeperAction: the port is gone.
        """
        until = time.monotonic() + seconds
        while True:
            wait = max(0.0, min(_POLL, until - time.monotonic()))
            try:
                readable, _, _ = select.select([self._fd], [], [], wait)
                data = os.read(self._fd, size) if readable else None
            except BlockingIOError:
                data = None
            except OSError:
                raise _lost() from None
            if data is not None:
                if not data:
                    raise _lost()
                return data
            if time.monotonic() >= until:
                return b""
            turn.check()

    def drain(self) -> None:
        """Throw away what has arrived unasked. Raises KeeperAction when the port is gone.

        A device that talks without end is not listened to for longer than `_DRAIN` seconds.
        """
        until = time.monotonic() + _DRAIN
        try:
            self._port.reset_input_buffer()
            while select.select([self._fd], [], [], 0)[0] and time.monotonic() < until:
                if not os.read(self._fd, 4096):
                    raise _lost()
        except BlockingIOError:
            return
        except (OSError, serial.SerialException, termios.error):
            raise _lost() from None

    def close(self) -> None:
        """Close the port; what is not sent yet is lost."""
        with contextlib.suppress(OSError, serial.SerialException, termios.error):
            self._port.reset_output_buffer()
        with contextlib.suppress(OSError, serial.SerialException, termios.error):
            self._port.close()


def _not_opened(number: int | None) -> DeviceError:
    code = CompletionCode.DEVICE_NOT_READY
    if number in {errno.EWOULDBLOCK, errno.EBUSY}:
        return DeviceBusy("port-in-use", state=DeviceState.DEVICE_BUSY)
    if number in {errno.EACCES, errno.EPERM}:
        return KeeperAction(code, "port-not-permitted", state=DeviceState.NO_DEVICE)
    if number in {errno.ENOENT, errno.ENXIO, errno.ENODEV, errno.EIO}:
        return KeeperAction(code, "no-port", state=DeviceState.NO_DEVICE)
    return KeeperAction(code, "not-a-serial-port", state=DeviceState.NO_DEVICE)


def _lost() -> KeeperAction:
    return KeeperAction(CompletionCode.HARDWARE_ERROR, "port-lost", state=DeviceState.NO_DEVICE)
