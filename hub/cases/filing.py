"""From a submission to a case."""

from __future__ import annotations

from http import HTTPStatus

from django.utils import timezone

from hub.cases.models import Case, Material, resident_index
from hub.cases.numbers import next_case_no
from hub.cases.working_days import working_days_after
from hub.catalogue.models import Publication
from hub.intake.opening import Arrival
from hub.problems import ProblemError
from kiosk.wire import SubmissionPayload, SubmissionReceipt, check_code


def file_submission(arrival: Arrival) -> SubmissionReceipt:
    """Open a case for a submission that came by a kiosk's queue."""
    payload = arrival.read(SubmissionPayload)
    files = {file.content_sha256: file.stored for file in arrival.files}
    missing = [material.material_id for material in payload.materials if material.sha256 not in files]
    if missing:
        detail = f"The material {missing[0]} did not come with it"
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "The item cannot be taken", detail)
    item = Publication.item(payload.item_id)
    day = timezone.localdate(arrival.received_at)
    days = item.promised_days if item else None
    case = Case.objects.create(
        id=arrival.id,
        case_no=next_case_no(arrival.received_at),
        check_code=check_code(arrival.id),
        item_id=payload.item_id,
        item_version=payload.item_version,
        kiosk=arrival.kiosk,
        captured_at=payload.captured_at,
        clock_offset=payload.clock_offset,
        received_at=arrival.received_at,
        promised_by=None if days is None else working_days_after(day, days),
        resident=payload.model_dump(
            mode="json", include={"applicant", "answers", "consent", "visit_language"}
        ),
        resident_index=resident_index(payload.applicant.number),
    )
    Material.objects.bulk_create(
        Material(case=case, file=files[given.sha256], **given.model_dump()) for given in payload.materials
    )
    return SubmissionReceipt(
        id=case.id,
        case_no=case.case_no,
        received_at=case.received_at,
        promised_by=case.promised_by,
        check_code=case.check_code,
    )
