"""The page of the figures: who rated how, by month, item, place or kiosk, and the same as a table."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, cast, get_args

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from hub.cases.wording import item_name
from hub.evaluations.deadlines import today
from hub.evaluations.figures import By, Figure, figures, open_complaints
from hub.evaluations.words import level_words, reason_words
from hub.tables import table_cell
from kiosk.wire import EVALUATION_LEVELS

_DAYS: Final = 30
_ROWS: Final = 200
"""Groups shown on the page at most; the table has all."""

_TONES: Final = {5: "bg-green-600", 4: "bg-green-400", 3: "bg-base-300", 2: "bg-orange-400", 1: "bg-red-600"}


@dataclass(frozen=True)
class Bar:
    """One level's share of a group: width in per cent, colour, and what it says."""

    width: str
    tone: str
    words: str


@dataclass(frozen=True)
class Group:
    """One figure as it is shown."""

    name: str
    rated: int
    bad: int
    good: str
    share: str
    bars: list[Bar]
    reasons: str


def context(request: HttpRequest) -> dict[str, Any]:
    """What the page shows."""
    since, until, by = _asked(request)
    whole = figures(request.user, since, until)
    groups = figures(request.user, since, until, by)
    return {
        "title": _("Figures of the evaluations"),
        "since": since.isoformat(),
        "until": until.isoformat(),
        "by": by,
        "choices": {
            "month": _("by month"),
            "item": _("by item"),
            "organisation": _("by organisation"),
            "kiosk": _("by kiosk"),
        },
        "whole": _group(whole[0] if whole else Figure(), "all"),
        "levels": [
            (str(level_words(level)), whole[0].levels[level] if whole else 0, _TONES[level])
            for level in EVALUATION_LEVELS
        ],
        "groups": [_group(one, by) for one in groups[:_ROWS]],
        "complaints": open_complaints(request.user, today()),
    }


def table(request: HttpRequest) -> HttpResponse:
    """The figures as a CSV file; what a spreadsheet would take for a formula is marked as text."""
    since, until, by = _asked(request)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="evaluations-{since}-{until}-{by}.csv"'
    answer.write("\ufeff")  # so that a spreadsheet takes it for UTF-8
    writer = csv.writer(answer)
    levels = [str(level_words(level)) for level in EVALUATION_LEVELS]
    writer.writerow([_("name"), _("filed"), _("filed and rated"), _("rated"), *levels, _("reasons")])
    for one in figures(request.user, since, until, by):
        reasons = ", ".join(f"{reason_words(reason)} {count}" for reason, count in one.top_reasons)
        cells = [_named(one.name, by), one.filed, one.filed_rated, one.rated, *one.by_level, reasons]
        writer.writerow([table_cell(cell) for cell in cells])
    return answer


def _asked(request: HttpRequest) -> tuple[date, date, By]:
    """The days and the grouping that were asked for; what makes no sense is the last thirty days by item."""
    until = _day(request.GET.get("until")) or today()
    since = _day(request.GET.get("since")) or until - timedelta(days=_DAYS - 1)
    by = request.GET.get("by", "item")
    return min(since, until), until, cast("By", by if by in get_args(By) else "item")


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _group(figure: Figure, by: By) -> Group:
    return Group(
        name=_named(figure.name, by),
        rated=figure.rated,
        bad=figure.bad,
        good=_per_cent(figure.good_share),
        share=_per_cent(figure.rated_share),
        bars=[
            Bar(
                f"{100 * count / figure.rated:.1f}",
                _TONES[level],
                f"{level_words(level)}: {count}",
            )
            for level, count in zip(EVALUATION_LEVELS, figure.by_level, strict=True)
            if count
        ],
        reasons="、".join(f"{reason_words(reason)} {count}" for reason, count in figure.top_reasons[:3]),
    )


def _named(name: str, by: By) -> str:
    if by == "item":
        return item_name(name) if name else _("no item")
    return name[:7] if by == "month" else name


def _per_cent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"
