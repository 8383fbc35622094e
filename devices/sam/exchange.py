"""One request, one answer: the conversation with a SAM reader over an open line (PROTOCOLS.md section 1).

Nothing of an exchange that ended badly reaches the next one: the line is emptied before every request, and an
answer counts only if it has the shape that its request asks for.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from devices.errors import CompletionCode, KeeperAction
from devices.sam.frame import (
    FIND,
    READ,
    READ_NEWEST_ADDRESS,
    READ_WITH_FINGERPRINTS,
    RESET,
    SAM_NUMBER,
    SAM_STATUS,
    SELECT,
    SET_BAUDRATE,
    FrameParser,
    Reply,
    Request,
    Status,
)
from devices.status import DeviceState

if TYPE_CHECKING:
    from devices.transports.serial_line import SerialLine
    from devices.worker import Turn

ANSWER_LIMIT = 1.0
"""Seconds until the first byte of an answer, and between its bytes."""

READ_LIMIT = 4.0
"""Seconds until the answer to "read" begins: the reader works in them."""

CARD_LIMIT = 8.0
"""Seconds for everything that is done with one card, a second try included."""

QUIET = 0.1
"""Seconds of silence after which a late answer is taken to have ended."""


class NoAnswer(Exception):
    """An exchange ended without an answer; ``heard`` bytes came all the same."""

    def __init__(self, heard: int) -> None:
        super().__init__()
        self.heard = heard

    @property
    def error(self) -> KeeperAction:
        """What that means for the reader."""
        code = CompletionCode.HARDWARE_ERROR
        if self.heard:
            return KeeperAction(code, "garbage", state=DeviceState.HARDWARE_ERROR)
        return KeeperAction(code, "silent", state=DeviceState.OFFLINE)


class Conversation:
    """Who speaks when. The conversation owns the line and closes it.

    Args:
        line: the open line.
    """

    def __init__(self, line: SerialLine) -> None:
        self._line = line
        self._unsettled = False
        """The last exchange ended without its answer: something may still come."""

    @property
    def baudrate(self) -> int:
        """Bits per second."""
        return self._line.baudrate

    @baudrate.setter
    def baudrate(self, rate: int) -> None:
        self._line.baudrate = rate

    def close(self) -> None:
        """Close the line."""
        self._line.close()

    def ask(self, request: Request, turn: Turn) -> Reply:
        """One short exchange, made again once when no answer came or the reader did not understand.

        Raises:
            KeeperAction: twice no answer (``silent``), or nothing that is one (``garbage``).
        """
        try:
            reply = self.exchange(request, turn, ANSWER_LIMIT)
            if reply.status not in {Status.BAD_CHECKSUM, Status.BAD_LENGTH}:
                return reply
        except NoAnswer:
            pass
        try:
            return self.exchange(request, turn, ANSWER_LIMIT)
        except NoAnswer as failure:
            raise failure.error from None

    def exchange(self, request: Request, turn: Turn, limit: float) -> Reply:
        """Send one request, take the one answer that fits it.

        It must come within ``limit`` seconds; the long answer to "read" must begin within them, and may then
        take as long as its bytes keep coming.

        Raises:
            NoAnswer: nothing that answers this request came in time.
            DeviceError: the line is lost, or nobody waits any more.
        """
        # The answer has its own time, whatever is left for laying a card.
        turn = turn.within(CARD_LIMIT)
        line = self._line
        if self._unsettled:
            self._settle(turn)
        line.drain()
        self._unsettled = True
        line.write(request.encode(), turn, ANSWER_LIMIT)
        parser = FrameParser()
        heard = 0
        until = time.monotonic() + limit
        while (left := min(until, turn.deadline) - time.monotonic()) > 0:
            turn.check()  # a device that never stops talking would keep us from it
            data = line.read(turn, min(left, ANSWER_LIMIT) if parser.inside else left, parser.wanted)
            heard += len(data)
            for body in parser.feed(data) if data else parser.rescan():
                if (reply := _answer(request, body)) is not None:
                    self._unsettled = False
                    return reply
            if not data:
                break
            if request in _LONG and parser.inside:
                until = max(until, time.monotonic() + ANSWER_LIMIT)
        raise NoAnswer(heard)

    def _settle(self, turn: Turn) -> None:
        """Let a late answer to an earlier request run out."""
        until = time.monotonic() + ANSWER_LIMIT
        while time.monotonic() < until and self._line.read(turn, QUIET):
            pass


_LONG = {READ, READ_WITH_FINGERPRINTS}
"""Their answers take longer than a second at the slower rates."""

_GOOD = {
    FIND: (Status.FOUND, 0, 64),
    SELECT: (Status.OK, 0, 64),
    READ: (Status.OK, 4, 4096),
    READ_WITH_FINGERPRINTS: (Status.OK, 6, 4096),
    READ_NEWEST_ADDRESS: (Status.OK, 0, 128),
    SAM_STATUS: (Status.OK, 0, 0),
    SAM_NUMBER: (Status.OK, 16, 16),
    RESET: (Status.OK, 0, 0),
    **dict.fromkeys(SET_BAUDRATE.values(), (Status.OK, 0, 0)),
}
"""The good answer to each request: its status, and between which sizes its data lies."""


def _answer(request: Request, body: bytes) -> Reply | None:
    """The reply in a frame's body if it can be one to this request; ``None``: it is stale or foreign."""
    try:
        reply = Reply.from_body(body)
    except ValueError:
        return None
    good, least, most = _GOOD[request]
    if reply.status == good:
        return reply if least <= len(reply.data) <= most else None
    # Refusals have no data. OK and FOUND are never refusals: they answer another request.
    return reply if not reply.data and reply.status not in {Status.OK, Status.FOUND} else None
