"""Alerts in the console: what is wrong, for whom to see; taken up, silenced, set; and recorded."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from hub.alerts.choices import Severity, State, SymptomKey
from hub.alerts.models import Alert, AlertSilence, Contact, Member, Rule
from hub.audit.models import Entry
from hub.kiosks.models import Kiosk
from tests.console.conftest import Organisations

ALERTS = "/console/alerts/alert/"


@pytest.fixture
def alert(organisations: Organisations, kiosk: Kiosk) -> Alert:
    now = timezone.now()
    alert = Alert.objects.create(
        rule=Rule.objects.get(symptom=SymptomKey.KIOSK_OFFLINE),
        symptom=SymptomKey.KIOSK_OFFLINE,
        group="x",
        organisation=organisations.branch,
        severity=Severity.CRITICAL,
        state=State.FIRING,
        since=now,
        seen_at=now,
        fired_at=now,
    )
    Member.objects.create(alert=alert, key=kiosk.id, words=str(kiosk), value=20, kiosk=kiosk, since=now)
    return alert


def test_an_alert_is_shown_and_taken_up_once(alert: Alert, console: Callable[..., Client]) -> None:
    client = console("technician")
    assert "东街支行" in client.get(ALERTS).content.decode()
    page = client.get(f"{ALERTS}{alert.pk}/change/").content.decode()
    assert "K0000001 东街支行大厅" in page
    assert client.get(f"{ALERTS}{alert.pk}/acknowledge/").status_code == 403
    assert client.post(f"{ALERTS}{alert.pk}/acknowledge/").status_code == 302
    alert.refresh_from_db()
    first = alert.acknowledged_at
    assert alert.acknowledged_by.startswith("technician")
    assert Entry.objects.get(action="alert.acknowledged").target == f"alerts.alert {alert.pk}"
    client.post(f"{ALERTS}{alert.pk}/acknowledge/")
    alert.refresh_from_db()
    assert alert.acknowledged_at == first


def test_what_is_over_stands_in_a_list_of_its_own(alert: Alert, console: Callable[..., Client]) -> None:
    client = console("administrator")
    for state, shown in ((State.FIRING, ""), (State.RESOLVED, "?list=resolved"), (State.PENDING, None)):
        Alert.objects.update(state=state)
        for query in ("", "?list=resolved"):
            assert ("东街支行" in client.get(ALERTS + query).content.decode()) is (query == shown), state
    Alert.objects.update(state=State.FIRING)
    assert "东街支行" in client.get(ALERTS + "?list=all").content.decode()


def test_alerts_of_another_place_are_not_found(
    alert: Alert, organisations: Organisations, console: Callable[..., Client]
) -> None:
    client = console("administrator", organisations.west)
    assert "东街支行" not in client.get(ALERTS).content.decode()
    assert client.get(f"{ALERTS}{alert.pk}/change/").status_code == 302
    assert client.post(f"{ALERTS}{alert.pk}/acknowledge/").status_code == 404
    alert.refresh_from_db()
    assert alert.acknowledged_at is None


@pytest.mark.parametrize("role", ["clerk", "publisher", "auditor"])
def test_other_roles_have_nothing_to_do_with_them(
    role: str, alert: Alert, console: Callable[..., Client]
) -> None:
    client = console(role)
    for address in (
        ALERTS,
        f"{ALERTS}{alert.pk}/change/",
        "/console/alerts/contact/",
        "/console/alerts/rule/",
    ):
        assert client.get(address).status_code == 403
    assert client.post(f"{ALERTS}{alert.pk}/acknowledge/").status_code == 403


def test_a_silence_begins_where_one_stands(
    alert: Alert, console: Callable[..., Client], account: Callable[..., User]
) -> None:
    user = account("technician")
    client = console(user)
    page = client.get(f"{ALERTS}{alert.pk}/change/").content.decode()
    address = page.partition('href="/console/alerts/alertsilence/add/')[2].partition('"')[0]
    assert "kiosk=K0000001" in address
    assert client.get(f"/console/alerts/alertsilence/add/{html.unescape(address)}").status_code == 200
    until = timezone.localtime(timezone.now() + timedelta(hours=2))
    given = {
        "organisation": alert.organisation_id,
        "symptom": alert.symptom,
        "kiosk": "K0000001",
        "reason": "换路由器",
        "until_0": f"{until:%Y-%m-%d}",
        "until_1": f"{until:%H:%M:%S}",
    }
    assert client.post("/console/alerts/alertsilence/add/", given).status_code == 302
    silence = AlertSilence.objects.get()
    assert (silence.by, silence.kiosk_id) == (user.get_username(), "K0000001")
    assert Entry.objects.filter(action="alertsilence.added").exists()
    assert "换路由器" in client.get(f"{ALERTS}{alert.pk}/change/").content.decode()


def test_nobody_silences_or_sets_above_their_own_place(
    organisations: Organisations, console: Callable[..., Client]
) -> None:
    client = console("administrator", organisations.west)
    given = {
        "organisation": organisations.city.pk,
        "reason": "x",
        "until_0": "2030-01-01",
        "until_1": "00:00",
    }
    assert client.post("/console/alerts/alertsilence/add/", given).status_code == 200
    assert not AlertSilence.objects.exists()
    rule = Rule.objects.first()
    assert rule is not None
    assert client.get(f"/console/alerts/rule/{rule.pk}/change/").status_code == 302


def test_a_contact_is_set_and_its_secret_shown_to_who_may(
    organisations: Organisations, console: Callable[..., Client]
) -> None:
    client = console("administrator")
    given = {
        "name": "值班系统",
        "organisation": organisations.city.pk,
        "url": "http://10.0.0.9/hook",
        "language": "zh-hans",
        "least": 2,
        "after": 0,
        "enabled": "on",
    }
    refused = client.post("/console/alerts/contact/add/", {**given, "url": "http://127.0.0.1/"})
    assert refused.status_code == 200
    assert client.post("/console/alerts/contact/add/", given).status_code == 302
    contact = Contact.objects.get()
    assert contact.secret_text in client.get(f"/console/alerts/contact/{contact.pk}/change/").content.decode()
    assert console("technician").get("/console/alerts/contact/").status_code == 403


def test_rules_are_changed_and_it_is_recorded(console: Callable[..., Client]) -> None:
    client = console("administrator")
    rule = Rule.objects.get(symptom=SymptomKey.PAPER_LOW)
    given = {
        "symptom": rule.symptom,
        "organisation": rule.organisation_id,
        "threshold": "2",
        "lasting": "0",
        "severity": "3",
        "grouping": "kiosk",
    }
    assert "纸" in client.get("/console/alerts/rule/").content.decode()
    assert client.post(f"/console/alerts/rule/{rule.pk}/change/", given).status_code == 302
    rule.refresh_from_db()
    assert (rule.threshold, rule.severity, rule.enabled) == (2, 3, False)
    assert "Threshold" in Entry.objects.get(action="rule.changed").detail["fields"]


@pytest.mark.parametrize(("minutes", "words"), [(20, "20 分钟"), (150, "2 小时"), (5773, "4 天")])
def test_how_long_is_said_as_people_say_it(
    minutes: int, words: str, alert: Alert, console: Callable[..., Client]
) -> None:
    Member.objects.update(value=minutes)
    page = console("technician").get(f"{ALERTS}{alert.pk}/change/").content.decode()
    assert f"K0000001 东街支行大厅 ({words})" in page
