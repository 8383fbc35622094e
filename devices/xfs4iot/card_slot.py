"""Slot of a card reader's service, a `devices.transports.chip.ChipSlot` (CWA 17852, Card Reader Interface).

A card comes in while a CardReader.ReadRawData is open, which gives its ATR; CardReader.ChipIO carries APDUs;
CardReader.Move gives back a card that the reader has drawn in or latched. What lies in the reader is said by
CardReader's part of Common.Status and by the events in between.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from devices.errors import (
    CompletionCode,
    DeviceError,
    DeviceTimeout,
    KeeperAction,
    ResidentAction,
)
from devices.status import DeviceState, DeviceStatus, Fitness, Media
from devices.transports.chip import Presence, Transmit
from devices.xfs4iot.cards import atr_of, choose_protocol, media_of, obstacle
from devices.xfs4iot.common import Capabilities, device_status
from devices.xfs4iot.message import Payload, encode_bytes, section
from devices.xfs4iot.service import Service, bytes_in

if TYPE_CHECKING:
    from devices.worker import Turn
    from devices.xfs4iot.conversation import Exchange

SETTLED = 2.0
"""Seconds to read the ATR of a card that is there."""

MOVING = 10.0
"""Seconds for a motor to move a card out."""

ANSWERING = 5.0
"""Seconds for the answer to one APDU, or to any question that waits for nobody."""

_HOLDING = {"motor", "latchedDip"}
"""Kinds of reader that hold a card until they are told to give it back."""

_THERE = {Media.PRESENT, Media.ENTERING, Media.LATCHED}


class ServiceCardSlot:
    """The slot of one CardReader service. Used by one thread only.

    Args:
        service: the connection; this object closes it.
        able: what the service can do.
    """

    def __init__(self, service: Service, able: Capabilities) -> None:
        self._service = service
        reader = section(able.payload, "cardReader")
        self._protocols = section(reader, "chipProtocols")
        self._holds = str(reader.get("type")) in _HOLDING
        self._powers_off = bool(section(reader, "chipPower").get("off"))
        self._waiting: Exchange | None = None
        self._moving: Exchange | None = None
        self._given_back = False
        self._atr: bytes | None = None
        self._there = False
        self._events = 0

    def close(self) -> None:
        """Close the connection; the service then ends whatever it was doing for it."""
        self._service.close()

    def status(self, turn: Turn) -> DeviceStatus:
        """How the reader is, and what is in its slot."""
        status, own = device_status(self._service.ask("Common.Status", turn), "cardReader")
        media = media_of(own)
        self._hear_events()
        self._see(there=media in _THERE)
        status = replace(status, media=media or Media.UNKNOWN)
        hindrance = obstacle(own, media)
        if status.device is not DeviceState.ONLINE or hindrance is None:
            return status
        return replace(status, fitness=Fitness.FAILED, reasons=(hindrance, *status.reasons))

    def presence(self, turn: Turn, wait: float = 0.0) -> Presence:
        """What is in the slot; returns at the next event, or after ``wait`` seconds."""
        turn = turn.within(wait + ANSWERING)  # what was waited for, and how long, is the caller's to say
        if wait:
            events = self._service.conversation.unsolicited
            self._service.attend(turn, wait, lambda: bool(events))
        self._end_move(turn)
        status = self.status(turn)
        if not status.usable:
            state = None if status.device is DeviceState.ONLINE else status.device
            raise KeeperAction(CompletionCode.DEVICE_NOT_READY, status.reasons[0], state=state)
        return Presence(self._there, self._events)

    def admit(self, turn: Turn, wait: float) -> Presence:
        """As `presence`, with the reader ready to take a card; one that was given back is to leave first."""
        turn = turn.within(wait + ANSWERING)
        if self._waiting is None:
            presence = self.presence(turn, wait if self._there else 0.0)
            if presence.card:
                return replace(presence, card=not self._given_back)
            self._waiting = self._service.begin("CardReader.ReadRawData", turn, {"chip": True})
        reading = self._waiting
        if self._service.attend(turn, wait, lambda: reading.over):
            self._waiting = None
            self._atr = atr_of(self._service.finish(reading, turn, limit=wait, errors=_ERRORS))
            self._hear_events()
            self._see(there=True)
        return Presence(self._there, self._events)

    def settle(self) -> None:
        """End the readiness to take a card."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._service.abandon(waiting)

    @contextmanager
    def card(self, turn: Turn) -> Iterator[Transmit]:
        """Power the card up, give the way to speak to it, power it down afterwards."""
        self.settle()
        atr = self._atr
        if atr is None:
            atr = atr_of(self._run("CardReader.ReadRawData", turn, {"chip": True}, SETTLED))
        protocol = choose_protocol(self._protocols, atr)

        def transmit(command: bytes) -> bytes:
            payload = {"chipProtocol": protocol.value, "chipData": encode_bytes(command)}
            response = bytes_in(self._run("CardReader.ChipIO", turn, payload, ANSWERING), "chipData")
            if len(response) < 2:  # a card that leaves while it is asked answers nothing
                raise _pulled()
            return response

        try:
            yield transmit
        finally:
            self._atr = None
            self._power_off(turn)

    def give_back(self, turn: Turn) -> None:
        """Begin to move out a card that the reader holds; `presence` tells when it was taken."""
        self.settle()
        if self._holds and self._moving is None and not self._given_back and self.presence(turn).card:
            way = {"from": "transport", "to": "exit"}
            self._moving = self._service.begin("CardReader.Move", turn, way, limit=MOVING)
            self._given_back = True

    def _end_move(self, turn: Turn) -> None:
        """See how the motor has come along. Raises KeeperAction when the card is stuck."""
        moving = self._moving
        if moving is None or not moving.over:
            return
        self._moving = None
        try:
            self._service.finish(moving, turn, limit=MOVING, errors=_ERRORS)
        except ResidentAction:
            return  # no card is inside: it lies at the exit, or has been taken
        except DeviceTimeout:
            raise _jammed() from None

    def _run(self, name: str, turn: Turn, payload: Payload, limit: float) -> Payload:
        try:
            return self._service.execute(name, turn, payload, limit=limit, errors=_ERRORS)
        except DeviceTimeout as error:
            if error.state is not None or turn.remaining <= 0:
                raise
            raise ResidentAction(CompletionCode.USER_ERROR, "card-mute") from None

    def _power_off(self, turn: Turn) -> None:
        """Take the power from the chip. What was read counts, whether or not that works."""
        if not self._powers_off or turn.cancelled:
            return
        try:
            self._service.execute(
                "CardReader.ChipPower", turn, {"chipPower": "off"}, limit=SETTLED, errors=_ERRORS
            )
        except DeviceError:
            return  # the card is gone, or the reader: whoever asks next is told

    def _hear_events(self) -> None:
        """Every insertion and removal since the last look, even of a card that came back in between."""
        for event in self._service.unsolicited():
            match event.name:
                case "CardReader.MediaRemovedEvent":
                    self._see(there=False)
                case "CardReader.MediaInsertedEvent":
                    self._see(there=True)
                case "Common.StatusChangedEvent":
                    media = media_of(section(event.payload, "cardReader"))
                    if media is not None and media is not Media.UNKNOWN:
                        self._see(there=media in _THERE)

    def _see(self, *, there: bool) -> None:
        if there != self._there:
            self._there = there
            self._events += 1
            if not there:
                self._atr, self._given_back = None, False


def _pulled() -> DeviceError:
    return ResidentAction(CompletionCode.USER_ERROR, "card-pulled")


def _mute() -> DeviceError:
    return ResidentAction(CompletionCode.USER_ERROR, "card-mute")


def _unread() -> DeviceError:
    return ResidentAction(CompletionCode.USER_ERROR, "card-read-failed")


def _jammed() -> KeeperAction:
    return KeeperAction(CompletionCode.HARDWARE_ERROR, "card-jammed", state=DeviceState.HARDWARE_ERROR)


def _shutter() -> DeviceError:
    return KeeperAction(CompletionCode.HARDWARE_ERROR, "shutter-fail", state=DeviceState.HARDWARE_ERROR)


_ERRORS = {
    "mediaJam": _jammed,
    "shutterFail": _shutter,
    "noMedia": _pulled,
    "invalidMedia": _mute,
    "atrNotObtained": _mute,
    "invalidData": _unread,
    "cardCollision": _unread,
    "cardTooShort": _unread,
    "cardTooLong": _unread,
    "securityFail": _unread,
}
"""Error codes of ReadRawData, ChipIO, ChipPower and Move, by what the person at the machine can do."""
