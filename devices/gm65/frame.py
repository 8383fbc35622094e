"""Frames of GM65 scanner modules: bytes to meaning and back, no I/O (PROTOCOLS.md section 6).

A request is 7E 00, type, length, address of two bytes, data, CRC; an answer is 02 00, 00 for success, length,
data, CRC. The CRC is CRC-CCITT (polynomial 1021, start 0, big-endian) over everything from the type to the
data; AB CD in its place says "do not check". A module told so puts 03 and a two-byte length before each code.
"""

from __future__ import annotations

from binascii import crc_hqx
from dataclasses import dataclass, field

REQUEST = b"\x7e\x00"
UNCHECKED = b"\xab\xcd"
READ_ZONE, WRITE_ZONE, SAVE, HEARTBEAT = 0x07, 0x08, 0x09, 0x0A

LONGEST_CODE = 7089
"""Bytes; the most digits that a QR code of version 40 holds."""

LINE_ENDS = b"\r\n"

_HEARTBEAT_ANSWER = b"\x03\0\0"
"""How it begins; a code without any byte, which would begin so as well, does not exist."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the kiosk asks the module.

    Attributes:
        type: one of READ_ZONE, WRITE_ZONE, SAVE, HEARTBEAT.
        zone: address in the module's settings.
        data: what to write, or how many bytes to read.
    """

    type: int
    zone: int
    data: bytes

    def encode(self) -> bytes:
        """The whole frame."""
        counted = bytes((self.type, len(self.data))) + self.zone.to_bytes(2) + self.data
        return REQUEST + counted + crc(counted)


def read_zone(zone: int, count: int = 1) -> Request:
    """Ask for ``count`` bytes of settings."""
    return Request(READ_ZONE, zone, bytes((count,)))


def write_zone(zone: int, value: int) -> Request:
    """Set one byte of settings, until the module loses its power."""
    return Request(WRITE_ZONE, zone, bytes((value,)))


def crc(data: bytes) -> bytes:
    """CRC-CCITT as the module computes it."""
    return crc_hqx(data, 0).to_bytes(2)


def decode_requests(buffer: bytearray) -> list[Request]:
    """Take all whole requests out of ``buffer``, as a module does: damaged ones are passed over."""
    found = []
    while (start := buffer.find(REQUEST)) >= 0:
        del buffer[:start]
        if len(buffer) < 4:
            break
        # A read has one byte of data, the count; a write as many as its length says.
        end = 6 + buffer[3] + 2
        if len(buffer) < end:
            break
        frame = bytes(buffer[:end])
        good = frame[-2:] in {crc(frame[2:-2]), UNCHECKED}
        del buffer[: end if good else 1]
        if good:
            found.append(Request(frame[2], int.from_bytes(frame[4:6]), frame[6:-2]))
    return found


@dataclass(frozen=True, slots=True)
class Answer:
    """The module's answer to a request; ``good``: it did as it was asked."""

    good: bool
    data: bytes = b""

    def encode(self) -> bytes:
        """The whole frame."""
        counted = bytes((0 if self.good else 1, len(self.data))) + self.data
        return b"\x02\x00" + counted + crc(counted)


@dataclass(frozen=True, slots=True)
class Code:
    """A code that the module has read. It may be a resident's, so it never shows in ``repr``."""

    data: bytes = field(repr=False)

    def encode(self) -> bytes:
        """The whole frame of length-framed output."""
        return b"\x03" + len(self.data).to_bytes(2) + self.data


class Parser:
    """Takes what a module says, in any pieces, apart into answers and codes.

    Args:
        framed: codes come in frames. Otherwise each ends with a line end, and bytes that are no answer belong
            to a code: then a code can look like an answer, which is why frames are asked for.
    """

    def __init__(self, *, framed: bool) -> None:
        self.framed = framed
        self._buffer = bytearray()
        self._line = bytearray()
        self.noise = 0
        """Bytes so far that belong to nothing."""

    def feed(self, data: bytes) -> list[Answer | Code]:
        """Take bytes, give everything that is now complete."""
        self._buffer += data
        found: list[Answer | Code] = []
        while self._buffer:
            length = self._length()
            if length > len(self._buffer):
                break
            if length:
                found += self._frame(bytes(self._buffer[:length]))
                del self._buffer[:length]
            else:
                found += self._byte(self._buffer.pop(0))
        return found

    def _length(self) -> int:
        """How long the frame at the buffer's start is, or must at least be; 0: none starts here."""
        head = bytes(self._buffer[:4])
        if _may_start(head, b"\x02\0") or _may_start(head, _HEARTBEAT_ANSWER):
            end = 6 + head[3] if len(head) == 4 else 4
            if len(self._buffer) < end:
                return end
            return end if crc(bytes(self._buffer[2 : end - 2])) == self._buffer[end - 2 : end] else 0
        if head[0] == 0x03 and self.framed:
            length = int.from_bytes(head[1:3]) if len(head) > 2 else 0
            return 3 + length if length <= LONGEST_CODE else 0
        return 0

    def _frame(self, frame: bytes) -> list[Answer | Code]:
        if frame[0] == 0x03 and frame[:3] != _HEARTBEAT_ANSWER:
            return [Code(frame[3:])]
        return [Answer(good=frame[2] == 0, data=frame[4:-2])]

    def _byte(self, byte: int) -> list[Answer | Code]:
        """One byte outside of frames."""
        if self.framed:
            self.noise += byte not in LINE_ENDS  # some modules end each frame with one
        elif byte not in LINE_ENDS:
            self._line.append(byte)
            self._line = self._line[-LONGEST_CODE:]
        elif self._line:
            code = Code(bytes(self._line))
            self._line.clear()
            return [code]
        return []


def _may_start(head: bytes, start: bytes) -> bool:
    return head[: len(start)] == start[: len(head)]
