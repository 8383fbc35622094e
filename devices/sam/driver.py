"""Driver ``sam-serial``: an ID card reader with a SAM module on a serial port (PROTOCOLS.md section 1)."""

from __future__ import annotations

import struct
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from devices.contract import DriverOptions, IdCardReader
from devices.errors import CompletionCode, KeeperAction, ResidentAction
from devices.identity import MalformedCard
from devices.sam.card_text import decode_address, decode_card
from devices.sam.exchange import ANSWER_LIMIT, CARD_LIMIT, READ_LIMIT, Conversation, NoAnswer
from devices.sam.frame import (
    FIND,
    READ,
    READ_NEWEST_ADDRESS,
    RESET,
    SAM_NUMBER,
    SAM_STATUS,
    SELECT,
    SET_BAUDRATE,
    Reply,
    Request,
    Status,
)
from devices.sam.refusal import refusal
from devices.selftest import Finding, Verdict, judged
from devices.status import DeviceState, DeviceStatus, Fitness, Media
from devices.transports.serial_line import SerialLine
from devices.worker import Turn

if TYPE_CHECKING:
    from devices.identity import IdCard

POLL = 0.3
"""Seconds between two "find"; readers choke on faster polling."""

SEARCH_LIMIT = 0.3
"""Seconds for the answer at each rate while the reader's rate is searched."""

Baudrate = Literal[115200, 57600, 38400, 19200, 9600]

_LIES_THERE = {Status.OK, Status.NO_SUCH_CONTENT}
"""How a card that lies on the reader answers when it is asked for its newest address."""


class SamSerial(IdCardReader):
    """An ID card reader that speaks the SAM protocol over a serial line.

    After a good read the reader finds no card until that card has left its field; so a card that stays behind
    is never taken for the next person's. A reader that is silent after opening is looked for at the other
    rates of the protocol, and the rate found is kept for as long as this object lives.
    """

    driver = "sam-serial"
    overrun = 4 * ANSWER_LIMIT  # one exchange that is made again, and the line left to settle in between

    class Options(DriverOptions):
        """Options of ``[devices.NAME]``."""

        port: str = Field(min_length=1, description="Serial port, e.g. /dev/serial/by-path/….")
        baudrate: Baudrate = Field(115200, description="Bits per second.")
        baud_search: bool = Field(True, description="Look for a silent reader at its other rates.")
        set_baudrate: bool = Field(
            False, description="Set a reader that was found at another rate to this one; needs baud_search."
        )
        newest_address: bool = Field(
            False, description="Ask the chip for an address added after the card was made; takes longer."
        )
        compare_reads: bool = Field(
            True, description="Read every card twice and refuse it when the two differ; takes twice as long."
        )

    options: Options
    _talk: Conversation | None = None

    _baudrate: int | None = None
    """The rate at which the reader was found, where it is not the one it is said to have."""

    _answered = False
    """The reader has answered since it was opened: its rate is right."""

    _card_may_stay = False
    """A card was read and is not known to have been taken."""

    _said_so = False
    """The caller knows that this card must leave before another one is found."""

    _reads_once = False
    """The reader refuses to read a card that it has read, although it still lies there."""

    def _open(self, _turn: Turn) -> None:
        rate = self._baudrate or self.options.baudrate
        self._talk = Conversation(SerialLine(self.base / self.options.port, rate, self.tap))
        self._answered = self._card_may_stay = self._said_so = self._reads_once = False

    def _close(self, _turn: Turn) -> None:
        talk, self._talk = self._talk, None
        if talk is not None:
            talk.close()

    def _check(self, turn: Turn) -> DeviceStatus:
        reply = self._ask(SAM_STATUS, turn)
        if reply.status in {Status.SELF_TEST_FAILED, Status.NOT_AUTHORISED}:
            raise refusal(reply)
        self._card_may_stay = self._card_may_stay and self._card_stays(turn)
        media = Media.PRESENT if self._card_may_stay else Media.UNKNOWN
        return DeviceStatus(DeviceState.ONLINE, media=media, fitness=Fitness.OK)

    def _test(self, turn: Turn) -> tuple[Finding, ...]:
        answers = judged(self._check(turn))  # which carries the SAM's verdict on itself
        reset = self._ask(RESET, turn)
        self._card_may_stay = False  # a module that starts anew finds the card that lies there again
        rate = self._conversation.baudrate
        expected = rate == self.options.baudrate
        return (
            *answers,
            Finding("self-test", Verdict.GOOD if reset.status == Status.OK else Verdict.FAILED),
            _number(self._ask(SAM_NUMBER, turn)),
            Finding("baudrate", Verdict.GOOD if expected else Verdict.FAILED, str(rate)),
        )

    def _read(self, turn: Turn) -> IdCard:
        self._let_leave(turn)
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
            raise refusal(reply)
        # If nothing comes of it, they are asked to lay it again, and so know that it must leave.
        self._card_may_stay = self._said_so = True
        if self.options.compare_reads and not self._reads_once:
            self._compare(reply, turn)
        try:
            card = decode_card(reply.data)
            card = self._with_newest_address(card, turn) if self.options.newest_address else card
        except MalformedCard as error:
            raise ResidentAction(CompletionCode.INVALID_DATA, f"card-malformed-{error.field}") from None
        self._said_so = False
        return card

    def _wait_removed(self, turn: Turn) -> None:
        while self._card_may_stay and self._card_stays(turn):
            turn.pause(POLL, "card-not-taken")
        self._card_may_stay = False

    def _let_leave(self, turn: Turn) -> None:
        """Wait until the card read last has left. Raises ResidentAction, once, to have that said."""
        while self._card_may_stay and self._card_stays(turn):
            if not self._said_so:
                self._said_so = True
                raise ResidentAction(CompletionCode.USER_ERROR, "card-must-leave")
            turn.pause(POLL, "no-card")
        self._card_may_stay = False

    def _find(self, turn: Turn) -> None:
        """Poll until a card comes into the field."""
        while True:
            asked = time.monotonic()
            reply = self._ask(FIND, turn)
            if reply.status == Status.FOUND:
                return
            if reply.status != Status.NOT_FOUND:
                raise refusal(reply)
            turn.pause(asked + POLL - time.monotonic(), "no-card")

    def _select_and_read(self, turn: Turn) -> Reply | None:
        """The answer to "read" or the refusal of "select"; ``None``: an answer broke off or was garbage."""
        reply = self._ask(SELECT, turn)
        return reply if reply.status != Status.OK else self._read_selected(turn)

    def _read_selected(self, turn: Turn) -> Reply | None:
        try:
            return self._conversation.exchange(READ, turn, READ_LIMIT)
        except NoAnswer as failure:
            if failure.heard:
                return None
            raise failure.error from None

    def _compare(self, first: Reply, turn: Turn) -> None:
        """Read the selected card again. A reader that gives each card only once leaves it at that.

        Raises:
            ResidentAction: it says something else, or has left.
        """
        second = self._read_selected(turn)
        if second is None or (second.status == Status.OK and second.data != first.data):
            raise ResidentAction(CompletionCode.INVALID_DATA, "card-reads-differ")
        if second.status != Status.OK:
            there = self._ask(READ_NEWEST_ADDRESS, turn).status
            self._reads_once = there in {*_LIES_THERE, Status.BAD_COMMAND}
            if not self._reads_once:
                raise ResidentAction(CompletionCode.USER_ERROR, "card-pulled")

    def _with_newest_address(self, card: IdCard, turn: Turn) -> IdCard:
        """The card with the address added last. A reader that cannot tell of one leaves it as printed."""
        try:
            reply = self._conversation.exchange(READ_NEWEST_ADDRESS, turn, ANSWER_LIMIT)
        except NoAnswer:
            return card
        address = decode_address(reply.data) if reply.status == Status.OK else None
        return replace(card, address=address) if address else card

    def _card_stays(self, turn: Turn) -> bool:
        """Whether the card that was read last still lies there.

        "Find" cannot tell, it fails until that card has left; the shortest question to the selected card can.
        A reader that does not know the question leaves it open: then the card counts as taken, or a page
        would wait for it for ever.
        """
        return self._ask(READ_NEWEST_ADDRESS, turn).status in _LIES_THERE

    @property
    def _conversation(self) -> Conversation:
        assert self._talk is not None, "verbs run on open devices only"
        return self._talk

    def _ask(self, request: Request, turn: Turn) -> Reply:
        """One short exchange. Before the first one after opening the reader is greeted.

        Raises:
            KeeperAction: no answer (``silent``), or nothing that is one (``garbage``).
        """
        if not self._answered:
            status = self._greet(turn)
            if request == SAM_STATUS:
                return status
        return self._conversation.ask(request, turn)

    def _greet(self, turn: Turn) -> Reply:
        """Ask for the SAM's status, at every rate if need be; another device hears no more."""
        try:
            reply = self._conversation.ask(SAM_STATUS, turn)
        except KeeperAction as error:
            # At a wrong rate a reader understands nothing and is silent; who talks nonsense is no reader.
            silent = error.state is DeviceState.OFFLINE
            if not silent or not self.options.baud_search or not self._search(turn):
                raise
            reply = self._conversation.ask(SAM_STATUS, turn)
        self._answered = True
        return reply

    def _search(self, turn: Turn) -> bool:
        """Whether the reader answers at another rate; the line is left at the one it answers at."""
        before = self._conversation.baudrate
        for rate in SET_BAUDRATE:
            if rate != before and self._answers_at(rate, turn):
                if self.options.set_baudrate and self._move_to(self.options.baudrate, turn):
                    return True
                self._baudrate = rate
                return True
        self._conversation.baudrate = before
        return False

    def _answers_at(self, rate: int, turn: Turn) -> bool:
        self._conversation.baudrate = rate
        try:
            self._conversation.exchange(SAM_STATUS, turn, SEARCH_LIMIT)
        except NoAnswer:
            return False
        return True

    def _move_to(self, rate: int, turn: Turn) -> bool:
        """Set the reader to a rate, and see that it is there; otherwise the line is left as it is."""
        found = self._conversation.baudrate
        if self._conversation.ask(SET_BAUDRATE[rate], turn).status == Status.OK:
            if self._answers_at(rate, turn):
                self._baudrate = None
                return True
            self._conversation.baudrate = found
        return False


def _number(reply: Reply) -> Finding:
    """The SAM's number, 2.2-8-10-10 digits as its makers print it."""
    if reply.status != Status.OK:
        return Finding("sam-number", Verdict.UNKNOWN)
    parts = struct.unpack("<HHIII", reply.data)
    return Finding("sam-number", Verdict.GOOD, "{:02}.{:02}-{:08}-{:010}-{:010}".format(*parts))
