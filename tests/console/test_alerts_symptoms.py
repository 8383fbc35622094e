"""Each symptom is found where it is, and only there."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils import timezone

from hub.alerts.choices import Delivery, Kind, Severity, SymptomKey
from hub.alerts.models import Alert, Contact, Notification
from hub.alerts.symptoms import SYMPTOMS, Sign, house
from hub.audit.trail import record
from hub.backup import BACKUP_MARK
from hub.cases.models import Case
from hub.evaluations.models import Complaint, Evaluation
from hub.kiosks.models import AvailabilitySpan, Downtime, Kiosk, Trend
from tests.console.conftest import Organisations

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def ago(**length: float) -> datetime:
    return NOW - timedelta(**length)


@pytest.fixture
def found(organisations: Organisations) -> Callable[..., list[Sign]]:
    """``found(symptom, threshold, place)``: the signs there are."""

    def find(key: SymptomKey, threshold: float | None = None, place: Any = None) -> list[Sign]:
        symptom = SYMPTOMS[key]
        beyond = symptom.threshold if threshold is None else threshold
        return list(symptom.find(NOW, beyond, place or organisations.city))

    return find


@pytest.fixture
def tell(kiosk: Kiosk) -> Callable[..., None]:
    """The kiosk was heard just now and said this."""

    def told(last_seen: datetime | None = NOW, **status: Any) -> None:
        queue = {"pending": 0, "held": 0, "overdue": 0, "oldest_seconds": None, **status.pop("queue", {})}
        said = {"sent_at": NOW.isoformat(), "devices": [], "queue": queue, **status}
        Kiosk.objects.filter(pk=kiosk.pk).update(last_seen=last_seen, status=said)

    told()
    return told


def test_a_kiosk_that_is_not_heard(tell: Callable[..., None], found: Callable[..., list[Sign]]) -> None:
    assert not found(SymptomKey.KIOSK_OFFLINE)
    tell(ago(minutes=20))
    (sign,) = found(SymptomKey.KIOSK_OFFLINE)
    assert (sign.kiosk_id, sign.value) == ("K0000001", 20)
    assert not found(SymptomKey.KIOSK_OFFLINE, 30)
    Kiosk.objects.update(revoked=True)
    assert not found(SymptomKey.KIOSK_OFFLINE)


def test_no_kiosk_is_blamed_for_the_hubs_own_absence(
    tell: Callable[..., None], found: Callable[..., list[Sign]]
) -> None:
    tell(ago(minutes=40))
    Downtime.objects.create(since=ago(minutes=39), until=ago(minutes=5))
    assert not found(SymptomKey.KIOSK_OFFLINE)


def test_places_are_kept_apart(
    tell: Callable[..., None], found: Callable[..., list[Sign]], organisations: Organisations
) -> None:
    tell(ago(minutes=20))
    assert found(SymptomKey.KIOSK_OFFLINE, place=organisations.east)
    assert not found(SymptomKey.KIOSK_OFFLINE, place=organisations.west)


def span(kiosk: Kiosk, item: str, since: datetime, **more: Any) -> None:
    AvailabilitySpan.objects.create(kiosk=kiosk, item=item, able=False, cause="id_card", since=since, **more)


@pytest.fixture
def neighbour(kiosk: Kiosk) -> Kiosk:
    return Kiosk.objects.create(
        id="K0000002", public_key=os.urandom(32), organisation=kiosk.organisation, last_seen=NOW
    )


def test_an_item_nobody_can_do_in_a_place(
    kiosk: Kiosk, neighbour: Kiosk, tell: Callable[..., None], found: Callable[..., list[Sign]]
) -> None:
    span(kiosk, "elderly-card", ago(minutes=60))
    assert not found(SymptomKey.ITEM_UNAVAILABLE), "the neighbour can"
    span(neighbour, "elderly-card", ago(minutes=10))
    assert not found(SymptomKey.ITEM_UNAVAILABLE), "not for long enough"
    AvailabilitySpan.objects.update(since=ago(minutes=40))
    (sign,) = found(SymptomKey.ITEM_UNAVAILABLE)
    assert (sign.key, sign.kiosk_id) == (f"{kiosk.organisation_id}/elderly-card", None)
    AvailabilitySpan.objects.filter(kiosk=neighbour).update(item="")
    assert found(SymptomKey.ITEM_UNAVAILABLE), "the neighbour is out of service altogether"
    AvailabilitySpan.objects.filter(kiosk=neighbour).update(until=NOW)
    assert not found(SymptomKey.ITEM_UNAVAILABLE)
    Kiosk.objects.filter(pk=neighbour.pk).update(last_seen=ago(hours=2))
    assert found(SymptomKey.ITEM_UNAVAILABLE), "a neighbour that is not heard helps nobody"


def test_a_kiosk_out_of_service(
    kiosk: Kiosk, tell: Callable[..., None], found: Callable[..., list[Sign]]
) -> None:
    span(kiosk, "elderly-card", ago(minutes=60))
    assert not found(SymptomKey.OUT_OF_SERVICE)
    span(kiosk, "", ago(minutes=12))
    assert [one.value for one in found(SymptomKey.OUT_OF_SERVICE)] == [12]


def printer(paper: str) -> dict[str, Any]:
    return {
        "name": "receipt-printer",
        "family": "ReceiptPrinter",
        "driver": "escpos",
        "device": "online",
        "paper": paper,
    }


def test_paper_that_is_out_or_will_be(
    kiosk: Kiosk, tell: Callable[..., None], found: Callable[..., list[Sign]]
) -> None:
    tell(devices=[printer("full")])
    assert not found(SymptomKey.PAPER_LOW)
    tell(devices=[printer("out")])
    assert [one.value for one in found(SymptomKey.PAPER_LOW)] == [0]
    # A roll that is low gives 16 slips at least; this printer prints 200 a day.
    today = date(2026, 11, 23)
    days = {(today - timedelta(days=n)).isoformat(): {"receipt-printer": 200 * (9 - n)} for n in range(9)}
    Trend.objects.create(kiosk=kiosk, numbers={"days": days})
    tell(devices=[printer("low")])
    assert found(SymptomKey.PAPER_LOW)
    tell(devices=[printer("full")])
    assert not found(SymptomKey.PAPER_LOW)


def test_a_queue_that_does_not_empty(tell: Callable[..., None], found: Callable[..., list[Sign]]) -> None:
    assert not found(SymptomKey.QUEUE_OLD)
    tell(queue={"pending": 3, "oldest_seconds": 3 * 3600.0})
    assert not found(SymptomKey.QUEUE_OLD)
    tell(queue={"pending": 3, "oldest_seconds": 5 * 3600.0})
    assert [one.value for one in found(SymptomKey.QUEUE_OLD)] == [5]


def test_held_submissions_overdue(tell: Callable[..., None], found: Callable[..., list[Sign]]) -> None:
    tell(queue={"held": 3})
    assert not found(SymptomKey.HELD_OVERDUE)
    tell(queue={"held": 3, "overdue": 2})
    assert [one.value for one in found(SymptomKey.HELD_OVERDUE)] == [2]


@pytest.mark.parametrize("off", [-300, 300])
def test_a_clock_that_is_wrong(off: int, tell: Callable[..., None], found: Callable[..., list[Sign]]) -> None:
    tell(sent_at=(NOW + timedelta(seconds=60)).isoformat())
    assert not found(SymptomKey.CLOCK_OFF)
    tell(sent_at=(NOW + timedelta(seconds=off)).isoformat())
    assert [one.value for one in found(SymptomKey.CLOCK_OFF)] == [off]


def test_a_kiosk_in_quarantine_and_an_old_key(
    tell: Callable[..., None], found: Callable[..., list[Sign]]
) -> None:
    Kiosk.objects.update(key_since=ago(days=settings.KIOSK_KEY_DAYS - 60))
    assert not found(SymptomKey.QUARANTINE)
    assert not found(SymptomKey.KEY_EXPIRING)
    Kiosk.objects.update(quarantined_at=NOW, key_since=ago(days=settings.KIOSK_KEY_DAYS - 10))
    assert found(SymptomKey.QUARANTINE)
    assert [one.value for one in found(SymptomKey.KEY_EXPIRING)] == [10]


def test_cases_past_their_day_are_counted_by_place(
    organisations: Organisations, found: Callable[..., list[Sign]]
) -> None:
    for number, due in enumerate((date(2026, 11, 20), date(2026, 11, 19), date(2026, 12, 1))):
        Case.objects.create(
            id=uuid4(),
            case_no=str(number),
            check_code=str(number),
            item_id="elderly-card",
            item_version=1,
            organisation=organisations.east,
            captured_at=NOW,
            received_at=NOW,
            promised_by=due,
            promised_days=5,
            resident={},
            resident_index="",
        )
    assert found(SymptomKey.CASE_RED) == [
        Sign(str(organisations.east.pk), "东区", organisations.east.pk, value=2)
    ]
    assert not found(SymptomKey.CASE_RED, 2)


def test_logins_that_were_locked(organisations: Organisations) -> None:
    find, now = SYMPTOMS[SymptomKey.LOGIN_LOCKED].find, timezone.now
    for _ in range(3):
        assert not list(find(now(), 2, organisations.city))
        record("somebody", "login.locked")
    assert [one.value for one in find(now(), 2, organisations.city)] == [3]
    assert not list(find(now() + timedelta(hours=2), 2, organisations.city))


def test_an_audit_trail_that_was_changed(
    organisations: Organisations, found: Callable[..., list[Sign]], monkeypatch: pytest.MonkeyPatch
) -> None:
    record("command line", "case.viewed")
    assert not found(SymptomKey.AUDIT_BROKEN)
    # The database itself refuses changes; whoever gets round it is found by reading (tests of the trail).
    monkeypatch.setattr(house, "faults", lambda: iter(("entry 1 was changed",)))
    assert not found(SymptomKey.AUDIT_BROKEN), "it is read once a day"
    (sign,) = SYMPTOMS[SymptomKey.AUDIT_BROKEN].find(NOW + timedelta(days=1), 0, organisations.city)
    assert sign.value == 1


def test_the_disk(found: Callable[..., list[Sign]]) -> None:
    assert not found(SymptomKey.DISK_LOW, 0)
    assert found(SymptomKey.DISK_LOW, 101)


def test_the_last_backup(found: Callable[..., list[Sign]]) -> None:
    mark = settings.DATA.folder / BACKUP_MARK
    mark.touch()
    try:
        os.utime(mark, (ago(hours=25).timestamp(),) * 2)
        assert not found(SymptomKey.BACKUP_OLD)
        os.utime(mark, (ago(hours=30).timestamp(),) * 2)
        assert [one.value for one in found(SymptomKey.BACKUP_OLD)] == [30]
    finally:
        mark.unlink()


def test_a_certificate_that_ends_soon(found: Callable[..., list[Sign]]) -> None:
    key, name = Ed25519PrivateKey.generate(), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "seal")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, ago(days=100), NOW + timedelta(days=20))
        .sign(key, None)
        .public_bytes(Encoding.PEM)
    )
    file = settings.DATA.folder / "test-seal.pem"
    file.write_bytes(certificate)
    try:
        assert [(one.words, one.value) for one in found(SymptomKey.SEAL_EXPIRING)] == [("test-seal.pem", 20)]
        assert not found(SymptomKey.SEAL_EXPIRING, 10)
    finally:
        file.unlink()


def test_contacts_who_cannot_be_told(organisations: Organisations, found: Callable[..., list[Sign]]) -> None:
    alert = Alert.objects.create(
        symptom=SymptomKey.DISK_LOW,
        group="-",
        organisation=organisations.city,
        severity=Severity.CRITICAL,
        since=NOW,
        seen_at=NOW,
    )
    contact = Contact.objects.create(name="duty", email="duty@example.cn")
    told = Notification.objects.create(
        alert=alert, contact=contact, kind=Kind.FIRING, created_at=NOW, due_at=NOW, attempts=4
    )
    assert not found(SymptomKey.UNTOLD)
    Notification.objects.update(attempts=5)
    assert [one.words for one in found(SymptomKey.UNTOLD)] == ["duty"]
    Notification.objects.filter(pk=told.pk).update(delivery=Delivery.SENT)
    assert not found(SymptomKey.UNTOLD)


def rated(kiosk: Kiosk, level: int, number: int) -> None:
    for _ in range(number):
        Evaluation.objects.create(
            id=uuid4(),
            check_code="x",
            standing=Evaluation.Standing.MAIN,
            level=level,
            reasons_version=1,
            of="item",
            kiosk=kiosk,
            organisation=kiosk.organisation,
            language="zh",
            rated_at=ago(hours=1),
            received_at=NOW,
        )


def test_the_share_of_bad_ratings(kiosk: Kiosk, found: Callable[..., list[Sign]]) -> None:
    rated(kiosk, 1, 3)
    assert not found(SymptomKey.RATINGS_BAD), "three are no share"
    rated(kiosk, 5, 7)
    assert [one.value for one in found(SymptomKey.RATINGS_BAD)] == [30]
    rated(kiosk, 4, 10)
    assert not found(SymptomKey.RATINGS_BAD)


def test_complaints_past_their_day(kiosk: Kiosk, found: Callable[..., list[Sign]]) -> None:
    rated(kiosk, 1, 2)
    for evaluation, due in zip(
        Evaluation.objects.all(), (date(2026, 11, 20), date(2026, 11, 30)), strict=True
    ):
        Complaint.objects.create(
            kind=Complaint.Kind.BAD_RATING,
            evaluation=evaluation,
            organisation=kiosk.organisation,
            opened_at=ago(days=8),
            contact_by=due,
            due=due,
        )
    assert [one.value for one in found(SymptomKey.COMPLAINTS_OVERDUE)] == [1]
    Complaint.objects.update(state=Complaint.State.CLOSED)
    assert not found(SymptomKey.COMPLAINTS_OVERDUE)
