"""The certificates of copies as sealed PDF: made when a copy is committed, the same bytes ever after."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from hub.audit.trail import record
from hub.cases.models import Case, Copy, SealedCopy
from hub.kiosks.models import Kiosk
from hub.problems import ProblemError
from hub.seals.choosing import seal_keys
from hub.seals.keys import SealError
from hub.seals.paper import FontsMissing
from hub.seals.sealing import Sealed, seal_copy
from kiosk.wire import CopyDocument, ResultCopy

log = structlog.get_logger(__name__)

PDF: Final = "application/pdf"
_NEVER_KEPT: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def document_of(content: ResultCopy) -> CopyDocument | None:
    """The sealed PDF of a committed copy, made now if it is not there; ``None`` while nothing can be sealed.

    Raises ``ProblemError`` 404 when the case was erased meanwhile.

    Call it outside of any transaction: drawing and sealing take a tenth of a second, and while somebody holds
    a lock everybody waits.
    """
    sealed = SealedCopy.objects.filter(copy_id=content.copy_id).defer("pdf").first()
    if sealed is None:
        try:
            made = _made(content)
        except (SealError, FontsMissing) as error:
            log.critical("hub_cannot_seal", why=str(error))
            return None
        sealed = _keep(content.copy_id, made)
    return CopyDocument(sha256=sealed.sha256, size=sealed.size, pages=sealed.pages)


def _made(content: ResultCopy) -> Sealed:
    keys = seal_keys(settings.DATA.folder)
    try:
        return seal_copy(content, keys)
    except SealError:
        # A token ends sessions by itself, or was away for a moment; the next one may do.
        return seal_copy(content, keys)


@transaction.atomic
def _keep(copy_id: UUID, made: Sealed) -> SealedCopy:
    """Keep what was sealed; of two requests at once for the same copy the first one's PDF is the copy's."""
    case = Case.objects.select_for_update().filter(result__copies=copy_id, erased_at=None).first()
    if case is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "The data of this result was erased")
    sealed, _created = SealedCopy.objects.get_or_create(
        copy_id=copy_id,
        defaults={"pdf": made.pdf, "sha256": made.sha256, "size": len(made.pdf), "pages": made.pages},
    )
    return sealed


def document_for(kiosk: Kiosk, copy_id: UUID) -> HttpResponse:
    """The PDF of a copy for the kiosk that committed it; raises ``ProblemError`` 404 to any other."""
    sealed = SealedCopy.objects.filter(copy_id=copy_id, copy__kiosk=kiosk).first()
    if sealed is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "There is no such document for this kiosk")
    return HttpResponse(sealed.pdf, content_type=PDF, headers=_NEVER_KEPT)


def show(request: HttpRequest, copy: Copy, reason: str) -> HttpResponse | None:
    """The PDF for somebody at the console who may look at its case; recorded. ``None``: there is none."""
    sealed = SealedCopy.objects.filter(copy=copy).first()
    if sealed is None:
        return None
    case = copy.result.case
    record(request, "copy.viewed", case, case_no=case.case_no, copy_no=copy.copy_no, reason=reason)
    name = f"attachment; filename={case.case_no}-{copy.copy_no}.pdf"
    return HttpResponse(sealed.pdf, content_type=PDF, headers={**_NEVER_KEPT, "Content-Disposition": name})
