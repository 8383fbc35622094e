"""A printer on USB by the kernel's own driver usblp: bytes in and out, never longer than a caller allows.

usblp (drivers/usb/class/usblp.c) gives one device per printer, ``/dev/usb/lp0`` and so on, open to one
program at a time. Read and write are USB bulk transfers: a printer that takes nothing leaves the device not
writable.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import select
import stat
import time
from typing import TYPE_CHECKING, Final

from devices.errors import CompletionCode, DeviceBusy, DeviceError, DeviceTimeout, KeeperAction
from devices.status import DeviceState
from devices.transports.line import POLL, DescriptorLine, Tap

if TYPE_CHECKING:
    from pathlib import Path

    from devices.worker import Turn

_LPGETSTATUS: Final = 0x060B
"""Linux ``lp.h``: the printer's port status byte (USB Printer Class 1.1, GET_PORT_STATUS)."""

_PAPER_EMPTY: Final = 0x20


class UsbPrinterLine(DescriptorLine):
    """One open printer.

    Args:
        path: its device; a symbolic link is followed.
        tap: listens to everything that passes.

    Raises:
        KeeperAction: there is no such device, or it may not be used.
        DeviceBusy: another program has it open.
    """

    lost = ("port-lost", DeviceState.NO_DEVICE)

    def __init__(self, path: Path, tap: Tap | None = None) -> None:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        except OSError as error:
            raise _not_opened(error.errno) from None
        if not stat.S_ISCHR(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise _not_opened(None)
        super().__init__(descriptor, tap)

    @property
    def paper_empty(self) -> bool | None:
        """Whether the printer reports an empty roll at its port; ``None`` where the port cannot be asked.

        Many printers always report a port without trouble: only bad news is worth something.
        """
        answer = bytearray(4)
        try:
            fcntl.ioctl(self._fd, _LPGETSTATUS, answer)
        except OSError as error:
            if error.errno == errno.ENODEV:
                raise self._gone() from None
            return None
        return bool(answer[0] & _PAPER_EMPTY)

    def flush(self, turn: Turn, stall: float) -> None:
        """Wait until the last transfer has been taken. Raises like `write`."""
        since = time.monotonic()
        while not select.select([], [self._fd], [], POLL)[1]:
            turn.check("stalled")
            if time.monotonic() - since > stall:
                raise DeviceTimeout("stalled", state=DeviceState.OFFLINE)

    def close(self) -> None:
        """Close the device."""
        with contextlib.suppress(OSError):
            os.close(self._fd)

    def _take(self, wait: float, size: int) -> bytes | None:
        """What has come. A transfer of no bytes is a printer with nothing to say; a lost one is an error."""
        try:
            readable, _, _ = select.select([self._fd], [], [], wait)
            data = os.read(self._fd, size) if readable else b""
        except BlockingIOError:
            return None
        except OSError:
            raise self._gone() from None
        if readable and not data:
            time.sleep(min(wait, POLL))  # the next transfer would be as empty
        return data or None


def _not_opened(number: int | None) -> DeviceError:
    code = CompletionCode.DEVICE_NOT_READY
    if number == errno.EBUSY:
        return DeviceBusy("port-in-use", state=DeviceState.DEVICE_BUSY)
    if number in {errno.EACCES, errno.EPERM}:
        return KeeperAction(code, "usb-not-permitted", state=DeviceState.NO_DEVICE)
    if number in {errno.ENOENT, errno.ENXIO, errno.ENODEV, errno.EIO}:
        return KeeperAction(code, "no-port", state=DeviceState.NO_DEVICE)
    return KeeperAction(code, "not-a-usb-printer", state=DeviceState.NO_DEVICE)
