"""Taking in what was said at a kiosk: a rating, and the complaint that follows from a bad one."""

from __future__ import annotations

from uuid import UUID

from hub.accounts.models import Organisation
from hub.audit.trail import record
from hub.cases.models import Case
from hub.evaluations.complaints import open_complaint, rated_again
from hub.evaluations.models import Complaint, Evaluation
from hub.intake.opening import Arrival
from kiosk.wire import Evaluation as Message
from kiosk.wire import EvaluationReceipt, check_code

Standing = Evaluation.Standing


def receive_evaluation(arrival: Arrival) -> EvaluationReceipt:
    """Store a rating that came by a kiosk's queue, and open a complaint where one follows from it.

    The case of a submission may still be on its way: its number, the submission's, is known all the same.
    """
    message = arrival.read(Message)
    case = _case(message)
    case_id = case.pk if case is not None else message.submission_id
    evaluation = Evaluation.objects.create(
        id=arrival.id,
        check_code=check_code(arrival.id),
        standing=_standing(case_id),
        level=message.level,
        reasons=list(message.reasons),
        reasons_version=message.reasons_version,
        of=message.of,
        item_id=case.item_id if case is not None else message.item_id or "",
        case_id=case_id,
        kiosk=arrival.kiosk,
        organisation=case.organisation if case is not None else arrival.kiosk.organisation,
        language=message.language,
        rated_at=message.at,
        received_at=arrival.received_at,
    )
    record(
        arrival.kiosk,
        "evaluation.received",
        evaluation,
        level=evaluation.level,
        reasons=evaluation.reasons,
        standing=evaluation.standing,
    )
    _follow_up(evaluation, message.call_back)
    return EvaluationReceipt(id=arrival.id, received_at=arrival.received_at, check_code=evaluation.check_code)


def complaint_of(evaluation: Evaluation) -> Complaint | None:
    """The complaint about a rating, or about the case it is of."""
    own = Complaint.objects.filter(evaluation=evaluation).first()
    if own is not None or evaluation.case_id is None:
        return own
    return Complaint.objects.filter(evaluation__case_id=evaluation.case_id).first()


def _case(message: Message) -> Case | None:
    """The case that is rated, locked: of two ratings that arrive at once one is the first."""
    cases = Case.objects.select_for_update(of=("self",)).select_related("organisation")
    if message.submission_id is not None:
        return cases.filter(pk=message.submission_id).first()
    if message.case_no is not None:
        return cases.filter(case_no=message.case_no).first()
    return None


def _standing(case_id: UUID | None) -> Evaluation.Standing:
    before = Evaluation.objects.filter(case_id=case_id).count() if case_id is not None else 0
    return (Standing.MAIN, Standing.APPENDED, Standing.FURTHER)[min(before, 2)]


def _follow_up(evaluation: Evaluation, phone: str | None) -> None:
    known = complaint_of(evaluation)
    if known is not None:
        rated_again(known, evaluation, phone)
    elif evaluation.is_bad or phone is not None:
        kind = Complaint.Kind.BAD_RATING if evaluation.is_bad else Complaint.Kind.CALL_BACK
        place: Organisation = evaluation.organisation
        open_complaint(evaluation, kind, place, phone)
