"""The page of one kiosk: what the console shows above the fields that can be changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.catalogue.models import Publication
from hub.kiosks.days import asked_day, day_context
from hub.kiosks.desired import difference
from hub.kiosks.history import Change, Silence, Trend
from hub.kiosks.models import Kiosk
from hub.kiosks.places import way_to
from hub.kiosks.signs import label_chips
from hub.kiosks.supplies import Forecast, forecast
from hub.kiosks.trends import Numbers, paper_use
from hub.kiosks.uptime import cutoffs
from hub.kiosks.words import (
    FAMILIES,
    NO_FORECAST,
    SILENCES,
    STATE_HELP,
    STATES,
    device_is_well,
    device_words,
)
from kiosk.wire import DeviceReport

HISTORY: Final = 40
"""Changes and silences shown."""

_HOURS_SHOWN: Final = 24


def context_of(kiosk: Kiosk, request: HttpRequest) -> dict[str, Any]:
    """Everything the page shows of a kiosk."""
    now = timezone.now()
    state = cutoffs(now).state(kiosk.last_seen)
    status: Mapping[str, Any] = kiosk.status or {}
    trend = Trend.objects.filter(kiosk=kiosk).first()
    numbers: Numbers = trend.numbers if trend else {}
    day = asked_day(request, now)
    return {
        "state": {"word": state.value, "name": STATES[state], "help": STATE_HELP[state]},
        "way": way_to(request.user, kiosk.organisation),
        "keeper": kiosk.keeper if request.user.has_perm("kiosks.view_keeper") else None,
        "labels": label_chips(kiosk.labels.all()),
        "phone_differs": _phone_differs(kiosk, status),
        "phone_shown": status.get("keeper_phone", ""),
        "devices": [_device(one) for one in status.get("devices", ())],
        "supplies": list(_supplies(status, numbers, timezone.localdate(now))),
        "queue": _queue(status, numbers),
        "versions": _versions(kiosk),
        "differences": difference(kiosk),
        "reports_settings": status.get("settings") is not None,
        "history": list(_history(kiosk)),
        "up_since": _up_since(kiosk, status),
        **day_context(kiosk, day, now),
    }


def _phone_differs(kiosk: Kiosk, status: Mapping[str, Any]) -> bool:
    """Whether residents are shown another phone than the keeper's; unknown where the kiosk does not say."""
    shown = status.get("keeper_phone")
    return bool(kiosk.keeper and shown is not None and _digits(shown) != _digits(kiosk.keeper.phone))


def _digits(phone: str) -> str:
    return "".join(one for one in phone if one.isdigit())


def _device(said: Mapping[str, Any]) -> dict[str, Any]:
    counts = said.get("counts") or {}
    failed: Mapping[str, int] = counts.get("failed") or {}
    last_good = counts.get("last_good")
    return {
        "name": said["name"],
        "family": FAMILIES.get(said["family"], said["family"]),
        "driver": said.get("driver", ""),
        "well": device_is_well(said),
        "words": device_words(said),
        "done": sum((counts.get("done") or {}).values()),
        "failed": sum(failed.values()),
        "reopened": counts.get("reopened", 0),
        "last_good": datetime.fromisoformat(last_good) if last_good else None,
    }


def _supplies(status: Mapping[str, Any], numbers: Numbers, today: date) -> Iterator[dict[str, Any]]:
    for said in status.get("devices", ()):
        if said.get("paper") is None:
            continue
        device = DeviceReport.model_validate(said)
        found = forecast(paper_use(numbers, device, today))
        yield {
            "family": FAMILIES.get(device.family, device.family),
            "paper": device.paper,
            "forecast": found if isinstance(found, Forecast) else None,
            "why_not": "" if isinstance(found, Forecast) else NO_FORECAST[found],
        }


def _queue(status: Mapping[str, Any], numbers: Numbers) -> dict[str, Any]:
    queue: Mapping[str, Any] = status.get("queue") or {}
    hours = numbers.get("hours", [])[-_HOURS_SHOWN:]
    most = max([one["waiting"] for one in hours], default=0)
    oldest = queue.get("oldest_seconds")
    return {
        "waiting": queue.get("pending", 0),
        "held": queue.get("held", 0),
        "overdue": queue.get("overdue", 0),
        "oldest": None if oldest is None else timedelta(seconds=int(oldest)),
        "hours": [
            {
                "at": datetime.fromisoformat(one["at"]),
                "waiting": one["waiting"],
                "height": round(100 * one["waiting"] / most) if most else 0,
            }
            for one in hours
        ],
        "trend": _trend([one["waiting"] for one in hours]),
    }


def _trend(waiting: list[int]) -> str:
    """Whether the queue grows: the last six hours against the six before."""
    if len(waiting) < 12:
        return ""
    before, lately = sum(waiting[-12:-6]), sum(waiting[-6:])
    if lately > before + 6:
        return "growing"
    return "shrinking" if before > lately + 6 else "steady"


def _versions(kiosk: Kiosk) -> dict[str, Any]:
    newest = Publication.newest_version()
    return {
        "software": kiosk.software,
        "catalogue": kiosk.catalogue_version,
        "newest_catalogue": newest,
        "catalogue_is_old": kiosk.catalogue_version < newest,
    }


def _up_since(kiosk: Kiosk, status: Mapping[str, Any]) -> datetime | None:
    seconds = status.get("up_seconds")
    if seconds is None or kiosk.last_seen is None:
        return None
    return kiosk.last_seen - timedelta(seconds=seconds)


def _history(kiosk: Kiosk) -> Iterable[dict[str, Any]]:
    changes = Change.objects.filter(kiosk=kiosk)[:HISTORY]
    silences = Silence.objects.filter(kiosk=kiosk).order_by("-until")[:HISTORY]
    rows = [_change(one) for one in changes] + [_silence(one) for one in silences]
    return sorted(rows, key=lambda row: row["at"], reverse=True)[:HISTORY]


def _change(change: Change) -> dict[str, Any]:
    row: dict[str, Any] = {"at": change.at, "kind": change.kind, "title": Change.Kind(change.kind).label}
    if change.kind == Change.Kind.DEVICE:
        row |= {
            "title": change.subject,
            "before": device_words(change.before),
            "after": device_words(change.after),
            "well": device_is_well(change.after),
        }
    elif change.kind == Change.Kind.START:
        row["title"] = _("The kiosk's software started")
    elif change.kind == Change.Kind.SERVICE:
        row |= {
            "title": _("Closed by the keeper") if change.after else _("Back in service"),
            "well": not change.after,
        }
    else:
        row |= {"before": [change.before], "after": [change.after]}
    return row


def _silence(silence: Silence) -> dict[str, Any]:
    return {
        "at": silence.until,
        "kind": "silence",
        "title": _("Back after silence"),
        "since": silence.since,
        "cause": SILENCES[silence.cause],
        "length": silence.until - silence.since,
    }
