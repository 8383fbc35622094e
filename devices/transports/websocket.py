"""A WebSocket to a service: whole text messages in and out, never longer than a caller allows (RFC 6455).

The protocol is the library's, without its I/O: so one thread owns the connection, a service that takes
nothing is noticed by a deadline, and nothing waits in the background.
"""

from __future__ import annotations

import contextlib
import logging
import select
import socket
import ssl
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidStatus, InvalidURI
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from devices.errors import CompletionCode, DeviceTimeout, KeeperAction
from devices.status import DeviceState

if TYPE_CHECKING:
    from devices.worker import Turn

LARGEST_MESSAGE = 32 * 2**20
"""Bytes. A picture of 4K in base64 has a quarter of it."""

_POLL = 0.05
_CHUNK = 65_536
_BYE = 0.2

_silent = logging.Logger("websocket", logging.CRITICAL)  # noqa: LOG001 - by name it could be turned up
"""The library would log what is sent, and that may be a resident's card."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a WebSocket is.

    Attributes:
        host: name or address of the machine.
        port: its TCP port.
        path: from the first slash on.
        secure: with TLS (``wss``).
        ca_file: certificates to trust besides the system's own.
    """

    host: str
    port: int
    path: str
    secure: bool = False
    ca_file: Path | None = None

    @property
    def uri(self) -> str:
        """The same as a URI."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'wss' if self.secure else 'ws'}://{host}:{self.port}{self.path}"


class WebSocketLine:
    """One open WebSocket. Used by one thread only.

    Args:
        address: where to.
        turn: the work this is a part of.
        connect_timeout: seconds for connection and handshake together.

    Raises:
        KeeperAction: nobody takes the connection (``no-connection``), nothing is served there
            (``no-service``), what answers is no WebSocket (``garbage``), or it cannot prove who it is
            (``certificate-not-trusted``).
        DeviceTimeout: it takes the connection and says nothing.
    """

    def __init__(self, address: Address, turn: Turn, connect_timeout: float) -> None:
        within = turn.within(min(connect_timeout, turn.remaining))
        try:
            self._protocol = ClientProtocol(parse_uri(address.uri), max_size=LARGEST_MESSAGE, logger=_silent)
        except InvalidURI:
            raise KeeperAction(
                CompletionCode.DEVICE_NOT_READY, "unknown-host", state=DeviceState.NO_DEVICE
            ) from None
        self._messages: deque[str] = deque()
        self._parts = b""
        self._open = self._over = False
        self._socket = _connected(address, max(0.05, within.remaining))
        try:
            self._protocol.send_request(self._protocol.connect())
            self._flush(within, connect_timeout)
            self._shake_hands(within)
        except BaseException:
            self._socket.close()
            raise

    def send(self, text: str, turn: Turn, stall: float) -> None:
        """Send one message.

        Raises:
            DeviceTimeout: nothing of it was taken for ``stall`` seconds, or the turn is over (``stalled``).
            DeviceCancelled: nobody waits any more, and it is not yet sent.
            KeeperAction: the connection is lost.
        """
        if self._over:
            raise _lost()
        self._protocol.send_text(text.encode())
        self._flush(turn, stall)

    def receive(self, seconds: float) -> str | None:
        """The next message; None when none is complete after ``seconds``.

        Raises:
            KeeperAction: the connection is lost, or what comes is no text (``garbage``).
        """
        until = time.monotonic() + seconds
        while not self._messages:
            if self._over:
                raise _lost()
            left = until - time.monotonic()
            if not self._take(max(0.0, min(_POLL, left))) and left <= 0:
                return None
        return self._messages.popleft()

    def close(self) -> None:
        """Say goodbye, without waiting for an answer, and close."""
        with contextlib.suppress(OSError):
            if not self._over and not self._protocol.close_expected():
                self._protocol.send_close(1000)
            goodbye = b"".join(self._protocol.data_to_send())
            if goodbye and select.select([], [self._socket], [], _BYE)[1]:
                self._socket.send(goodbye)
        self._socket.close()

    def _shake_hands(self, turn: Turn) -> None:
        """Wait for the answer to the handshake; what comes right behind it stays."""
        while not self._open:
            turn.check("silent")
            self._take(min(_POLL, turn.remaining))
            error = self._protocol.handshake_exc
            if isinstance(error, InvalidStatus):
                raise KeeperAction(CompletionCode.DEVICE_NOT_READY, "no-service", state=DeviceState.NO_DEVICE)
            if self._over and not self._open:
                raise _lost()
            if error is not None:
                raise _garbage()

    def _gather(self, frame: Frame) -> None:
        """Put frames together to texts (RFC 6455 section 5.4)."""
        if frame.opcode is Opcode.CLOSE:
            self._over = True
        elif frame.opcode is Opcode.BINARY:
            raise _garbage()
        elif frame.opcode in {Opcode.TEXT, Opcode.CONT}:
            self._parts += bytes(frame.data)
            if frame.fin:
                parts, self._parts = self._parts, b""
                try:
                    self._messages.append(parts.decode())
                except UnicodeDecodeError:
                    raise _garbage() from None

    def _take(self, wait: float) -> bool:
        """Take what has come, waiting up to ``wait`` seconds; whether anything had."""
        waiting_in_tls = isinstance(self._socket, ssl.SSLSocket) and self._socket.pending()
        if not waiting_in_tls and not select.select([self._socket], [], [], wait)[0]:
            return False
        try:
            data = self._socket.recv(_CHUNK)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return False
        except OSError:
            raise _lost() from None
        if not data:
            self._over = True
            self._protocol.receive_eof()
            return True
        self._protocol.receive_data(data)
        answer = b"".join(self._protocol.data_to_send())  # a pong to a ping, for example
        if answer:
            self._write(answer, None, _BYE)
        if self._protocol.parser_exc is not None:
            raise _garbage()
        for event in self._protocol.events_received():
            if isinstance(event, Frame):
                self._gather(event)
            else:
                self._open = self._protocol.handshake_exc is None
        return True

    def _flush(self, turn: Turn, stall: float) -> None:
        self._write(b"".join(self._protocol.data_to_send()), turn, stall)

    def _write(self, data: bytes, turn: Turn | None, stall: float) -> None:
        rest = memoryview(data)
        since = time.monotonic()
        while rest:
            if select.select([], [self._socket], [], _POLL)[1]:
                try:
                    rest = rest[self._socket.send(rest) :]
                except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                    continue
                except OSError:
                    raise _lost() from None
                since = time.monotonic()
                continue
            if turn is not None:
                turn.check("stalled")
            if time.monotonic() - since > stall:
                raise DeviceTimeout("stalled", state=DeviceState.OFFLINE)


def _connected(address: Address, seconds: float) -> socket.socket:
    not_ready = CompletionCode.DEVICE_NOT_READY
    try:
        plain = socket.create_connection((address.host, address.port), seconds)
    except (socket.gaierror, UnicodeError):
        raise KeeperAction(not_ready, "unknown-host", state=DeviceState.NO_DEVICE) from None
    except OSError:
        raise KeeperAction(not_ready, "no-connection", state=DeviceState.OFFLINE) from None
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if address.secure:
        try:
            context = ssl.create_default_context()
            if address.ca_file is not None:
                context.load_verify_locations(address.ca_file)
            plain = context.wrap_socket(plain, server_hostname=address.host)
        except ssl.SSLCertVerificationError:
            plain.close()
            raise KeeperAction(
                not_ready, "certificate-not-trusted", state=DeviceState.HARDWARE_ERROR
            ) from None
        except OSError:  # the file cannot be read, or what answers speaks no TLS
            plain.close()
            raise KeeperAction(not_ready, "no-tls", state=DeviceState.HARDWARE_ERROR) from None
    plain.setblocking(False)
    return plain


def _lost() -> KeeperAction:
    return KeeperAction(CompletionCode.HARDWARE_ERROR, "connection-lost", state=DeviceState.OFFLINE)


def _garbage() -> KeeperAction:
    return KeeperAction(CompletionCode.HARDWARE_ERROR, "garbage", state=DeviceState.HARDWARE_ERROR)
