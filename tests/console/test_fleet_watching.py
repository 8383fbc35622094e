"""What the hub keeps of check-ins, and what it says of it: who can do what, why not, since when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hub.kiosks import availability, uptime
from hub.kiosks.availability import Standing, Tally
from hub.kiosks.history import AvailabilitySpan, Change, Downtime, HubSign, Silence, Trend
from hub.kiosks.models import Kiosk
from hub.kiosks.state import LiveState
from hub.kiosks.watching import KEEP, forget, note_check_in
from kiosk.wire import QueueReport
from tests.console.conftest import Organisations
from tests.console.fleet import ITEMS, NOW, check_in, device, make_kiosk, missing, publish, report


def after(**length: float) -> datetime:
    return NOW + timedelta(**length)


@pytest.fixture(autouse=True)
def published() -> None:
    publish(*ITEMS)


def queries_of(call: Callable[[], Any]) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        call()
    return [one["sql"] for one in caught if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))]


def test_a_check_in_that_says_nothing_new_costs_one_update(kiosk: Kiosk) -> None:
    check_in(kiosk, NOW, devices=(device(printed=5),))
    known = Kiosk.objects.get(pk=kiosk.pk)
    same = report(devices=(device(printed=9),), up_seconds=1e6 + 30)
    sent = queries_of(lambda: note_check_in(known, same, after(seconds=30)))
    assert len(sent) == 1
    assert sent[0].startswith("UPDATE")
    assert Kiosk.objects.get(pk=kiosk.pk).last_seen == after(seconds=30)


def test_what_cannot_be_done_is_told_with_cause_device_and_since_when(kiosk: Kiosk) -> None:
    check_in(kiosk, NOW)
    broken = (missing("camera", "elderly-card", at="camera"),)
    for minute in (1, 2, 3):
        check_in(kiosk, after(minutes=minute), lacks=broken)
    [standing] = availability.now("elderly-card", at=after(minutes=3))
    assert standing == Standing(kiosk.pk, "elderly-card", False, "camera", "camera", after(minutes=1))
    assert availability.now("medical", at=after(minutes=3)) == [
        Standing(kiosk.pk, "medical", True, since=NOW)
    ]
    check_in(kiosk, after(minutes=4))
    assert availability.now("elderly-card", at=after(minutes=4)) == [
        Standing(kiosk.pk, "elderly-card", True, since=after(minutes=4))
    ]
    assert availability.now("marriage", at=after(minutes=4)) == []


def test_a_printer_without_paper_is_short_of_paper_not_broken(kiosk: Kiosk) -> None:
    empty = device(supply="out", paper="out")
    lacks = (missing("document_printer", "record", at="receipt-printer"),)
    check_in(kiosk, NOW, devices=(empty,), lacks=lacks)
    [standing] = availability.now("record", at=NOW)
    assert (standing.able, standing.cause, standing.device) == (False, "paper", "receipt-printer")
    broken = device(device="hardwareError", fitness="failed")
    check_in(kiosk, after(minutes=1), devices=(broken,), lacks=lacks)
    [standing] = availability.now("record", at=after(minutes=1))
    assert (standing.cause, standing.since) == ("document_printer", after(minutes=1))


def test_of_a_silent_kiosk_nothing_is_known(kiosk: Kiosk) -> None:
    check_in(kiosk, NOW)
    [still] = availability.now("medical", at=after(minutes=9))
    [gone] = availability.now("medical", at=after(minutes=11))
    assert still.able is True
    assert gone == Standing(kiosk.pk, "medical", None, "silent", since=NOW)


@pytest.mark.parametrize(
    ("said", "cause", "able"),
    [
        ({"out_of_service": "maintenance"}, "closed", False),
        ({"lacks": None}, "not_told", None),
        ({"catalogue_version": 1}, "old_catalogue", False),
        (
            {"catalogue_version": 2, "lacks": (missing("receipt_printer", "new-item", stops=False),)},
            "receipt_printer",
            True,
        ),
    ],
)
def test_why_not(kiosk: Kiosk, said: dict[str, Any], cause: str, able: bool | None) -> None:
    publish(*ITEMS, "new-item", version=2)
    check_in(kiosk, NOW, **{"catalogue_version": 2, **said})
    [standing] = availability.now("new-item", at=NOW)
    assert (standing.cause, standing.able) == (cause, able)


def test_counts_by_place_agree_with_the_single_cells(organisations: Organisations) -> None:
    publish(*ITEMS, "new-item", version=2)
    said: list[dict[str, Any]] = [
        {},
        {"lacks": (missing("camera", "elderly-card"), missing("paper", "record", stops=False))},
        {"out_of_service": "maintenance"},
        {"lacks": None},
        {"catalogue_version": 1},
        {"lacks": (missing("id_card", *ITEMS),)},
    ]
    for number, fields in enumerate(said * 2):
        place = organisations.east if number % 2 else organisations.west
        kiosk = make_kiosk(number, place)
        at = NOW if number != 3 else NOW - timedelta(hours=2)
        check_in(kiosk, at, **{"catalogue_version": 2, **fields})
    make_kiosk(50, organisations.east)
    make_kiosk(51, organisations.east, revoked=True, last_seen=NOW)
    quarantined = make_kiosk(52, organisations.east, quarantined_at=NOW)
    check_in(quarantined, NOW, lacks=(missing("camera", *ITEMS),))
    counted: dict[tuple[int, str], Tally] = {}
    places = dict(Kiosk.objects.values_list("pk", "organisation_id"))
    for item in (*ITEMS, "new-item"):
        for one in availability.now(item, at=NOW):
            tally = counted.setdefault((places[one.kiosk], item), Tally())
            tally.able += one.able is True and not one.cause
            tally.limited += one.able is True and bool(one.cause)
            tally.unable += one.able is False
            tally.unknown += one.able is None
    assert availability.tallies(Kiosk.objects.all(), (*ITEMS, "new-item"), NOW) == counted
    assert "K0000051" not in {one.kiosk for one in availability.now("medical", at=NOW)}, "revoked"
    assert sum(availability.live(Kiosk.objects.all()).values()) == Kiosk.objects.count() - 1


def test_troubles_come_by_the_people_they_hit(organisations: Organisations) -> None:
    for number, people in enumerate((10.0, 200.0, 3.0)):
        make_kiosk(number, organisations.east, people_a_day=people)
    one, busy, silent = Kiosk.objects.order_by("pk")
    check_in(silent, NOW - timedelta(hours=1))
    check_in(one, NOW, lacks=(missing("camera", "elderly-card"),))
    check_in(busy, NOW, lacks=(missing("id_card", *ITEMS),))
    Kiosk.objects.filter(pk=one.pk).update(people_a_day=9.0)
    Kiosk.objects.filter(pk=busy.pk).update(people_a_day=200.0)
    Kiosk.objects.filter(pk=silent.pk).update(people_a_day=2.5)
    found = availability.troubles(Kiosk.objects.all(), NOW)
    assert [(each.cause, each.kiosks, each.people) for each in found] == [
        ("id_card", 1, 200.0),
        ("camera", 1, 3.0),
        ("silent", 1, 2.5),
    ]


def test_questions_cost_the_same_for_few_and_many_kiosks(organisations: Organisations) -> None:
    def cost() -> list[int]:
        kiosks = Kiosk.objects.all()
        asked: tuple[Callable[[], Any], ...] = (
            lambda: availability.now("medical", at=NOW),
            lambda: availability.tallies(kiosks, ITEMS, NOW),
            lambda: availability.troubles(kiosks, NOW),
            lambda: availability.live(kiosks),
        )
        return [len(queries_of(one)) for one in asked]

    def grow(numbers: range) -> None:
        for number in numbers:
            check_in(make_kiosk(number, organisations.branch), NOW, lacks=(missing("camera", *ITEMS),))

    grow(range(2))
    cost()  # what a process reads once, it has read then
    few = cost()
    grow(range(2, 12))
    assert cost() == few
    assert max(few) <= 9


def test_a_silence_is_kept_with_what_was_behind_it(kiosk: Kiosk) -> None:
    check_in(kiosk, NOW, up_seconds=100)
    check_in(kiosk, after(minutes=9), up_seconds=640)
    assert not Silence.objects.exists()
    check_in(kiosk, after(hours=2), up_seconds=7300)
    check_in(kiosk, after(hours=5), up_seconds=30)
    check_in(kiosk, after(hours=9), up_seconds=None)
    causes = [(one.since, one.until, one.cause) for one in Silence.objects.order_by("since")]
    assert causes == [
        (after(minutes=9), after(hours=2), "network"),
        (after(hours=2), after(hours=5), "kiosk_off"),
        (after(hours=5), after(hours=9), "not_known"),
    ]


def test_the_hubs_own_absence_is_nobody_elses_fault(kiosk: Kiosk) -> None:
    uptime.tick(NOW)
    check_in(kiosk, NOW)
    uptime.tick(after(hours=30))
    assert [(one.since, one.until) for one in Downtime.objects.all()] == [(NOW, after(hours=30))]
    [standing] = availability.now("medical", at=after(hours=30, seconds=20))
    assert standing.able is True
    check_in(kiosk, after(hours=30, seconds=25))
    assert not Silence.objects.exists()
    for minute in range(61):
        uptime.tick(after(hours=30, minutes=minute))
    assert uptime.cutoffs(after(hours=31)).state(after(hours=30, seconds=25)) is LiveState.STALE


def test_a_hub_that_gives_no_sign_is_down_until_it_does() -> None:
    for second in range(0, 300, 20):
        uptime.tick(after(seconds=second))
    assert not Downtime.objects.exists()
    assert HubSign.objects.count() == 1
    assert uptime.downtimes(NOW, after(seconds=300)) == []
    [open_one] = uptime.downtimes(NOW, after(hours=1))
    assert (open_one.since, open_one.until) == (after(seconds=280), after(hours=1))


def test_changes_are_kept_and_cards_that_come_and_go_are_none(kiosk: Kiosk) -> None:
    well = device("id-reader", media="notPresent")
    check_in(kiosk, NOW, devices=(well,), up_seconds=5)
    check_in(kiosk, after(seconds=30), devices=(device("id-reader", media="present"),), up_seconds=35)
    assert not Change.objects.exists()
    broken = device("id-reader", device="offline", fitness="unknown", reasons=("no-answer",))
    check_in(kiosk, after(seconds=60), devices=(broken,), up_seconds=65)
    check_in(kiosk, after(seconds=90), devices=(broken,), software="0.2", up_seconds=3)
    kinds = [(one.kind, one.subject) for one in Change.objects.order_by("at", "kind")]
    assert kinds == [("device", "id-reader"), ("software", ""), ("start", "")]
    first = Change.objects.get(kind="device")
    assert first.before is not None
    assert first.after is not None
    assert (first.before["device"], first.after["device"], first.after["reasons"]) == (
        "online",
        "offline",
        ["no-answer"],
    )


def test_queue_people_and_paper_are_counted_by_hour_and_day(kiosk: Kiosk) -> None:
    for hour in range(0, 24 * 6, 2):
        printed, read = 10 * hour // 24, 7 * hour // 24
        check_in(
            kiosk,
            after(hours=hour),
            queue=QueueReport(pending=hour % 5, held=0, oldest_seconds=float(hour)),
            devices=(device(printed=printed, paper="full"), device("id-reader", read=read)),
            up_seconds=hour * 3600.0,
        )
    numbers = Trend.objects.get(kiosk=kiosk).numbers
    assert len(numbers["hours"]) == 48
    assert len(numbers["days"]) == 7
    assert Kiosk.objects.get(pk=kiosk.pk).people_a_day == 7
    assert Kiosk.objects.get(pk=kiosk.pk).waiting == (24 * 6 - 2) % 5


def test_the_past_is_kept_for_ninety_days_and_what_lasts_stays(kiosk: Kiosk) -> None:
    long_ago = NOW - KEEP - timedelta(days=1)
    check_in(kiosk, long_ago, lacks=(missing("camera", "medical", "record"),))
    check_in(kiosk, long_ago + timedelta(hours=1), lacks=(missing("camera", "medical"),), software="0.3")
    check_in(kiosk, NOW, lacks=(missing("camera", "medical"),), software="0.4", up_seconds=1e9)
    forget(NOW - KEEP)
    assert [span.item for span in AvailabilitySpan.objects.all()] == ["medical"]
    assert [one.after for one in Change.objects.all()] == ["0.4"]
