"""Results for identified residents."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from hub.answers import json_answer
from hub.cases import documents, results
from hub.cases.progress import by_code, by_person
from hub.kiosks.signatures import KioskSignature, signing_kiosk
from hub.paging import AnyLimit, Cursor
from kiosk.wire import (
    CopyReceipt,
    CopyReport,
    CopyRequest,
    Progress,
    ProgressList,
    ResultCopy,
    ResultList,
    ResultQuery,
    VerifiedCopy,
)

router = Router(tags=["results"], auth=KioskSignature())


@router.post("/results/search", response=ResultList)
def search(
    request: HttpRequest, query: ResultQuery, cursor: Cursor = "", limit: AnyLimit = None
) -> HttpResponse:
    """The results that wait for a person whose card the kiosk has read, the newest first."""
    return json_answer(results.find_results(query, cursor, limit))


@router.get("/cases/by-code/{code}", response=Progress)
def progress(request: HttpRequest, code: str) -> Progress:
    """What a check code leads to, asked by any kiosk; 404 while nothing with it has arrived."""
    return by_code(code)


@router.post("/cases/search", response=ProgressList)
def matters(
    request: HttpRequest, query: ResultQuery, cursor: Cursor = "", limit: AnyLimit = None
) -> HttpResponse:
    """The cases of a person whose card the kiosk has read, wherever they were filed, the newest first."""
    return json_answer(by_person(query, cursor, limit))


@router.get("/results/by-verification-code/{code}", response=VerifiedCopy)
def verification(request: HttpRequest, code: str) -> VerifiedCopy:
    """The issued copy with this code, to hold against the paper; 404 when there is none."""
    return results.verify(code)


@router.post("/results/copies", response=ResultCopy)
def copies(request: HttpRequest, wanted: CopyRequest) -> ResultCopy:
    """Commit one numbered copy; the same copy id gives the same copy."""
    return results.make_copy(wanted, signing_kiosk(request))


@router.get("/results/copies/{copy_id}/document")
def document(request: HttpRequest, copy_id: UUID) -> HttpResponse:
    """The sealed PDF of a copy, for the kiosk that committed it; 404 for any other."""
    return documents.document_for(signing_kiosk(request), copy_id)


@router.post("/results/copies/outcome", response=CopyReceipt)
def outcome(request: HttpRequest, report: CopyReport) -> CopyReceipt:
    """Note what became of the paper of a copy."""
    copy = results.note_outcome(report)
    return CopyReceipt(id=copy.id, received_at=timezone.now())
