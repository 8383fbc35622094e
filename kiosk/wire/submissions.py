"""What a resident files, and what the hub answers."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Base64Bytes, Field, JsonValue

from kiosk.wire.base import Message, Name, PersonalMessage, Problem, Sha256

WIRE_SCHEMA = 1
"""Version of the sealed payloads below; part of what a seal is bound to."""

SUBMISSION_KIND = "submission"
"""Queue kind of a sealed ``SubmissionPayload``."""

COPY_REPORT_KIND = "copy-report"
"""Queue kind of a sealed ``CopyReport``."""

DocumentKind = Literal[
    "resident_id",
    "hmt_residence_permit",
    "foreign_permanent_resident_2017",
    "foreign_permanent_resident_2023",
    "social_security_card",
    "typed",
]
Sex = Literal["male", "female", "unknown", "unstated"]
Language = Literal["zh", "en"]


class Applicant(PersonalMessage):
    """Who files. Fields a document does not have are null; ``ethnicity`` is the Chinese name (汉)."""

    document: DocumentKind
    number: str = Field(min_length=1, max_length=32)
    name: str = Field(min_length=1, max_length=120)
    name_en: str | None = None
    sex: Sex | None = None
    ethnicity: str | None = None
    nationality: str | None = None
    birth_date: date | None = None
    address: str | None = None
    issuer: str | None = None
    valid_until: date | None = None
    how_read: Literal["id_card", "social_card", "typed"]


class ConsentGiven(Message):
    """That the applicant agreed, to which text, and when (kiosk clock)."""

    version: str
    text_sha256: Sha256
    at: AwareDatetime


class MaterialFile(Message):
    """A photographed document; ``sha256`` is of the file before sealing, ``media_type`` as image/jpeg."""

    material_id: Name
    sha256: Sha256
    media_type: str = Field(pattern=r"^[a-z]+/[a-z0-9.+-]+$")
    pages: int = Field(default=1, ge=1)


class SubmissionPayload(PersonalMessage):
    """A submission, sealed at the kiosk and opened by the hub alone.

    ``captured_at`` is the kiosk's clock when the resident filed; ``clock_offset`` is hub minus kiosk in
    seconds as last measured, null when the hub was never reached. ``blinding`` keeps the queue's digest of
    this payload from being guessed.
    """

    item_id: Name
    item_version: int = Field(ge=1)
    applicant: Applicant
    answers: dict[Name, str]
    materials: tuple[MaterialFile, ...] = ()
    consent: ConsentGiven
    captured_at: AwareDatetime
    clock_offset: float | None = None
    kiosk_id: str
    visit_language: Language
    blinding: str = Field(default_factory=lambda: secrets.token_hex(16), min_length=32, max_length=32)


class IntakeEnvelope(Message):
    """What is sent for one queued item: readable envelope, sealed content.

    ``attachments`` are the SHA-256 of the *sealed* files, in the order they were queued; each was put to
    ``/api/v1/attachments/{sha256}`` before. ``age_seconds`` is how long ago it was queued, by a clock that
    nobody can set (null when the machine was started anew since): what to trust where ``captured_at`` is not
    to be believed.
    """

    id: UUID
    kind: Name
    payload_schema: int = Field(ge=1)
    sealed: Annotated[Base64Bytes, Field(max_length=4_000_000)]
    attachments: tuple[Sha256, ...] = ()
    age_seconds: float | None = Field(default=None, ge=0)


class CarriedItem(Message):
    """A queued item carried by hand: what the kiosk would have sent, and its sealed files, in order."""

    kiosk_id: str
    envelope: IntakeEnvelope
    files: tuple[Base64Bytes, ...] = ()


class IntakeBatch(Message):
    """Several items in one request; each is answered for by itself."""

    items: tuple[IntakeEnvelope, ...] = Field(min_length=1, max_length=100)


class IntakeAnswer(Message):
    """What became of one item of a batch: the receipt it would have got alone, or the problem."""

    id: UUID
    receipt: dict[str, JsonValue] | None = None
    problem: Problem | None = None


class IntakeAnswers(Message):
    """The answers to a batch, in its order."""

    answers: tuple[IntakeAnswer, ...]


class AttachmentReceipt(Message):
    """The hub holds the sealed file with this SHA-256."""

    sha256: Sha256


class Receipt(Message):
    """The hub has the queued item ``id``: the same answer every time the same item arrives."""

    id: UUID
    received_at: AwareDatetime


class SubmissionReceipt(Receipt):
    """The hub has the submission, as the case ``case_no``; ``granted``: it was decided on the spot."""

    case_no: str
    promised_by: date | None
    check_code: str
    granted: bool = False
