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


class TroubleReport(Message):
    """Somebody gave up: on which page of which journey, why in one of five words, ``at`` by kiosk's clock."""

    page: Name
    journey: Name
    reason: TroubleReason
    language: Literal["zh", "en"]
    at: AwareDatetime
    blinding: str = Field(default_factory=lambda: secrets.token_hex(16), min_length=32, max_length=32)


class TroubleReceipt(Receipt):
    """The hub has the ticket; ``check_code`` is the number the person was given."""

    check_code: str
