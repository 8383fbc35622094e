"""Taking in what a kiosk counted on a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

from hub.analytics.models import GuideCount, SearchCount, VisitCount
from hub.intake.opening import Arrival
from kiosk.wire import DayCounts, Receipt

KEEP: Final = timedelta(days=400)
"""How long counts are kept: a year, and the weeks that are compared with those of the year before."""


def receive_counts(arrival: Arrival) -> Receipt:
    """Store a kiosk's counts of a day. A kiosk's day counts once: what came of it before is replaced.

    What this kiosk counted longer than ``KEEP`` ago goes.
    """
    counts, kiosk = arrival.read(DayCounts), arrival.kiosk
    past = Q(day=counts.day) | Q(day__lt=timezone.localdate(arrival.received_at) - KEEP)
    for model in (VisitCount, GuideCount, SearchCount):
        model.objects.filter(past, kiosk=kiosk).delete()
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
