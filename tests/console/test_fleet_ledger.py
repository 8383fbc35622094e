"""The 24 hours of a day at kiosks, from what check-ins have left behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.kiosks.history import Downtime
from hub.kiosks.ledger import MINUTES, Share, minutes
from hub.kiosks.ledgers import day_of, ledger_of, ledgers_of
from hub.kiosks.models import Kiosk
from hub.kiosks.offered import offered
from tests.console.conftest import Organisations
from tests.console.fleet import ITEMS, check_in, device, make_kiosk, missing, publish

DAY = date(2026, 11, 20)
MIDNIGHT = day_of(DAY).since


def at(hour: float) -> datetime:
    return MIDNIGHT + timedelta(hours=hour)


@pytest.fixture(autouse=True)
def published() -> None:
    publish(*ITEMS)


def alive(kiosk: Kiosk, since: float, until: float, **said: object) -> None:
    """Check-ins every nine minutes, the first at ``since``, the last at ``until``."""
    hour = since
    while hour < until:
        check_in(kiosk, at(hour), **said)
        hour += 0.15
    check_in(kiosk, at(until), **said)


def test_a_day_with_everything_in_it(kiosk: Kiosk) -> None:
    publish(*ITEMS, "new-item", version=2)
    alive(kiosk, 1, 3)
    alive(kiosk, 5, 6, up_seconds=30)
    alive(kiosk, 8, 9)
    alive(kiosk, 9, 10, lacks=(missing("id_card", *ITEMS, at="id-reader"),))
    empty = device(supply="out", paper="out")
    paper = (missing("document_printer", "record", at="receipt-printer"),)
    alive(kiosk, 10, 12, catalogue_version=2, lacks=paper, devices=(empty,))
    alive(kiosk, 12, 13, catalogue_version=2, out_of_service="maintenance")
    alive(kiosk, 13, 16, catalogue_version=2)
    Downtime.objects.create(since=at(14), until=at(14.5))
    spent = {
        item: {share.value: amount / 60 for share, amount in minutes(parts).items()}
        for item, parts in ledger_of(Kiosk.objects.get(pk=kiosk.pk), DAY, at(16)).items()
    }
    whole = {
        "not_known": 1,  # before its first word
        "kiosk_off": 2,  # 3 to 5: it had started just before
        "network": 2,  # 6 to 8: it had run all the time
        "hub_down": 0.5,
        "closed": 1,
        "to_come": 8,
    }
    assert spent["medical"] == pytest.approx({"available": 8.5, "device": 1, **whole})
    assert spent["record"] == pytest.approx({"available": 6.5, "device": 1, "paper": 2, **whole})
    before_it_came = {"available": 4.5, "catalogue": 5}  # from 1 to 10, the silences left out
    assert spent["new-item"] == pytest.approx({**before_it_came, **whole})


def test_a_kiosk_that_is_silent_now_is_not_called_available(kiosk: Kiosk) -> None:
    alive(kiosk, 0, 6)
    [parts] = [ledger_of(Kiosk.objects.get(pk=kiosk.pk), DAY, at(8))["medical"]]
    assert [(part.share, part.stretch.until) for part in parts] == [
        (Share.AVAILABLE, at(6)),
        (Share.NOT_KNOWN, at(8)),
        (Share.TO_COME, at(24)),
    ]


checks = st.lists(
    st.tuples(
        st.integers(-600, 1500),  # minute of the day
        st.sampled_from([(), ("camera",), ("camera", "id_card")]),
        st.sampled_from([None, "maintenance"]),
        st.sampled_from([10.0, 1e9]),
    ),
    max_size=8,
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=checks, now=st.integers(0, 2000))
def test_whatever_happened_every_day_adds_up(
    kiosk: Kiosk, story: list[tuple[int, tuple[str, ...], str | None, float]], now: int
) -> None:
    fresh = make_kiosk(Kiosk.objects.count() + 10, kiosk.organisation)
    for minute, causes, closed, up in sorted(story, key=lambda one: one[0]):
        lacks = tuple(missing(cause, item) for cause, item in zip(causes, ITEMS, strict=False))
        check_in(fresh, at(minute / 60), lacks=lacks, out_of_service=closed, up_seconds=up)
    known = Kiosk.objects.get(pk=fresh.pk)
    for day in (DAY - timedelta(days=1), DAY, DAY + timedelta(days=1)):
        for parts in ledger_of(known, day, at(now / 60)).values():
            assert sum((part.stretch.length for part in parts), timedelta(0)) == timedelta(days=1)
            assert sum(minutes(parts).values()) == MINUTES


def test_many_kiosks_cost_the_same_questions_as_one_and_fare_the_same(organisations: Organisations) -> None:
    for number in range(6):
        kiosk = make_kiosk(number, organisations.branch)
        alive(kiosk, 0, 1, lacks=(missing("camera", ITEMS[number % 3]),))
    kiosks = list(Kiosk.objects.all())
    items = offered().values()
    with CaptureQueriesContext(connection) as one:
        ledgers_of(kiosks[:1], items, DAY, at(3))
    with CaptureQueriesContext(connection) as many:
        found = ledgers_of(kiosks, items, DAY, at(3))
    assert len(one) == len(many)
    assert all(found[kiosk.pk] == ledger_of(kiosk, DAY, at(3)) for kiosk in kiosks)


def test_the_page_of_a_day_shows_every_kiosk_and_what_they_came_to(
    console: Callable[..., Client], organisations: Organisations
) -> None:
    now = timezone.now()
    for number, place in enumerate((organisations.branch, organisations.west), 1):
        kiosk = make_kiosk(number, place)
        for minute in (9, 0):
            check_in(
                kiosk,
                now - timedelta(minutes=minute),
                lacks=(missing("camera", "elderly-card"),) if number == 1 else (),
            )
    client = console("technician", organisations.east)
    page = client.get("/console/kiosks/kiosk/day/?item=elderly-card", headers={"accept-language": "en"})
    assert [bar["kiosk"].pk for bar in page.context["bars"]] == ["K0000001"]
    everything = console("technician").get("/console/kiosks/kiosk/day/?item=elderly-card")
    assert len(everything.context["bars"]) == 2
    assert sum(float(row["percent"]) for row in everything.context["together"]) == pytest.approx(100, abs=0.3)
    for nonsense in (
        "item=nonsense",
        "day=2026-02-31",
        "day=9999-12-31",
        "day=0001-01-01",
        "place=x",
    ):
        assert client.get(f"/console/kiosks/kiosk/day/?{nonsense}").status_code == 200, nonsense
    assert console("clerk").get("/console/kiosks/kiosk/day/").status_code == 403
