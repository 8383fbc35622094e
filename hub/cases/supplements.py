"""Taking in what a resident handed in at a kiosk after a supplement was asked for."""

from __future__ import annotations

from http import HTTPStatus

from hub.cases.filing import check_complete, keep_materials
from hub.cases.handling import take_supplement
from hub.cases.models import Case, Supplement
from hub.intake.opening import Arrival
from hub.problems import ProblemError
from kiosk.wire import SubmissionReceipt, SupplementPayload


def receive_supplement(arrival: Arrival) -> SubmissionReceipt:
    """Add the documents to their case; the clock goes on if it had waited for them.

    What comes late is kept with the case all the same, and moves nothing. Raises ``ProblemError`` 422 where
    the request is not known, is another person's, or the case's data was erased.
    """
    payload = arrival.read(SupplementPayload)
    check_complete(arrival, payload.materials)
    asked = Supplement.objects.filter(pk=payload.supplement_id).first()
    case = Case.objects.select_for_update().filter(pk=asked.case_id).first() if asked else None
    if asked is None or case is None or case.erased_at is not None or not _belongs(case, payload):
        detail = "Nothing of this person waits for it"
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "The item cannot be taken", detail)
    keep_materials(case, arrival, payload.materials, asked)
    take_supplement(arrival.kiosk, case)
    return SubmissionReceipt(
        id=arrival.id,
        case_no=case.case_no,
        received_at=arrival.received_at,
        promised_by=case.promised_by,
        check_code=case.check_code,
    )


def _belongs(case: Case, payload: SupplementPayload) -> bool:
    applicant = case.resident["applicant"]
    return (applicant["number"], applicant["name"]) == (payload.holder.number, payload.holder.name)
