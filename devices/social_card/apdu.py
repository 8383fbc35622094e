"""Commands to a chip card and its answers: bytes to meaning and back, no I/O (ISO/IEC 7816-4).

Nothing here can send a PIN, and nothing should: a wrong one uses up the card's tries.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

OK = 0x9000

MAX_ROUNDS = 16
"""Answers in pieces come to an end within this many, or never."""


@dataclass(frozen=True, slots=True)
class Response:
    """What a card answers. ``data`` may be personal, so it never shows in ``repr``.

    Attributes:
        data: everything before the status.
        status: SW1 and SW2 as one number, e.g. 0x9000.
    """

    data: bytes
    status: int

    def __repr__(self) -> str:
        return f"Response({len(self.data)} bytes, status={self.status:04x})"

    @property
    def ok(self) -> bool:
        """The card did what was asked."""
        return self.status == OK


def select_application(name: bytes) -> bytes:
    """SELECT by application name."""
    return bytes((0x00, 0xA4, 0x04, 0x00, len(name))) + name


def select_file(identifier: int, p1: int = 0x00) -> bytes:
    """SELECT an elementary file of the current application by its two-byte identifier."""
    return bytes((0x00, 0xA4, p1, 0x00, 0x02)) + identifier.to_bytes(2)


def read_record(p1: int, p2: int) -> bytes:
    """READ RECORD of whatever length."""
    return bytes((0x00, 0xB2, p1, p2, 0x00))


def exchange(transmit: Callable[[bytes], bytes], command: bytes) -> Response:
    """Send a command and collect its whole answer.

    61xx is followed by GET RESPONSE, 6Cxx by the same command with that length (ISO/IEC 7816-3, T=0).

    Raises:
        ValueError: an answer without a sound status, or one that never ends.
    """
    data = b""
    sent = command
    for _ in range(MAX_ROUNDS):
        answer = transmit(sent)
        if len(answer) < 2:
            raise ValueError("an answer has at least two status bytes")
        data += answer[:-2]
        sw1, sw2 = answer[-2:]
        if sw1 == 0x61:
            sent = bytes((0x00, 0xC0, 0x00, 0x00, sw2))
        elif sw1 == 0x6C:
            sent = sent[:4] + bytes((sw2,))
        elif sw1 >> 4 in {0x6, 0x9}:
            return Response(data, sw1 << 8 | sw2)
        else:
            raise ValueError("a status begins with 6 or 9")
    raise ValueError("the answer never ends")
