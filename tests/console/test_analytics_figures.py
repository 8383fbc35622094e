"""Counts as they come from kiosks, and the figures that are made of them, each within its scope."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from hub.analytics import figures
from hub.analytics.figures import Asked
from hub.analytics.models import GuideCount, SearchCount, VisitCount
from hub.analytics.receiving import KEEP, receive_counts
from hub.analytics.words import journey_name, page_name
from hub.intake.opening import Arrival
from hub.kiosks.models import Kiosk
from kiosk.wire import DayCounts
from kiosk.wire import GuideCount as Opened
from kiosk.wire import SearchCount as Unanswered
from kiosk.wire import VisitCount as Happened
from tests.console.conftest import Organisations

DAY = date(2026, 11, 20)


def arrived(kiosk: Kiosk, counts: DayCounts, number: UUID | None = None) -> None:
    payload = counts.model_dump_json().encode()
    receive_counts(Arrival(number or uuid4(), kiosk, datetime.now(UTC), payload, ()))


def happened(how: str, times: int, page: str | None = None, *, elder: bool = False) -> Happened:
    return Happened.model_validate(
        {"journey": "submit-item", "page": page, "how": how, "language": "zh", "elder": elder, "times": times}
    )


def of_a_day(day: date = DAY) -> DayCounts:
    return DayCounts(
        day=day,
        visits=(
            happened("forward", 8, "present-id-card"),
            happened("idle", 2, "present-id-card"),
            happened("forward", 5, "check-answers"),
            happened("back", 2, "check-answers"),
            happened("left", 1, "check-answers"),
            happened("could-not", 1, "check-answers"),
            happened("done", 5),
            happened("left", 1),
            happened("idle", 2),
            happened("filed", 5),
            happened("idle", 1, "present-id-card", elder=True),
            happened("idle", 1, elder=True),
        ),
        opened=(Opened(item_id="elderly-card", times=4),),
        unanswered=(Unanswered(words="修水管", times=3), Unanswered(words="other", times=2)),
    )


@pytest.fixture
def west_kiosk(organisations: Organisations) -> Kiosk:
    return Kiosk.objects.create(id="K0000002", public_key=os.urandom(32), organisation=organisations.west)


@pytest.fixture
def asked(account: Callable[..., User]) -> Asked:
    return Asked(account("administrator"), DAY - timedelta(days=6), DAY)


def test_a_kiosks_day_counts_once(kiosk: Kiosk, asked: Asked) -> None:
    arrived(kiosk, of_a_day())
    arrived(kiosk, of_a_day())
    assert figures.sought(asked) == ([figures.Sought("修水管", 3, 1, (3,))], 2)
    assert figures.opened_guides(asked) == [("elderly-card", 4)]


def test_the_funnel_says_where_visits_stop(kiosk: Kiosk, asked: Asked) -> None:
    arrived(kiosk, of_a_day())
    pages = figures.funnel(asked, "submit-item")
    assert [(one.page, one.entered, one.stopped) for one in pages] == [
        ("present-id-card", 11, 3),
        ("check-answers", 8, 1),
    ]
    assert pages[1].ways["could-not"] == 1
    assert pages[1].share("back") == 0.25
    assert [(journey, one.page, one.ways["idle"]) for journey, one in figures.time_outs(asked)] == [
        ("submit-item", "present-id-card", 3)
    ]
    usual = Asked(asked.user, asked.since, asked.until, elder=False)
    assert figures.funnel(usual, "submit-item")[0].entered == 10


def test_outcomes_and_days(kiosk: Kiosk, asked: Asked) -> None:
    arrived(kiosk, of_a_day())
    (journey,) = figures.outcomes(asked)
    assert (journey.journey, journey.visits, journey.ways["filed"]) == ("submit-item", 9, 5)
    assert journey.share("done") == pytest.approx(5 / 9)
    days = figures.by_day(asked)
    assert len(days) == 7
    assert [figures.total(counts) for _day, counts in days] == [0, 0, 0, 0, 0, 0, 9]
    assert figures.outcomes(asked.before()) == []


def test_words_are_summed_by_week_over_kiosks(kiosk: Kiosk, west_kiosk: Kiosk, asked: Asked) -> None:
    two_weeks = Asked(asked.user, DAY - timedelta(days=13), DAY)
    arrived(kiosk, of_a_day())
    arrived(west_kiosk, of_a_day())
    arrived(kiosk, of_a_day(DAY - timedelta(days=7)))
    words, other = figures.sought(two_weeks)
    assert words == [figures.Sought("修水管", 9, 2, (3, 6))]
    assert other == 6


def test_figures_of_another_place_are_not_seen(
    kiosk: Kiosk, west_kiosk: Kiosk, organisations: Organisations, account: Callable[..., User]
) -> None:
    arrived(kiosk, of_a_day())
    west = Asked(account("administrator", organisations.west), DAY, DAY)
    assert figures.sought(west) == ([], 0)
    assert figures.outcomes(west) == []
    arrived(west_kiosk, of_a_day())
    assert figures.total(figures.by_day(west)[0][1]) == 9
    city = Asked(account("administrator"), DAY, DAY)
    assert figures.total(figures.by_day(city)[0][1]) == 18
    narrowed = Asked(city.user, DAY, DAY, organisation=organisations.east)
    assert figures.total(figures.by_day(narrowed)[0][1]) == 9


def test_old_counts_are_forgotten(kiosk: Kiosk) -> None:
    today = timezone.localdate()
    for ago in (KEEP + timedelta(days=1), KEEP, timedelta(days=1)):
        arrived(kiosk, of_a_day(today - ago))
    for model in (VisitCount, GuideCount, SearchCount):
        assert set(model.objects.values_list("day", flat=True)) == {today - KEEP, today - timedelta(days=1)}


def test_pages_have_names() -> None:
    assert page_name("present-id-card") != "present-id-card"
    assert page_name("ask-phone").endswith("phone")
    assert page_name("never-seen") == "never-seen"
    assert journey_name("submit-item") != "submit-item"
