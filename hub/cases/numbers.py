"""Case numbers and promised dates."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.utils import timezone

from hub.cases.models import CaseSequence

_SATURDAY: Final = 5


def next_case_no(received_at: datetime) -> str:
    """The next number of this region and year, e.g. ``3701-2026-000173``; call within a transaction."""
    year = timezone.localtime(received_at).year
    sequence, _created = CaseSequence.objects.select_for_update().get_or_create(
        region=settings.REGION, year=year
    )
    sequence.last += 1
    sequence.save()
    return f"{settings.REGION}-{year}-{sequence.last:06d}"


def working_days_after(day: date, days: int) -> date:
    """The day that many working days after ``day``: Saturdays and Sundays do not count.

    Public holidays, and the weekends worked in exchange, are published each year and not known here yet.
    """
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() < _SATURDAY:
            days -= 1
    return day
