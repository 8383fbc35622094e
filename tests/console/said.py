"""What kiosks send, as the intake hands it on: ratings and tickets, without a network."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from hub.cases.models import Case
from hub.evaluations.models import Complaint, Evaluation
from hub.evaluations.receiving import complaint_of, receive_evaluation
from hub.evaluations.tickets import receive_trouble
from hub.intake.opening import Arrival
from hub.kiosks.models import Kiosk
from kiosk.wire import Evaluation as Rating
from kiosk.wire import Message, TroubleReport

PHONE = "13700137000"
ITEM = "elderly-card"


def arrival(kiosk: Kiosk, message: Message, at: datetime | None = None) -> Arrival:
    return Arrival(uuid4(), kiosk, at or timezone.now(), message.model_dump_json().encode(), ())


def rate(kiosk: Kiosk, level: int, at: datetime | None = None, **more: Any) -> Evaluation:
    """Take a rating in, given at ``at``."""
    when = at or timezone.now()
    said = Rating.model_validate({"level": level, "of": "submission", "language": "zh", "at": when} | more)
    came = arrival(kiosk, said, when)
    with transaction.atomic():
        receive_evaluation(came)
    return Evaluation.objects.get(pk=came.id)


def complain(kiosk: Kiosk, level: int = 1, at: datetime | None = None, **more: Any) -> Complaint:
    """The complaint that follows from a rating."""
    found = complaint_of(rate(kiosk, level, at, **more))
    assert found is not None
    return found


def give_up(kiosk: Kiosk, at: datetime | None = None, **more: Any) -> Complaint:
    """Take the ticket of somebody who could not get it done in; the complaint about it."""
    report = {"page": "ask-phone", "journey": "submit-item", "reason": "machine-fault", "language": "zh"}
    said = TroubleReport.model_validate(report | {"at": at or timezone.now()} | more)
    came = arrival(kiosk, said, at)
    receive_trouble(came)
    return Complaint.objects.get(ticket_id=came.id)


def a_case(kiosk: Kiosk, number: str = "3701-2026-000001", case_id: UUID | None = None, **more: Any) -> Case:
    """A case that was filed at the kiosk."""
    return Case.objects.create(
        **{
            "id": case_id or uuid4(),
            "case_no": number,
            "check_code": number[-6:].rjust(11, "7"),
            "item_id": ITEM,
            "item_version": 1,
            "kiosk": kiosk,
            "organisation": kiosk.organisation,
            "captured_at": timezone.now(),
            "received_at": timezone.now(),
            "resident": {"applicant": {}, "answers": {}},
            "resident_index": "x",
        }
        | more
    )
