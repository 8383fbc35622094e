"""Case numbers."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from hub.cases.models import CaseSequence


def next_case_no(received_at: datetime) -> str:
    """The next number of this region and year, e.g. ``3701-2026-000173``; call within a transaction."""
    year = timezone.localtime(received_at).year
    sequence, _created = CaseSequence.objects.select_for_update().get_or_create(
        region=settings.REGION, year=year
    )
    sequence.last += 1
    sequence.save()
    return f"{settings.REGION}-{year}-{sequence.last:06d}"
