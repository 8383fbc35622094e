"""What can be wrong with kiosks."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from pydantic import ValidationError

from hub.accounts.models import Organisation
from hub.alerts.symptoms.sign import Sign
from hub.catalogue.models import Publication
from hub.kiosks.models import AvailabilitySpan, Kiosk, Trend
from hub.kiosks.state import RECENT, heard_by
from hub.kiosks.supplies import Forecast, forecast
from hub.kiosks.trends import paper_use
from hub.kiosks.uptime import downtimes
from hub.kiosks.watching import WHOLE_KIOSK
from hub.monitoring.queues import told
from kiosk.wire import DeviceReport

_REMEMBERED = timedelta(days=60)


def kiosks_below(organisation: Organisation) -> QuerySet[Kiosk]:
    """The kiosks in service there."""
    return Kiosk.objects.filter(revoked=False, organisation__path__startswith=organisation.path)


def not_heard(now: datetime, minutes: float, organisation: Organisation) -> Iterator[Sign]:
    """Kiosks silent for so many minutes in which the hub was there to hear."""
    at = _heard_by(now, timedelta(minutes=minutes))
    silent = Q(last_seen__lt=at) | Q(last_seen=None, enrolled_at__lt=at)
    for kiosk in kiosks_below(organisation).filter(silent):
        yield _sign(kiosk, _minutes(now - (kiosk.last_seen or kiosk.enrolled_at)))


def unavailable(now: datetime, minutes: float, organisation: Organisation) -> Iterator[Sign]:
    """Items that for so many minutes nobody could do at any kiosk of an organisation."""
    believed = _heard_by(now, RECENT)
    fleet: defaultdict[int, list[str]] = defaultdict(list)
    dark: set[str] = set()
    for kiosk_id, place, seen in kiosks_below(organisation).values_list("id", "organisation_id", "last_seen"):
        fleet[place].append(kiosk_id)
        if seen is None or seen < believed:
            dark.add(kiosk_id)
    lacking: defaultdict[str, set[str]] = defaultdict(set)
    spans = AvailabilitySpan.objects.filter(
        until=None,
        able=False,
        since__lte=now - timedelta(minutes=minutes),
        kiosk__organisation__path__startswith=organisation.path,
    )
    for kiosk_id, item in spans.values_list("kiosk_id", "item"):
        lacking[kiosk_id].add(item)
    names: dict[str, str] | None = None
    for place, kiosk_ids in fleet.items():
        for item in sorted(_lost_everywhere(kiosk_ids, lacking, dark)):
            names = _item_names() if names is None else names
            yield Sign(f"{place}/{item}", names.get(item, item), place)


def out_of_service(now: datetime, minutes: float, organisation: Organisation) -> Iterator[Sign]:
    """Kiosks that have said for so many minutes that they serve nobody."""
    spans = AvailabilitySpan.objects.filter(
        until=None,
        item=WHOLE_KIOSK,
        since__lte=now - timedelta(minutes=minutes),
        kiosk__in=kiosks_below(organisation),
    )
    for span in spans.select_related("kiosk"):
        yield _sign(span.kiosk, _minutes(now - span.since))


def paper_low(now: datetime, days: float, organisation: Organisation) -> Iterator[Sign]:
    """Kiosks whose paper may be used up in fewer days than this, or is out or stuck already."""
    today = timezone.localdate(now)
    kiosks = kiosks_below(organisation).filter(last_seen__gte=_heard_by(now, RECENT))
    numbers = dict(Trend.objects.filter(kiosk__in=kiosks).values_list("kiosk_id", "numbers"))
    for kiosk in kiosks.annotate(devices=F("status__devices")).defer("status").iterator():
        least = [
            left
            for device in _printers(kiosk.devices or ())
            if (left := _days_left(numbers.get(kiosk.id, {}), device, today)) is not None
        ]
        if least and min(least) < days:
            yield _sign(kiosk, min(least))


def queue_old(now: datetime, hours: float, organisation: Organisation) -> Iterator[Sign]:
    """Kiosks that are heard and yet hold something undelivered for longer than this."""
    heard = kiosks_below(organisation).filter(last_seen__gte=_heard_by(now, RECENT))
    late = heard.annotate(oldest=told("oldest_seconds")).filter(oldest__gt=hours * 3600)
    for kiosk in late.defer("status"):
        yield _sign(kiosk, round(kiosk.oldest / 3600, 1))


def held_overdue(now: datetime, count: float, organisation: Organisation) -> Iterator[Sign]:
    """Kiosks with more held submissions past their deadline than this."""
    late = kiosks_below(organisation).annotate(overdue=told("overdue")).filter(overdue__gt=count)
    for kiosk in late.defer("status"):
        yield _sign(kiosk, kiosk.overdue)


def clock_off(now: datetime, seconds: float, organisation: Organisation) -> Iterator[Sign]:
    """Kiosks whose own clock was further from ours than this when they were last heard."""
    rows = (
        kiosks_below(organisation).exclude(last_seen=None).values_list("id", "last_seen", "status__sent_at")
    )
    wrong = {}
    for kiosk_id, seen, sent in rows:
        off = (datetime.fromisoformat(sent) - seen).total_seconds() if sent and seen else 0.0
        if abs(off) > seconds:
            wrong[kiosk_id] = round(off)
    for kiosk in Kiosk.objects.filter(id__in=wrong):
        yield _sign(kiosk, wrong[kiosk.id])


def quarantined(now: datetime, _threshold: float, organisation: Organisation) -> Iterator[Sign]:
    """Kiosks whose key was used by two machines."""
    for kiosk in kiosks_below(organisation).exclude(quarantined_at=None):
        yield _sign(kiosk)


def key_expiring(now: datetime, days: float, organisation: Organisation) -> Iterator[Sign]:
    """Kiosks that have not made a new key although theirs ends in fewer days than this."""
    life = timedelta(days=settings.KIOSK_KEY_DAYS)
    for kiosk in kiosks_below(organisation).filter(key_since__lt=now - life + timedelta(days=days)):
        yield _sign(kiosk, round((kiosk.key_since + life - now) / timedelta(days=1), 1))


def _heard_by(now: datetime, silence: timedelta) -> datetime:
    return heard_by(now, silence, downtimes(now - _REMEMBERED, now))


def _lost_everywhere(kiosk_ids: list[str], lacking: dict[str, set[str]], dark: set[str]) -> set[str]:
    """Items that every kiosk lacks or is not there to do; where all are dark, that says so itself."""
    lit = [kiosk_id for kiosk_id in kiosk_ids if kiosk_id not in dark]
    if not lit:
        return set()
    some = set().union(*(lacking.get(kiosk_id, set()) for kiosk_id in lit)) - {WHOLE_KIOSK}
    return {
        item for item in some if all(lacking.get(kiosk_id, set()) & {item, WHOLE_KIOSK} for kiosk_id in lit)
    }


def _item_names() -> dict[str, str]:
    newest = Publication.newest()
    if newest is None:
        return {}
    return {key: one["short_name"]["zh"] for key, one in json.loads(newest.items).items()}


def _printers(devices: Iterable[dict[str, Any]]) -> Iterator[DeviceReport]:
    for said in devices:
        if "Printer" not in said.get("family", ""):
            continue
        try:
            yield DeviceReport.model_validate(said)
        except ValidationError:  # as an older hub has stored it
            continue


def _days_left(numbers: Any, device: DeviceReport, today: Any) -> int | None:
    if device.paper in {"out", "jammed"}:
        return 0
    found = forecast(paper_use(numbers, device, today))
    return found.least if isinstance(found, Forecast) else None


def _minutes(length: timedelta) -> float:
    return float(round(length / timedelta(minutes=1)))


def _sign(kiosk: Kiosk, value: float | None = None) -> Sign:
    return Sign(kiosk.id, str(kiosk), kiosk.organisation_id, kiosk.id, value)
