"""A TCP connection to a device: bytes in and out, never longer than a caller allows."""

from __future__ import annotations

import contextlib
import select
import socket
import time
from typing import TYPE_CHECKING

from devices.errors import CompletionCode, DeviceTimeout, KeeperAction
from devices.status import DeviceState

if TYPE_CHECKING:
    from devices.worker import Turn

_POLL = 0.05


class TcpLine:
    """One open connection. Used by one thread only.

    Args:
        host: name or address of the device.
        port: its TCP port.
        connect_timeout: seconds to wait for the connection.

    Raises:
        KeeperAction: nobody answers there.
    """

    def __init__(self, host: str, port: int, connect_timeout: float) -> None:
        try:
            self._socket = socket.create_connection((host, port), connect_timeout)
        except socket.gaierror:
            raise KeeperAction(
                CompletionCode.DEVICE_NOT_READY, "unknown-host", state=DeviceState.NO_DEVICE
            ) from None
        except OSError:
            raise KeeperAction(
                CompletionCode.DEVICE_NOT_READY, "no-connection", state=DeviceState.OFFLINE
            ) from None
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def write(self, data: bytes, turn: Turn, stall: float) -> None:
        """Send all of ``data``.

        Raises:
            DeviceTimeout: the device took nothing for ``stall`` seconds, or the turn is over.
            DeviceCancelled: it took nothing for a while, and nobody waits any more.
            KeeperAction: the connection is lost.
        """
        rest = memoryview(data)
        since = time.monotonic()
        while rest:
            _, writable, _ = select.select([], [self._socket], [], _POLL)
            if writable:
                try:
                    rest = rest[self._socket.send(rest) :]
                except BlockingIOError:
                    continue
                except OSError:
                    raise _lost() from None
                since = time.monotonic()
            else:
                turn.check("stalled")
                if time.monotonic() - since > stall:
                    raise DeviceTimeout("stalled", state=DeviceState.OFFLINE)

    def flush(self, turn: Turn, stall: float) -> None:
        """Nothing to wait for: what the system holds is sent even after `close`."""

    def read(self, turn: Turn, seconds: float) -> bytes:
        """What the device says next, waiting up to ``seconds``; nothing when it stays silent.

        Raises:
            DeviceCancelled, DeviceTimeout: the turn is over.
            KeeperAction: the connection is lost.
        """
        until = time.monotonic() + seconds
        while True:
            wait = min(_POLL, until - time.monotonic())
            readable, _, _ = select.select([self._socket], [], [], max(0.0, wait))
            if readable:
                try:
                    data = self._socket.recv(4096)
                except BlockingIOError:
                    continue
                except OSError:
                    raise _lost() from None
                if not data:
                    raise _lost()
                return data
            if time.monotonic() >= until:
                return b""
            turn.check()

    def drain(self) -> None:
        """Throw away what has arrived unasked. Raises KeeperAction when the connection is lost."""
        while select.select([self._socket], [], [], 0)[0]:
            try:
                if not self._socket.recv(4096):
                    raise _lost()
            except BlockingIOError:
                return
            except OSError:
                raise _lost() from None

    def close(self) -> None:
        """Say goodbye and close.

        An answer that comes too late is still taken: closing on unread bytes would reset the connection, and
        the device could lose the end of what it was sent.
        """
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
            while select.select([self._socket], [], [], 0.2)[0] and self._socket.recv(4096):
                pass
        self._socket.close()


def _lost() -> KeeperAction:
    return KeeperAction(CompletionCode.HARDWARE_ERROR, "connection-lost", state=DeviceState.OFFLINE)
