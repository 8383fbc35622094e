"""Collecting results: look, commit a numbered copy, account for its paper."""

from __future__ import annotations

import secrets
from http import HTTPStatus

from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone

from hub.cases.documents import document_of
from hub.cases.models import Copy, Result, resident_index
from hub.intake.opening import Arrival
from hub.kiosks.models import Kiosk
from hub.paging import newest_first
from hub.problems import ProblemError
from kiosk.wire import (
    CODE_ALPHABET,
    VERIFICATION_CODE_LENGTH,
    CopyReceipt,
    CopyReport,
    CopyRequest,
    ResultCopy,
    ResultList,
    ResultQuery,
    ResultSummary,
    VerifiedCopy,
    normalise_verification_code,
)


def find_results(query: ResultQuery, cursor: str = "", limit: int | None = None) -> ResultList:
    """The results of the person a card names: number and name must both be theirs.

    Raises ``ProblemError`` 422 for a cursor that is none.
    """
    results = Result.objects.filter(case__resident_index=resident_index(query.number)).select_related("case")
    counted = results.annotate(copies_made=Count("copies"))
    theirs = [(result.decided_at, result.id, result) for result in counted if _belongs(result, query)]
    page, after = newest_first(theirs, cursor, limit)
    summaries = tuple(
        ResultSummary(
            result_id=result.id,
            item_id=result.case.item_id,
            title=result.certificate["title"],
            case_no=result.case.case_no,
            decided_at=result.decided_at,
            copies=result.copies_made,
        )
        for result in page
    )
    return ResultList(results=summaries, next=after) if after else ResultList(results=summaries)


def make_copy(request: CopyRequest, kiosk: Kiosk) -> ResultCopy:
    """Commit a copy and seal its PDF, or find the one of this id. Raises ``ProblemError`` 404 and 409."""
    copy = _commit(request, kiosk)
    return copy.model_copy(update={"document": document_of(copy)})


@transaction.atomic
def _commit(request: CopyRequest, kiosk: Kiosk) -> ResultCopy:
    result = Result.objects.select_for_update().select_related("case").filter(id=request.result_id).first()
    if result is None or not _belongs(result, request.holder):
        raise ProblemError(HTTPStatus.NOT_FOUND, "There is no such result for this person")
    copy, _created = Copy.objects.get_or_create(
        id=request.copy_id,
        defaults={
            "result": result,
            "copy_no": 1 + (result.copies.aggregate(last=Max("copy_no"))["last"] or 0),
            "kiosk": kiosk,
            "issued_at": timezone.now(),
            "verification_code": _verification_code(),
        },
    )
    if copy.result_id != result.id:
        raise ProblemError(HTTPStatus.CONFLICT, "This copy is of another result")
    return ResultCopy(
        copy_id=copy.id,
        result_id=result.id,
        copy_no=copy.copy_no,
        case_no=result.case.case_no,
        issued_at=copy.issued_at,
        verification_code=copy.verification_code,
        **result.certificate,
    )


def note_outcome(report: CopyReport) -> Copy:
    """Note what became of a copy's paper; an older report never replaces a newer one. Raises 404."""
    with transaction.atomic():
        copy = Copy.objects.select_for_update().filter(id=report.copy_id).first()
        if copy is None:
            raise ProblemError(HTTPStatus.NOT_FOUND, "There is no such copy")
        if copy.outcome_at is None or copy.outcome_at <= report.at:
            copy.outcome, copy.outcome_at = report.outcome, report.at
            copy.save()
        return copy


def verify(typed: str) -> VerifiedCopy:
    """The copy with this verification code, for whoever holds the paper.

    Raises ``ProblemError``: 422 for what is no such code, 404 when no copy with it was issued, when it was
    reported as not printed and so nobody can have its paper, or when the case's data was erased.
    """
    try:
        code = normalise_verification_code(typed)
    except ValueError as error:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY, "This is no verification code", str(error)
        ) from None
    copies = Copy.objects.filter(result__case__erased_at=None).select_related("result__case")
    copies = copies.exclude(outcome=Copy.Outcome.NOT_PRINTED)
    copy = copies.filter(verification_code=code).first()
    if copy is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "No certificate was issued with this code")
    certificate = copy.result.certificate
    name: str = copy.result.case.resident["applicant"]["name"]
    return VerifiedCopy(
        verification_code=code,
        title=certificate["title"],
        authority=certificate["authority"],
        holder=name[:1] + "*" * (len(name) - 1),
        copy_no=copy.copy_no,
        issued_at=copy.issued_at,
    )


def receive_copy_report(arrival: Arrival) -> CopyReceipt:
    """Note a report that came by a kiosk's queue."""
    note_outcome(arrival.read(CopyReport))
    return CopyReceipt(id=arrival.id, received_at=arrival.received_at)


def _belongs(result: Result, holder: ResultQuery) -> bool:
    applicant = result.case.resident.get("applicant")  # erased cases have none
    return bool(applicant) and (applicant["number"], applicant["name"]) == (holder.number, holder.name)


def _verification_code() -> str:
    return normalise_verification_code(
        "".join(secrets.choice(CODE_ALPHABET) for _ in range(VERIFICATION_CODE_LENGTH))
    )
