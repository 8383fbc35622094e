"""Invented counts of four weeks for invented kiosks: how the figures look before anybody has come."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from hub.analytics.models import GuideCount, SearchCount, VisitCount
from hub.kiosks.models import Kiosk
from kiosk.wire.counts import OTHER_WORDS

_DAYS: Final = 28
_KIOSKS: Final = 24
_JOURNEYS: Final = {
    "submit-item": (
        "submit-here",
        "guide",
        "present-id-card",
        "ask-phone",
        "ask-receive",
        "capture-photo",
        "check-answers",
        "filing",
        "done",
    ),
    "look-up-guide": ("themes", "theme", "find", "guide", "mark-materials", "my-list", "list-printed"),
    "collect-result": ("present-id-card", "choose-result", "printing", "take-paper", "result-taken"),
    "look-up-progress": ("progress-way", "ask-check-code", "progress-in_review"),
    "match-policies": ("policies-about", "fact-age", "fact-residence", "policies", "policy-reasons"),
}
_VISITS: Final = {
    "submit-item": 12,
    "look-up-guide": 17,
    "collect-result": 6,
    "look-up-progress": 5,
    "match-policies": 4,
}
_STOPS: Final = {
    "present-id-card": 0.12,
    "capture-photo": 0.1,
    "my-list": 0.3,
    "guide": 0.12,
    "policies": 0.25,
}
_WORDS: Final = (
    "修水管",
    "充电桩",
    "遛狗投诉",
    "办 ETC",
    "宠物证",
    "装 5G",
    "停水通知",
    "换垃圾桶",
    "租自行车",
)
_GUIDES: Final = (
    "resident-medical-insurance-enrol",
    "social-insurance-record",
    "elderly-card",
    "id-card-renew",
)


@transaction.atomic
def invent_counts() -> int:
    """Four weeks of counts for the first invented kiosks, in place of those before; how many they are."""
    today = timezone.localdate()
    kiosks = list(Kiosk.objects.filter(id__startswith="KDEMO").order_by("id")[:_KIOSKS])
    for model in (VisitCount, GuideCount, SearchCount):
        model.objects.filter(kiosk__in=kiosks).delete()
    for number, kiosk in enumerate(kiosks):
        chance = random.Random(number)  # noqa: S311 invented, not secret
        for ago in range(1, _DAYS + 1):
            day = today - timedelta(days=ago)
            VisitCount.objects.bulk_create(_visits(kiosk, day, chance))
            GuideCount.objects.bulk_create(
                GuideCount(kiosk=kiosk, day=day, item_id=item, times=chance.randint(1, 9)) for item in _GUIDES
            )
            SearchCount.objects.bulk_create(_searches(kiosk, day, chance))
    return len(kiosks)


def _visits(kiosk: Kiosk, day: date, chance: random.Random) -> Iterator[VisitCount]:
    weekend = 0.6 if day.weekday() > 4 else 1.0
    for journey, pages in _JOURNEYS.items():
        for elder in (False, True):
            usual = _VISITS[journey] * weekend * (0.3 if elder else 1.0)
            people = round(usual * chance.uniform(0.6, 1.5))
            counts: Counter[tuple[str, str]] = Counter()
            for _ in range(people):
                _walk(counts, journey, pages, chance)
            for (page, how), times in counts.items():
                yield VisitCount(
                    kiosk=kiosk,
                    day=day,
                    journey=journey,
                    page=page,
                    how=how,
                    language="zh",
                    elder=elder,
                    times=times,
                )


def _walk(
    counts: Counter[tuple[str, str]], journey: str, pages: tuple[str, ...], chance: random.Random
) -> None:
    for page in pages:
        if chance.random() < _STOPS.get(page, 0.03):
            way = "idle" if chance.random() < 0.4 else "left"
            counts[page, way] += 1
            counts["", way] += 1
            return
        counts[page, "forward"] += 1
        if chance.random() < 0.02:
            counts[page, "could-not"] += 1
    counts["", "failed" if chance.random() < 0.005 else "done"] += 1
    if journey == "submit-item":
        counts["", "filed"] += 1
    if journey in {"submit-item", "collect-result"}:
        counts["", "not-printed" if chance.random() < 0.03 else "printed"] += 1


def _searches(kiosk: Kiosk, day: date, chance: random.Random) -> Iterator[SearchCount]:
    for rank, words in enumerate(_WORDS):
        if chance.random() < 0.5 / (rank + 1):
            yield SearchCount(kiosk=kiosk, day=day, words=words, times=chance.randint(1, 3))
    yield SearchCount(kiosk=kiosk, day=day, words=OTHER_WORDS, times=chance.randint(1, 4))
