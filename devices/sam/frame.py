"""Frames of the SAM protocol: bytes to meaning and back, no I/O (PROTOCOLS.md section 1).

A frame is the preamble AA AA AA 96 69, a length of two bytes (big-endian, counts all that follows, checksum
included), a body, and a checksum: XOR over everything from the length to the checksum gives 0.
The body of a request is command, parameter, data; that of a reply is SW1 SW2 SW3, data.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import reduce
from operator import xor

PREAMBLE = bytes.fromhex("AAAAAA9669")
HEADER = len(PREAMBLE) + 2
MAX_LENGTH = 0x1000
"""Longest length field taken for a frame; the longest known reply has 090A (text, photo, two fingers)."""


class Status(IntEnum):
    """SW3: how the reader or the card judged the request."""

    OK = 0x90
    FOUND = 0x9F
    BAD_CHECKSUM = 0x10
    BAD_LENGTH = 0x11
    BAD_COMMAND = 0x21
    UNKNOWN_ERROR = 0x24
    CARD_DOUBTS_READER = 0x31
    READER_DOUBTS_CARD = 0x32
    BAD_INFORMATION = 0x33
    WRONG_CARD = 0x40
    READ_FAILED = 0x41
    NO_RANDOM_NUMBER = 0x47
    SELF_TEST_FAILED = 0x60
    NOT_AUTHORISED = 0x66
    NOT_FOUND = 0x80
    NOT_SELECTED = 0x81
    NO_SUCH_CONTENT = 0x91


@dataclass(frozen=True, slots=True)
class Request:
    """What the kiosk asks the reader."""

    command: int
    parameter: int
    data: bytes = b""

    def encode(self) -> bytes:
        """The whole frame."""
        return _frame(bytes((self.command, self.parameter)) + self.data)

    @classmethod
    def from_body(cls, body: bytes) -> Request:
        """Read a frame's body. Raises ValueError when it is too short for a request."""
        if len(body) < 2:
            raise ValueError("a request has at least command and parameter")
        return cls(body[0], body[1], body[2:])


RESET = Request(0x10, 0xFF)
SAM_STATUS = Request(0x11, 0xFF)
SAM_NUMBER = Request(0x12, 0xFF)
FIND = Request(0x20, 0x01)
SELECT = Request(0x20, 0x02)
READ = Request(0x30, 0x01)
READ_NEWEST_ADDRESS = Request(0x30, 0x03)
READ_WITH_FINGERPRINTS = Request(0x30, 0x10)

SET_BAUDRATE = {
    rate: Request(0x60, parameter) for parameter, rate in enumerate((115200, 57600, 38400, 19200, 9600))
}
"""By the rate in bits per second, fastest first; these are all the rates that readers know."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the reader answers. ``data`` may be a whole identity, so it never shows in ``repr``.

    Attributes:
        status: SW3, one of `Status` or a value not known here.
        data: what follows SW3.
        words: SW1 and SW2, the card's own status words, passed on by the reader.
    """

    status: int
    data: bytes = b""
    words: bytes = b"\0\0"

    def __repr__(self) -> str:
        return f"Reply(status={self.status:#04x}, {len(self.data)} bytes)"

    def encode(self) -> bytes:
        """The whole frame."""
        return _frame(self.words + bytes((self.status,)) + self.data)

    @classmethod
    def from_body(cls, body: bytes) -> Reply:
        """Read a frame's body. Raises ValueError when it is too short for a reply."""
        if len(body) < 3:
            raise ValueError("a reply has at least three status words")
        return cls(body[2], body[3:], body[:2])


class FrameParser:
    """Finds frames in a stream of bytes that may come in any pieces, with noise between.

    After bytes that cannot become a frame (noise, a wrong checksum, an impossible length) it searches on from
    the next byte, so a good frame behind damaged ones is always found.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.noise = 0
        """Bytes thrown away so far because they belong to no frame."""

    @property
    def wanted(self) -> int:
        """How many bytes are missing at least until the next frame can be complete; at least 1."""
        return max(1, self._end() - len(self._buffer))

    @property
    def inside(self) -> bool:
        """A frame has begun whose length is known."""
        return len(self._buffer) >= HEADER

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes, give the bodies of all frames that are now complete, without length and checksum."""
        self._buffer += data
        bodies: list[bytes] = []
        while True:
            self._skip_noise()
            end = self._end()
            if len(self._buffer) < end:
                return bodies
            if reduce(xor, self._buffer[len(PREAMBLE) : end]) == 0:
                bodies.append(bytes(self._buffer[HEADER : end - 1]))
                del self._buffer[:end]
            else:
                self._drop(1)

    def rescan(self) -> list[bytes]:
        """Nothing more comes: what began may have been noise that looked like a start.

        Returns:
            The bodies of frames that it had swallowed.
        """
        bodies: list[bytes] = []
        while self._buffer:
            self._drop(1)
            bodies += self.feed(b"")
        return bodies

    def _end(self) -> int:
        """Where the frame at the buffer's start ends, as far as that is known yet."""
        if len(self._buffer) < HEADER:
            return HEADER
        return HEADER + int.from_bytes(self._buffer[len(PREAMBLE) : HEADER])

    def _skip_noise(self) -> None:
        """Bring the buffer to where a frame starts or may start."""
        while self._buffer:
            start = self._buffer.find(PREAMBLE[: len(self._buffer)])
            if start < 0:
                start = self._tail()
            self._drop(start)
            if len(self._buffer) < HEADER or 2 <= self._end() - HEADER <= MAX_LENGTH:
                return
            self._drop(1)

    def _tail(self) -> int:
        """Where the longest end of the buffer begins that could be the start of a preamble."""
        longest = min(len(self._buffer), len(PREAMBLE) - 1)
        return next(
            (len(self._buffer) - n for n in range(longest, 0, -1) if self._buffer.endswith(PREAMBLE[:n])),
            len(self._buffer),
        )

    def _drop(self, count: int) -> None:
        self.noise += count
        del self._buffer[:count]


def _frame(body: bytes) -> bytes:
    counted = (len(body) + 1).to_bytes(2) + body
    return PREAMBLE + counted + bytes((reduce(xor, counted),))
