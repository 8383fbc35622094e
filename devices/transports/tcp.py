"""A TCP connection to a device: bytes in and out, never longer than a caller allows."""

from __future__ import annotations

import contextlib
import select
import socket
from typing import TYPE_CHECKING

from devices.errors import CompletionCode, KeeperAction
from devices.status import DeviceState
from devices.transports.line import DescriptorLine, Tap

if TYPE_CHECKING:
    from devices.worker import Turn


class TcpLine(DescriptorLine):
    """One open connection.

    Args:
        host: name or address of the device.
        port: its TCP port.
        connect_timeout: seconds to wait for the connection.
        tap: listens to everything that passes.

    Raises:
        KeeperAction: nobody answers there.
    """

    lost = ("connection-lost", DeviceState.OFFLINE)

    def __init__(self, host: str, port: int, connect_timeout: float, tap: Tap | None = None) -> None:
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
        super().__init__(self._socket.fileno(), tap)

    def flush(self, turn: Turn, stall: float) -> None:
        """Nothing to wait for: what the system holds is sent even after `close`."""

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
