"""Yellow and red cards: how near the end of a promise is. Computed whenever they are shown, never stored."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from hub.cases.workflow import State
from hub.cases.working_days import working_days_after, working_days_between

RUNNING = (State.RECEIVED, State.IN_REVIEW)
"""The states in which the clock goes; while a supplement is asked for it stands still."""


class Card(StrEnum):
    """The warning a case has."""

    YELLOW = "yellow"
    RED = "red"


def card(state: str, promised_by: date | None, promised_days: int | None, today: date) -> Card | None:
    """Red when the promised day has gone by; yellow when little of the promise is left.

    Little is ``CASES_YELLOW_DAYS`` working days, or ``CASES_YELLOW_PERCENT`` of what was promised if more.
    """
    if state not in RUNNING or promised_by is None:
        return None
    left = working_days_between(today, promised_by)
    if promised_by < today:
        return Card.RED
    return Card.YELLOW if left <= _little(promised_days or 0) else None


def red(today: date) -> Q:
    """The cases with a red card, as a condition of the database."""
    return Q(state__in=RUNNING, promised_by__lt=today)


def yellow(today: date) -> Q:
    """The cases with a yellow card, as a condition of the database."""
    few = settings.CASES_YELLOW_DAYS
    near = Q(promised_by__lt=working_days_after(today, few + 1))
    for left in range(few + 1, _little(_LONGEST) + 1):
        until = working_days_after(today, left + 1)
        near |= Q(promised_by__lt=until, promised_days__gte=_promise_of(left))
    return Q(state__in=RUNNING, promised_by__gte=today) & near


def today() -> date:
    """The day it is here."""
    return timezone.localdate()


_LONGEST = 120
"""Working days of the longest promise that is looked at for its share."""


def _little(promised_days: int) -> int:
    share = min(promised_days, _LONGEST) * settings.CASES_YELLOW_PERCENT // 100
    return max(int(settings.CASES_YELLOW_DAYS), share)


def _promise_of(left: int) -> int:
    """The shortest promise of which ``left`` days are little."""
    return -(-left * 100 // settings.CASES_YELLOW_PERCENT)
