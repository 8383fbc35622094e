"""Deadlines of complaints in working days, and the yellow and red cards of those that are late.

The State Council's rule (国办发〔2019〕51号) says "at once" for the verification and 100 % for the calls to
those who gave their name; it names no days. Cities do: five working days for the remedy (德州 2020; for
办不成事 天津 and 湘潭), fifteen in Sichuan. Ours are the strictest found, and settings.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from hub.cases.working_days import working_days_after
from hub.evaluations.models import Complaint

State = Complaint.State


class Card(StrEnum):
    """The warning a complaint has."""

    YELLOW = "yellow"
    RED = "red"


def deadlines(opened: date) -> tuple[date, date]:
    """The last day for the first call, and for everything, of what was opened on a day."""
    return (
        working_days_after(opened, settings.COMPLAINT_CALL_DAYS),
        working_days_after(opened, settings.COMPLAINT_DAYS),
    )


def card(complaint: Complaint, today: date) -> Card | None:
    """Red once a day has gone by; yellow on the last working day before, and on the day itself."""
    if complaint.state == State.CLOSED:
        return None
    days = [complaint.due]
    if complaint.state == State.OPEN and complaint.phone is not None:
        days.append(complaint.contact_by)
    if min(days) < today:
        return Card.RED
    return Card.YELLOW if min(days) <= working_days_after(today, 1) else None


def red(today: date) -> Q:
    """The complaints with a red card, as a condition of the database."""
    return _before(today)


def yellow(today: date) -> Q:
    """The complaints with a yellow card, as a condition of the database."""
    return _before(working_days_after(today, 1) + timedelta(days=1)) & ~_before(today)


def today() -> date:
    """The day it is here."""
    return timezone.localdate()


def _before(day: date) -> Q:
    """Not closed, and one of its days lies before ``day``."""
    uncalled = Q(state=State.OPEN, phone__isnull=False, contact_by__lt=day)
    return ~Q(state=State.CLOSED) & (Q(due__lt=day) | uncalled)
