"""From a sealed envelope to its content, and from its kind to what is done with it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from pydantic import ValidationError

from hub.intake.models import HeldSubmission, ReceivedItem, SealedFile
from hub.kiosks.models import Kiosk
from hub.problems import ProblemError
from kiosk.wire import IntakeEnvelope, Message, Receipt, SealBroken

Content = TypeVar("Content", bound=Message)


@dataclass(frozen=True)
class OpenedFile:
    """An attachment: what is stored of it, the SHA-256 of what it holds, and what its seal is bound to."""

    stored: SealedFile
    content_sha256: str
    bound_to: dict[str, str | int]


def open_file(stored: SealedFile, bound_to: dict[str, Any]) -> bytes:
    """The content of a sealed file. Raises ``SealBroken`` where the seal was made for something else."""
    opener = settings.DATA.opener
    content: bytes = opener.open(
        bytes(stored.sealed),
        item_id=UUID(bound_to["item_id"]),
        kind=bound_to["kind"],
        schema=bound_to["schema"],
        part=bound_to["part"],
    )
    return content


@dataclass(frozen=True)
class Arrival:
    """An item on its way in: who sent it when, and its opened payload."""

    id: UUID
    kiosk: Kiosk
    received_at: datetime
    payload: bytes = field(repr=False)
    files: tuple[OpenedFile, ...]

    def read(self, content: type[Content]) -> Content:
        """The payload as a message; raises ``ProblemError`` 422."""
        try:
            return content.model_validate_json(self.payload)
        except ValidationError:
            raise _refused(f"The payload is no {content.__name__}") from None


Handler = Callable[[Arrival], Receipt]


@transaction.atomic
def receive(
    envelope: IntakeEnvelope, kiosk: Kiosk, handlers: dict[str, Handler]
) -> Receipt | dict[str, object]:
    """Take an item in exactly once; the receipt, for a repetition the one given the first time.

    Raises ``ProblemError``: 409 for other content under a known id, 422 for what can never be taken, 425
    where an attachment is not here (the kiosk sends it again).
    """
    digest = _digest(envelope)
    known = ReceivedItem.objects.select_for_update().filter(id=envelope.id).first()
    if known is not None:
        if known.content_sha256 != digest:
            raise ProblemError(HTTPStatus.CONFLICT, "This id was received with other content")
        receipt_given: dict[str, object] = known.receipt
        return receipt_given
    if envelope.kind not in handlers:
        raise _refused("This kind is not known here")
    arrival = Arrival(
        id=envelope.id,
        kiosk=kiosk,
        received_at=timezone.now(),
        payload=_opened(envelope, envelope.sealed, 0),
        files=_files(envelope),
    )
    receipt = handlers[envelope.kind](arrival)
    HeldSubmission.objects.filter(id=envelope.id, solved_at=None).update(solved_at=arrival.received_at)
    ReceivedItem.objects.create(
        id=envelope.id,
        kind=envelope.kind,
        content_sha256=digest,
        kiosk=kiosk,
        received_at=arrival.received_at,
        age_seconds=envelope.age_seconds,
        receipt=receipt.model_dump(mode="json"),
        quarantined=kiosk.quarantined_at is not None,
    )
    return receipt


def _files(envelope: IntakeEnvelope) -> tuple[OpenedFile, ...]:
    stored = SealedFile.objects.in_bulk(list(envelope.attachments))
    if len(stored) < len(set(envelope.attachments)):
        raise ProblemError(HTTPStatus.TOO_EARLY, "An attachment is not here")
    files = []
    for part, sha256 in enumerate(envelope.attachments, start=1):
        content = _opened(envelope, bytes(stored[sha256].sealed), part)
        bound_to: dict[str, str | int] = {
            "item_id": str(envelope.id),
            "kind": envelope.kind,
            "schema": envelope.payload_schema,
            "part": part,
        }
        files.append(OpenedFile(stored[sha256], hashlib.sha256(content).hexdigest(), bound_to))
    return tuple(files)


def _opened(envelope: IntakeEnvelope, sealed: bytes, part: int) -> bytes:
    opener = settings.DATA.opener
    try:
        content: bytes = opener.open(
            sealed, item_id=envelope.id, kind=envelope.kind, schema=envelope.payload_schema, part=part
        )
    except SealBroken as error:
        raise _refused(f"The seal cannot be opened: {error}") from None
    return content


def _digest(envelope: IntakeEnvelope) -> str:
    head = f"{envelope.kind}|{envelope.payload_schema}|{','.join(envelope.attachments)}|".encode()
    return hashlib.sha256(head + envelope.sealed).hexdigest()


def _refused(detail: str) -> ProblemError:
    return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "The item cannot be taken", detail)
