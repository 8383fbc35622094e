"""What the page of one complaint shows: what was said, where and how things were then, what was done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hub.cases.wording import item_name
from hub.cases.working_days import working_days_between
from hub.evaluations import acting, complaints
from hub.evaluations.deadlines import card, today
from hub.evaluations.models import Complaint, ComplaintEntry, Evaluation, TroubleTicket
from hub.evaluations.words import device_words, journey_words, level_words, reason_words

STATE_TYPES: Final = {
    Complaint.State.OPEN.value: "info",
    Complaint.State.CALLING_BACK.value: "info",
    Complaint.State.REMEDIED.value: "primary",
    Complaint.State.CLOSED.value: "success",
}


@dataclass(frozen=True)
class Row:
    """A label and what stands beside it."""

    label: str
    value: str


@dataclass(frozen=True)
class Line:
    """One line of the history as it is shown; ``evidence`` is the id of its file."""

    what: str
    who: str
    at: Any
    note: str
    evidence: Any


def context(request: HttpRequest, complaint: Complaint) -> dict[str, Any]:
    """Everything the page shows to this user."""
    user = request.user
    rated = isinstance(user, User) and complaints.is_rated(user, complaint)
    trusted = user.has_perm("evaluations.view_phone") and not rated
    day = today()
    return {
        "complaint": complaint,
        "heading": heading(complaint),
        "card": card(complaint, day),
        "left": days_left(complaint.due, day) if complaint.state != Complaint.State.CLOSED else "",
        "said": _said(complaint),
        "ratings": _ratings(complaint),
        "acts": acting.possible(request, complaint),
        "rated_yourself": rated,
        "may_call": trusted and complaint.phone is not None,
        "wants_call": complaint.phone is not None,
        "history": [_line(entry, trusted=trusted) for entry in _entries(complaint)],
        "state_type": STATE_TYPES[complaint.state],
    }


def heading(complaint: Complaint) -> str:
    """What it is about, in a few words."""
    if complaint.evaluation is not None:
        words = str(level_words(complaint.evaluation.level))
        name = item_name(complaint.evaluation.item_id)
        return f"{words} · {name}" if name else words
    assert complaint.ticket is not None
    return str(complaint.ticket.get_reason_display())


def days_left(due: date, day: date) -> str:
    """How many working days there are until a day."""
    if due < day:
        late = max(1, working_days_between(due, day))
        return ngettext("%(n)d working day late", "%(n)d working days late", late) % {"n": late}
    left = working_days_between(day, due)
    if left == 0:
        return _("today")
    return ngettext("%(n)d working day left", "%(n)d working days left", left) % {"n": left}


def _said(complaint: Complaint) -> list[Row]:
    about = complaint.evaluation or complaint.ticket
    assert about is not None
    rows = _of_rating(about) if isinstance(about, Evaluation) else _of_ticket(about)
    languages = {"zh": _("Chinese"), "en": _("English")}
    return [
        *rows,
        Row(_("kiosk"), str(about.kiosk)),
        Row(_("language"), languages.get(about.language, about.language)),
        Row(_("check code"), about.check_code),
    ]


def _of_rating(rating: Evaluation) -> list[Row]:
    rows = [
        Row(_("level"), str(level_words(rating.level))),
        Row(_("reasons"), "、".join(str(reason_words(one)) for one in rating.reasons) or _("none given")),
        Row(_("rated after"), str(rating.get_of_display())),
    ]
    if rating.item_id:
        rows.append(Row(_("item"), item_name(rating.item_id)))
    if rating.case_id is not None:
        rows.append(Row(_("case number"), rating.case_no or _("not here yet")))
    return rows


def _of_ticket(ticket: TroubleTicket) -> list[Row]:
    online = {True: _("yes"), False: _("no"), None: _("not said")}
    several = sorted(ticket.devices.items())
    devices = ", ".join(f"{name}: {device_words(state)}" for name, state in several)
    return [
        Row(_("reason"), str(ticket.get_reason_display())),
        Row(_("journey"), str(journey_words(ticket.journey))),
        Row(_("page"), ticket.page),
        Row(_("devices then"), devices or _("not said")),
        Row(
            _("had a network"),
            online.get(ticket.online, _("not said")) if ticket.online is not None else _("not said"),
        ),
    ]


def _ratings(complaint: Complaint) -> list[Evaluation]:
    """All ratings of the same case, the first one first; only where there are several."""
    first = complaint.evaluation
    if first is None or first.case_id is None:
        return []
    several = list(Evaluation.objects.filter(case_id=first.case_id).order_by("received_at"))
    return several if len(several) > 1 else []


def _entries(complaint: Complaint) -> list[ComplaintEntry]:
    return list(complaint.entries.select_related("evidence").defer("evidence__content").order_by("-number"))


def _line(entry: ComplaintEntry, *, trusted: bool) -> Line:
    """A line of the history; what was written there is for those who handle complaints."""
    words = str(entry.get_what_display())
    if entry.outcome:
        words = f"{words}: {_outcome(entry)}"
    evidence = getattr(entry, "evidence", None)
    return Line(
        words,
        entry.who,
        entry.at,
        str(entry.note or "") if trusted else "",
        evidence.pk if evidence is not None and trusted else None,
    )


def _outcome(entry: ComplaintEntry) -> str:
    if entry.what == ComplaintEntry.What.RATED_AGAIN:
        return str(level_words(int(entry.outcome)))
    names = {**dict(ComplaintEntry.Call.choices), **dict(Complaint.Finding.choices)}
    return str(names.get(entry.outcome, entry.outcome))
