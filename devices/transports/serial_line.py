"""A serial port: bytes in and out, never longer than a caller allows."""

from __future__ import annotations

import contextlib
import errno
import termios
import time
from typing import TYPE_CHECKING

import serial

from devices.errors import CompletionCode, DeviceBusy, DeviceError, DeviceTimeout, KeeperAction
from devices.status import DeviceState
from devices.transports.line import POLL, DescriptorLine, Tap

if TYPE_CHECKING:
    from pathlib import Path

    from devices.worker import Turn


class SerialLine(DescriptorLine):
    """One open port, 8N1, locked against every other program.

    Args:
        path: the port; a symbolic link is followed.
        baudrate: bits per second.
        tap: listens to everything that passes.

    Raises:
        KeeperAction: there is no such port, or it may not be used.
        DeviceBusy: another program holds it.
    """

    lost = ("port-lost", DeviceState.NO_DEVICE)

    def __init__(self, path: Path, baudrate: int, tap: Tap | None = None) -> None:
        try:
            self._port = serial.Serial(str(path), baudrate, timeout=0, exclusive=True)
        except (OSError, serial.SerialException) as error:
            raise _not_opened(error.errno) from None
        super().__init__(self._port.fileno(), tap)

    @property
    def baudrate(self) -> int:
        """Bits per second. Setting it raises KeeperAction when the port is gone."""
        return int(self._port.baudrate)

    @baudrate.setter
    def baudrate(self, rate: int) -> None:
        try:
            self._port.baudrate = rate
        except (OSError, serial.SerialException, termios.error):
            raise self._gone() from None

    def flush(self, turn: Turn, stall: float) -> None:
        """Wait until everything written has gone out of the port. Raises like `write`."""
        waiting, since = -1, time.monotonic()
        while True:
            try:
                now = self._port.out_waiting
            except (OSError, termios.error):
                raise self._gone() from None
            if not now:
                return
            if now != waiting:
                waiting, since = now, time.monotonic()
            elif time.monotonic() - since > stall:
                raise DeviceTimeout("stalled", state=DeviceState.OFFLINE)
            turn.pause(POLL, "stalled")

    def drain(self) -> None:
        """Throw away what has arrived unasked, in the port and in the system.

        Raises:
            KeeperAction: the port is gone.
        """
        try:
            if self._tap is None:  # who listens hears of every byte
                self._port.reset_input_buffer()
        except (OSError, serial.SerialException, termios.error):
            raise self._gone() from None
        super().drain()

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
