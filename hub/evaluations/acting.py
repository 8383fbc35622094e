"""What can be done with a complaint in the console: its buttons, what each asks for, and what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hub.evaluations import complaints
from hub.evaluations.complaints import Why
from hub.evaluations.forms import ActForm, CallForm, CloseForm, RemedyForm, ReopenForm
from hub.evaluations.models import Complaint, ComplaintEntry

State = Complaint.State
Words = str | Promise


@dataclass(frozen=True)
class Act:
    """One thing that can be done: its button, what it needs, its form, in which states."""

    title: Words
    note: Words
    icon: str
    do: Callable[[HttpRequest, Complaint, Any], object]
    states: frozenset[str]
    form: type[ActForm] = ActForm
    files: bool = False


def possible(request: HttpRequest, complaint: Complaint) -> dict[str, Act]:
    """What the user can do with it now, in the order of the buttons; nothing for whoever was rated."""
    user = request.user
    if not user.has_perm("evaluations.handle_complaint") or not isinstance(user, User):
        return {}
    if complaints.is_rated(user, complaint):
        return {}
    acts = {word: act for word, act in ACTS.items() if complaint.state in act.states}
    if complaint.assignee_id == user.pk:
        acts.pop("take", None)
    if not _can_be_called(complaint):
        acts.pop("call", None)
    return acts


def _can_be_called(complaint: Complaint) -> bool:
    """Whether a number was left, or there is a case that may have one."""
    rating = complaint.evaluation
    return complaint.phone is not None or (rating is not None and rating.case_id is not None)


def _take(request: HttpRequest, complaint: Complaint, form: ActForm) -> None:
    complaints.take(request, complaint.pk, form.cleaned_data["revision"])


def _call(request: HttpRequest, complaint: Complaint, form: ActForm) -> None:
    said = form.cleaned_data
    outcome = ComplaintEntry.Call(said["outcome"])
    complaints.note_call(request, complaint.pk, said["revision"], outcome, said["note"])


def _remedy(request: HttpRequest, complaint: Complaint, form: ActForm) -> None:
    said = form.cleaned_data
    finding = Complaint.Finding(said["finding"])
    complaints.remedy(request, complaint.pk, said["revision"], finding, said["note"])


def _close(request: HttpRequest, complaint: Complaint, form: ActForm) -> None:
    said = form.cleaned_data
    complaints.close(request, complaint.pk, said["revision"], said["note"], said["file"])


def _reopen(request: HttpRequest, complaint: Complaint, form: ActForm) -> None:
    complaints.reopen(request, complaint.pk, form.cleaned_data["revision"], form.cleaned_data["note"])


_NOT_CLOSED: Final = frozenset({State.OPEN, State.CALLING_BACK, State.REMEDIED})

ACTS: Final[Mapping[str, Act]] = {
    "take": Act(
        _("Take it in hand"),
        _("It stands in your work list from then on."),
        "pan_tool",
        _take,
        _NOT_CLOSED,
    ),
    "call": Act(
        _("Note a call"),
        _("Every call counts, also one that nobody answered."),
        "call",
        _call,
        _NOT_CLOSED,
        CallForm,
    ),
    "remedy": Act(
        _("Finding and remedy"),
        _("Verify what was said. What was wrong is put right, what was right is explained."),
        "build",
        _remedy,
        frozenset({State.OPEN, State.CALLING_BACK, State.REMEDIED}),
        RemedyForm,
    ),
    "close": Act(
        _("Close with evidence"),
        _("Who wished to be called has to be reached first, or tried three times. The number is erased."),
        "task_alt",
        _close,
        frozenset({State.REMEDIED}),
        CloseForm,
        files=True,
    ),
    "reopen": Act(
        _("Open again"),
        _("The resident objects. The deadlines begin anew."),
        "undo",
        _reopen,
        frozenset({State.CLOSED}),
        ReopenForm,
    ),
}

REFUSALS: Final[Mapping[Why, Words]] = {
    Why.CHANGED: _("Somebody has worked on this complaint in the meantime. Nothing was changed; look anew."),
    Why.RATED: _("You had a hand in the case that was rated. Somebody else has to look into it."),
    Why.STATE: _("This cannot be done with the complaint as it stands now."),
    Why.NOT_CALLED: _("Nobody was reached yet. Call first; after three tries it can be closed without."),
    Why.NO_WORDS: _("Without words nobody can see later what was done."),
}
"""Why something was refused, as it is told."""
