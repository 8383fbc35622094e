"""What a check-in changes: one update of the kiosk's row, and further rows only where something is new.

A check-in that says the same as the one before costs one ``UPDATE`` and nothing else; once an hour its
numbers are added to the kiosk's trend. Everything is in the hub's time.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zlib import crc32

from django.db import transaction
from django.utils import timezone

from hub.kiosks.history import AvailabilitySpan, Change, Downtime, Silence, Trend
from hub.kiosks.models import Kiosk
from hub.kiosks.state import RECENT, Stretch, listened
from hub.kiosks.trends import Numbers, add_hour, note_paper, people_a_day
from hub.kiosks.uptime import downtimes
from kiosk.wire import CheckIn, DeviceReport, Lack

KEEP: Final = timedelta(days=90)
"""How long a kiosk's past is kept."""

WHOLE_KIOSK: Final = ""
"""The item of a span that concerns everything at a kiosk."""

PAPER: Final = "paper"
"""The cause where a printer works and has no paper."""

_UPDATED: Final = (
    "last_seen",
    "software",
    "status",
    "catalogue_version",
    "out_of_service",
    "reporting_since",
    "waiting",
    "people_a_day",
    "trend_at",
)
_WATCHED: Final = ("device", "paper", "fitness", "supply", "reasons")

Means = dict[str, tuple[bool, str, str]]
"""By item: whether it can be done, what is missing, at which device."""


def note_check_in(kiosk: Kiosk, report: CheckIn, now: datetime, also: Sequence[str] = ()) -> None:
    """Store a kiosk's sign of life and everything that it changes.

    ``also`` names fields that the caller has set and wants saved in the same update.
    """
    status = report.model_dump(mode="json")
    if _says_something_new(kiosk, report, status, now):
        with transaction.atomic():
            # Read again under a lock: a kiosk that asks twice at once changes things once.
            before = Kiosk.objects.select_for_update().get(pk=kiosk.pk)
            kiosk.status, kiosk.last_seen = before.status, before.last_seen
            kiosk.reporting_since, kiosk.trend_at = before.reporting_since, before.trend_at
            _note_silence(kiosk, report, now)
            _note_changes(kiosk, report, now)
            _note_lacks(kiosk, report, now)
            _note_trend(kiosk, report, now)
            _store(kiosk, report, status, now, also)
    else:
        _store(kiosk, report, status, now, also)
    _sweep(now)


def _store(kiosk: Kiosk, report: CheckIn, status: dict[str, Any], now: datetime, also: Sequence[str]) -> None:
    kiosk.last_seen, kiosk.software, kiosk.status = now, report.software, status
    kiosk.catalogue_version = report.catalogue_version
    kiosk.out_of_service = report.out_of_service or ""
    kiosk.waiting = report.queue.pending
    if report.lacks is None:
        kiosk.reporting_since = None
    elif kiosk.reporting_since is None:
        kiosk.reporting_since = now
    kiosk.save(update_fields=(*_UPDATED, *also))


def _says_something_new(kiosk: Kiosk, report: CheckIn, status: dict[str, Any], now: datetime) -> bool:
    before = kiosk.status
    if before is None or kiosk.last_seen is None or now - kiosk.last_seen > RECENT:
        return True
    if kiosk.trend_at is None or _hour(kiosk, kiosk.trend_at) != _hour(kiosk, now):
        return True
    told = ("software", "catalogue_version", "out_of_service", "lacks")
    if any(before.get(name) != status[name] for name in told) or _started_again(kiosk, report, now):
        return True
    return _words_of(before) != _words_of(status)


def _words_of(status: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The devices' words that are watched, by name; a card that lies on a reader is not among them."""
    return {one["name"]: {word: one.get(word) for word in _WATCHED} for one in status.get("devices", ())}


def _note_silence(kiosk: Kiosk, report: CheckIn, now: datetime) -> None:
    if kiosk.last_seen is None or now - kiosk.last_seen <= RECENT:
        return
    gap = Stretch(kiosk.last_seen, now)
    if listened(gap, downtimes(gap.since, gap.until)) <= RECENT:
        return
    if report.up_seconds is None:
        cause = Silence.Cause.NOT_KNOWN
    elif report.up_seconds >= gap.length.total_seconds():
        cause = Silence.Cause.NETWORK
    else:
        cause = Silence.Cause.KIOSK_OFF
    Silence.objects.create(kiosk=kiosk, since=gap.since, until=gap.until, cause=cause)


def _started_again(kiosk: Kiosk, report: CheckIn, now: datetime) -> bool:
    if kiosk.last_seen is None or report.up_seconds is None or (kiosk.status or {}).get("up_seconds") is None:
        return False
    return report.up_seconds < (now - kiosk.last_seen).total_seconds()


def _note_changes(kiosk: Kiosk, report: CheckIn, now: datetime) -> None:
    before = kiosk.status
    if before is None:
        return
    after = report.model_dump(mode="json")
    changes = [
        Change(kiosk=kiosk, at=now, kind=kind, before=before.get(field), after=after.get(field))
        for kind, field in (
            (Change.Kind.SOFTWARE, "software"),
            (Change.Kind.CATALOGUE, "catalogue_version"),
            (Change.Kind.SERVICE, "out_of_service"),
        )
        if before.get(field) != after.get(field)
    ]
    if _started_again(kiosk, report, now):
        changes.append(Change(kiosk=kiosk, at=now, kind=Change.Kind.START))
    old, new = _words_of(before), _words_of(after)
    changes += [
        Change(
            kiosk=kiosk,
            at=now,
            kind=Change.Kind.DEVICE,
            subject=name,
            before=old.get(name),
            after=new.get(name),
        )
        for name in sorted(old | new)
        if old.get(name) != new.get(name)
    ]
    Change.objects.bulk_create(changes)


def _note_lacks(kiosk: Kiosk, report: CheckIn, now: datetime) -> None:
    """Close the spans of what is there again, open those of what is missing now."""
    means = _means(report)
    ended = []
    for span in AvailabilitySpan.objects.filter(kiosk=kiosk, until=None):
        if means.get(span.item) == (span.able, span.cause, span.device):
            del means[span.item]
        else:
            ended.append(span.pk)
    if ended:
        AvailabilitySpan.objects.filter(pk__in=ended).update(until=now)
    AvailabilitySpan.objects.bulk_create(
        AvailabilitySpan(kiosk=kiosk, item=item, able=able, cause=cause, device=device, since=now)
        for item, (able, cause, device) in means.items()
    )


def _means(report: CheckIn) -> Means:
    devices = {device.name: device for device in report.devices}
    means: Means = {}
    for lack in report.lacks or ():
        said = (not lack.stops, _cause(lack, devices.get(lack.device)), lack.device)
        means.update(dict.fromkeys(lack.items, said))
    if report.out_of_service:
        means[WHOLE_KIOSK] = (False, report.out_of_service, "")
    return means


def _cause(lack: Lack, device: DeviceReport | None) -> str:
    return PAPER if device is not None and device.supply == "out" else lack.cause


def _note_trend(kiosk: Kiosk, report: CheckIn, now: datetime) -> None:
    """Add the hour, and learn from a roll of paper that was changed or ran low."""
    before = _words_of(kiosk.status or {})
    papers = [
        (device, before[device.name]["paper"])
        for device in report.devices
        if device.name in before and device.paper != before[device.name]["paper"]
    ]
    new_hour = kiosk.trend_at is None or _hour(kiosk, kiosk.trend_at) != _hour(kiosk, now)
    if not papers and not new_hour:
        return
    trend, _created = Trend.objects.get_or_create(kiosk=kiosk)
    numbers: Numbers = trend.numbers
    for device, paper in papers:
        note_paper(numbers, device, paper)
    if new_hour:
        local = timezone.localtime(now)
        add_hour(numbers, report, local)
        kiosk.trend_at, kiosk.people_a_day = now, people_a_day(numbers, local.date())
    trend.save()


def _hour(kiosk: Kiosk, at: datetime) -> datetime:
    """The kiosk's own hour: ten thousand of them do not begin in the same second."""
    begins = timedelta(seconds=crc32(kiosk.pk.encode()) % 3600)
    return (at - begins).replace(minute=0, second=0, microsecond=0)


_lock = threading.Lock()
_swept: datetime | None = None
_SWEEP_EVERY: Final = timedelta(hours=1)


def _sweep(now: datetime) -> None:
    """Remove what is older than ``KEEP``, once an hour at most."""
    global _swept  # noqa: PLW0603 - one clock for all requests of this process
    with _lock:
        if _swept is not None and now - _swept < _SWEEP_EVERY:
            return
        _swept = now
    forget(now - KEEP)


def forget(before: datetime) -> None:
    """Remove what ended or happened before this moment."""
    AvailabilitySpan.objects.filter(until__lt=before).delete()
    Silence.objects.filter(until__lt=before).delete()
    Change.objects.filter(at__lt=before).delete()
    Downtime.objects.filter(until__lt=before).delete()
