"""A kiosk's days as the ledger has them, from what the hub has kept (``hub.kiosks.ledger`` says how)."""

from __future__ import annotations

from collections.abc import Collection
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


def day_of(day: date) -> Stretch:
    """The 24 hours of a day, local time."""
    since = timezone.make_aware(datetime.combine(day, time.min))
    return Stretch(since, since + timedelta(days=1))


def ledger_of(kiosk: Kiosk, day: date, now: datetime) -> dict[str, list[Part]]:
    """What became of a day at a kiosk, by item."""
    stretch = day_of(day)
    whole = _whole_kiosk(kiosk, stretch, now)
    known = offered()
    spans = _spans(kiosk, stretch, known)
    arrivals = _arrivals(kiosk, stretch)
    return {
        item.id: parts_of(
            stretch, [*whole, *_catalogue(item, kiosk, arrivals, stretch), *spans.get(item.id, ())]
        )
        for item in known.values()
    }


def _whole_kiosk(kiosk: Kiosk, stretch: Stretch, now: datetime) -> list[Layer]:
    """What holds for all items alike, the strongest first."""
    # A kiosk that is believed no longer has been silent since it was heard last, downtimes of the hub aside.
    down = downtimes(stretch.since - timedelta(days=1), now)
    layers = [Layer(now, None, Share.TO_COME)]
    layers += [Layer(one.since, one.until, Share.HUB_DOWN) for one in down]
    known_from = kiosk.reporting_since or now
    layers.append(Layer(stretch.since, known_from, Share.NOT_KNOWN))
    silences = kiosk.silences.filter(since__lt=stretch.until, until__gt=stretch.since)
    layers += [Layer(one.since, one.until, _SILENCES[Silence.Cause(one.cause)]) for one in silences]
    if kiosk.last_seen is not None and not Cutoffs.at(now, down).state(kiosk.last_seen).believed:
        layers.append(Layer(kiosk.last_seen, None, Share.NOT_KNOWN))
    if kiosk.quarantined_at is not None:
        layers.append(Layer(kiosk.quarantined_at, None, Share.CLOSED, "quarantined"))
    return layers


def _spans(kiosk: Kiosk, stretch: Stretch, items: Collection[str]) -> dict[str, list[Layer]]:
    """What was missing, by item; the keeper's closing before everything else."""
    rows = kiosk.spans.filter(Q(until=None) | Q(until__gt=stretch.since), since__lt=stretch.until, able=False)
    closed = [_layer(row) for row in rows if row.item == WHOLE_KIOSK]
    found: dict[str, list[Layer]] = {item: list(closed) for item in items}
    for row in rows:
        if row.item in found:
            found[row.item].append(_layer(row))
    return found


def _layer(span: AvailabilitySpan) -> Layer:
    share = Share.CLOSED if span.item == WHOLE_KIOSK else _SHARES.get(span.cause, Share.DEVICE)
    return Layer(span.since, span.until, share, span.device or span.cause)


def _arrivals(kiosk: Kiosk, stretch: Stretch) -> list[tuple[datetime, int, int]]:
    """When the kiosk took which catalogue in place of which, oldest first."""
    rows = Change.objects.filter(kiosk=kiosk, kind=Change.Kind.CATALOGUE, at__gte=stretch.since).order_by(
        "at"
    )
    return [(row.at, int(row.before or 0), int(row.after or 0)) for row in rows]


def _catalogue(
    item: Offered, kiosk: Kiosk, arrivals: list[tuple[datetime, int, int]], stretch: Stretch
) -> list[Layer]:
    """The time until the kiosk had a catalogue with the item in it."""
    version = arrivals[0][1] if arrivals else kiosk.catalogue_version
    if version >= item.since_version:
        return []
    came = next((at for at, _before, after in arrivals if after >= item.since_version), None)
    return [Layer(stretch.since, came, Share.CATALOGUE)]
