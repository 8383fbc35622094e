"""What the first page shows: of everything only what the role may see, within the scope of who asks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.alerts import rounds
from hub.alerts.models import Round
from hub.analytics import charts, figures
from hub.analytics.figures import Asked
from hub.analytics.words import journey_name, page_name
from hub.dashboard.blocks import alerts, cases, complaints, kiosks, publishing, ratings, waiting

_CHART_DAYS: Final = 28
_SHOWN: Final = 6
_STALE: Final = timedelta(minutes=3)
"""Age of the last look at the rules after which this page looks itself."""

_NUMBERS: Final = (
    ("kiosks.view_kiosk", kiosks),
    ("cases.view_case", cases),
    ("evaluations.view_complaint", complaints),
    ("kiosks.view_kiosk", waiting),
    ("catalogue.review_sourcefile", publishing),
    ("evaluations.view_figures", ratings),
)


def context(request: HttpRequest, known: dict[str, Any]) -> dict[str, Any]:
    """The first page's context (unfold's ``DASHBOARD_CALLBACK``)."""
    now = timezone.now()
    may = request.user.has_perm
    looked_at = _looked_at(now) if may("alerts.view_alert") else None
    return {
        **known,
        "title": _("Today"),
        "greeting": greeting(timezone.localtime(now)),
        "now": now,
        "alerts": alerts(request, now) if may("alerts.view_alert") else None,
        "looked_at": looked_at,
        "numbers": [
            block for perm, make in _NUMBERS if may(perm) and (block := make(request, now)) is not None
        ],
        "visits": _visits(request, now) if may("analytics.view_visitcount") else None,
        "searches": _searches(request, now) if may("analytics.view_searchcount") else None,
    }


def greeting(now: datetime) -> str:
    """By the time of day."""
    if 5 <= now.hour < 11:
        return _("Good morning")
    return _("Good day") if 11 <= now.hour < 18 else _("Good evening")


def _looked_at(now: datetime) -> datetime:
    """When the rules were looked at last; where nobody watches, that is now."""
    last = Round.objects.values_list("at", flat=True).first()
    if last is None or now - last > _STALE:
        rounds.look(now)
        return now
    return last


def _asked(request: HttpRequest, now: datetime, days: int) -> Asked:
    yesterday = timezone.localdate(now) - timedelta(days=1)
    return Asked(request.user, yesterday - timedelta(days=days - 1), yesterday)


def _visits(request: HttpRequest, now: datetime) -> dict[str, Any]:
    asked = _asked(request, now, _CHART_DAYS)
    days = figures.by_day(asked)
    (yesterday, counts), week_before = days[-1], days[-8][1]
    every = figures.total(counts)
    return {
        "chart": charts.visits_by_day(days),
        "options": charts.OPTIONS,
        "address": reverse("admin:analytics_visitcount_changelist"),
        "yesterday": yesterday,
        "rows": [
            (_("visits"), every, _against(every, figures.total(week_before))),
            (_("items filed"), counts["filed"], _against(counts["filed"], week_before["filed"])),
            (_("papers printed"), counts["printed"], _against(counts["printed"], week_before["printed"])),
            (_("walked away"), counts["idle"], _share(counts["idle"], every)),
            (_("ended by a fault"), counts["failed"], _share(counts["failed"], every)),
        ],
        "time_outs": [
            (page_name(one.page), journey_name(journey), one.ways["idle"])
            for journey, one in figures.time_outs(asked)[:_SHOWN]
        ],
    }


def _searches(request: HttpRequest, now: datetime) -> dict[str, Any]:
    words, other = figures.sought(_asked(request, now, _CHART_DAYS))
    return {
        "words": [(one.words, one.times) for one in words[:_SHOWN]],
        "other": other,
        "address": reverse("admin:analytics_searchcount_changelist"),
    }


def _against(number: int, before: int) -> str:
    """How much more or less than on the same day of the week before."""
    return f"{round(100 * (number - before) / before):+d} %" if before else ""


def _share(number: int, every: int) -> str:
    return f"{number / every:.0%}" if every else ""
