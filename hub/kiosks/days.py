"""Days of 24 hours in the console: the bars of one kiosk, of one item at many kiosks, and their tables."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from hub.kiosks.ledger import ORDER, Part, Share, minutes
from hub.kiosks.ledgers import ledger_of, ledgers_of
from hub.kiosks.models import Kiosk
from hub.kiosks.offered import Offered, offered
from hub.kiosks.watching import KEEP
from hub.kiosks.words import SHARES
from hub.tables import table_cell

LONGEST_EXPORT: Final = 31
"""Days in one export of the ledger."""


def asked_day(request: HttpRequest, now: datetime) -> date:
    """The day asked for in the address, today without one; no day to come, none that is forgotten."""
    today = timezone.localdate(now)
    try:
        asked = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return today
    return max(today - KEEP, min(asked, today))


def ledger_csv(kiosk: Kiosk, last: date, days: int, now: datetime) -> HttpResponse:
    """The ledger of some days up to ``last`` as a table: one row to a day and item, minutes by share."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{kiosk.pk}-{last:%Y-%m-%d}.csv"'
    answer.write("\ufeff")  # without it a spreadsheet takes Chinese for something else
    writer = csv.writer(answer)
    writer.writerow([_("day"), _("kiosk"), _("item"), _("name"), *(SHARES[share] for share in ORDER)])
    names = _names()
    for back in range(min(days, LONGEST_EXPORT) - 1, -1, -1):
        day = last - timedelta(days=back)
        for item, parts in ledger_of(kiosk, day, now).items():
            spent = minutes(parts)
            row = [day.isoformat(), kiosk.pk, item, names[item], *(spent.get(share, 0) for share in ORDER)]
            writer.writerow([table_cell(one) for one in row])
    return answer


def day_context(kiosk: Kiosk, day: date, now: datetime) -> dict[str, Any]:
    """The bars of a kiosk's day; items that fared alike share one."""
    names = _names()
    alike: dict[tuple[Part, ...], list[str]] = {}
    for item, parts in ledger_of(kiosk, day, now).items():
        alike.setdefault(tuple(parts), []).append(names[item])
    bars = sorted(
        (_bar(names, parts) for parts, names in alike.items()), key=lambda bar: (bar["able"], bar["first"])
    )
    return {"bars": bars, "legend": _legend(bars), **_days(day, now)}


def _days(day: date, now: datetime) -> dict[str, Any]:
    today = timezone.localdate(now)
    return {
        "day": day,
        "day_before": (day - timedelta(days=1)).isoformat(),
        "day_after": (day + timedelta(days=1)).isoformat() if day < today else "",
        "hours": range(0, 25, 3),
    }


def _legend(bars: Iterable[dict[str, Any]]) -> list[tuple[str, Any]]:
    shown = {segment["share"] for bar in bars for segment in bar["segments"]}
    return [(share.value, SHARES[share]) for share in ORDER if share.value in shown]


def _bar(names: list[str], parts: tuple[Part, ...]) -> dict[str, Any]:
    spent = minutes(parts)
    known = sum(spent.values()) - spent.get(Share.TO_COME, 0)
    return {
        "names": names,
        "first": names[0],
        "more": len(names) - 1,
        "able": spent.get(Share.AVAILABLE, 0),
        "percent": round(100 * spent.get(Share.AVAILABLE, 0) / known) if known else None,
        "segments": [
            {
                "share": part.share.value,
                "percent": f"{part.stretch.length / timedelta(days=1) * 100:.4f}",
                "words": SHARES[part.share],
                "cause": part.cause,
                "since": part.stretch.since,
                "until": part.stretch.until,
            }
            for part in parts
        ],
        "minutes": [(SHARES[share], amount) for share, amount in spent.items() if share != Share.TO_COME],
    }


def _names() -> dict[str, str]:
    """The names of the items that kiosks do, in the reader's language."""
    language = "en" if (get_language() or "").startswith("en") else "zh"
    return {item.id: item.name.text(language) for item in offered().values()}


def item_context(kiosks: list[Kiosk], item: Offered, day: date, now: datetime) -> dict[str, Any]:
    """The bars of one item on a day, a bar to a kiosk, and what all of them together came to."""
    found = ledgers_of(kiosks, (item,), day, now)
    bars = [
        {**_bar([kiosk.place or kiosk.pk], tuple(found[kiosk.pk][item.id])), "kiosk": kiosk}
        for kiosk in kiosks
    ]
    spent: dict[Share, int] = {}
    for kiosk in kiosks:
        for share, amount in minutes(found[kiosk.pk][item.id]).items():
            spent[share] = spent.get(share, 0) + amount
    return {"bars": bars, "legend": _legend(bars), "together": together(spent), **_days(day, now)}


def together(spent: dict[Share, int]) -> list[dict[str, Any]]:
    """Minutes of many kiosks by share, with their part of what has passed."""
    passed = sum(spent.values()) - spent.get(Share.TO_COME, 0)
    return [
        {
            "share": share.value,
            "words": SHARES[share],
            "hours": round(spent[share] / 60, 1),
            "percent": f"{100 * spent[share] / passed:.1f}",
        }
        for share in ORDER
        if share != Share.TO_COME and spent.get(share) and passed
    ]
