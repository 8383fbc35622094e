"""Driver ``pcsc-social-card``: a social-security card in a PC/SC reader (PROTOCOLS.md section 2).

Reading the card is the same whichever way its APDUs go; `SocialCardReader` leaves the way to its subclasses.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from devices.contract import ChipCardReader, DriverOptions
from devices.errors import CompletionCode, KeeperAction, ResidentAction
from devices.identity import MalformedCard
from devices.social_card import apdu
from devices.social_card.files import APPLICATION, RECORDS, Record, decode_card, value_of
from devices.status import DeviceState, DeviceStatus, Fitness, Media
from devices.transports.chip import tapped
from devices.transports.pcsc import PcscReader
from devices.worker import Turn

if TYPE_CHECKING:
    from devices.identity import SocialSecurityCard
    from devices.transports.chip import ChipSlot, Presence, Transmit

POLL = 0.1
"""Seconds that one question to the service may wait for a change."""

CARD_LIMIT = 5.0
"""Seconds for reading all of one card."""

SETTLING = 0.6
"""Seconds until the service has noticed that a card left."""

GIVING_BACK = 3.0
"""Seconds for a reader to take the order to move a card out."""


class SocialCardReader(ChipCardReader):
    """A social-security card, read without any PIN.

    A card that was read must leave before the next one is read, so that a card left behind is never taken for
    the next person's.
    """

    overrun = 1.0
    restart: ClassVar[float] = 3.0
    """Seconds that the service may be away while a card is waited for: long enough for a restart."""

    _slot: ChipSlot | None = None
    _read_at: int | None = None
    """The slot's event count when a card was read: while it stays, that card is still in."""

    _said_so = False
    """The caller knows that this card must leave before another one is read."""

    @abstractmethod
    def _connect(self, turn: Turn) -> ChipSlot:
        """Open the way to the reader."""

    def _open(self, turn: Turn) -> None:
        self._slot = self._connect(turn)
        self._read_at = None

    def _close(self, _turn: Turn) -> None:
        slot, self._slot = self._slot, None
        if slot is not None:
            slot.close()

    def _check(self, turn: Turn) -> DeviceStatus:
        media = Media.PRESENT if self._presence(turn).card else Media.NOT_PRESENT
        return DeviceStatus(DeviceState.ONLINE, media=media, fitness=Fitness.OK)

    def _read(self, turn: Turn) -> SocialSecurityCard:
        try:
            return self._read_next(turn)
        except ResidentAction:
            # Whoever is asked to lay it again must have it in hand.
            self._connected().give_back(turn.next_stage(GIVING_BACK))
            raise
        finally:
            if self._slot is not None:
                self._slot.settle()

    def _read_next(self, turn: Turn) -> SocialSecurityCard:
        while True:
            seen = self._wait_for_card(turn)
            try:
                # A card that came is read, however late it came.
                card = self._read_card(turn.next_stage(CARD_LIMIT))
            except ResidentAction as error:
                # A card that is just going in or out does not answer: that is no fault of it.
                if error.detail == "card-mute" and not self._presence(turn, SETTLING).card:
                    turn.patience = turn.deadline
                    continue
                raise
            self._read_at, self._said_so = seen.events, False
            return card

    def _read_card(self, turn: Turn) -> SocialSecurityCard:
        try:
            with self._connected().card(turn) as transmit:
                return decode_card(_read_values(tapped(transmit, self.tap), turn))
        except MalformedCard as error:
            raise ResidentAction(CompletionCode.INVALID_DATA, f"card-malformed-{error.field}") from None
        except ValueError:
            raise ResidentAction(CompletionCode.INVALID_DATA, "garbage") from None

    def _wait_removed(self, turn: Turn) -> None:
        self._connected().give_back(turn)
        while self._presence(turn, POLL).card:
            turn.check("card-not-taken")
        self._read_at = None

    def _wait_for_card(self, turn: Turn) -> Presence:
        """Poll until there is a card that was not read before; a restart of the service is lived through."""
        away = turn.within(self.restart)
        while True:
            try:
                # Neither contexts nor connections survive the service's restart.
                slot = self._slot = self._slot or self._connect(turn)
                presence = slot.admit(turn, POLL)
            except KeeperAction:
                if away.remaining <= 0:
                    raise
                self._close(turn)
                turn.pause(POLL, "no-card")
            else:
                away = turn.within(self.restart)
                if presence.card and presence.events != self._read_at:
                    return presence
                if presence.card and not self._said_so:
                    self._said_so = True
                    raise ResidentAction(CompletionCode.USER_ERROR, "card-must-leave")
                turn.check("no-card")

    def _presence(self, turn: Turn, wait: float = 0.0) -> Presence:
        return self._connected().presence(turn, wait)

    def _connected(self) -> ChipSlot:
        if self._slot is None:
            raise KeeperAction(CompletionCode.DEVICE_NOT_READY, "no-service", state=DeviceState.OFFLINE)
        return self._slot


class PcscSocialCard(SocialCardReader):
    """A social-security card in a PC/SC reader."""

    driver = "pcsc-social-card"

    class Options(DriverOptions):
        """Options of ``[devices.NAME]``."""

        reader: str = Field("", description="Part of the PC/SC reader's name; empty: the first reader.")

    options: Options

    def _connect(self, _turn: Turn) -> ChipSlot:
        return PcscReader(self.options.reader)


def _read_values(transmit: Transmit, turn: Turn) -> dict[Record, bytes]:
    """Every record that the card has and gives without a PIN."""
    if not apdu.exchange(transmit, apdu.select_application(APPLICATION)).ok:
        raise ResidentAction(CompletionCode.UNSUPPORTED_DATA, "wrong-card")
    values: dict[Record, bytes] = {}
    selected = None
    for record in RECORDS:
        turn.check("card-slow")
        if record.file != selected:
            selected = record.file
            _select(transmit, record.file)
        response = _read_record(transmit, record)
        if response.ok:
            values[record] = value_of(record, response.data)
    return values


def _select(transmit: Transmit, file: int) -> None:
    # Issuers differ in the first parameter.
    for p1 in (0x00, 0x02):
        response = apdu.exchange(transmit, apdu.select_file(file, p1))
        if response.ok:
            return
    raise ResidentAction(CompletionCode.UNSUPPORTED_DATA, "wrong-card")


def _read_record(transmit: Transmit, record: Record) -> apdu.Response:
    """By number, as most cards have it; a card that does not know that form is asked by tag."""
    response = apdu.exchange(transmit, apdu.read_record(record.number, 0x04))
    if not response.ok or response.data[:1] != bytes((record.tag,)):
        by_tag = apdu.exchange(transmit, apdu.read_record(record.tag, 0x00))
        return by_tag if by_tag.ok else response
    return response
