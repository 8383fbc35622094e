"""The fleet's pages in the console: how it stands, its places, who can do what now."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from hub.accounts.models import Organisation
from hub.kiosks import availability, days
from hub.kiosks.availability import Standing, Tally
from hub.kiosks.grouping import Label
from hub.kiosks.models import Kiosk
from hub.kiosks.offered import Offered, offered
from hub.kiosks.places import Place, below, chosen_place, counted, gathered, number_in, way_to
from hub.kiosks.selection import Kiosks, at_place
from hub.kiosks.state import LiveState
from hub.kiosks.uptime import cutoffs
from hub.kiosks.words import STATE_HELP, STATES, cause_words

COLUMNS: Final = 8
ROWS: Final = 25
"""Items and kiosks on one page of the matrix."""

LEVELS: Final = 2
"""Levels of organisations shown below the chosen one."""


def overview(console: ModelAdmin[Kiosk], request: HttpRequest) -> HttpResponse:
    """How many kiosks are in which state, what is wrong now, and where."""
    kiosks = console.get_queryset(request)
    place = _place(request)
    parted = cutoffs()
    places = gathered(place, below(place), counted(at_place(kiosks, place), parted))
    live = availability.live(kiosks, parted)
    whole = sum(live.values())
    context = {
        "title": _("Kiosks now"),
        "states": [_state(state, live[state], whole) for state in LiveState],
        "kiosks": whole,
        "troubles": [_trouble(one) for one in availability.troubles(kiosks)],
        "people_known": kiosks.filter(revoked=False, people_a_day__isnull=False).exists(),
        "places": [_place_row(one) for one in places],
    }
    return _page(console, request, "overview", context)


def places_page(console: ModelAdmin[Kiosk], request: HttpRequest) -> HttpResponse:
    """The organisations below one, two levels at once, with their kiosks by state."""
    place = _place(request)
    kiosks = at_place(console.get_queryset(request), place)
    places = gathered(place, below(place, LEVELS), counted(kiosks, cutoffs()))
    context = {
        "title": _("Organisations"),
        "way": way_to(request.user, place),
        "place": place,
        "places": [_place_row(one) for one in places],
        "may_add": request.user.has_perm("accounts.add_organisation"),
        "may_change": request.user.has_perm("accounts.change_organisation"),
        "legend": [(state, STATES[state], STATE_HELP[state]) for state in LiveState],
    }
    return _page(console, request, "places", context)


def matrix(console: ModelAdmin[Kiosk], request: HttpRequest) -> HttpResponse:
    """Items against places, or against the kiosks of a place: who can do what now, why not, since when."""
    place = _place(request)
    kiosks = at_place(console.get_queryset(request), place).filter(revoked=False)
    label = number_in(request.GET.get("label", ""))
    if label is not None:
        kiosks = kiosks.filter(labels=label)
    items, more_items, page = _columns(request)
    rows_below = below(place)
    by_kiosk = request.GET.get("rows") == "kiosks" or not rows_below
    context = {
        "title": _("Who can do what now"),
        "way": way_to(request.user, place),
        "place": place,
        "items": [
            {"id": item.id, "name": _text(item.name), "department": _department(item)} for item in items
        ],
        "by_kiosk": by_kiosk,
        "may_switch": bool(rows_below),
        "labels": Label.objects.all(),
        "departments": sorted({_department(item) for item in offered().values()} - {""}),
        "asked": {key: request.GET.get(key, "") for key in ("label", "department", "q")},
        "items_before": _link(request, items=page - 1) if page else "",
        "items_after": _link(request, items=page + 1) if more_items else "",
        "to_places": _link(request, rows="", at=""),
        "to_kiosks": _link(request, rows="kiosks", at=""),
    }
    context |= _kiosk_rows(request, kiosks, items) if by_kiosk else _place_rows(request, place, kiosks, items)
    return _page(console, request, "matrix", context)


def item_day(console: ModelAdmin[Kiosk], request: HttpRequest) -> HttpResponse:
    """One item on one day: a bar to each kiosk of a page, with the causes of what was not available."""
    place, now = _place(request), timezone.now()
    items = offered()
    item = items.get(request.GET.get("item", "")) or next(iter(items.values()), None)
    kiosks = at_place(console.get_queryset(request), place).filter(revoked=False)
    shown, more = _some(request, kiosks)
    context = {
        "title": _("24 hours"),
        "way": way_to(request.user, place),
        "place": place,
        "items": [(one.id, _text(one.name)) for one in items.values()],
        "item": item,
        "item_name": _text(item.name) if item else "",
        "below": below(place),
        "rows_first": _link(request, at="") if request.GET.get("at") else "",
        "rows_after": _link(request, at=shown[-1].pk) if more else "",
    }
    if item is not None:
        day = days.asked_day(request, now)
        context |= days.item_context(shown, item, day, now)
        context |= {
            name: _link(request, day=context[name]) if context[name] else ""
            for name in ("day_before", "day_after")
        }
    return _page(console, request, "day", context)


def _columns(request: HttpRequest) -> tuple[list[Offered], bool, int]:
    """The items of this page of columns, whether there are more, and the number of the page."""
    department, words = request.GET.get("department", ""), request.GET.get("q", "").strip().lower()
    found = [
        item
        for item in offered().values()
        if (not department or _department(item) == department)
        and (not words or words in f"{item.name.zh} {item.name.en} {item.id}".lower())
    ]
    page = min(number_in(request.GET.get("items", "")) or 0, len(found) // COLUMNS)
    first = page * COLUMNS
    return found[first : first + COLUMNS], len(found) > first + COLUMNS, page


def _kiosk_rows(request: HttpRequest, kiosks: Kiosks, items: list[Offered]) -> dict[str, Any]:
    """One page of kiosks, each with its cells."""
    shown, more = _some(request, kiosks)
    parted = cutoffs()
    found = availability.standings(shown, [item.id for item in items])
    lines = [
        {
            "kiosk": kiosk,
            "state": _state(parted.state(kiosk.last_seen)),
            "cells": [_cell(found[kiosk.pk, item.id]) for item in items],
        }
        for kiosk in shown
    ]
    return {
        "lines": lines,
        "rows_first": _link(request, at="") if request.GET.get("at") else "",
        "rows_after": _link(request, at=shown[-1].pk) if more else "",
    }


def _some(request: HttpRequest, kiosks: Kiosks) -> tuple[list[Kiosk], bool]:
    """A page of kiosks by their numbers, and whether there are more. The next begins after the last shown."""
    after = request.GET.get("at", "").replace("\0", "")
    rows = kiosks.filter(pk__gt=after).order_by("pk").defer("status").select_related("organisation")
    shown = list(rows[: ROWS + 1])
    return shown[:ROWS], len(shown) > ROWS


def _place_rows(
    request: HttpRequest, place: Organisation, kiosks: Kiosks, items: list[Offered]
) -> dict[str, Any]:
    ids = [item.id for item in items]
    tallies = availability.tallies(kiosks, ids)
    rows = gathered(place, below(place), counted(kiosks, cutoffs()), tallies)
    lines = [
        {
            **_place_row(row),
            "link": _link(request, place=row.organisation.pk, rows="kiosks" if row.own else "", at=""),
            "cells": [_count_cell(row.tallies.get(item, Tally()), item, row) for item in ids],
        }
        for row in rows
    ]
    return {"lines": lines}


def _cell(standing: Standing) -> dict[str, Any]:
    """A cell of the matrix: one of four signs, each with a shape of its own."""
    if standing.able is None:
        sign = "unknown"
    elif not standing.able:
        sign = "unable"
    else:
        sign = "limited" if standing.cause else "able"
    words = cause_words(standing.cause) if standing.cause else ""
    return {"sign": sign, "words": words, "device": standing.device, "since": _ago(standing.since)}


def _count_cell(tally: Tally, item: str, row: Place) -> dict[str, Any]:
    if not tally.kiosks:
        return {"sign": "none"}
    able = tally.able + tally.limited
    if not able and not tally.unable:
        sign = "unknown"
    elif not able:
        sign = "unable"
    else:
        sign = "able" if tally.able == tally.kiosks else "limited"
    query = {"place": row.organisation.pk, "unable": item}
    link = f"{reverse('admin:kiosks_kiosk_changelist')}?{urlencode(query)}" if tally.unable else ""
    return {"sign": sign, "able": able, "kiosks": tally.kiosks, "tally": tally, "link": link}


def _state(state: LiveState, count: int = 0, whole: int = 0) -> dict[str, Any]:
    return {
        "word": state.value,
        "name": STATES[state],
        "help": STATE_HELP[state],
        "count": count,
        "percent": round(100 * count / whole) if whole else 0,
    }


def _trouble(trouble: availability.Trouble) -> dict[str, Any]:
    return {"words": cause_words(trouble.cause), "trouble": trouble, "since": _ago(trouble.since)}


def _ago(since: datetime | None) -> str:
    """How long ago, in one unit: days, hours, minutes."""
    return timesince(since, depth=1) if since is not None else ""


def _place_row(row: Place) -> dict[str, Any]:
    whole = row.kiosks
    return {
        "row": row,
        "states": [_state(state, row.states.get(state.value, 0), whole) for state in LiveState],
    }


def _place(request: HttpRequest) -> Organisation:
    place = chosen_place(request.user, request.GET.get("place", ""))
    if place is None:
        raise PermissionDenied
    return place


def _text(name: Any) -> str:
    return str(name.text("en" if (get_language() or "").startswith("en") else "zh"))


def _department(item: Offered) -> str:
    return _text(item.department) if item.department else ""


def _link(request: HttpRequest, **changes: object) -> str:
    """This page with some of its parameters changed; empty ones are left out."""
    query = request.GET.copy()
    for key, value in changes.items():
        query[key] = str(value)
    kept = {key: value for key, value in query.items() if value}
    return f"?{urlencode(kept)}"


def _page(
    console: ModelAdmin[Kiosk], request: HttpRequest, name: str, context: dict[str, Any]
) -> HttpResponse:
    if not console.has_view_permission(request):
        raise PermissionDenied
    request.current_app = console.admin_site.name
    shared = console.admin_site.each_context(request)
    return TemplateResponse(
        request, f"kiosks/{name}.html", {**shared, "opts": None, "fleet_tab": name, **context}
    )
