"""The pages of the analytics and the first page: for whom, within which scope, safe as a table."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hub.alerts.choices import Severity, State, SymptomKey
from hub.alerts.models import Alert, Round
from hub.analytics.models import GuideCount, SearchCount, VisitCount
from hub.audit.models import Entry
from hub.kiosks.models import Kiosk
from tests.console.conftest import Organisations

SEARCHES = "/console/analytics/searchcount/"
VISITS = "/console/analytics/visitcount/"
HOSTILE = ("=1+2", "@SUM(A1)", "<script>alert", "'\"><img")


@pytest.fixture
def counted(kiosk: Kiosk) -> Kiosk:
    """What the kiosk counted yesterday."""
    day = timezone.localdate() - timedelta(days=1)
    for words, times in (("修水管", 7), ("other", 3), *((one, 1) for one in HOSTILE)):
        SearchCount.objects.create(kiosk=kiosk, day=day, words=words, times=times)
    GuideCount.objects.create(kiosk=kiosk, day=day, item_id="elderly-card", times=4)
    for page, how, times in (
        ("present-id-card", "forward", 8),
        ("present-id-card", "idle", 2),
        ("", "done", 8),
        ("", "idle", 2),
        ("", "filed", 6),
    ):
        VisitCount.objects.create(
            kiosk=kiosk,
            day=day,
            journey="submit-item",
            page=page,
            how=how,
            language="zh",
            elder=False,
            times=times,
        )
    return kiosk


def words_of(page: str) -> str:
    """The text of a page, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_what_was_sought_is_ranked_and_leads_to_writing(
    counted: Kiosk, console: Callable[..., Client]
) -> None:
    page = console("publisher").get(SEARCHES).content.decode()
    assert "修水管 7 1" in words_of(page)
    assert "/console/catalogue/sourcefile/?q=" in page
    assert "<script>alert" not in page
    assert "other" not in words_of(page)


def test_where_visits_stop_is_shown_by_page(counted: Kiosk, console: Callable[..., Client]) -> None:
    client = console("administrator")
    shown = words_of(client.get(VISITS).content.decode())
    assert "放身份证 10 20%" in shown
    assert "申报事项 10 80% 6 –" in shown
    assert "放身份证 10" not in words_of(client.get(f"{VISITS}?mode=elder").content.decode())
    assert "放身份证 10" not in words_of(client.get(f"{VISITS}?language=en").content.decode())


@pytest.mark.parametrize("query", ["days=x", "days=9999", "place=x", "place=999999", "journey=x", "mode=x"])
def test_what_makes_no_sense_is_left_out(query: str, counted: Kiosk, console: Callable[..., Client]) -> None:
    client = console("administrator")
    assert "放身份证 10" in words_of(client.get(f"{VISITS}?{query}").content.decode())
    assert client.get(f"{SEARCHES}?{query}").status_code == 200


def test_the_chart_gets_numbers_and_words(counted: Kiosk, console: Callable[..., Client]) -> None:
    answer = console("administrator").get(VISITS)
    chart = json.loads(answer.context["chart"])
    assert [len(one["data"]) for one in chart["datasets"]] == [28] * 4
    assert [one["data"][-1] for one in chart["datasets"]] == [8, 0, 2, 0]
    assert chart["datasets"][0]["label"] == "办到底"


@pytest.mark.parametrize("address", [SEARCHES, VISITS])
def test_figures_are_for_those_who_may_and_of_their_places(
    address: str, counted: Kiosk, organisations: Organisations, console: Callable[..., Client]
) -> None:
    for role in ("clerk", "technician", "auditor", "security_officer"):
        assert console(role).get(address).status_code == 403
    west = console("administrator", organisations.west)
    for query in ("", f"?place={organisations.east.pk}", "?format=csv"):
        answer = west.get(address + query)
        content = b"".join(answer) if answer.streaming else answer.content
        assert "修水管" not in content.decode()
        assert (
            "放身份证" not in content.decode()
            or "10" not in words_of(content.decode()).split("放身份证")[1][:4]
        )


def test_a_table_holds_no_formula_and_is_recorded(counted: Kiosk, console: Callable[..., Client]) -> None:
    client = console("administrator")
    table = b"".join(client.get(f"{SEARCHES}?format=csv")).decode("utf-8-sig")
    assert "修水管,7,1" in table
    assert "'=1+2,1,1" in table
    assert "'@SUM(A1),1,1" in table
    assert "放身份证,10,8,0,0,2,0,0" in b"".join(client.get(f"{VISITS}?format=csv")).decode("utf-8-sig")
    actions = set(Entry.objects.values_list("action", flat=True))
    assert {"searchcount.exported", "visitcount.exported"} <= actions


def test_single_counts_are_not_shown(counted: Kiosk, console: Callable[..., Client]) -> None:
    client, row = console("administrator"), SearchCount.objects.first()
    assert row is not None
    for page in ("change", "delete", "history"):
        assert client.get(f"{SEARCHES}{row.pk}/{page}/").status_code == 403


# --------------------------------------------------------------------------------------------- the first page


@pytest.fixture
def alert(organisations: Organisations, kiosk: Kiosk) -> Alert:
    now = timezone.now()
    Round.objects.create(id=1, at=now)
    return Alert.objects.create(
        symptom=SymptomKey.KIOSK_OFFLINE,
        group="x",
        organisation=organisations.branch,
        severity=Severity.CRITICAL,
        state=State.FIRING,
        since=now,
        seen_at=now,
        fired_at=now,
    )


def test_the_first_page_says_what_is_wrong_and_how_things_stand(
    counted: Kiosk, alert: Alert, console: Callable[..., Client]
) -> None:
    page = console("administrator").get("/console/").content.decode()
    shown = words_of(page)
    assert f"/console/alerts/alert/{alert.pk}/change/" in page
    assert "终端失联 东区 东街支行" in shown
    assert "台在线，共 1 台" in shown
    assert "办理次数 10" in shown
    assert "修水管 7" in shown


def test_the_first_page_of_another_place_knows_nothing_of_it(
    counted: Kiosk, alert: Alert, organisations: Organisations, console: Callable[..., Client]
) -> None:
    shown = words_of(console("administrator", organisations.west).get("/console/").content.decode())
    assert "一切正常" in shown
    assert "台在线，共 0 台" in shown
    assert "东街支行" not in shown
    assert "修水管" not in shown


@pytest.mark.parametrize(
    ("role", "there", "missing"),
    [
        ("clerk", "在办办件", "当前问题"),
        ("publisher", "搜了没找到", "在办办件"),
        ("technician", "终端待传", "在办办件"),
        ("security_officer", "当前问题", "终端待传"),
        ("auditor", "审计", "当前问题"),
    ],
)
def test_everybody_sees_what_their_role_may(
    role: str, there: str, missing: str, alert: Alert, console: Callable[..., Client]
) -> None:
    shown = words_of(console(role).get("/console/").content.decode())
    assert there in shown
    assert missing not in shown


def test_where_nobody_watches_the_first_page_looks_itself(
    kiosk: Kiosk, console: Callable[..., Client]
) -> None:
    Kiosk.objects.update(last_seen=timezone.now() - timedelta(hours=2))
    assert "终端失联" in words_of(console("administrator").get("/console/").content.decode())
    assert Round.objects.get().at is not None
