"""Results of decided cases: look, take a numbered copy, report what became of the paper."""

from __future__ import annotations

import secrets
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from kiosk.wire.base import Bilingual, Message, PersonalMessage, Sha256
from kiosk.wire.submissions import DocumentKind, Receipt

CopyOutcome = Literal["printed", "taken", "not_taken", "not_printed"]
"""``printed``: the printer confirmed it, whether it was taken is not known; the others say what they mean."""


class ResultQuery(PersonalMessage):
    """The results of one person, identified at the kiosk by a card."""

    document: DocumentKind
    number: str = Field(min_length=1, max_length=32)
    name: str = Field(min_length=1, max_length=120)


class ResultSummary(Message):
    """One result waiting to be collected. It names no person: the one who asked is the one it belongs to."""

    result_id: UUID
    item_id: str
    title: Bilingual
    case_no: str
    decided_at: AwareDatetime
    copies: int = Field(ge=0)


class ResultList(Message):
    """Answer to a ``ResultQuery``, a page of it where one was asked for; empty: there is nothing to collect.

    ``next`` is the cursor of the next page.
    """

    results: tuple[ResultSummary, ...]
    next: str | None = None


class CopyRequest(PersonalMessage):
    """Commit one copy of a result to paper. The kiosk makes the id; asking again gives the same copy."""

    copy_id: UUID
    result_id: UUID
    holder: ResultQuery


class ResultLine(PersonalMessage):
    """One labelled line of a certificate."""

    label: Bilingual
    value: str


class CopyDocument(Message):
    """The sealed PDF of a copy, to be fetched by the copy's id: its SHA-256, its bytes, its pages."""

    sha256: Sha256
    size: int = Field(ge=1)
    pages: int = Field(ge=1)


class ResultCopy(PersonalMessage):
    """One numbered copy, ready to print. ``copy_no`` counts from 1 for each result.

    ``document`` is the certificate as sealed PDF for A4; null while the hub cannot seal. The other fields are
    enough for a slip.
    """

    copy_id: UUID
    result_id: UUID
    copy_no: int = Field(ge=1)
    case_no: str
    title: Bilingual
    lines: tuple[ResultLine, ...]
    body: Bilingual
    authority: Bilingual
    issued_at: AwareDatetime
    verification_code: str
    document: CopyDocument | None = None


class CopyReport(Message):
    """What became of the paper of one copy, ``at`` by the kiosk's clock. It may be repeated or corrected."""

    copy_id: UUID
    outcome: CopyOutcome
    at: AwareDatetime
    blinding: str = Field(default_factory=lambda: secrets.token_hex(16), min_length=32, max_length=32)


class CopyReceipt(Receipt):
    """The hub noted a ``CopyReport``; ``id`` is the copy's, or the queued item's if it came by the queue."""
