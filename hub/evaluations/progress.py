"""What became of what somebody said, by the check code they were given."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from hub.evaluations.models import Complaint, Evaluation, TroubleTicket
from hub.evaluations.receiving import complaint_of
from kiosk.wire import Progress

_STATES: Final[dict[str, Literal["received", "in_review", "decided"]]] = {
    Complaint.State.OPEN: "received",
    Complaint.State.CALLING_BACK: "in_review",
    Complaint.State.REMEDIED: "in_review",
    Complaint.State.CLOSED: "decided",
}


def said_by_code(code: str) -> list[Progress]:
    """The tickets and ratings with this check code: two at most, as one is what there should be."""
    tickets = TroubleTicket.objects.select_related("complaint").filter(check_code=code)[:2]
    ratings = Evaluation.objects.filter(check_code=code)[:2]
    return [
        *(_told(code, "ticket", one.received_at, getattr(one, "complaint", None), None) for one in tickets),
        *(_told(code, "evaluation", one.received_at, complaint_of(one), one.case_no) for one in ratings),
    ]


def _told(
    code: str,
    what: Literal["ticket", "evaluation"],
    received_at: datetime,
    complaint: Complaint | None,
    number: str | None,
) -> Progress:
    state = _STATES[complaint.state] if complaint is not None else "received"
    if complaint is not None and state == "received" and complaint.assignee_id is not None:
        state = "in_review"
    return Progress(
        check_code=code,
        what=what,
        state=state,
        number=number,
        received_at=received_at,
        promised_by=complaint.due if complaint is not None and state != "decided" else None,
    )
