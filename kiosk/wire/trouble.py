"""Could not get it done (办不成事): a ticket from any page, with its context and nothing about the person."""

from __future__ import annotations

import secrets
from typing import Literal

from pydantic import AwareDatetime, Field

from kiosk.wire.base import Message, Name
from kiosk.wire.submissions import Receipt

TROUBLE_KIND = "trouble"
"""Queue kind of a sealed ``TroubleReport``."""

TroubleReason = Literal["card-not-read", "do-not-understand", "papers-missing", "machine-fault", "other"]


class DeviceThen(Message):
    """How a device was when somebody gave up, in the words of XFS4IoT."""

    name: str = Field(max_length=64)
    state: str = Field(max_length=32)


class TroubleReport(Message):
    """Somebody gave up: on which page of which journey, why in one of five words, ``at`` by kiosk's clock.

    ``devices`` is how the devices were then, ``online`` whether the hub could be reached; empty and null from
    a kiosk that does not say so.
    """

    page: Name
    journey: Name
    reason: TroubleReason
    language: Literal["zh", "en"]
    devices: tuple[DeviceThen, ...] = Field(default=(), max_length=100)
    online: bool | None = None
    at: AwareDatetime
    blinding: str = Field(default_factory=lambda: secrets.token_hex(16), min_length=32, max_length=32)


class TroubleReceipt(Receipt):
    """The hub has the ticket; ``check_code`` is the number the person was given."""

    check_code: str
