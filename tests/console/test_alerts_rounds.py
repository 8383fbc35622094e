"""From a symptom to a word: rules, groups, silences, escalation. The time is said, not waited for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from pytest_django import Settings

from hub.alerts import rounds
from hub.alerts.choices import Delivery, Grouping, Kind, Severity, State, SymptomKey
from hub.alerts.models import Alert, AlertSilence, Contact, Notification, Rule
from hub.alerts.outbox import deliver
from hub.alerts.symptoms import SYMPTOMS, Sign
from hub.alerts.telling import Audience
from hub.kiosks.models import Kiosk
from tests.console.conftest import Organisations

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def a_mail_server(settings: Settings) -> None:
    settings.EMAIL_HOST = "mail.example.cn"


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


@pytest.fixture
def rule(organisations: Organisations) -> Rule:
    """One rule alone: kiosks that are not heard, an alert for each organisation."""
    Rule.objects.all().delete()
    return Rule.objects.create(symptom=SymptomKey.KIOSK_OFFLINE, threshold=15, severity=Severity.WARNING)


@pytest.fixture
def hears(kiosk: Kiosk) -> Callable[[datetime | None], None]:
    """The kiosk is heard at a moment."""

    def hear(at: datetime | None) -> None:
        Kiosk.objects.filter(pk=kiosk.pk).update(last_seen=at)

    hear(after(-60))
    return hear


@pytest.fixture
def contact(organisations: Organisations) -> Contact:
    return Contact.objects.create(
        name="on duty", organisation=organisations.city, email="duty@example.cn", language="en"
    )


def kinds() -> list[str]:
    return list(Notification.objects.order_by("created_at", "kind").values_list("kind", flat=True))


def only() -> Alert:
    return Alert.objects.get()


@pytest.mark.usefixtures("hears")
def test_a_symptom_becomes_an_alert_and_somebody_is_told_once(
    rule: Rule, contact: Contact, mailoutbox: list[EmailMessage]
) -> None:
    assert rounds.look(START)
    alert = only()
    assert (alert.state, alert.severity) == (State.FIRING, Severity.WARNING)
    assert [(one.words, one.value) for one in alert.members.all()] == [("K0000001 东街支行大厅", 60)]
    assert deliver(START) == 1
    assert deliver(after(1)) == 0
    (mail,) = mailoutbox
    assert mail.subject == "[warning] kiosk not heard: 东区 东街支行"
    assert mail.to == ["duty@example.cn"]
    assert "K0000001 东街支行大厅 (60 minutes)" in mail.body
    assert f"/console/alerts/alert/{alert.pk}/change/" in mail.body
    for minute in range(2, 10):
        rounds.look(after(minute))
    assert kinds() == [Kind.FIRING]


@pytest.mark.usefixtures("hears")
def test_two_looks_at_once_are_one(rule: Rule) -> None:
    assert rounds.look(START)
    assert not rounds.look(after(0.2))
    assert rounds.look(after(1))


def test_an_alert_is_over_when_its_symptom_has_stayed_away(
    rule: Rule, contact: Contact, hears: Callable[[datetime], None], mailoutbox: list[EmailMessage]
) -> None:
    rounds.look(START)
    hears(after(10))
    rounds.look(after(10))
    assert only().state == State.FIRING
    rounds.look(after(16))
    assert only().state == State.RESOLVED
    deliver(after(16))
    assert kinds() == [Kind.FIRING, Kind.RESOLVED]
    assert mailoutbox[-1].subject.startswith("[resolved]")
    assert mailoutbox[0].extra_headers["References"] == mailoutbox[1].extra_headers["References"]


def test_what_comes_and_goes_is_one_alert_that_is_settled_ever_later(
    rule: Rule, contact: Contact, hears: Callable[[datetime], None]
) -> None:
    for minute in range(0, 60, 2):
        hears(after(minute) - timedelta(hours=1) if minute % 4 == 0 else after(minute))
        rounds.look(after(minute))
    alert = only()
    assert alert.flaps == 14
    assert kinds() == [Kind.FIRING]
    hears(after(120))
    rounds.look(after(62))
    rounds.look(after(120))
    assert only().state == State.FIRING, "it came back too often to be believed so soon"
    hears(after(62 + 241))
    rounds.look(after(62 + 241))
    assert only().state == State.RESOLVED


def test_soon_after_it_was_over_it_counts_as_unsettled(rule: Rule, hears: Callable[[datetime], None]) -> None:
    rounds.look(START)
    hears(after(10))
    rounds.look(after(5))
    rounds.look(after(11))
    assert only().state == State.RESOLVED
    rounds.look(after(30))
    again = Alert.objects.exclude(state=State.RESOLVED).get()
    assert again.flaps == 1


def test_what_does_not_last_is_told_nobody(
    rule: Rule, contact: Contact, hears: Callable[[datetime], None]
) -> None:
    Rule.objects.update(lasting=10)
    rounds.look(START)
    assert only().state == State.PENDING
    hears(after(5))
    rounds.look(after(5))
    assert not Alert.objects.exists()
    hears(after(-60))
    rounds.look(after(6))
    rounds.look(after(16))
    assert only().state == State.FIRING
    assert kinds() == [Kind.FIRING]


def many(organisations: Organisations, number: int) -> None:
    Kiosk.objects.bulk_create(
        Kiosk(
            id=f"K1{n:06}",
            public_key=os.urandom(32),
            organisation=organisations.branch if n % 2 else organisations.west,
            last_seen=after(-60),
        )
        for n in range(number)
    )


@pytest.mark.parametrize(
    ("grouping", "alerts"), [(Grouping.RULE, 1), (Grouping.ORGANISATION, 2), (Grouping.KIOSK, 20)]
)
def test_many_kiosks_are_few_alerts(
    rule: Rule, contact: Contact, organisations: Organisations, grouping: Grouping, alerts: int
) -> None:
    Rule.objects.update(grouping=grouping)
    many(organisations, 20)
    rounds.look(START)
    assert Alert.objects.count() == alerts
    assert sum(one.members.count() for one in Alert.objects.all()) == 20
    assert Notification.objects.count() == alerts


def test_a_member_that_recovers_leaves_the_others(rule: Rule, organisations: Organisations) -> None:
    Rule.objects.update(grouping=Grouping.RULE)
    many(organisations, 3)
    rounds.look(START)
    Kiosk.objects.filter(pk="K1000001").update(last_seen=after(1))
    rounds.look(after(1))
    members = only().members
    assert set(members.filter(until=None).values_list("key", flat=True)) == {"K1000000", "K1000002"}
    assert members.get(key="K1000001").until == after(1)


@pytest.mark.usefixtures("hears")
def test_nobody_answers_and_the_next_is_told(
    rule: Rule, contact: Contact, organisations: Organisations
) -> None:
    chief = Contact.objects.create(
        name="chief", organisation=organisations.east, email="chief@example.cn", after=30
    )
    rounds.look(START)
    rounds.look(after(29))
    assert kinds() == [Kind.FIRING]
    rounds.look(after(30))
    assert kinds() == [Kind.FIRING, Kind.ESCALATED]
    assert Notification.objects.get(kind=Kind.ESCALATED).contact == chief


@pytest.mark.usefixtures("hears")
def test_what_was_acknowledged_does_not_escalate(
    rule: Rule, contact: Contact, organisations: Organisations, hears: Callable[[datetime], None]
) -> None:
    Contact.objects.create(name="chief", organisation=organisations.city, email="chief@example.cn", after=30)
    rounds.look(START)
    Alert.objects.update(acknowledged_at=after(10), acknowledged_by="wang")
    rounds.look(after(31))
    hears(after(40))
    rounds.look(after(40))
    rounds.look(after(50))
    assert kinds() == [Kind.FIRING, Kind.RESOLVED], "who was never told is not told that it is over"


@pytest.mark.usefixtures("hears")
def test_contacts_of_other_places_and_for_worse_things_are_left_alone(
    rule: Rule, organisations: Organisations
) -> None:
    Contact.objects.create(name="west", organisation=organisations.west, email="west@example.cn")
    Contact.objects.create(name="worst", email="worst@example.cn", least=Severity.CRITICAL)
    Contact.objects.create(name="away", email="away@example.cn", enabled=False)
    rounds.look(START)
    assert only().state == State.FIRING
    assert kinds() == []


@pytest.mark.usefixtures("hears")
def test_a_silence_covers_what_it_matches_until_it_ends(
    rule: Rule, contact: Contact, organisations: Organisations, kiosk: Kiosk
) -> None:
    elsewhere = AlertSilence.objects.create(organisation=organisations.west, reason="moved", until=after(500))
    other = AlertSilence.objects.create(symptom=SymptomKey.PAPER_LOW, reason="paper", until=after(500))
    silence = AlertSilence.objects.create(
        organisation=organisations.east, kiosk=kiosk, reason="rebuilding", until=after(60)
    )
    rounds.look(START)
    assert only().state == State.FIRING
    assert Audience.at(START).silence_of(only()) == silence
    assert kinds() == []
    rounds.look(after(61))
    assert Audience.at(after(61)).silence_of(only()) is None
    assert kinds() == [Kind.FIRING]
    assert {elsewhere, other} <= set(AlertSilence.objects.all())


@pytest.mark.usefixtures("hears")
def test_the_silence_of_one_kiosk_does_not_hide_the_others(
    rule: Rule, contact: Contact, organisations: Organisations, kiosk: Kiosk
) -> None:
    many(organisations, 2)
    AlertSilence.objects.create(kiosk=kiosk, reason="rebuilding", until=after(60))
    rounds.look(START)
    assert {one.alert.organisation for one in Notification.objects.all()} == {
        organisations.branch,
        organisations.west,
    }


@pytest.mark.usefixtures("hears")
def test_a_rule_put_out_of_force_ends_its_alerts(rule: Rule, contact: Contact) -> None:
    rounds.look(START)
    Rule.objects.update(enabled=False)
    rounds.look(after(1))
    assert only().state == State.RESOLVED
    Rule.objects.all().delete()
    rounds.look(after(2))
    assert only().rule is None


def test_every_symptom_has_a_usual_rule_that_can_be_looked_at() -> None:
    assert set(Rule.objects.values_list("symptom", flat=True)) == set(SymptomKey.values)
    for rule in Rule.objects.filter(symptom__in=SYMPTOMS):
        symptom = SYMPTOMS[SymptomKey(rule.symptom)]
        usual = (symptom.threshold, symptom.lasting, symptom.severity, symptom.grouping)
        assert (rule.threshold, rule.lasting, rule.severity, rule.grouping) == usual, rule.symptom
    assert rounds.look(START)


@pytest.fixture(autouse=True)
def nothing_given_up() -> Iterator[None]:
    yield
    assert not Notification.objects.filter(delivery=Delivery.GIVEN_UP).exists()


@pytest.mark.usefixtures("hears")
def test_a_symptom_that_fails_hides_no_other(
    rule: Rule, monkeypatch: pytest.MonkeyPatch, console: Callable[..., Client]
) -> None:
    def fail(*_: object) -> Iterator[Sign]:
        raise ZeroDivisionError

    broken = Rule.objects.create(symptom=SymptomKey.CASE_RED)
    monkeypatch.setitem(SYMPTOMS, SymptomKey.CASE_RED, replace(SYMPTOMS[SymptomKey.CASE_RED], find=fail))
    rounds.look(START)
    assert only().rule == rule
    broken.refresh_from_db()
    assert broken.failed_at == START
    assert "日志" in console("administrator").get("/console/alerts/rule/").content.decode()
