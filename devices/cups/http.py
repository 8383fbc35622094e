"""One IPP request over HTTP (RFC 8010, section 4), by h11 over a transport of this house."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import h11

from devices.errors import CompletionCode, DeviceError, KeeperAction
from devices.status import DeviceState

if TYPE_CHECKING:
    from devices.worker import Turn

LONGEST_ANSWER = 4_000_000
"""Bytes of an answer; CUPS says everything it knows of a printer in 7,000."""


class Line(Protocol):
    """What an exchange needs of its transport; `devices.transports.tcp.TcpLine` is one."""

    def write(self, data: bytes, turn: Turn, stall: float) -> None:
        """Send everything; DeviceTimeout when nothing was taken for ``stall`` seconds."""

    def read(self, turn: Turn, seconds: float) -> bytes:
        """Take what comes next, or nothing after ``seconds``."""


def post(line: Line, host: str, path: str, body: bytes, turn: Turn, patience: float) -> bytes:
    """Send one request and give the body of the answer; the connection is used up then.

    Args:
        line: the open transport.
        host: what the ``Host`` header says.
        path: resource, e.g. ``/printers/a4``.
        body: IPP message, with its document.
        turn: the work that this is part of.
        patience: seconds without a byte taken or sent.

    Raises:
        KeeperAction: no answer, none that is HTTP, or a refusal by the server.
        DeviceError: what the transport raises.
    """
    connection = h11.Connection(h11.CLIENT)
    headers = {
        "Host": host,
        "Content-Type": "application/ipp",
        "Content-Length": str(len(body)),
        "Connection": "close",
    }
    request = h11.Request(method="POST", target=path, headers=list(headers.items()))
    sent = (connection.send(request) or b"") + body
    line.write(sent, turn, patience)
    connection.send(h11.Data(body))
    connection.send(h11.EndOfMessage())
    try:
        return _answer(connection, line, turn, patience)
    except h11.RemoteProtocolError:
        raise garbage() from None


def _answer(connection: h11.Connection, line: Line, turn: Turn, patience: float) -> bytes:
    got = bytearray()
    while True:
        match connection.next_event():
            case h11.NEED_DATA:
                data = line.read(turn, patience)
                if not data:
                    raise KeeperAction(CompletionCode.TIME_OUT, "no-answer", state=DeviceState.OFFLINE)
                connection.receive_data(data)
            case h11.Response(status_code=status) if status != 200:
                raise _refused(status)
            case h11.Data(data=data):
                got += data
                if len(got) > LONGEST_ANSWER:
                    raise garbage()
            case h11.EndOfMessage():
                return bytes(got)
            case h11.ConnectionClosed() | h11.PAUSED:
                raise garbage()


def _refused(status: int) -> DeviceError:
    """HTTP refuses before IPP is read."""
    if status in {401, 403}:
        return KeeperAction(
            CompletionCode.DEVICE_NOT_READY, "print-server-refuses", state=DeviceState.OFFLINE
        )
    if status == 404:
        return KeeperAction(CompletionCode.DEVICE_NOT_READY, "no-such-queue", state=DeviceState.NO_DEVICE)
    if status == 426:
        return KeeperAction(CompletionCode.DEVICE_NOT_READY, "encryption-required", state=DeviceState.OFFLINE)
    return garbage()


def garbage() -> KeeperAction:
    """It answers, but not as a print server does."""
    return KeeperAction(CompletionCode.HARDWARE_ERROR, "garbage", state=DeviceState.HARDWARE_ERROR)
