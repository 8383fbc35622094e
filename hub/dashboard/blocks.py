"""The parts of the first page that say how things stand now, each with the list that shows more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.accounts.scope import within
from hub.alerts.listing import SEVERITY_TYPES, open_alerts
from hub.alerts.message import place_words
from hub.alerts.telling import Audience
from hub.cases.cards import red, today, yellow
from hub.cases.models import Case
from hub.catalogue.models import Publication
from hub.evaluations.models import Complaint, Evaluation
from hub.kiosks.availability import live
from hub.kiosks.models import Kiosk
from hub.kiosks.state import LiveState
from hub.kiosks.uptime import cutoffs
from hub.monitoring.queues import queues

_ALERTS_SHOWN: Final = 8
_STATE_TONES: Final = {
    LiveState.ONLINE: "good",
    LiveState.RECENT: "fair",
    LiveState.STALE: "warn",
    LiveState.OFFLINE: "bad",
}
_GOOD_LEVEL: Final = 4
_LONG_WAIT: Final = 4 * 3600.0


@dataclass(frozen=True)
class Fact:
    """One number with its name; ``tone`` says how it is meant: good, fair, warn, bad or nothing."""

    name: str
    value: str
    address: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Share:
    """A part of the whole: its width in hundredths and its tone."""

    width: str
    tone: str
    words: str


@dataclass(frozen=True)
class Block:
    """One card: what it is about, its main number, a bar of shares, and the facts below."""

    name: str
    value: str
    of: str
    address: str
    facts: tuple[Fact, ...]
    bar: tuple[Share, ...] = ()


def alerts(request: HttpRequest, now: datetime) -> dict[str, Any]:
    """What is wrong now, one line a symptom, the worst first; taken up or silenced stands at the end."""
    address = reverse("admin:alerts_alert_changelist")
    found: dict[str, list[Any]] = {}
    for one in open_alerts(request).annotate(concerned=Count("members", filter=Q(members__until=None))):
        found.setdefault(one.symptom, []).append(one)
    audience = Audience.at(now)
    lines = [_line(of_symptom, address, audience) for of_symptom in found.values()]
    shown = sorted(lines, key=lambda one: (one["quiet"], -one["rank"], one["since"]))
    return {
        "shown": shown[:_ALERTS_SHOWN],
        "more": max(0, len(shown) - _ALERTS_SHOWN),
        "address": address,
    }


def _line(of_symptom: list[Any], address: str, audience: Audience) -> dict[str, Any]:
    """One symptom, in one place or in several."""
    worst, places = of_symptom[0], len(of_symptom)
    alone = places == 1
    silenced = [audience.silence_of(one) is not None for one in of_symptom]
    taken = [bool(one.acknowledged_at) for one in of_symptom]
    return {
        "words": str(worst.get_symptom_display()),
        "place": (_only_member(worst) or place_words(worst.organisation))
        if alone
        else _("%(count)d places") % {"count": places},
        "concerned": sum(one.concerned for one in of_symptom),
        "since": min(one.since for one in of_symptom),
        "rank": worst.severity,
        "type": SEVERITY_TYPES[worst.severity],
        "severity": str(worst.get_severity_display()),
        "silenced": all(silenced),
        "by": worst.acknowledged_by if all(taken) else "",
        "quiet": all(a or b for a, b in zip(silenced, taken, strict=True)),
        "address": reverse("admin:alerts_alert_change", args=(worst.pk,))
        if alone
        else f"{address}?symptom__exact={worst.symptom}",
    }


def kiosks(request: HttpRequest, now: datetime) -> Block:
    """Kiosks by state."""
    found = live(_kiosks(request.user), cutoffs(now))
    address, every = reverse("admin:kiosks_kiosk_changelist"), sum(found.values())
    names = {
        LiveState.ONLINE: _("online"),
        LiveState.RECENT: _("recent"),
        LiveState.STALE: _("stale"),
        LiveState.OFFLINE: _("offline"),
    }
    return Block(
        _("Kiosks"),
        str(found[LiveState.ONLINE]),
        _("of %(count)d online") % {"count": every},
        address,
        tuple(
            Fact(names[state], str(found[state]), f"{address}?state={state}", _STATE_TONES[state])
            for state in LiveState
            if state is not LiveState.ONLINE
        ),
        tuple(
            Share(f"{100 * found[state] / every:.1f}", _STATE_TONES[state], f"{names[state]}: {found[state]}")
            for state in LiveState
            if found[state]
        ),
    )


def waiting(request: HttpRequest, now: datetime) -> Block:
    """What waits in kiosks' queues, and what is held there for somebody to see to."""
    address, found = reverse("admin:kiosks_kiosk_changelist"), queues(_kiosks(request.user))
    late = found.oldest > _LONG_WAIT
    return Block(
        _("Waiting at kiosks"),
        str(found.waiting),
        _("items on their way"),
        address,
        (
            Fact(_("oldest"), _length(found.oldest), address, "warn" if late else ""),
            Fact(_("held"), str(found.held), address, "warn" if found.held else ""),
            Fact(_("overdue"), str(found.overdue), address, "bad" if found.overdue else ""),
        ),
    )


def cases(request: HttpRequest, now: datetime) -> Block:
    """Open cases and their cards."""
    address, day = reverse("admin:cases_case_changelist"), today()
    rows = within(Case.objects.exclude(state=Case.State.DECIDED), request.user)
    counts = rows.aggregate(
        every=Count("pk"),
        red=Count("pk", filter=red(day)),
        yellow=Count("pk", filter=yellow(day)),
        nobodys=Count("pk", filter=Q(assignee=None)),
        mine=Count("pk", filter=Q(assignee_id=request.user.pk)),
    )
    return Block(
        _("Open cases"),
        str(counts["every"]),
        _("under way"),
        address,
        (
            Fact(_("red card"), str(counts["red"]), f"{address}?list=red", "bad" if counts["red"] else ""),
            Fact(
                _("yellow card"),
                str(counts["yellow"]),
                f"{address}?list=yellow",
                "warn" if counts["yellow"] else "",
            ),
            Fact(_("nobody's"), str(counts["nobodys"]), f"{address}?list=unassigned"),
            Fact(_("mine"), str(counts["mine"]), f"{address}?list=mine"),
        ),
    )


def complaints(request: HttpRequest, now: datetime) -> Block:
    """Complaints that are not closed."""
    address, day = reverse("admin:evaluations_complaint_changelist"), timezone.localdate(now)
    rows = within(Complaint.objects.exclude(state=Complaint.State.CLOSED), request.user)
    counts = rows.aggregate(
        every=Count("pk"),
        late=Count("pk", filter=Q(due__lt=day)),
        call=Count("pk", filter=Q(contact_by__lte=day, state=Complaint.State.OPEN)),
        could_not=Count("pk", filter=Q(kind=Complaint.Kind.TROUBLE)),
    )
    return Block(
        _("Complaints"),
        str(counts["every"]),
        _("not closed"),
        address,
        (
            Fact(_("overdue"), str(counts["late"]), address, "bad" if counts["late"] else ""),
            Fact(_("first call due"), str(counts["call"]), address, "warn" if counts["call"] else ""),
            Fact(_("could not get it done"), str(counts["could_not"]), address),
        ),
    )


def ratings(request: HttpRequest, now: datetime) -> Block | None:
    """How the last week was rated; nothing where nobody has rated."""
    rows = within(Evaluation.objects.filter(rated_at__gte=now - timedelta(days=7)), request.user)
    counts = rows.aggregate(
        every=Count("pk"),
        good=Count("pk", filter=Q(level__gte=_GOOD_LEVEL)),
        bad=Count("pk", filter=Q(level__lt=3)),
    )
    if not counts["every"]:
        return None
    address = reverse("admin:evaluations_evaluation_changelist")
    return Block(
        _("Ratings"),
        f"{counts['good'] / counts['every']:.0%}",
        _("good, in seven days"),
        address,
        (
            Fact(_("rated"), str(counts["every"]), address),
            Fact(_("bad"), str(counts["bad"]), address, "warn" if counts["bad"] else ""),
        ),
    )


def publishing(request: HttpRequest, now: datetime) -> Block:
    """The catalogue that kiosks should have."""
    address, newest = reverse("admin:catalogue_sourcefile_changelist"), Publication.newest()
    if newest is None:
        return Block(_("Catalogue"), "–", _("nothing published yet"), address, ())
    when = timezone.localtime(newest.published_at)
    behind = _kiosks(request.user).filter(catalogue_version__lt=newest.version).count()
    return Block(
        _("Catalogue"),
        str(newest.version),
        _("is the version in force"),
        address,
        (
            Fact(_("published"), f"{when:%m-%d %H:%M}", address),
            Fact(_("kiosks with an older one"), str(behind), "", "warn" if behind else ""),
        ),
    )


def _kiosks(user: User | AnonymousUser) -> QuerySet[Kiosk]:
    return within(Kiosk.objects.filter(revoked=False), user)


def _only_member(alert: Any) -> str:
    """Which kiosk, where it is one alone."""
    if alert.concerned != 1:
        return ""
    member = alert.members.filter(until=None).first()
    return member.words if member is not None else ""


def _length(seconds: float) -> str:
    if seconds < 60:
        return "–"
    if seconds < 3600:
        return _("%(count)d min") % {"count": seconds // 60}
    return _("%(count)d h") % {"count": seconds // 3600}
