"""What is done about a complaint: under a lock, written into its history and into the audit trail.

Nobody who had a hand in the case that was rated may do any of it. Every verb names the ``revision`` its
caller has seen: of two who act at once, the second is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from hub.accounts.models import Organisation
from hub.audit.trail import record
from hub.cases.models import Case, CaseEvent
from hub.evaluations.deadlines import deadlines
from hub.evaluations.evidence import Attachment
from hub.evaluations.models import Complaint, ComplaintEntry, Evaluation, Evidence, TroubleTicket

State = Complaint.State
What = ComplaintEntry.What
Call = ComplaintEntry.Call

ENOUGH_TRIES = 3
"""Calls without an answer after which a complaint may be closed without having talked to anybody."""

_HEARD = (Call.REACHED, Call.DECLINED, Call.WRONG_NUMBER)


class Why(Enum):
    """Why something cannot be done to a complaint now."""

    CHANGED = "changed"
    RATED = "rated"
    STATE = "state"
    NOT_CALLED = "not_called"
    NO_WORDS = "no_words"


class NotAllowed(Exception):
    """It cannot be done, and nothing was changed; ``why`` says the rule."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


def open_complaint(
    about: Evaluation | TroubleTicket, kind: Complaint.Kind, organisation: Organisation, phone: str | None
) -> Complaint:
    """Open one for what a kiosk has just sent; call within its transaction."""
    contact_by, due = deadlines(timezone.localdate(about.received_at))
    complaint = Complaint.objects.create(
        kind=kind,
        evaluation=about if isinstance(about, Evaluation) else None,
        ticket=about if isinstance(about, TroubleTicket) else None,
        organisation=organisation,
        opened_at=about.received_at,
        contact_by=contact_by,
        due=due,
        phone=phone,
    )
    _line(complaint, What.OPENED, about.kiosk)
    return complaint


def rated_again(complaint: Complaint, evaluation: Evaluation, phone: str | None) -> None:
    """The same case was rated again: noted, and opened again where it was closed and is no better.

    Call within the transaction that took the rating in.
    """
    complaint = Complaint.objects.select_for_update().get(pk=complaint.pk)
    _entry(complaint, What.RATED_AGAIN, evaluation.kiosk, outcome=str(evaluation.level))
    if phone is not None:
        complaint.phone = phone
    if complaint.state == State.CLOSED and (evaluation.is_bad or phone is not None):
        _open_again(complaint)
        _entry(complaint, What.REOPENED, evaluation.kiosk)
    complaint.save()


def take(request: HttpRequest, complaint_id: UUID, revision: int) -> None:
    """Take it in hand. Raises ``NotAllowed``."""
    with _locked(request, complaint_id, revision, but={State.CLOSED}) as complaint:
        complaint.assignee = _user(request)
        _entry(complaint, What.TAKEN, request)


def note_call(request: HttpRequest, complaint_id: UUID, revision: int, outcome: Call, note: str) -> None:
    """A call was made; what came of it. Raises ``NotAllowed``."""
    with _locked(request, complaint_id, revision, but={State.CLOSED}) as complaint:
        if complaint.state == State.OPEN:
            complaint.state = State.CALLING_BACK
        _entry(complaint, What.CALLED, request, outcome=outcome, note=note)


def remedy(
    request: HttpRequest, complaint_id: UUID, revision: int, finding: Complaint.Finding, note: str
) -> None:
    """It was verified, and what was wrong was put right or explained. Raises ``NotAllowed``."""
    with _locked(request, complaint_id, revision, but={State.CLOSED}) as complaint:
        if not note.strip():
            raise NotAllowed(Why.NO_WORDS)
        complaint.finding, complaint.state = finding, State.REMEDIED
        _entry(complaint, What.REMEDIED, request, outcome=finding, note=note)


def close(
    request: HttpRequest, complaint_id: UUID, revision: int, note: str, attachment: Attachment | None = None
) -> None:
    """Close it with its evidence, in words and if there is one a file; the number is erased.

    Raises ``NotAllowed``.
    """
    with _locked(request, complaint_id, revision, but={State.OPEN, State.CALLING_BACK, State.CLOSED}) as one:
        if not note.strip():
            raise NotAllowed(Why.NO_WORDS)
        if one.phone is not None and not _was_called(one):
            raise NotAllowed(Why.NOT_CALLED)
        one.state, one.closed_at, one.phone = State.CLOSED, timezone.now(), None
        entry = _entry(one, What.CLOSED, request, note=note)
        if attachment is not None:
            Evidence.objects.create(
                entry=entry,
                media_type=attachment.media_type,
                size=len(attachment.content),
                sha256=attachment.sha256,
                content=attachment.content,
            )


def reopen(request: HttpRequest, complaint_id: UUID, revision: int, note: str) -> None:
    """The resident objects (申诉): open it again, with new deadlines. Raises ``NotAllowed``."""
    with _locked(request, complaint_id, revision, but=set(State) - {State.CLOSED}) as complaint:
        if not note.strip():
            raise NotAllowed(Why.NO_WORDS)
        _open_again(complaint)
        _entry(complaint, What.REOPENED, request, note=note)


def see_phone(request: HttpRequest, complaint_id: UUID) -> str:
    """The number to call back; that somebody looked is written down. Raises ``NotAllowed``."""
    complaint = Complaint.objects.get(pk=complaint_id)
    with _locked(request, complaint_id, complaint.revision, but={State.CLOSED}) as one:
        phone: str = one.phone or ""
        _entry(one, What.PHONE_SEEN, request)
    return phone


def is_rated(user: User, complaint: Complaint) -> bool:
    """Whether the user had a hand in the case that was rated: then they touch nothing of the complaint."""
    case_id = complaint.evaluation.case_id if complaint.evaluation is not None else None
    if case_id is None:
        return False
    return (
        Case.objects.filter(pk=case_id, assignee=user).exists()
        or CaseEvent.objects.filter(case_id=case_id, who=user.get_username()).exists()
    )


@contextmanager
def _locked(request: HttpRequest, complaint_id: UUID, revision: int, but: set[State]) -> Iterator[Complaint]:
    with transaction.atomic():
        complaint = Complaint.objects.select_for_update().get(pk=complaint_id)
        if complaint.revision != revision:
            raise NotAllowed(Why.CHANGED)
        if is_rated(_user(request), complaint):
            raise NotAllowed(Why.RATED)
        if complaint.state in but:
            raise NotAllowed(Why.STATE)
        yield complaint
        complaint.save()


def _open_again(complaint: Complaint) -> None:
    complaint.state, complaint.closed_at, complaint.finding = State.OPEN, None, ""
    complaint.contact_by, complaint.due = deadlines(timezone.localdate())
    complaint.reopened += 1


def _was_called(complaint: Complaint) -> bool:
    """Whether somebody was talked to since it was last opened, or it was tried often enough."""
    entries = complaint.entries.order_by("number")
    opened = entries.filter(what__in=(What.OPENED, What.REOPENED)).last()
    calls = entries.filter(what=What.CALLED, number__gt=opened.number if opened else 0)
    return calls.filter(outcome__in=_HEARD).exists() or calls.count() >= ENOUGH_TRIES


def _entry(
    complaint: Complaint, what: What, who: HttpRequest | Model, outcome: str = "", note: str = ""
) -> ComplaintEntry:
    """Write it into the history and into the audit trail; the caller saves the complaint."""
    complaint.revision += 1
    record(who, f"complaint.{what.value}", complaint, outcome=outcome, code=str(complaint))
    return _line(complaint, what, who, outcome, note)


def _line(
    complaint: Complaint, what: What, who: HttpRequest | Model, outcome: str = "", note: str = ""
) -> ComplaintEntry:
    return ComplaintEntry.objects.create(
        complaint=complaint,
        number=complaint.revision,
        at=timezone.now(),
        who=str(who.pk) if isinstance(who, Model) else _user(who).get_username(),
        what=what,
        outcome=outcome,
        note=note or None,
    )


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "only behind a login"
    return request.user
