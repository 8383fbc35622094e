"""Figures from what kiosks counted, each within the scope of who asks. Numbers only."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, TypeVar

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Count, QuerySet, Sum

from hub.accounts.models import Organisation
from hub.accounts.scope import within
from hub.analytics.models import Counted, GuideCount, SearchCount, VisitCount
from kiosk.wire.counts import OTHER_WORDS

C = TypeVar("C", bound=Counted)

SHOWN: Final = 100
"""Words, guides and pages that are listed at most."""

LEAVING: Final = ("forward", "back", "left", "idle")
"""The ways in which a page is left; every page entered is left in one of them."""

STOPPING: Final = ("left", "idle")
"""Of them, those that end the visit."""

ENDINGS: Final = ("done", "left", "idle", "failed")
"""How visits end."""


@dataclass(frozen=True)
class Asked:
    """What figures are wanted of: who asks, from ``since`` up to and with ``until``, and what narrows it."""

    user: User | AnonymousUser
    since: date
    until: date
    organisation: Organisation | None = None
    language: str = ""
    elder: bool | None = None

    @property
    def days(self) -> int:
        """How many days."""
        return (self.until - self.since).days + 1

    def before(self) -> Asked:
        """The same of as many days just before."""
        length = timedelta(days=self.days)
        return Asked(
            self.user,
            self.since - length,
            self.until - length,
            self.organisation,
            self.language,
            self.elder,
        )

    def searches(self) -> QuerySet[SearchCount]:
        """The searches without an answer."""
        return self._narrowed(SearchCount.objects.all())

    def guides(self) -> QuerySet[GuideCount]:
        """The guides opened."""
        return self._narrowed(GuideCount.objects.all())

    def visits(self) -> QuerySet[VisitCount]:
        """What happened in visits."""
        rows = self._narrowed(VisitCount.objects.all())
        if self.language:
            rows = rows.filter(language=self.language)
        return rows if self.elder is None else rows.filter(elder=self.elder)

    def _narrowed(self, rows: QuerySet[C]) -> QuerySet[C]:
        rows = within(rows, self.user, "kiosk__organisation")
        if self.organisation is not None:
            rows = rows.filter(kiosk__organisation__path__startswith=self.organisation.path)
        return rows.filter(day__range=(self.since, self.until))


@dataclass(frozen=True)
class Sought:
    """Words that found nothing: how often, at how many kiosks, and in each week of the time asked for."""

    words: str
    times: int
    kiosks: int
    weeks: tuple[int, ...]


@dataclass(frozen=True)
class PageFigures:
    """How often a page was entered and how it was left, what was asked for on it."""

    page: str
    ways: Counter[str] = field(default_factory=Counter)

    @property
    def entered(self) -> int:
        """How often somebody came to it."""
        return sum(self.ways[way] for way in LEAVING)

    @property
    def stopped(self) -> int:
        """How many visits ended on it before their journey did."""
        return sum(self.ways[way] for way in STOPPING)

    def share(self, way: str) -> float:
        """The part of those who came that went this way, between 0 and 1."""
        return self.ways[way] / self.entered if self.entered else 0.0


@dataclass(frozen=True)
class JourneyFigures:
    """How the visits of a journey ended and what came of them."""

    journey: str
    ways: Counter[str]

    @property
    def visits(self) -> int:
        """How many there were."""
        return sum(self.ways[way] for way in ENDINGS)

    def share(self, way: str) -> float:
        """The part of the visits that ended like this."""
        return self.ways[way] / self.visits if self.visits else 0.0


def sought(asked: Asked) -> tuple[list[Sought], int]:
    """Words that found nothing, the most frequent first; and how often it was words not told to the hub."""
    rows = (
        asked.searches()
        .exclude(words=OTHER_WORDS)
        .values("words")
        .annotate(sum=Sum("times"), kiosks=Count("kiosk", distinct=True))
        .order_by("-sum", "words")[:SHOWN]
    )
    found = list(rows)
    weeks = -(-asked.days // 7)
    by_week: defaultdict[str, list[int]] = defaultdict(lambda: [0] * weeks)
    named = asked.searches().filter(words__in=[row["words"] for row in found])
    for words, day, times in named.values_list("words", "day").annotate(sum=Sum("times")):
        by_week[words][weeks - 1 - (asked.until - day).days // 7] += times
    other = asked.searches().filter(words=OTHER_WORDS).aggregate(sum=Sum("times"))["sum"] or 0
    return [
        Sought(row["words"], row["sum"], row["kiosks"], tuple(by_week[row["words"]])) for row in found
    ], other


def funnel(asked: Asked, journey: str) -> list[PageFigures]:
    """The pages of a journey, the most entered first: so they stand nearly in the order of the visit."""
    return sorted(_pages(asked, journey), key=lambda one: (-one.entered, one.page))[:SHOWN]


def time_outs(asked: Asked) -> list[tuple[str, PageFigures]]:
    """Journey and page where people no longer answered, the most frequent first."""
    rows = asked.visits().exclude(page="").filter(how__in=LEAVING)
    found: dict[tuple[str, str], PageFigures] = {}
    for journey, page, how, times in rows.values_list("journey", "page", "how").annotate(sum=Sum("times")):
        found.setdefault((journey, page), PageFigures(page)).ways[how] += times
    idle = [(journey, one) for (journey, _page), one in found.items() if one.ways["idle"]]
    return sorted(idle, key=lambda one: (-one[1].ways["idle"], one[0], one[1].page))[:SHOWN]


def outcomes(asked: Asked) -> list[JourneyFigures]:
    """How the visits of each journey ended, the most visited first."""
    ways: defaultdict[str, Counter[str]] = defaultdict(Counter)
    rows = asked.visits().filter(page="")
    for journey, how, times in rows.values_list("journey", "how").annotate(sum=Sum("times")):
        ways[journey][how] += times
    found = [JourneyFigures(journey, counted) for journey, counted in ways.items()]
    return sorted(found, key=lambda one: (-one.visits, one.journey))


def opened_guides(asked: Asked) -> list[tuple[str, int]]:
    """Items whose guides were opened, with how often."""
    rows = asked.guides().values_list("item_id").annotate(sum=Sum("times")).order_by("-sum", "item_id")
    return [(item, times) for item, times in rows[:SHOWN]]


def by_day(asked: Asked) -> list[tuple[date, Counter[str]]]:
    """For every day asked for: how many visits ended in which way, and what came of them."""
    found: defaultdict[date, Counter[str]] = defaultdict(Counter)
    rows = asked.visits().filter(page="")
    for day, how, times in rows.values_list("day", "how").annotate(sum=Sum("times")):
        found[day][how] += times
    return [(day, found[day]) for day in _days(asked)]


def total(counts: Counter[str]) -> int:
    """How many visits these are."""
    return sum(counts[way] for way in ENDINGS)


def _pages(asked: Asked, journey: str) -> list[PageFigures]:
    found: dict[str, PageFigures] = {}
    rows = asked.visits().filter(journey=journey).exclude(page="")
    for page, how, times in rows.values_list("page", "how").annotate(sum=Sum("times")):
        found.setdefault(page, PageFigures(page)).ways[how] += times
    return list(found.values())


def _days(asked: Asked) -> Iterator[date]:
    for number in range(asked.days):
        yield asked.since + timedelta(days=number)
