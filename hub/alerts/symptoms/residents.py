"""What can be wrong by the word of residents: complaints that wait, bad ratings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Q
from django.utils import timezone

from hub.accounts.models import Organisation
from hub.alerts.symptoms.sign import Sign
from hub.alerts.symptoms.work import counted_by_place
from hub.evaluations.models import Complaint, Evaluation

_RATED: Final = timedelta(days=7)
_ENOUGH: Final = 10
"""Ratings of a week below which a share says nothing."""

_BAD_LEVELS: Final = (1, 2)


def complaints_overdue(now: datetime, count: float, organisation: Organisation) -> Iterator[Sign]:
    """Organisations with more complaints past their last day than this."""
    late = Complaint.objects.filter(due__lt=timezone.localdate(now)).exclude(state=Complaint.State.CLOSED)
    yield from counted_by_place(late, count, organisation)


def bad_ratings(now: datetime, percent: float, organisation: Organisation) -> Iterator[Sign]:
    """Organisations where more than this share of a week's ratings were bad; at least ten ratings."""
    rows = (
        Evaluation.objects.filter(
            rated_at__range=(now - _RATED, now), organisation__path__startswith=organisation.path
        )
        .values("organisation", "organisation__name")
        .annotate(every=Count("pk"), bad=Count("pk", filter=Q(level__in=_BAD_LEVELS)))
        .order_by("organisation")
    )
    for row in rows:
        share = 100 * row["bad"] / row["every"]
        if row["every"] >= _ENOUGH and share > percent:
            place = row["organisation"]
            yield Sign(str(place), row["organisation__name"], place, value=round(share))
