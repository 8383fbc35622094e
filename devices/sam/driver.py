"""Driver ``sam-serial``: an ID card reader with a SAM module on a serial port (PROTOCOLS.md section 1)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from devices.contract import DriverOptions, IdCardReader
from devices.errors import CompletionCode, DeviceError, KeeperAction, ResidentAction
from devices.identity import MalformedCard
from devices.sam.card_text import decode_card
from devices.sam.frame import (
    FIND,
    READ,
    READ_NEWEST_ADDRESS,
    SAM_STATUS,
    SELECT,
    FrameParser,
    Reply,
    Request,
    Status,
)
from devices.status import DeviceState, DeviceStatus, Fitness, Media
from devices.transports.serial_line import SerialLine
from devices.worker import Turn

if TYPE_CHECKING:
    from devices.identity import IdCard

POLL = 0.3
"""Seconds between two "find"; readers choke on faster polling."""

ANSWER_LIMIT = 1.0
"""Seconds until the first byte of an answer, and between its bytes."""

READ_LIMIT = 4.0
"""Seconds until the answer to "read" begins: the reader works in them."""

CARD_LIMIT = 8.0
"""Seconds for everything that is done with one card, a second try included."""

QUIET = 0.1
"""Seconds of silence after which a late answer is taken to have ended."""


class SamSerial(IdCardReader):
    """An ID card reader that speaks the SAM protocol over a serial line.

    After a good read the reader finds no card until that card has left its field; so a card that stays behind
    is never taken for the next person's. Nothing of an exchange that ended badly reaches the next one: the
    line is emptied before every request, and an answer counts only if it has the shape its request asks for.
    """

    driver = "sam-serial"
    overrun = 4 * ANSWER_LIMIT  # one exchange that is made again, and the line left to settle in between

    class Options(DriverOptions):
        """Options of ``[devices.NAME]``."""

        port: str = Field(min_length=1, description="Serial port, e.g. /dev/serial/by-path/….")
        baudrate: Literal[115200, 57600, 38400, 19200, 9600] = Field(115200, description="Bits per second.")

    options: Options
    _line: SerialLine | None = None
    _unsettled = False
    """The last exchange ended without its answer: something may still come."""

    _card_may_stay = False
    """A card was read and is not known to have been taken."""

    _said_so = False
    """The caller knows that this card must leave before another one is found."""

    def _open(self, _turn: Turn) -> None:
        self._line = SerialLine(self.base / self.options.port, self.options.baudrate)
        self._unsettled = self._card_may_stay = self._said_so = False

    def _close(self, _turn: Turn) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def _check(self, turn: Turn) -> DeviceStatus:
        reply = self._ask(SAM_STATUS, turn)
        if reply.status in {Status.SELF_TEST_FAILED, Status.NOT_AUTHORISED}:
            raise _refusal(reply)
        self._card_may_stay = self._card_may_stay and self._card_stays(turn)
        media = Media.PRESENT if self._card_may_stay else Media.UNKNOWN
        return DeviceStatus(DeviceState.ONLINE, media=media, fitness=Fitness.OK)

    def _read(self, turn: Turn) -> IdCard:
        if self._card_may_stay and not self._said_so:
            self._card_may_stay = self._said_so = self._card_stays(turn)
            if self._said_so:
                raise ResidentAction(CompletionCode.USER_ERROR, "card-must-leave")
        self._find(turn)
        # A card that was found is read, however late it came.
        turn = turn.next_stage(CARD_LIMIT)
        reply = self._select_and_read(turn)
        if reply is None or reply.status == Status.READ_FAILED:
            # Once more, silently: a card that was just laid down still moves.
            if self._ask(FIND, turn).status != Status.FOUND:
                raise ResidentAction(CompletionCode.USER_ERROR, "card-pulled")
            reply = self._select_and_read(turn)
        if reply is None:
            raise KeeperAction(CompletionCode.HARDWARE_ERROR, "garbage", state=DeviceState.HARDWARE_ERROR)
        if reply.status != Status.OK:
            raise _refusal(reply)
        self._card_may_stay, self._said_so = True, False
        try:
            return decode_card(reply.data)
        except MalformedCard as error:
            raise ResidentAction(CompletionCode.INVALID_DATA, f"card-malformed-{error.field}") from None

    def _wait_removed(self, turn: Turn) -> None:
        while self._card_may_stay and self._card_stays(turn):
            turn.pause(POLL, "card-not-taken")
        self._card_may_stay = False

    def _find(self, turn: Turn) -> None:
        """Poll until a card comes into the field."""
        while True:
            asked = time.monotonic()
            reply = self._ask(FIND, turn)
            if reply.status == Status.FOUND:
                return
            if reply.status != Status.NOT_FOUND:
                raise _refusal(reply)
            turn.pause(asked + POLL - time.monotonic(), "no-card")

    def _select_and_read(self, turn: Turn) -> Reply | None:
        """The answer to "read" or the refusal of "select"; ``None``: an answer broke off or was garbage."""
        reply = self._ask(SELECT, turn)
        if reply.status != Status.OK:
            return reply
        try:
            return self._exchange(READ, turn, READ_LIMIT)
        except _NoAnswer as failure:
            if failure.heard:
                return None
            raise failure.error from None

    def _card_stays(self, turn: Turn) -> bool:
        """Whether the card that was read last still lies there.

        "Find" cannot tell, it fails until that card has left; the shortest question to the selected card can.
        A reader that does not know the question leaves it open: then the card counts as taken, or a page
        would wait for it for ever.
        """
        return self._ask(READ_NEWEST_ADDRESS, turn).status in {Status.OK, Status.NO_SUCH_CONTENT}

    def _ask(self, request: Request, turn: Turn) -> Reply:
        """One short exchange, made again once when no answer came or the reader did not understand.

        Raises:
            KeeperAction: twice no answer (``silent``), or nothing that is one (``garbage``).
        """
        try:
            reply = self._exchange(request, turn, ANSWER_LIMIT)
            if reply.status not in {Status.BAD_CHECKSUM, Status.BAD_LENGTH}:
                return reply
        except _NoAnswer:
            pass
        try:
            return self._exchange(request, turn, ANSWER_LIMIT)
        except _NoAnswer as failure:
            raise failure.error from None

    def _exchange(self, request: Request, turn: Turn, limit: float) -> Reply:
        """Send one request, take the one answer that fits it.

        It must come within ``limit`` seconds; the long answer to "read" must begin within them, and may then
        take as long as its bytes keep coming.
        """
        # The answer has its own time, whatever is left for laying a card.
        turn = turn.within(CARD_LIMIT)
        line = self._line
        assert line is not None, "verbs run on open devices only"
        if self._unsettled:
            _settle(line, turn)
        line.drain()
        self._unsettled = True
        line.write(request.encode(), turn, ANSWER_LIMIT)
        parser = FrameParser()
        heard = 0
        until = time.monotonic() + limit
        while (left := min(until, turn.deadline) - time.monotonic()) > 0:
            turn.check()  # a device that never stops talking would keep us from it
            data = line.read(turn, min(left, ANSWER_LIMIT) if parser.inside else left, parser.wanted)
            if not data:
                break
            heard += len(data)
            for body in parser.feed(data):
                if (reply := _answer(request, body)) is not None:
                    self._unsettled = False
                    return reply
            if request == READ and parser.inside:
                until = max(until, time.monotonic() + ANSWER_LIMIT)
        raise _NoAnswer(heard)


def _settle(line: SerialLine, turn: Turn) -> None:
    """Let a late answer to an earlier request run out."""
    until = time.monotonic() + ANSWER_LIMIT
    while time.monotonic() < until and line.read(turn, QUIET):
        pass


class _NoAnswer(Exception):
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


_GOOD = {
    FIND: (Status.FOUND, 0, 64),
    SELECT: (Status.OK, 0, 64),
    READ: (Status.OK, 4, 4096),
    READ_NEWEST_ADDRESS: (Status.OK, 0, 128),
    SAM_STATUS: (Status.OK, 0, 0),
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


_RESIDENT = {
    Status.CARD_DOUBTS_READER: (CompletionCode.INVALID_DATA, "card-not-authentic"),
    Status.READER_DOUBTS_CARD: (CompletionCode.INVALID_DATA, "card-not-authentic"),
    Status.BAD_INFORMATION: (CompletionCode.INVALID_DATA, "card-not-authentic"),
    Status.WRONG_CARD: (CompletionCode.UNSUPPORTED_DATA, "wrong-card"),
    Status.READ_FAILED: (CompletionCode.USER_ERROR, "card-read-failed"),
    Status.NOT_FOUND: (CompletionCode.USER_ERROR, "card-pulled"),
    Status.NOT_SELECTED: (CompletionCode.USER_ERROR, "card-not-selected"),
    Status.NO_SUCH_CONTENT: (CompletionCode.UNSUPPORTED_DATA, "card-has-no-such-content"),
}
_KEEPER = {
    Status.NO_RANDOM_NUMBER: "no-random-number",
    Status.SELF_TEST_FAILED: "self-test-failed",
    Status.NOT_AUTHORISED: "sam-not-authorised",
}


def _refusal(reply: Reply) -> DeviceError:
    """The error for a reply that is not good."""
    if reply.status in _RESIDENT:
        code, detail = _RESIDENT[Status(reply.status)]
        return ResidentAction(code, detail)
    if reply.status in _KEEPER:
        detail = _KEEPER[Status(reply.status)]
        return KeeperAction(CompletionCode.HARDWARE_ERROR, detail, state=DeviceState.HARDWARE_ERROR)
    return KeeperAction(CompletionCode.INVALID_DATA, f"answer-{reply.status:02x}")
