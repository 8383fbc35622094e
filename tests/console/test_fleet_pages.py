"""The fleet in the console: overview, list, matrix, organisations, the page of one kiosk."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub.audit.models import Entry
from hub.kiosks.desired import desired
from hub.kiosks.grouping import Keeper, Label, SavedFilter
from hub.kiosks.ledger import MINUTES
from hub.kiosks.models import Kiosk
from kiosk.wire import QueueReport, SettingsReport
from tests.console.conftest import Organisations
from tests.console.fleet import ITEMS, check_in, device, make_kiosk, missing, publish

FLEET = "/console/kiosks/kiosk/"
LOGGED_IN = Callable[..., Client]


@pytest.fixture(autouse=True)
def published() -> None:
    publish(*ITEMS)


@pytest.fixture
def fleet(organisations: Organisations) -> list[Kiosk]:
    """Four kiosks: well, without a camera, silent, and one well in the other district."""
    now = timezone.now()
    places = (organisations.branch, organisations.branch, organisations.east, organisations.west)
    kiosks = [make_kiosk(number, place, people_a_day=10.0) for number, place in enumerate(places, 1)]
    check_in(kiosks[0], now)
    check_in(kiosks[1], now, lacks=(missing("camera", "elderly-card", at="camera"),))
    check_in(kiosks[2], now - timedelta(hours=3))
    check_in(kiosks[3], now)
    Kiosk.objects.update(people_a_day=10.0)
    return kiosks


def text_of(client: Client, address: str, status: int = 200, **headers: str) -> str:
    answer = client.get(address, headers={"accept-language": "en", **headers})
    assert answer.status_code == status, address
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_the_overview_says_what_is_wrong_and_whom_it_hits(console: LOGGED_IN, fleet: list[Kiosk]) -> None:
    page = text_of(console("administrator"), FLEET + "overview/")
    assert re.search(r"online 3 .*recent 0 .*stale 1 .*offline 0", page)
    silent, camera = page.index("no contact 1 10"), page.index("document camera does not work 1 3")
    assert silent < camera


def test_a_district_sees_its_own_kiosks_only(
    console: LOGGED_IN, fleet: list[Kiosk], organisations: Organisations
) -> None:
    client = console("administrator", organisations.west)
    for page in ("overview/", "places/", "matrix/", "matrix/?rows=kiosks", ""):
        shown = text_of(client, FLEET + page)
        assert "西区" in shown or "地点 4" in shown or "directly here 1 1" in shown
        assert not re.search(r"地点 [123]|东区|东街支行", shown), page
    assert "地点 4" in text_of(client, f"{FLEET}matrix/?rows=kiosks&place={organisations.east.pk}")
    for pages in ("change/", "ledger.csv"):
        assert client.get(f"{FLEET}{fleet[0].pk}/{pages}").status_code in {302, 404}


@pytest.mark.parametrize("role", ["publisher", "clerk", "auditor"])
def test_who_has_nothing_to_do_with_kiosks_sees_none(console: LOGGED_IN, role: str) -> None:
    client = console(role)
    for page in ("overview/", "places/", "matrix/", "day/", "", "K0000001/ledger.csv", "filters/"):
        assert client.get(FLEET + page).status_code == 403, page


def test_the_matrix_goes_from_counts_to_kiosks(
    console: LOGGED_IN, fleet: list[Kiosk], organisations: Organisations
) -> None:
    client = console("technician")
    whole = text_of(client, FLEET + "matrix/")
    assert re.search(r"东区 3 kiosks .*2 / 3 .*2 / 3 .*1 / 3 1 cannot · 1 unknown", whole)
    assert re.search(r"西区 1 kiosk .*1 / 1", whole)
    kiosks = text_of(client, f"{FLEET}matrix/?rows=kiosks&place={organisations.branch.pk}")
    assert re.search(r"地点 2 .*can be done .*can be done .*document camera does not work for", kiosks)
    one = text_of(client, f"{FLEET}matrix/?rows=kiosks&q=elderly")
    assert ("Item elderly-card" in one, "Item medical" in one) == (True, False)


def test_the_matrix_is_paged_both_ways(console: LOGGED_IN, organisations: Organisations) -> None:
    publish(*(f"item-{number:02d}" for number in range(20)), version=2)
    now = timezone.now()
    Kiosk.objects.bulk_create(
        Kiosk(
            id=f"K{number:07d}",
            public_key=bytes([number] * 32),
            organisation=organisations.branch,
            last_seen=now,
        )
        for number in range(55)
    )
    client = console("technician")
    first = client.get(f"{FLEET}matrix/?rows=kiosks", headers={"accept-language": "en"})
    assert (len(first.context["items"]), len(first.context["lines"])) == (8, 25)
    second = client.get(f"{FLEET}matrix/{first.context['rows_after']}")
    third = client.get(f"{FLEET}matrix/{second.context['rows_after']}")
    shown = [line["kiosk"].pk for page in (first, second, third) for line in page.context["lines"]]
    assert shown == sorted(Kiosk.objects.values_list("pk", flat=True))
    assert third.context["rows_after"] == ""
    last = client.get(f"{FLEET}matrix/?items=2")
    assert (len(last.context["items"]), last.context["items_after"]) == (4, "")
    for nonsense in (
        "items=x",
        "items=-1",
        "items=99999999999",
        "place=9999",
        "place=%F0%9F%92%A9",
        "label=a",
        "label=%C2%B2",
        "items=%C2%B2",
    ):
        assert client.get(f"{FLEET}matrix/?rows=kiosks&{nonsense}").status_code in {200, 400}, nonsense


def test_pages_cost_the_same_for_few_and_many_kiosks(
    console: LOGGED_IN, organisations: Organisations
) -> None:
    client = console("administrator")
    pages = (
        "overview/",
        "places/",
        "matrix/",
        "matrix/?rows=kiosks",
        "",
        "?trouble=camera",
        "?unable=medical",
    )
    label = Label.objects.create(name="夜间")
    keeper = Keeper.objects.create(name="周师傅", phone="0531-5550123", organisation=organisations.city)

    def grow(numbers: range) -> None:
        for number in numbers:
            kiosk = make_kiosk(number, organisations.branch, keeper=keeper)
            kiosk.labels.add(label)
            check_in(kiosk, timezone.now(), lacks=(missing("camera", *ITEMS),))

    def cost() -> dict[str, int]:
        counted = {}
        for page in pages:
            with CaptureQueriesContext(connection) as caught:
                assert client.get(FLEET + page).status_code == 200
            counted[page] = len(caught)
        return counted

    grow(range(2))
    cost()
    few = cost()
    grow(range(2, 12))
    assert cost() == few
    assert max(few.values()) <= 30


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=online", {1, 2, 4}),
        ("state=stale", {3}),
        ("trouble=camera", {2}),
        ("trouble=silent", {3}),
        ("unable=elderly-card", {2}),
        ("unable=nonsense", set()),
        ("state=nonsense", {1, 2, 3, 4}),
    ],
)
def test_the_list_is_filtered(console: LOGGED_IN, fleet: list[Kiosk], query: str, found: set[int]) -> None:
    answer = console("technician").get(f"{FLEET}?{query}", follow=True)
    assert answer.status_code == 200
    rows = answer.context["cl"].result_list if query != "unable=nonsense" else []
    assert {int(kiosk.pk[1:]) for kiosk in rows} == found


def test_the_page_of_a_kiosk_tells_all_of_it(console: LOGGED_IN, kiosk: Kiosk) -> None:
    now = timezone.now()
    kiosk.keeper = Keeper.objects.create(name="周师傅", phone="0531-5550123", organisation=kiosk.organisation)
    kiosk.save()
    check_in(kiosk, now - timedelta(minutes=4), devices=(device("id-reader"),), up_seconds=50)
    check_in(
        kiosk,
        now,
        up_seconds=290,
        devices=(
            device("id-reader", device="offline", fitness="unknown", reasons=("no-answer", "own-reason")),
            device(paper="out", supply="out"),
        ),
        lacks=(missing("id_card", *ITEMS, at="id-reader"),),
        queue=QueueReport(pending=7, held=2, overdue=1, oldest_seconds=3700),
        keeper_phone="0531-555 9999",
    )
    page = text_of(console("technician"), f"{FLEET}{kiosk.pk}/change/")
    for words in (
        "online",
        "周师傅",
        "Residents are shown the phone 0531-555 9999, the keeper's is 0531-5550123.",
        "does not answer · own-reason",
        "receipt printer out of paper",
        "to be sent 7",
        "the oldest for 1:01:40",
        "2 (1 overdue)",
        "id-reader : works → does not answer · own-reason",
        "Item medical and 2 more",
        "device out of order",
    ):
        assert words in page.replace("error ", "").replace("  ", " "), words
    same = {"keeper_phone": "0531 5550123", "up_seconds": 400}
    check_in(kiosk, now + timedelta(seconds=1), **same)
    assert "Residents are shown" not in text_of(console("technician"), f"{FLEET}{kiosk.pk}/change/")


def test_the_keepers_phone_is_brought_to_the_kiosk(console: LOGGED_IN, kiosk: Kiosk) -> None:
    kiosk.keeper = Keeper.objects.create(name="周师傅", phone="0531-1", organisation=kiosk.organisation)
    kiosk.save()
    check_in(kiosk, timezone.now(), keeper_phone="0531-2", settings=SettingsReport(version="", in_force={}))
    client = console("administrator")
    page = f"{FLEET}{kiosk.pk}/"
    assert "Everything is as it is wanted." in text_of(client, page + "change/")
    assert console("technician").post(page + "identity/", {"keeper": "1"}).status_code == 403
    client.post(page + "identity/", {"keeper": "1"})
    assert desired(Kiosk.objects.get(pk=kiosk.pk)).values == {
        "kiosk.keeper": "周师傅",
        "kiosk.keeper_phone": "0531-1",
    }
    assert "kiosk.keeper_phone 0531-1 not told" in text_of(client, page + "change/")


def test_a_kiosk_that_never_came_has_a_page(console: LOGGED_IN, kiosk: Kiosk) -> None:
    page = text_of(console("administrator"), f"{FLEET}{kiosk.pk}/change/")
    assert "offline" in page
    assert "The kiosk has reported no device." in page
    assert text_of(console("administrator"), f"{FLEET}{kiosk.pk}/change/?day=nonsense")


def test_the_ledger_is_exported_and_every_day_adds_up(console: LOGGED_IN, kiosk: Kiosk) -> None:
    now = timezone.now()
    Kiosk.objects.filter(pk=kiosk.pk).update(place="=cmd()")
    check_in(kiosk, now - timedelta(days=2))
    broken = (missing("camera", "elderly-card"),)
    for minutes in (27, 18, 9, 0):
        check_in(kiosk, now - timedelta(minutes=minutes), lacks=broken)
    answer = console("technician").get(
        f"{FLEET}{kiosk.pk}/ledger.csv?days=3", headers={"accept-language": "en"}
    )
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 3 * len(ITEMS)
    shares = list(rows[0])[4:]
    assert {sum(int(row[share]) for share in shares) for row in rows} == {MINUTES}
    assert sum(int(row["device out of order"]) for row in rows if row["item"] == "elderly-card") in {
        26,
        27,
        28,
    }
    assert not any(int(row["device out of order"]) for row in rows if row["item"] == "medical")
    assert Entry.objects.filter(action="kiosk.ledger_exported").exists()


def test_many_kiosks_are_changed_at_once_within_the_scope(
    console: LOGGED_IN, fleet: list[Kiosk], organisations: Organisations
) -> None:
    label = Label.objects.create(name="夜间", colour="blue")
    keeper = Keeper.objects.create(name="周师傅", phone="1", organisation=organisations.east)
    client = console("administrator", organisations.east)
    chosen = {"action": "change_several", "_selected_action": [kiosk.pk for kiosk in fleet]}
    assert "3 kiosks" in re.sub(
        r"\s+", " ", client.post(FLEET, chosen, headers={"accept-language": "en"}).content.decode()
    )
    wanted = {**chosen, "confirmed": "1", "keeper": keeper.pk, "add_label": label.pk}
    client.post(FLEET, wanted)
    assert list(Kiosk.objects.filter(keeper=keeper, labels=label)) == fleet[:3]
    assert Entry.objects.filter(action="kiosk.changed").count() == 3
    client.post(FLEET, {**chosen, "confirmed": "1", "organisation": organisations.west.pk})
    assert not Kiosk.objects.filter(organisation=organisations.west).exclude(pk=fleet[3].pk).exists()
    client.post(FLEET, {**chosen, "confirmed": "1", "no_keeper": "on", "take_label": label.pk})
    assert not Kiosk.objects.filter(keeper=keeper).exists()
    assert not label.kiosks.exists()


def test_technicians_look_and_do_not_change(console: LOGGED_IN, fleet: list[Kiosk]) -> None:
    client = console("technician")
    chosen = {
        "action": "change_several",
        "_selected_action": [fleet[0].pk],
        "confirmed": "1",
        "no_keeper": "on",
    }
    client.post(FLEET, chosen)
    client.post(f"{FLEET}{fleet[0].pk}/change/", {"place": "anderswo"})
    refused = client.post(f"{FLEET}{fleet[0].pk}/identity/", {"revoke": "1", "reason": "lost"})
    assert refused.status_code == 403
    kiosk = Kiosk.objects.get(pk=fleet[0].pk)
    assert (kiosk.place, kiosk.revoked) == ("地点 1", False)


def test_a_kiosk_is_revoked_for_a_reason(console: LOGGED_IN, kiosk: Kiosk) -> None:
    client = console("administrator")
    client.post(f"{FLEET}{kiosk.pk}/identity/", {"revoke": "1", "reason": "  "})
    assert not Kiosk.objects.get(pk=kiosk.pk).revoked
    client.post(f"{FLEET}{kiosk.pk}/identity/", {"revoke": "1", "reason": "stolen"})
    assert Kiosk.objects.get(pk=kiosk.pk).revoked
    assert Entry.objects.get(action="kiosk.revoked").detail == {"reason": "stolen"}
    Kiosk.objects.update(revoked=False, quarantined_at=timezone.now())
    client.post(f"{FLEET}{kiosk.pk}/identity/", {"release": "1", "reason": "the copy is off"})
    assert Kiosk.objects.get(pk=kiosk.pk).quarantined_at is None


def test_filters_are_saved_shared_and_removed_by_their_owner(
    console: LOGGED_IN, account: Callable[..., User], organisations: Organisations
) -> None:
    owner, below = account("administrator", organisations.east), account("technician", organisations.branch)
    beside = account("technician", organisations.west)
    mine = console(owner)
    query = f"state=offline&place={organisations.branch.pk}&e=1&next=//evil"
    mine.post(FLEET + "filters/", {"name": "夜里离线", "query": query, "shared": "on"})
    kept = SavedFilter.objects.get()
    assert kept.query == f"state=offline&place={organisations.branch.pk}"
    assert "夜里离线" in text_of(console(below), FLEET)
    assert "夜里离线" not in text_of(console(beside), FLEET)
    for who in (below, beside):
        console(who).post(FLEET + "filters/", {"remove": str(kept.pk)})
    assert SavedFilter.objects.count() == 1
    mine.post(FLEET + "filters/", {"name": "", "query": "state=offline"})
    mine.post(FLEET + "filters/", {"name": "x", "query": "evil=1"})
    assert SavedFilter.objects.count() == 1
    mine.post(FLEET + "filters/", {"remove": str(kept.pk)})
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{191*7919}}"]
)
def test_what_is_typed_stays_text(
    console: LOGGED_IN, kiosk: Kiosk, account: Callable[..., User], hostile: str
) -> None:
    user = account("administrator")
    label = Label.objects.create(name=hostile[:40])
    Kiosk.objects.update(place=hostile, address=hostile)
    kiosk.refresh_from_db()
    kiosk.labels.add(label)
    kiosk.keeper = Keeper.objects.create(name=hostile, phone=hostile[:40], organisation=kiosk.organisation)
    kiosk.save()
    broken: dict[str, Any] = {"reasons": (hostile,), "device": "offline"}
    check_in(kiosk, timezone.now(), devices=(device("id-reader", **broken),), keeper_phone=hostile[:40])
    client = console(user)
    client.post(FLEET + "filters/", {"name": hostile, "query": "state=online"})
    for page in ("", "matrix/?rows=kiosks", f"matrix/?q={hostile}", "overview/", f"{kiosk.pk}/change/"):
        shown = client.get(FLEET + page).content.decode()
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
        assert str(191 * 7919) not in shown
