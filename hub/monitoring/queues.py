"""What kiosks last told of their queues, summed by the database."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import FloatField, Max, QuerySet, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from hub.kiosks.models import Kiosk


@dataclass(frozen=True)
class Queues:
    """Items waiting, held, and held for too long; the age of the oldest in seconds."""

    waiting: int
    held: int
    overdue: int
    oldest: float


def told(word: str) -> Cast:
    """A number of a kiosk's ``QueueReport`` (``kiosk.wire``); none or 0 where it is null."""
    return Cast(KT(f"status__queue__{word}"), FloatField())


def queues(kiosks: QuerySet[Kiosk]) -> Queues:
    """The sums over these kiosks."""
    sums = kiosks.exclude(status=None).aggregate(
        waiting=Sum(told("pending")),
        held=Sum(told("held")),
        overdue=Sum(told("overdue")),
        oldest=Max(told("oldest_seconds")),
    )
    return Queues(
        int(sums["waiting"] or 0), int(sums["held"] or 0), int(sums["overdue"] or 0), sums["oldest"] or 0.0
    )
