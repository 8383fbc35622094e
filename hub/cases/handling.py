"""What is done to a case: under a lock, by who has it, written into its history and into the audit trail.

Every verb names the ``revision`` its caller has seen: of two who decide at once, the second is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from hub.audit.trail import record
from hub.cases import workflow
from hub.cases.cards import today
from hub.cases.models import Case, CaseEvent, Result, Supplement
from hub.cases.told import Explanation, Lacking
from hub.cases.workflow import Outcome, Standing, State

What = CaseEvent.What


class CaseChanged(Exception):
    """Something was done to the case since the caller looked at it; nothing was changed."""


class NotYours(Exception):
    """Another clerk has the case, or nobody yet; nothing was changed."""


def claim(request: HttpRequest, case_id: UUID, revision: int) -> Case:
    """Take a case that nobody has; it is in review from then on. Raises ``CaseChanged``, ``NotYours``."""
    with _locked(case_id, revision) as case:
        user = _user(request)
        if case.assignee_id not in {None, user.pk}:
            raise NotYours
        case.assignee = user
        moved = standing(case)
        if case.state == State.RECEIVED:
            moved = workflow.begin_review(moved)
        _write(case, moved, What.BEGIN_REVIEW, request)
    return case


def hand_over(request: HttpRequest, case_id: UUID, revision: int, to: User) -> Case:
    """Give a case to another clerk: one's own, or with ``cases.assign_case`` anybody's.

    Raises ``CaseChanged``, ``NotYours``.
    """
    with _locked(case_id, revision) as case:
        user = _user(request)
        if case.assignee_id != user.pk and not user.has_perm("cases.assign_case"):
            raise NotYours
        case.assignee = to
        moved = standing(case)
        if case.state == State.RECEIVED:
            moved = workflow.begin_review(moved)
        _write(case, moved, What.HANDED_OVER, request, {"to": to.get_username()})
    return case


def ask_supplement(
    request: HttpRequest, case_id: UUID, revision: int, lacking: tuple[Lacking, ...], days: int
) -> Supplement:
    """Ask once for everything that is missing, to be brought within ``days`` working days.

    Raises ``CaseChanged``, ``NotYours``, ``NotAllowed``; ``ValueError`` for an empty list.
    """
    if not lacking:
        raise ValueError("a request for supplements says what is missing")
    with _locked(case_id, revision, _user(request)) as case:
        moved = workflow.ask_supplement(standing(case), today(), days)
        assert moved.supplement_due is not None
        asked = Supplement.objects.create(
            case=case,
            asked_at=timezone.now(),
            due=moved.supplement_due,
            lines=[one.stored() for one in lacking],
        )
        case.supplement_came = False
        _write(case, moved, What.ASK_SUPPLEMENT, request, lines=len(lacking))
    return asked


def take_supplement(who: HttpRequest | Model | str, case: Case) -> None:
    """Note that what was asked for came; call within a transaction that holds the case.

    What comes too late or unasked is added to the case all the same, and moves nothing.
    """
    case.supplement_came = case.state != State.DECIDED
    moved = standing(case)
    if case.state == State.SUPPLEMENT_ASKED:
        moved = workflow.take_supplement(moved, today())
        Supplement.objects.filter(case=case, answered_at=None).update(answered_at=timezone.now())
    _write(case, moved, What.TAKE_SUPPLEMENT, who)


def take_supplement_at_window(request: HttpRequest, case_id: UUID, revision: int, note: str) -> Case:
    """What was missing was brought to the clerk. Raises ``CaseChanged``, ``NotYours``, ``NotAllowed``."""
    with _locked(case_id, revision, _user(request)) as case:
        moved = workflow.take_supplement(standing(case), today())
        Supplement.objects.filter(case=case, answered_at=None).update(answered_at=timezone.now())
        case.supplement_came = True
        _write(case, moved, What.TAKE_SUPPLEMENT, request, {"note": note})
    return case


def decide(
    request: HttpRequest,
    case_id: UUID,
    revision: int,
    outcome: Outcome,
    explanation: Explanation | None = None,
    certificate: dict[str, Any] | None = None,
) -> Case:
    """Decide: granted with its certificate, anything else with its explanation.

    Raises ``CaseChanged``, ``NotYours``, ``NotAllowed``; ``ValueError`` where one of the two is missing.
    """
    if (certificate is None) is (outcome == Outcome.GRANTED):
        raise ValueError("what is granted has a certificate, and nothing else has")
    if outcome != Outcome.GRANTED and (explanation is None or not explanation.reason.strip()):
        raise ValueError("what is not granted has a reason")
    with _locked(case_id, revision, _user(request)) as case:
        _decided(case, workflow.decide(standing(case), outcome), What.DECIDE, request, explanation)
        if certificate is not None:
            issue(case, certificate)
    return case


def decide_by_rule(case: Case, rule: str, certificate: dict[str, Any]) -> None:
    """Grant an instant item on the spot; call within the transaction that opened the case."""
    _decided(case, workflow.decide_by_rule(standing(case)), What.DECIDE_BY_RULE, rule, None)
    issue(case, certificate)


def withdraw(request: HttpRequest, case_id: UUID, revision: int, explanation: Explanation) -> Case:
    """Close it because the applicant asked to. Raises ``CaseChanged``, ``NotYours``, ``NotAllowed``."""
    with _locked(case_id, revision, _user(request)) as case:
        _decided(case, workflow.withdraw(standing(case)), What.WITHDRAW, request, explanation)
    return case


def lapse(request: HttpRequest, case_id: UUID, revision: int, explanation: Explanation) -> Case:
    """Close it because the supplement's last day is gone.

    Raises ``CaseChanged``, ``NotYours``, ``NotAllowed``.
    """
    with _locked(case_id, revision, _user(request)) as case:
        _decided(case, workflow.lapse(standing(case), today()), What.LAPSE, request, explanation)
    return case


def set_hold(request: HttpRequest, case_id: UUID, revision: int, *, hold: bool, reason: str) -> Case:
    """Keep a case's data whatever the policy says, or let the policy rule again. Raises ``CaseChanged``."""
    with _locked(case_id, revision) as case:
        case.legal_hold = hold
        what = What.HOLD_SET if hold else What.HOLD_LIFTED
        _write(case, standing(case), what, request, {"note": reason})
    return case


def standing(case: Case) -> Standing:
    """Where a case stands, for the rules of ``hub.cases.workflow``."""
    return Standing(
        state=State(case.state),
        promised_by=case.promised_by,
        legal_by=case.legal_by,
        paused_on=case.paused_on,
        supplement_due=case.supplement_due,
        outcome=Outcome(case.outcome) if case.outcome else None,
    )


def note_filed(case: Case, who: Model | str) -> None:
    """Begin the history of a case that was just opened."""
    _event(case, "", What.FILED, _name(who), None)


def note_erased(case: Case, who: HttpRequest | Model | str, reason: str) -> None:
    """Write into the history that the data of a case is gone."""
    _event(case, case.state, What.ERASED, _name(who), {"note": reason} if reason else None)


def issue(case: Case, certificate: dict[str, Any]) -> Result:
    """Make the result of a case that was granted."""
    assert case.decided_at is not None
    return Result.objects.create(id=uuid4(), case=case, decided_at=case.decided_at, certificate=certificate)


@contextmanager
def _locked(case_id: UUID, revision: int, clerk: User | None = None) -> Iterator[Case]:
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=case_id)
        if case.revision != revision or case.erased_at is not None:
            raise CaseChanged
        if clerk is not None and case.assignee_id != clerk.pk:
            raise NotYours
        yield case


def _decided(
    case: Case, moved: Standing, what: What, who: HttpRequest | Model | str, why: Explanation | None
) -> None:
    case.decided_at = timezone.now()
    case.explanation = why.stored() if why else None
    case.supplement_came = False
    _write(case, moved, what, who, outcome=str(moved.outcome))


def _write(
    case: Case,
    moved: Standing,
    what: What,
    who: HttpRequest | Model | str,
    note: dict[str, str] | None = None,
    **detail: str | int,
) -> None:
    before = case.state
    case.state, case.outcome = moved.state, moved.outcome or ""
    case.promised_by, case.legal_by = moved.promised_by, moved.legal_by
    case.paused_on, case.supplement_due = moved.paused_on, moved.supplement_due
    case.revision += 1
    case.save(update_fields=_CHANGING)
    _event(case, before, what, _name(who), note)
    record(who, f"case.{what.value}", case, case_no=case.case_no, state=case.state, **detail)


_CHANGING = (
    "assignee",
    "decided_at",
    "explanation",
    "legal_by",
    "legal_hold",
    "outcome",
    "paused_on",
    "promised_by",
    "revision",
    "state",
    "supplement_came",
    "supplement_due",
)


def _event(case: Case, before: str, what: What, who: str, note: dict[str, str] | None) -> None:
    CaseEvent.objects.create(
        case=case,
        number=case.revision,
        at=timezone.now(),
        who=who,
        what=what,
        before=before,
        after=case.state,
        note=note,
    )


def _name(who: HttpRequest | Model | str) -> str:
    if isinstance(who, str):
        return who
    if isinstance(who, Model):
        return str(who.pk)
    return _user(who).get_username()


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "only behind a login"
    return request.user
