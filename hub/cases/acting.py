"""The pages on which a clerk acts on a case: what each asks for, and what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.cases import erasure, handling
from hub.cases.cards import today
from hub.cases.certificates import fill_in, words_for
from hub.cases.forms import ActForm, CloseForm, DecideForm, HandOverForm, NoteForm, SupplementForm
from hub.cases.models import Case, CertificateTemplate
from hub.cases.told import Explanation
from hub.cases.wording import Wording
from hub.cases.workflow import Move, Outcome, allowed
from kiosk.wire import ServiceItem

Words = str | Promise


@dataclass(frozen=True)
class Act:
    """One thing that can be done: its button, what it needs, its form, what it does with what was filled in.

    ``move`` is the move of the workflow it makes, ``None`` for what moves nothing. ``own``: by the case's own
    clerk alone. ``main`` is what comes next as a rule, ``danger`` is coloured so.
    """

    title: Words
    note: Words
    permission: str
    icon: str
    do: Callable[[HttpRequest, Case, Any], object]
    form: Callable[..., ActForm] = NoteForm
    prepare: Callable[[Case], dict[str, Any]] = lambda case: {}
    move: Move | None = None
    own: bool = True
    main: bool = False
    danger: bool = False
    possible: Callable[[Case], bool] = lambda case: case.erased_at is None


def possible(request: HttpRequest, case: Case) -> dict[str, Act]:
    """What the user can do with the case now, in the order of the buttons."""
    moves = allowed(handling.standing(case), today())
    return {
        name: act
        for name, act in ACTS.items()
        if request.user.has_perm(act.permission)
        and (not act.own or case.assignee_id == request.user.pk)
        and (act.move is None or act.move in moves)
        and act.possible(case)
    }


def _open(case: Case) -> bool:
    return case.state != Case.State.DECIDED and case.erased_at is None


def _free(case: Case) -> bool:
    return _open(case) and case.assignee_id is None


def _claim(request: HttpRequest, case: Case, form: ActForm) -> object:
    return handling.claim(request, case.pk, _revision(form))


def _hand_over(request: HttpRequest, case: Case, form: HandOverForm) -> object:
    return handling.hand_over(request, case.pk, _revision(form), form.cleaned_data["to"])


def _ask(request: HttpRequest, case: Case, form: SupplementForm) -> object:
    return handling.ask_supplement(
        request, case.pk, _revision(form), form.lacking(), form.cleaned_data["days"]
    )


def _ask_with(case: Case) -> dict[str, Any]:
    answers = case.resident.get("answers", {})
    return {
        "wording": Wording(case.item_id),
        "answers": answers,
        "initial": {"days": settings.CASES_SUPPLEMENT_DAYS},
    }


def _came(request: HttpRequest, case: Case, form: ActForm) -> object:
    return handling.take_supplement_at_window(request, case.pk, _revision(form), form.cleaned_data["note"])


def _decide(request: HttpRequest, case: Case, form: DecideForm) -> object:
    outcome = Outcome(form.cleaned_data["outcome"])
    granted = outcome == Outcome.GRANTED
    return handling.decide(
        request,
        case.pk,
        _revision(form),
        outcome,
        None if granted else form.explanation(),
        form.certificate() if granted else None,
    )


def _decide_with(case: Case) -> dict[str, Any]:
    """The item's template filled in; without one, what every certificate says."""
    wording = Wording(case.item_id)
    template = CertificateTemplate.objects.filter(item_id=case.item_id).first()
    texts = (
        {name: getattr(template, name) for name in DecideForm.granted_fields}
        if template is not None
        else _plain(wording.item)
    )
    known = words_for(case.resident, case.case_no, f"{today():%Y-%m-%d}")
    initial = {name: fill_in(text, known) for name, text in texts.items()}
    return {"initial": {**initial, "complain": _complaints(wording.item)}}


def _plain(item: ServiceItem | None) -> dict[str, str]:
    department = item.department if item else None
    return {
        "title_zh": item.result.zh if item else "",
        "title_en": item.result.en if item else "",
        "lines": "申请人 | Applicant | {name}\n证件号码 | Document number | {number}\n"
        "办件编号 | Case number | {case_no}\n办结日期 | Decided on | {date}",
        "body_zh": f"您申请的“{item.name.zh}”已办结。" if item else "",
        "body_en": f"Your application “{item.name.en}” has been granted." if item and item.name.en else "",
        "authority_zh": department.zh if department else "",
        "authority_en": department.en if department else "",
    }


def _complaints(item: ServiceItem | None) -> str:
    phone = item.complaint_phone if item and item.complaint_phone else "12345"
    return _("You can call %(phone)s. You can apply for reconsideration within 60 days.") % {"phone": phone}


def _withdraw(request: HttpRequest, case: Case, form: ActForm) -> object:
    why = Explanation(form.cleaned_data["reason"])
    return handling.withdraw(request, case.pk, _revision(form), why)


def _lapse(request: HttpRequest, case: Case, form: ActForm) -> object:
    return handling.lapse(request, case.pk, _revision(form), Explanation(form.cleaned_data["reason"]))


def _lapse_with(case: Case) -> dict[str, Any]:
    reason = _("What was missing did not come until %(day)s. You can file again at any time.")
    return {"initial": {"reason": reason % {"day": f"{case.supplement_due:%Y-%m-%d}"}}}


def _hold(request: HttpRequest, case: Case, form: ActForm) -> object:
    note = form.cleaned_data["note"]
    return handling.set_hold(request, case.pk, _revision(form), hold=not case.legal_hold, reason=note)


def _erase(request: HttpRequest, case: Case, form: ActForm) -> object:
    return erasure.erase_on_request(request, case.pk, _revision(form), form.cleaned_data["note"])


def _hand_over_with(case: Case) -> dict[str, Any]:
    return {"organisation_path": case.organisation.path}


def _revision(form: ActForm) -> int:
    revision: int = form.cleaned_data["revision"]
    return revision


ACTS: Final[Mapping[str, Act]] = {
    "claim": Act(
        title=gettext_lazy("Take it"),
        note=gettext_lazy("The case is yours from then on, and in review."),
        permission="cases.decide_case",
        icon="back_hand",
        do=_claim,
        form=ActForm,
        own=False,
        main=True,
        possible=_free,
    ),
    "decide": Act(
        title=gettext_lazy("Decide"),
        note=gettext_lazy("The applicant sees the decision at any kiosk, at once."),
        permission="cases.decide_case",
        icon="gavel",
        do=_decide,
        form=DecideForm,
        prepare=_decide_with,
        move=Move.DECIDE,
        main=True,
    ),
    "ask-supplement": Act(
        title=gettext_lazy("Ask for a supplement"),
        note=gettext_lazy(
            "Write down everything that is missing or wrong: it is asked for once. The clock stands still "
            "until it comes. The applicant reads this list at any kiosk; if nothing has come by the day you "
            "set, the application may be closed as withdrawn and can be filed again."
        ),
        permission="cases.decide_case",
        icon="playlist_add",
        do=_ask,
        form=SupplementForm,
        prepare=_ask_with,
        move=Move.ASK_SUPPLEMENT,
    ),
    "supplement-came": Act(
        title=gettext_lazy("The supplement came"),
        note=gettext_lazy("It was brought to you. The clock goes on where it stopped."),
        permission="cases.decide_case",
        icon="inbox",
        do=_came,
        move=Move.TAKE_SUPPLEMENT,
        main=True,
    ),
    "lapse": Act(
        title=gettext_lazy("Close without supplement"),
        note=gettext_lazy("The last day has gone by. It counts as withdrawn; the applicant reads why."),
        permission="cases.decide_case",
        icon="event_busy",
        do=_lapse,
        form=CloseForm,
        prepare=_lapse_with,
        move=Move.LAPSE,
        danger=True,
    ),
    "withdraw": Act(
        title=gettext_lazy("Withdrawn by the applicant"),
        note=gettext_lazy("The applicant does not want it any more."),
        permission="cases.decide_case",
        icon="undo",
        do=_withdraw,
        form=CloseForm,
        move=Move.WITHDRAW,
        danger=True,
    ),
    "hand-over": Act(
        title=gettext_lazy("Hand over"),
        note=gettext_lazy("Another clerk goes on with it."),
        permission="cases.decide_case",
        icon="swap_horiz",
        do=_hand_over,
        form=HandOverForm,
        prepare=_hand_over_with,
        possible=_open,
    ),
    "assign": Act(
        title=gettext_lazy("Assign"),
        note=gettext_lazy("Give the case to a clerk."),
        permission="cases.assign_case",
        icon="assignment_ind",
        do=_hand_over,
        form=HandOverForm,
        prepare=_hand_over_with,
        own=False,
        possible=_open,
    ),
    "hold": Act(
        title=gettext_lazy("Legal hold"),
        note=gettext_lazy("While a case is on hold, its data is kept whatever the retention policy says."),
        permission="cases.erase_case",
        icon="lock",
        do=_hold,
        own=False,
    ),
    "erase": Act(
        title=gettext_lazy("Erase data"),
        note=gettext_lazy(
            "At the person's request: everything about them and everything they handed in is erased, for "
            "good. The case number, the item and the dates stay."
        ),
        permission="cases.erase_case",
        icon="delete_forever",
        do=_erase,
        own=False,
        danger=True,
        possible=lambda case: not _open(case) and case.erased_at is None and not case.legal_hold,
    ),
}
"""Every act by its word in the address, in the order of the buttons."""
