"""Taking in what a kiosk counted on a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from hub.analytics.models import GuideCount, SearchCount, VisitCount
from hub.intake.opening import Arrival
from kiosk.wire import DayCounts, Receipt

KEEP: Final = timedelta(days=400)
"""How long counts are kept: a year, and the weeks that are compared with those of the year before."""


def receive_counts(arrival: Arrival) -> Receipt:
    """Store a kiosk's counts of a day. A kiosk's day counts once: what came of it before is replaced."""
    counts, kiosk = arrival.read(DayCounts), arrival.kiosk
    for model in (VisitCount, GuideCount, SearchCount):
        model.objects.filter(kiosk=kiosk, day=counts.day).delete()
    VisitCount.objects.bulk_create(
        VisitCount(
            kiosk=kiosk,
            day=counts.day,
            journey=one.journey,
            page=one.page or "",
            how=one.how,
            language=one.language,
            elder=one.elder,
            times=one.times,
        )
        for one in counts.visits
    )
    GuideCount.objects.bulk_create(
        GuideCount(kiosk=kiosk, day=counts.day, item_id=one.item_id, times=one.times) for one in counts.opened
    )
    SearchCount.objects.bulk_create(
        SearchCount(kiosk=kiosk, day=counts.day, words=one.words, times=one.times)
        for one in counts.unanswered
    )
    return Receipt(id=arrival.id, received_at=arrival.received_at)


def forget(today: date) -> int:
    """Remove what is older than ``KEEP``; how many rows that were."""
    return sum(
        model.objects.filter(day__lt=today - KEEP).delete()[0]
        for model in (VisitCount, GuideCount, SearchCount)
    )
