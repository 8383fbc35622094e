"""A slot for chip cards as its users see it, whatever way leads to it: PC/SC or an XFS4IoT service."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from devices.transports.line import Tap
    from devices.worker import Turn

Transmit = Callable[[bytes], bytes]
"""Sends one command APDU, gives the response APDU with its two status bytes."""


def tapped(transmit: Transmit, tap: Tap | None) -> Transmit:
    """The same way to the card, with somebody who listens on it."""
    if tap is None:
        return transmit

    def transmit_and_tell(command: bytes) -> bytes:
        tap.sent(command)
        response = transmit(command)
        tap.heard(response)
        return response

    return transmit_and_tell


@dataclass(frozen=True, slots=True)
class Presence:
    """What the reader says of its slot.

    Attributes:
        card: a card is in it.
        events: a count of insertions and removals; as long as it stays, it is the same card.
    """

    card: bool
    events: int


class ChipSlot(Protocol):
    """One slot, open. Used by one thread only.

    Every verb but `close` and `settle` raises KeeperAction when the reader or the way to it is gone.
    """

    def presence(self, turn: Turn, wait: float = 0.0) -> Presence:
        """What is in the slot; returns at the next change, or after ``wait`` seconds."""

    def admit(self, turn: Turn, wait: float) -> Presence:
        """As `presence`, while a card may come in: a reader with a shutter or a latch opens for it."""

    def settle(self) -> None:
        """No card needs to come in any more. Never raises a `DeviceError`."""

    def card(self, turn: Turn) -> AbstractContextManager[Transmit]:
        """Power the card up for oneself alone, give the way to speak to it, power it down afterwards.

        Raises, as does the way to speak:
            ResidentAction: the card is gone (``card-pulled``) or does not answer (``card-mute``).
            DeviceBusy: somebody else uses the card.
        """

    def give_back(self, turn: Turn) -> None:
        """Let go of the card: a reader that has drawn it in begins to move it out."""

    def close(self) -> None:
        """Let go of the reader."""
