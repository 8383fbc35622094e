"""From a submission to a case; an instant item may be decided in the same moment."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus

from django.utils import timezone

from hub.accounts.models import Organisation
from hub.cases import rules
from hub.cases.certificates import certificate_for
from hub.cases.handling import decide_by_rule, note_filed
from hub.cases.models import Case, CertificateTemplate, InstantRule, Material, Supplement, resident_index
from hub.cases.numbers import next_case_no
from hub.cases.working_days import working_days_after
from hub.catalogue.models import Publication
from hub.intake.opening import Arrival
from hub.kiosks.models import Kiosk
from hub.problems import ProblemError
from kiosk.wire import MaterialFile, ServiceItem, SubmissionPayload, SubmissionReceipt, check_code


def file_submission(arrival: Arrival) -> SubmissionReceipt:
    """Open a case for a submission that came by a kiosk's queue."""
    payload = arrival.read(SubmissionPayload)
    check_complete(arrival, payload.materials)
    item = Publication.item(payload.item_id)
    day = timezone.localdate(arrival.received_at)
    promised_days, legal_days = (item.promised_days, item.legal_days) if item else (None, None)
    case = Case.objects.create(
        id=arrival.id,
        case_no=next_case_no(arrival.received_at),
        check_code=check_code(arrival.id),
        item_id=payload.item_id,
        item_version=payload.item_version,
        kiosk=arrival.kiosk,
        organisation=_organisation(item, arrival.kiosk),
        captured_at=payload.captured_at,
        clock_offset=payload.clock_offset,
        received_at=arrival.received_at,
        promised_days=promised_days,
        promised_by=_by(day, promised_days),
        legal_days=legal_days,
        legal_by=_by(day, legal_days),
        resident=payload.model_dump(
            mode="json", include={"applicant", "answers", "consent", "visit_language"}
        ),
        resident_index=resident_index(payload.applicant.number),
    )
    keep_materials(case, arrival, payload.materials)
    note_filed(case, arrival.kiosk)
    _decide_at_once(case, payload, day)
    return SubmissionReceipt(
        id=case.id,
        case_no=case.case_no,
        received_at=case.received_at,
        promised_by=case.promised_by,
        check_code=case.check_code,
        granted=case.outcome == Case.Outcome.GRANTED,
    )


def check_complete(arrival: Arrival, materials: tuple[MaterialFile, ...]) -> None:
    """Whether every document that is named came with it. Raises ``ProblemError`` 422."""
    here = {file.content_sha256 for file in arrival.files}
    missing = [material.material_id for material in materials if material.sha256 not in here]
    if missing:
        detail = f"The material {missing[0]} did not come with it"
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "The item cannot be taken", detail)


def keep_materials(
    case: Case, arrival: Arrival, materials: tuple[MaterialFile, ...], supplement: Supplement | None = None
) -> None:
    """Add the documents that came with an arrival to a case, and what their seals are bound to."""
    files = {file.content_sha256: file for file in arrival.files}
    Material.objects.bulk_create(
        Material(
            case=case,
            file=files[given.sha256].stored,
            supplement=supplement,
            bound_to=files[given.sha256].bound_to,
            **given.model_dump(),
        )
        for given in materials
    )


def _decide_at_once(case: Case, payload: SubmissionPayload, day: date) -> None:
    """Grant by the first rule that holds; what no rule grants waits for a clerk."""
    for rule in InstantRule.objects.filter(item_id=case.item_id, active=True):
        template = CertificateTemplate.objects.filter(item_id=case.item_id).first()
        if template is not None and rules.holds(rule.conditions, payload, day):
            decide_by_rule(
                case, f"rule {rule.pk}", certificate_for(template, case.resident, case.case_no, day)
            )
            return


def _organisation(item: ServiceItem | None, kiosk: Kiosk) -> Organisation:
    """Who decides: the item's department where the tree has one of that name, else the kiosk's own."""
    if item is not None and item.department is not None:
        departments = list(Organisation.objects.filter(name=item.department.zh)[:2])
        if len(departments) == 1:
            return departments[0]
    return kiosk.organisation


def _by(day: date, days: int | None) -> date | None:
    return None if days is None else working_days_after(day, days)
