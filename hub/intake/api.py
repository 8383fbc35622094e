"""Where queued items arrive."""

from __future__ import annotations

import hashlib
from http import HTTPStatus

from django.http import HttpRequest
from ninja import Router

from hub.cases.filing import file_submission
from hub.cases.results import receive_copy_report
from hub.evaluations.tickets import receive_trouble
from hub.intake.models import SealedFile
from hub.intake.opening import Handler, receive
from hub.kiosks.signatures import KioskSignature, signing_kiosk
from hub.problems import ProblemError
from kiosk.wire import (
    COPY_REPORT_KIND,
    SUBMISSION_KIND,
    TROUBLE_KIND,
    AttachmentReceipt,
    CopyReceipt,
    IntakeEnvelope,
    Receipt,
    SubmissionReceipt,
    TroubleReceipt,
)

HANDLERS: dict[str, Handler] = {
    SUBMISSION_KIND: file_submission,
    COPY_REPORT_KIND: receive_copy_report,
    TROUBLE_KIND: receive_trouble,
}

router = Router(tags=["intake"], auth=KioskSignature())


@router.put("/attachments/{sha256}", response=AttachmentReceipt)
def attachment(request: HttpRequest, sha256: str) -> AttachmentReceipt:
    """Store a sealed file (the body, any bytes) under its SHA-256; repeating it changes nothing."""
    if hashlib.sha256(request.body).hexdigest() != sha256:
        raise ProblemError(HTTPStatus.BAD_REQUEST, "The file has another SHA-256")
    SealedFile.objects.get_or_create(
        sha256=sha256, defaults={"sealed": request.body, "kiosk": signing_kiosk(request)}
    )
    return AttachmentReceipt(sha256=sha256)


@router.post("/intake", response=SubmissionReceipt | CopyReceipt | TroubleReceipt)
def intake(request: HttpRequest, envelope: IntakeEnvelope) -> Receipt | dict[str, object]:
    """Take in one item, exactly once. Its attachments were put before."""
    return receive(envelope, signing_kiosk(request), HANDLERS)
