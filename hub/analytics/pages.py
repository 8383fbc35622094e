"""The pages of the analytics: what was sought and not found, and where visits stop; each as a table, too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.accounts.models import Organisation
from hub.accounts.scope import within
from hub.analytics import charts, figures
from hub.analytics.figures import Asked, JourneyFigures, PageFigures
from hub.analytics.words import JOURNEYS, journey_name, page_name
from hub.cases.wording import item_name
from hub.tables import csv_answer

SPANS: Final = (7, 28, 91, 364)
_USUAL: Final = 28
_FIRST_JOURNEY: Final = "submit-item"


@dataclass(frozen=True)
class Part:
    """One part of a bar: its width in hundredths, its colour, and what it says."""

    width: str
    way: str
    words: str


def asked_of(request: HttpRequest) -> Asked:
    """What is asked for by the address; what makes no sense is left out. The last day is yesterday."""
    span = request.GET.get("days", "")
    days = int(span) if span.isdigit() and int(span) in SPANS else _USUAL
    until = timezone.localdate() - timedelta(days=1)
    place = request.GET.get("place", "")
    chosen = (
        within(Organisation.objects.all(), request.user, "").filter(pk=place) if place.isdigit() else None
    )
    return Asked(
        request.user,
        until - timedelta(days=days - 1),
        until,
        organisation=chosen.first() if chosen is not None else None,
        language=language if (language := request.GET.get("language", "")) in {"zh", "en"} else "",
        elder={"elder": True, "usual": False}.get(request.GET.get("mode", "")),
    )


def chosen_journey(request: HttpRequest) -> str:
    """The journey whose pages are asked for."""
    journey = request.GET.get("journey", "")
    return journey if journey in JOURNEYS else _FIRST_JOURNEY


def searches_context(request: HttpRequest) -> dict[str, Any]:
    """What was sought and not found."""
    asked = asked_of(request)
    words, other = figures.sought(asked)
    most = max((one.times for one in words), default=1)
    return {
        "title": _("Sought and not found"),
        **_filters(request, asked),
        "words": [
            {
                "words": one.words,
                "times": one.times,
                "kiosks": one.kiosks,
                "width": f"{100 * one.times / most:.1f}",
                "weeks": [
                    {"height": f"{100 * week / max(one.weeks):.0f}", "times": week} for week in one.weeks
                ],
            }
            for one in words
        ],
        "other": other,
        "guides": [(item_name(item), times) for item, times in figures.opened_guides(asked)[:20]],
        "may_write": request.user.has_perm("catalogue.write_sourcefile"),
    }


def visits_context(request: HttpRequest) -> dict[str, Any]:
    """Where visits stop."""
    asked, journey = asked_of(request), chosen_journey(request)
    days, before = figures.by_day(asked), figures.by_day(asked.before())
    pages = figures.funnel(asked, journey)
    widest = max((one.entered for one in pages), default=1)
    return {
        "title": _("Where visits stop"),
        **_filters(request, asked),
        "numbers": _numbers(days, before),
        "chart": charts.visits_by_day(days),
        "chart_options": charts.OPTIONS,
        "journey": journey,
        "journeys": [(key, str(name)) for key, name in JOURNEYS.items()],
        "outcomes": [_outcome(one) for one in figures.outcomes(asked)],
        "pages": [_page(one, widest) for one in pages],
        "time_outs": [
            {
                "journey": journey_name(of),
                "page": page_name(one.page),
                "times": one.ways["idle"],
                "share": f"{one.share('idle'):.0%}",
            }
            for of, one in figures.time_outs(asked)[:12]
        ],
    }


def searches_table(request: HttpRequest) -> StreamingHttpResponse:
    """What was sought and not found, as a file."""
    asked = asked_of(request)
    words, other = figures.sought(asked)
    rows: list[tuple[object, ...]] = [(one.words, one.times, one.kiosks) for one in words]
    rows.append((_("words not told"), other, ""))
    return csv_answer(_file("searches", asked), (_("words"), _("times"), _("kiosks")), rows)


def visits_table(request: HttpRequest) -> StreamingHttpResponse:
    """The pages of all journeys and how they were left, as a file."""
    asked = asked_of(request)
    ways = (*figures.LEAVING, "help", "could-not")
    head = (_("journey"), _("page"), _("entered"), *map(way_words, ways))
    return csv_answer(_file("visits", asked), head, _page_rows(asked, ways))


def way_words(way: str) -> str:
    """A way to leave a page, or what was asked for on it, in words."""
    words = {
        "forward": _("went on"),
        "back": _("went back"),
        "left": _("ended by the resident"),
        "idle": _("walked away"),
        "help": _("asked for help"),
        "could-not": _("could not get it done"),
        "done": _("carried through"),
        "failed": _("ended by a fault"),
    }
    return words[way]


def _page_rows(asked: Asked, ways: Iterable[str]) -> Iterable[tuple[object, ...]]:
    for journey in JOURNEYS:
        for one in figures.funnel(asked, journey):
            counts = (one.ways[way] for way in ways)
            yield (journey_name(journey), page_name(one.page), one.entered, *counts)


def _file(name: str, asked: Asked) -> str:
    return f"{name}-{asked.since}-{asked.until}.csv"


def _filters(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    places = within(Organisation.objects.all(), request.user, "")
    return {
        "asked": asked,
        "spans": [(days, _("%(days)d days") % {"days": days}, days == asked.days) for days in SPANS],
        "places": [("\u3000" * one.depth + one.name, one.pk, one == asked.organisation) for one in places],
        "query": request.GET.urlencode(),
    }


def _numbers(days: list[tuple[date, Any]], before: list[tuple[date, Any]]) -> list[dict[str, object]]:
    def of(counts: list[tuple[date, Any]], *ways: str) -> int:
        return sum(one[way] for _day, one in counts for way in ways)

    every = of(days, *figures.ENDINGS)
    return [
        {"name": _("visits"), "value": every, "note": _change(every, of(before, *figures.ENDINGS))},
        {
            "name": _("items filed"),
            "value": (n := of(days, "filed")),
            "note": _change(n, of(before, "filed")),
        },
        {
            "name": _("papers printed"),
            "value": of(days, "printed"),
            "note": _("%(count)d not printed") % {"count": n} if (n := of(days, "not-printed")) else "",
        },
        {
            "name": _("walked away"),
            "value": f"{of(days, 'idle') / every:.0%}" if every else "–",
            "note": _("of all visits"),
        },
    ]


def _change(now: int, before: int) -> str:
    if not before:
        return ""
    return _("%(change)+d %% against the time before") % {"change": round(100 * (now - before) / before)}


def _outcome(one: JourneyFigures) -> dict[str, Any]:
    return {
        "journey": journey_name(one.journey),
        "key": one.journey,
        "visits": one.visits,
        "parts": _parts(one, figures.ENDINGS),
        "done": f"{one.share('done'):.0%}",
        "filed": one.ways["filed"],
        "printed": one.ways["printed"],
    }


def _page(one: PageFigures, widest: int) -> dict[str, Any]:
    return {
        "page": page_name(one.page),
        "entered": one.entered,
        "width": f"{100 * one.entered / widest:.1f}",
        "parts": _parts(one, figures.LEAVING),
        "back": one.ways["back"],
        "left": one.ways["left"],
        "idle": one.ways["idle"],
        "help": one.ways["help"],
        "could_not": one.ways["could-not"],
        "stopped": f"{(one.stopped / one.entered if one.entered else 0):.0%}",
    }


def _parts(one: PageFigures | JourneyFigures, ways: Iterable[str]) -> list[Part]:
    return [
        Part(f"{100 * one.share(way):.1f}", way, f"{way_words(way)}: {one.ways[way]}")
        for way in ways
        if one.ways[way]
    ]
