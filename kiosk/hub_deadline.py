"""A bound on how long one answer of the hub may take, however it trickles in.

``requests`` bounds silence: a server that sends one byte of its headers every few seconds keeps it waiting
for ever. Here every read of an answer waits for the silence that is allowed, or for what is left of the time
for the whole answer, whichever is less.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from typing import Any, Final

from requests.adapters import HTTPAdapter
from typing_extensions import Buffer, override
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

SILENCES: Final = 4
"""A whole answer may take this many times the silence that is allowed."""


class _Bounded(io.RawIOBase):
    """What a socket receives, until its time is over; a read after that raises ``TimeoutError``."""

    def __init__(self, line: socket.socket, raw: io.RawIOBase) -> None:
        self._line = line
        self._raw = raw
        self._silence = line.gettimeout()
        self._ends = None if self._silence is None else time.monotonic() + SILENCES * self._silence

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Buffer) -> int | None:
        if self._ends is not None and self._silence is not None:
            left = self._ends - time.monotonic()
            if left <= 0:
                raise TimeoutError("the answer takes too long")
            self._line.settimeout(min(left, self._silence))
        return self._raw.readinto(buffer)

    @override
    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *options: Any, **named: Any) -> None:
        super().__init__(sock, *options, **named)
        self.fp.close()
        self.fp = io.BufferedReader(_Bounded(sock, sock.makefile("rb", buffering=0)))


class _Connection(HTTPConnection):
    response_class = _Response


class _TlsConnection(HTTPSConnection):
    response_class = _Response


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class BoundedAnswers(HTTPAdapter):
    """Sends like its parent; an answer takes at most ``SILENCES`` times the timeout for reading."""

    @override
    def init_poolmanager(self, *options: Any, **named: Any) -> None:
        super().init_poolmanager(*options, **named)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
