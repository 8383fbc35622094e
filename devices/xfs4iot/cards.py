"""What a CardReader service says of a card, as meaning: no I/O (CWA 17852, Card Reader Interface)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from devices.errors import CompletionCode, ResidentAction
from devices.status import Media
from devices.xfs4iot.common import one_of
from devices.xfs4iot.message import Payload
from devices.xfs4iot.service import bytes_in

_READ = (None, "ok")
"""How a service says that what it was asked for was read; later releases say nothing."""


class ChipProtocol(StrEnum):
    """How APDUs reach the chip (CardReader.ChipIO ``chipProtocol``)."""

    T0 = "chipT0"
    T1 = "chipT1"
    ANY = "chipProtocolNotRequired"
    TYPE_A = "chipTypeAPart4"
    TYPE_B = "chipTypeB"


def choose_protocol(able: Mapping[str, object], atr: bytes) -> ChipProtocol:
    """The protocol for a card: the service's own choice if it makes one, else what the ATR offers first.

    Args:
        able: ``chipProtocols`` of the reader's capabilities.
        atr: the card's answer to reset (ISO/IEC 7816-3: T=0 where no TD1 says otherwise); empty: not known.
    """
    if able.get(ChipProtocol.ANY):
        return ChipProtocol.ANY
    wanted = _first_protocol(atr)
    order = (wanted, ChipProtocol.T0, ChipProtocol.T1, ChipProtocol.TYPE_A, ChipProtocol.TYPE_B)
    return next((protocol for protocol in order if able.get(protocol)), wanted)


def _first_protocol(atr: bytes) -> ChipProtocol:
    if len(atr) < 2 or not atr[1] & 0x80:
        return ChipProtocol.T0
    td1 = 2 + (atr[1] >> 4 & 0b111).bit_count()  # behind those of TA1, TB1, TC1 that are there
    return ChipProtocol.T1 if td1 < len(atr) and atr[td1] & 0x0F == 1 else ChipProtocol.T0


def media_of(own: Payload) -> Media | None:
    """What the reader says of its slot; None when it says nothing.

    Contactless readers report no position; whether a chip is powered or could be tells the same.
    """
    if own.get("media") is not None:
        return one_of(Media, own["media"], Media.UNKNOWN)
    match own.get("chipPower"):
        case "online" | "busy" | "poweredOff" | "noDevice" | "hardwareError":
            return Media.PRESENT
        case "noCard":
            return Media.NOT_PRESENT
        case "unknown":
            return Media.UNKNOWN
    return None


def obstacle(own: Payload, media: Media | None) -> str | None:
    """Why no chip card can be read now, although the device is online; None when nothing is said of that."""
    if media is Media.JAMMED:
        return "card-jammed"
    if own.get("chipModule") == "inoperable":
        return "chip-module-inoperable"
    return "media-not-reported" if media is None else None


def atr_of(payload: Payload) -> bytes:
    """The ATR in a completion of ReadRawData. Raises ResidentAction when the chip gave none."""
    chips = payload.get("chip")
    chip = chips[0] if isinstance(chips, list) and chips else chips
    if not isinstance(chip, Mapping) or chip.get("status") not in _READ:
        raise ResidentAction(CompletionCode.USER_ERROR, "card-mute")
    return bytes_in(chip, "data")
