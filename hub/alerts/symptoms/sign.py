"""What a symptom looks like: the signs of it that are there now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise

from hub.accounts.models import Organisation
from hub.alerts.choices import Grouping, Severity, SymptomKey


@dataclass(frozen=True)
class Sign:
    """One kiosk, place or thing that shows a symptom.

    ``words`` names it without any resident; ``value`` is in the symptom's unit.
    """

    key: str
    words: str
    organisation_id: int | None
    kiosk_id: str | None = None
    value: float | None = None


Find = Callable[[datetime, float, Organisation], Iterable[Sign]]
"""The signs as of a moment, beyond a threshold, below an organisation."""


@dataclass(frozen=True)
class Symptom:
    """A symptom: how it is found, what its threshold counts, and what a rule for it begins with.

    ``page`` is the console's list that shows more; ``every`` how often it is worth the look; ``below``: it
    is wrong to have less than the threshold, not more.
    """

    key: SymptomKey
    find: Find
    unit: str | Promise
    threshold: float
    lasting: int = 0
    severity: Severity = Severity.WARNING
    grouping: Grouping = Grouping.ORGANISATION
    page: str = ""
    every: timedelta = timedelta(0)
    below: bool = False
