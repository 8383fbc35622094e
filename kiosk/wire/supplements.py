"""What a resident hands in after a supplement was asked for (补件)."""

from __future__ import annotations

import secrets
from uuid import UUID

from pydantic import AwareDatetime, Field

from kiosk.wire.base import PersonalMessage
from kiosk.wire.results import ResultQuery
from kiosk.wire.submissions import MaterialFile

SUPPLEMENT_KIND = "supplement"
"""Queue kind of a sealed ``SupplementPayload``."""


class SupplementPayload(PersonalMessage):
    """Documents for a case that asked for them: which request they answer, by whom, identified by a card.

    The hub answers with a ``SubmissionReceipt`` of the case.
    """

    supplement_id: UUID
    holder: ResultQuery
    materials: tuple[MaterialFile, ...] = Field(min_length=1)
    captured_at: AwareDatetime
    blinding: str = Field(default_factory=lambda: secrets.token_hex(16), min_length=32, max_length=32)
