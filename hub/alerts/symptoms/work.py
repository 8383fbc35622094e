"""What can be wrong with the work that authorities do: promises that are kept or not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from hub.accounts.models import Organisation
from hub.alerts.symptoms.sign import Sign
from hub.cases.cards import red
from hub.cases.models import Case


def red_cards(now: datetime, count: float, organisation: Organisation) -> Iterator[Sign]:
    """Organisations with more cases past their promised day than this."""
    yield from counted_by_place(Case.objects.filter(red(timezone.localdate(now))), count, organisation)


def counted_by_place(rows: QuerySet[Any], count: float, organisation: Organisation) -> Iterator[Sign]:
    """A sign for each organisation that has more of these rows than ``count``."""
    found = (
        rows.filter(organisation__path__startswith=organisation.path)
        .values("organisation", "organisation__name")
        .annotate(number=Count("pk"))
        .filter(number__gt=count)
        .order_by("organisation")
    )
    for row in found:
        place = row["organisation"]
        yield Sign(str(place), row["organisation__name"], place, value=row["number"])
