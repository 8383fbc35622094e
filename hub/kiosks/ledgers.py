"""Kiosks' days as the ledger has them, from what the hub has kept (``hub.kiosks.ledger`` says how).

``ledgers_of`` asks the database a handful of questions, however many kiosks and items there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

from hub.kiosks.history import AvailabilitySpan, Change, Silence
from hub.kiosks.ledger import Layer, Part, Share, parts_of
from hub.kiosks.models import Kiosk
from hub.kiosks.offered import Offered, offered
from hub.kiosks.state import Cutoffs, Stretch
from hub.kiosks.uptime import downtimes
from hub.kiosks.watching import PAPER, WHOLE_KIOSK

_SILENCES: Final = {
    Silence.Cause.NETWORK: Share.NETWORK,
    Silence.Cause.KIOSK_OFF: Share.KIOSK_OFF,
    Silence.Cause.NOT_KNOWN: Share.NOT_KNOWN,
}
_SHARES: Final = {PAPER: Share.PAPER, "storage": Share.STORAGE}
"""Causes that have a share of their own; what else is missing is a device."""


@dataclass(frozen=True)
class _Kept:
    """What the hub has kept of a day, by kiosk; ``arrivals``: when which catalogue took whose place."""

    stretch: Stretch
    now: datetime
    down: list[Stretch]
    silences: Mapping[str, list[Silence]]
    spans: Mapping[str, list[AvailabilitySpan]]
    arrivals: Mapping[str, list[tuple[datetime, int, int]]]


def day_of(day: date) -> Stretch:
    """The 24 hours of a day, local time."""
    since = timezone.make_aware(datetime.combine(day, time.min))
    return Stretch(since, since + timedelta(days=1))


def ledger_of(kiosk: Kiosk, day: date, now: datetime) -> dict[str, list[Part]]:
    """What became of a day at a kiosk, by item."""
    return ledgers_of([kiosk], offered().values(), day, now)[kiosk.pk]


def ledgers_of(
    kiosks: Collection[Kiosk], items: Iterable[Offered], day: date, now: datetime
) -> dict[str, dict[str, list[Part]]]:
    """What became of a day at each kiosk, by item."""
    wanted = list(items)
    kept = _kept([kiosk.pk for kiosk in kiosks], [item.id for item in wanted], day_of(day), now)
    return {kiosk.pk: _of_kiosk(kiosk, wanted, kept) for kiosk in kiosks}


def _of_kiosk(kiosk: Kiosk, items: list[Offered], kept: _Kept) -> dict[str, list[Part]]:
    whole = _whole_kiosk(kiosk, kept)
    spans = kept.spans.get(kiosk.pk, [])
    whole_spans = [_layer(span) for span in spans if span.item == WHOLE_KIOSK]
    found = {}
    for item in items:
        missing = [_layer(span) for span in spans if span.item == item.id]
        layers = [*whole, *whole_spans, *_catalogue(item, kiosk, kept), *missing]
        found[item.id] = parts_of(kept.stretch, layers)
    return found


def _kept(ids: list[str], items: list[str], stretch: Stretch, now: datetime) -> _Kept:
    silences: dict[str, list[Silence]] = {}
    for silence in Silence.objects.filter(kiosk__in=ids, since__lt=stretch.until, until__gt=stretch.since):
        silences.setdefault(silence.kiosk_id, []).append(silence)
    spans: dict[str, list[AvailabilitySpan]] = {}
    within = Q(until=None) | Q(until__gt=stretch.since)
    for span in AvailabilitySpan.objects.filter(
        within, kiosk__in=ids, item__in=[WHOLE_KIOSK, *items], since__lt=stretch.until, able=False
    ):
        spans.setdefault(span.kiosk_id, []).append(span)
    arrivals: dict[str, list[tuple[datetime, int, int]]] = {}
    for change in Change.objects.filter(
        kiosk__in=ids, kind=Change.Kind.CATALOGUE, at__gte=stretch.since
    ).order_by("at"):
        arrival = change.at, int(change.before or 0), int(change.after or 0)
        arrivals.setdefault(change.kiosk_id, []).append(arrival)
    # From a day earlier on: a kiosk is silent only for as long as the hub has listened.
    down = downtimes(stretch.since - timedelta(days=1), now)
    return _Kept(stretch, now, down, silences, spans, arrivals)


def _whole_kiosk(kiosk: Kiosk, kept: _Kept) -> list[Layer]:
    """What holds for all items alike, the strongest first."""
    layers = [Layer(kept.now, None, Share.TO_COME)]
    layers += [Layer(one.since, one.until, Share.HUB_DOWN) for one in kept.down]
    layers.append(Layer(kept.stretch.since, kiosk.reporting_since or kept.now, Share.NOT_KNOWN))
    layers += [
        Layer(one.since, one.until, _SILENCES[Silence.Cause(one.cause)])
        for one in kept.silences.get(kiosk.pk, ())
    ]
    if kiosk.last_seen is not None and not Cutoffs.at(kept.now, kept.down).state(kiosk.last_seen).believed:
        layers.append(Layer(kiosk.last_seen, None, Share.NOT_KNOWN))
    if kiosk.quarantined_at is not None:
        layers.append(Layer(kiosk.quarantined_at, None, Share.QUARANTINE))
    return layers


def _layer(span: AvailabilitySpan) -> Layer:
    share = Share.CLOSED if span.item == WHOLE_KIOSK else _SHARES.get(span.cause, Share.DEVICE)
    return Layer(span.since, span.until, share, span.device or span.cause)


def _catalogue(item: Offered, kiosk: Kiosk, kept: _Kept) -> list[Layer]:
    """The time until the kiosk had a catalogue with the item in it."""
    arrivals = kept.arrivals.get(kiosk.pk, [])
    version = arrivals[0][1] if arrivals else kiosk.catalogue_version
    if version >= item.since_version:
        return []
    came = next((at for at, _before, after in arrivals if after >= item.since_version), None)
    return [Layer(kept.stretch.since, came, Share.CATALOGUE)]
