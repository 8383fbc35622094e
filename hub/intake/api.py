"""Where queued items arrive."""

from __future__ import annotations

import hashlib
from http import HTTPStatus

from django.db import DataError, transaction
from django.http import HttpRequest
from ninja import Router

from hub.intake.handlers import HANDLERS
from hub.intake.held import note_refused
from hub.intake.models import SealedFile
from hub.intake.opening import receive
from hub.kiosks.models import Kiosk
from hub.kiosks.signatures import KioskSignature, signing_kiosk
from hub.problems import NOT_STORABLE, ProblemError
from kiosk.wire import (
    AttachmentReceipt,
    CopyReceipt,
    EvaluationReceipt,
    IntakeAnswer,
    IntakeAnswers,
    IntakeBatch,
    IntakeEnvelope,
    Receipt,
    SubmissionReceipt,
    TroubleReceipt,
)

router = Router(tags=["intake"], auth=KioskSignature(in_quarantine=True))


@router.put("/attachments/{sha256}", response=AttachmentReceipt)
def attachment(request: HttpRequest, sha256: str) -> AttachmentReceipt:
    """Store a sealed file (the body, any bytes) under its SHA-256; repeating it changes nothing."""
    if hashlib.sha256(request.body).hexdigest() != sha256:
        raise ProblemError(HTTPStatus.BAD_REQUEST, "The file has another SHA-256")
    SealedFile.objects.get_or_create(
        sha256=sha256, defaults={"sealed": request.body, "kiosk": signing_kiosk(request)}
    )
    return AttachmentReceipt(sha256=sha256)


@router.post(
    "/intake", response=SubmissionReceipt | CopyReceipt | TroubleReceipt | EvaluationReceipt | Receipt
)
def intake(request: HttpRequest, envelope: IntakeEnvelope) -> Receipt | dict[str, object]:
    """Take in one item, exactly once. Its attachments were put before."""
    return _received(envelope, signing_kiosk(request))


@router.post("/intake/batch", response=IntakeAnswers)
def intake_batch(request: HttpRequest, batch: IntakeBatch) -> IntakeAnswers:
    """Take in several items, each exactly once; what is wrong with one does not touch the others."""
    kiosk = signing_kiosk(request)
    with transaction.atomic():
        return IntakeAnswers(answers=tuple(_answered(envelope, kiosk) for envelope in batch.items))


def _answered(envelope: IntakeEnvelope, kiosk: Kiosk) -> IntakeAnswer:
    try:
        receipt = _received(envelope, kiosk)  # in a transaction of its own within the batch's
    except ProblemError as error:
        return IntakeAnswer(id=envelope.id, problem=error.problem)
    given = receipt.model_dump(mode="json") if isinstance(receipt, Receipt) else receipt
    return IntakeAnswer.model_validate({"id": envelope.id, "receipt": given})


def _received(envelope: IntakeEnvelope, kiosk: Kiosk) -> Receipt | dict[str, object]:
    """The receipt of an item; one that is refused for good belongs to somebody. Raises ``ProblemError``."""
    try:
        return receive(envelope, kiosk, HANDLERS)
    except ProblemError as error:
        refusal = error
    except DataError:
        refusal = ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "The item cannot be stored", NOT_STORABLE)
    note_refused(envelope, kiosk, refusal.problem)
    raise refusal
