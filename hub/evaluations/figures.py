"""Figures of the evaluations, for pages and charts: counts by place, item, kiosk, month; of nobody.

``figures(user, since, until, by)`` is all there is: one ``Figure`` for each group in the user's scope, the
largest first. Only first ratings count; a matter that nobody rated counts as not rated, never as a good one.
Days are the hub's own; ``since`` and ``until`` both count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Literal

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMonth
from django.utils import timezone

from hub.accounts.scope import within
from hub.cases.models import Case
from hub.evaluations.models import Complaint, Evaluation
from kiosk.wire import BAD_LEVEL, EVALUATION_LEVELS

By = Literal["all", "item", "organisation", "kiosk", "month"]
"""What one figure stands for; its ``name`` is the item's id, the organisation's name, the kiosk's number and
place, the first day of the month, or empty."""

GOOD_LEVEL: Final = 3
"""From this level on a rating counts as good (好评率 counts 基本满意 in)."""

_TOP: Final = 5


@dataclass
class Figure:
    """The ratings of one group.

    ``levels`` counts by level, 5 to 1; ``filed`` are the cases filed in the same days, of which
    ``filed_rated`` were rated; ``reasons`` are the most frequent ones with their counts.
    """

    name: str = ""
    levels: Counter[int] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    filed: int = 0
    filed_rated: int = 0

    @property
    def rated(self) -> int:
        """Ratings in all."""
        return sum(self.levels.values())

    @property
    def by_level(self) -> tuple[int, ...]:
        """Counts from very satisfied to very dissatisfied."""
        return tuple(self.levels[level] for level in EVALUATION_LEVELS)

    @property
    def bad(self) -> int:
        """Bad ratings."""
        return sum(count for level, count in self.levels.items() if level <= BAD_LEVEL)

    @property
    def good_share(self) -> float | None:
        """Share of good ratings, 0 to 1; ``None`` where nobody rated."""
        if not self.rated:
            return None
        return sum(count for level, count in self.levels.items() if level >= GOOD_LEVEL) / self.rated

    @property
    def rated_share(self) -> float | None:
        """Share of the filed cases that were rated, 0 to 1; ``None`` where nothing was filed."""
        return self.filed_rated / self.filed if self.filed else None

    @property
    def top_reasons(self) -> list[tuple[str, int]]:
        """The five most frequent reasons."""
        return self.reasons.most_common(_TOP)


@dataclass(frozen=True)
class OpenComplaints:
    """Complaints that are not closed, and how many of those are late."""

    open: int
    late: int


def figures(user: User | AnonymousUser, since: date, until: date, by: By = "all") -> list[Figure]:
    """One figure for each group in the user's scope, the most rated first; months in their order."""
    ratings = _between(within(Evaluation.objects.all(), user), "rated_at", since, until)
    ratings = ratings.filter(standing=Evaluation.Standing.MAIN)
    filed = _between(within(Case.objects.all(), user), "received_at", since, until)
    found: dict[Any, Figure] = {}
    for key, level, count in _grouped(ratings, by, "rated_at", "level"):
        found.setdefault(key, Figure()).levels[level] += count
    for key, reasons in _keyed(ratings.exclude(reasons=[]), by, "rated_at", "reasons"):
        found[key].reasons.update(reasons)
    for key, count in _grouped(filed, by, "received_at"):
        found.setdefault(key, Figure()).filed = count
    rated_cases = filed.filter(pk__in=Evaluation.objects.filter(case__isnull=False).values("case_id"))
    for key, count in _grouped(rated_cases, by, "received_at"):
        found[key].filed_rated = count
    for key, figure in found.items():
        figure.name = _name(key)
    if by == "month":
        return sorted(found.values(), key=lambda one: one.name)
    return sorted(found.values(), key=lambda one: (-one.rated, -one.filed, one.name))


def open_complaints(user: User | AnonymousUser, today: date) -> OpenComplaints:
    """How many complaints wait in the user's scope."""
    waiting = within(Complaint.objects.exclude(state=Complaint.State.CLOSED), user)
    return OpenComplaints(waiting.count(), waiting.filter(due__lt=today).count())


def _between(rows: QuerySet[Any], when: str, since: date, until: date) -> QuerySet[Any]:
    begins = timezone.make_aware(datetime.combine(since, time.min))
    ends = timezone.make_aware(datetime.combine(until + timedelta(days=1), time.min))
    return rows.filter(**{f"{when}__gte": begins, f"{when}__lt": ends}).order_by()


_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "all": (),
    "item": ("item_id",),
    "organisation": ("organisation__name",),
    "kiosk": ("kiosk_id", "kiosk__place"),
    "month": ("month",),
}


def _keyed(rows: QuerySet[Any], by: By, when: str, *more: str) -> Iterable[tuple[Any, ...]]:
    if by == "month":
        rows = rows.annotate(month=TruncMonth(when))
    keys = _KEYS[by]
    for row in rows.values_list(*keys, *more).iterator(2000):
        yield (row[: len(keys)], *row[len(keys) :])


def _grouped(rows: QuerySet[Any], by: By, when: str, *more: str) -> Iterable[tuple[Any, ...]]:
    """Group keys, then ``more``, then how many rows there are."""
    if by == "month":
        rows = rows.annotate(month=TruncMonth(when))
    keys = _KEYS[by]
    if not keys and not more:
        count = rows.count()
        return [((), count)] if count else []
    counted = rows.values_list(*keys, *more).annotate(count=Count("pk"))
    return [(row[: len(keys)], *row[len(keys) :]) for row in counted]


def _name(key: tuple[Any, ...]) -> str:
    parts = [f"{part:%Y-%m-%d}" if isinstance(part, datetime) else str(part or "") for part in key]
    return " ".join(part for part in parts if part)
