"""A WebSocket to a service that may be anything: whole texts come, or an error that says what is wrong."""

from __future__ import annotations

import base64
import hashlib
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from socket import create_server

import pytest

from devices.errors import DeviceCancelled, DeviceError, DeviceTimeout, KeeperAction
from devices.simulators.wire import TcpWire
from devices.status import DeviceState
from devices.transports.websocket import LARGEST_MESSAGE, Address, WebSocketLine
from devices.worker import Turn

PONG = 0x8A
"""First byte of a pong (RFC 6455 section 5.2)."""


def switched(request: bytes) -> bytes:
    """The answer to a handshake (RFC 6455 section 4.2.2)."""
    key = re.search(rb"Sec-WebSocket-Key: (\S+)", request)
    assert key is not None
    accept = base64.b64encode(hashlib.sha1(key[1] + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())  # noqa: S324
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )


class Far:
    """A far end that says what a test puts into its mouth."""

    def __init__(self) -> None:
        with create_server(("127.0.0.1", 0)) as server:
            self.port = int(server.getsockname()[1])
        self.says: Callable[[bytes], bytes] = switched
        self.heard: list[bytes] = []
        self.wire = TcpWire(self._answer, "far", "127.0.0.1", self.port)
        self.wire.start()

    def behind_the_handshake(self, frames: bytes) -> None:
        self.says = lambda request: switched(request) + frames

    def hears(self, byte: int) -> bool:
        """What follows the handshake begins with this byte, soon."""
        until = time.monotonic() + 5
        while not (said := b"".join(self.heard[1:])) and time.monotonic() < until:
            time.sleep(0.01)
        return said[:1] == bytes((byte,))

    def _answer(self, data: bytes) -> bytes:
        self.heard.append(data)
        return self.says(data) if len(self.heard) == 1 else b""

    def called(self) -> WebSocketLine:
        return WebSocketLine(Address("127.0.0.1", self.port, "/x"), Turn(3), 0.5)


@pytest.fixture
def far() -> Iterator[Far]:
    one = Far()
    yield one
    one.wire.stop()


def error_of(action: Callable[[], object]) -> DeviceError:
    with pytest.raises(DeviceError) as error:
        action()
    return error.value


def test_texts_come_whole_however_they_are_cut(far: Far) -> None:
    text = "一张纸".encode()
    one, other = text[:4], text[4:]  # cut in the middle of a character
    far.behind_the_handshake(
        bytes((0x01, len(one))) + one  # a first fragment
        + b"\x89\x02hi"  # a ping in between
        + bytes((0x80, len(other))) + other  # the last fragment
        + b"\x81\x03two"
    )  # fmt: skip
    far.wire.piece = 1
    line = far.called()
    assert [line.receive(2), line.receive(2), line.receive(0)] == ["一张纸", "two", None]
    line.send("done", Turn(1), 1)
    line.close()
    assert far.hears(PONG)


@pytest.mark.parametrize(
    ("frames", "detail"),
    [
        (b"\x82\x02hi", "garbage"),  # binary
        (b"\x81\x02\xff\xfe", "garbage"),  # no UTF-8
        (b"\x83\x00", "garbage"),  # an opcode that does not exist
        (b"\xf1\x02hi", "garbage"),  # reserved bits
        (b"\x80\x02hi", "garbage"),  # the end of nothing
        (b"\x81\x7f" + (LARGEST_MESSAGE + 1).to_bytes(8), "garbage"),
        (b"\x81\x82\0\0\0\0hi", "garbage"),  # masked, as only clients may
        (b"\x88\x02\x03\xe8", "connection-lost"),  # goodbye
    ],
)
def test_what_is_no_text_is_named(far: Far, frames: bytes, detail: str) -> None:
    far.behind_the_handshake(frames)

    def listen() -> None:
        with closing(far.called()) as line:
            line.receive(2)

    error = error_of(listen)
    assert (error.detail, error.state is not None) == (detail, True)


def test_what_came_before_the_goodbye_is_still_heard(far: Far) -> None:
    far.behind_the_handshake(b"\x81\x04last\x88\x02\x03\xe8")
    line = far.called()
    assert line.receive(2) == "last"
    assert error_of(lambda: line.receive(2)).detail == "connection-lost"
    assert error_of(lambda: line.send("more", Turn(1), 1)).detail == "connection-lost"
    line.close()


@pytest.mark.parametrize(
    ("says", "detail", "state"),
    [
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "no-service", DeviceState.NO_DEVICE),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "no-service", DeviceState.NO_DEVICE),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "garbage", DeviceState.HARDWARE_ERROR),
        (b"\x12\x12\x12\x12\r\n\r\n", "garbage", DeviceState.HARDWARE_ERROR),
        (b"", "silent", None),
    ],
)
def test_who_is_no_service_is_named(far: Far, says: bytes, detail: str, state: DeviceState | None) -> None:
    far.says = lambda _: says
    error = error_of(far.called)
    assert (error.detail, error.state) == (detail, state)


def test_who_takes_nothing_is_noticed(far: Far) -> None:
    line = far.called()
    far.wire.reading = False
    error = error_of(lambda: line.send("x" * 20_000_000, Turn(10), 0.2))
    line.close()
    assert isinstance(error, DeviceTimeout)
    assert (error.detail, error.state) == ("stalled", DeviceState.OFFLINE)


def test_who_gives_up_sending_is_free(far: Far) -> None:
    line = far.called()
    far.wire.reading = False
    turn = Turn(60)
    threading.Timer(0.2, turn.cancel).start()
    assert isinstance(error_of(lambda: line.send("x" * 20_000_000, turn, 60)), DeviceCancelled)
    line.close()


def test_a_host_that_does_not_exist() -> None:
    for host in ("no-such-host.invalid", "a" * 300, "bad host"):
        error = error_of(lambda host=host: WebSocketLine(Address(host, 1, "/"), Turn(3), 1))  # type: ignore[misc]
        assert isinstance(error, KeeperAction)
        assert error.detail == "unknown-host"


def test_addresses_as_uris() -> None:
    assert Address("::1", 5846, "/xfs4iot/v1.0").uri == "ws://[::1]:5846/xfs4iot/v1.0"
    assert Address("atm", 443, "/a", secure=True).uri == "wss://atm:443/a"
