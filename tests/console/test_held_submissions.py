"""Held submissions have an owner, a day, and somebody who is asked when that has gone by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import DataError
from django.test import Client, RequestFactory
from django.utils import timezone

from hub.audit.models import Entry
from hub.intake.api import intake_batch
from hub.intake.handlers import HANDLERS
from hub.intake.held import escalate, note_held, note_refused
from hub.intake.models import HeldSubmission
from hub.intake.opening import Arrival, receive
from hub.kiosks.models import Kiosk
from hub.problems import ProblemError
from kiosk.wire import SUBMISSION_KIND, TROUBLE_KIND, HeldItem, IntakeBatch, Problem, Receipt
from tests.console.conftest import Organisations
from tests.console.filed_cases import publish_item, sealed
from tests.hub.filings import PAGE, payload

Accounts = Callable[..., User]


def held_item() -> HeldItem:
    return HeldItem(id=uuid4(), kind="submission", reason="422 The item cannot be taken")


@pytest.fixture
def bosses(account: Accounts, organisations: Organisations) -> list[User]:
    """The administrators of the city and of the branch's district."""
    return [account("administrator"), account("administrator", organisations.east)]


def test_what_a_kiosk_holds_belongs_to_the_nearest_administrator(kiosk: Kiosk, bosses: list[User]) -> None:
    item, now = held_item(), timezone.now()
    note_held(kiosk, [item], 1, now)
    note_held(kiosk, [item], 1, now + timedelta(minutes=1))
    one = HeldSubmission.objects.get()
    assert (one.id, one.owner, one.reason) == (item.id, bosses[1], item.reason)
    assert one.due > timezone.localdate()
    assert Entry.objects.filter(action="held.assigned").count() == 1


def test_what_is_held_no_longer_is_solved_and_what_a_short_report_leaves_out_is_not(
    kiosk: Kiosk, bosses: list[User]
) -> None:
    first, second, now = held_item(), held_item(), timezone.now()
    note_held(kiosk, [first, second], 2, now)
    note_held(kiosk, [first], 2, now + timedelta(minutes=1))
    assert not HeldSubmission.objects.exclude(solved_at=None).exists()
    note_held(kiosk, [first], 1, now + timedelta(minutes=2))
    assert [one.id for one in HeldSubmission.objects.exclude(solved_at=None)] == [second.id]
    note_held(kiosk, [second], 1, now + timedelta(minutes=3))
    assert HeldSubmission.objects.get(id=second.id).solved_at is None, "it came back"


def test_what_is_overdue_goes_one_level_higher(kiosk: Kiosk, bosses: list[User]) -> None:
    city, district = bosses
    now = timezone.now()
    note_held(kiosk, [held_item()], 1, now)
    assert escalate(now) == 0
    later = now + timedelta(days=14)
    assert escalate(later) == 1
    one = HeldSubmission.objects.get()
    assert (one.owner, one.escalated) == (city, 1)
    assert escalate(later) == 0, "the next one has a day of their own"
    assert escalate(later + timedelta(days=14)) == 1
    assert HeldSubmission.objects.get().owner == city, "nobody stands above the city"
    assert district.is_active


def test_what_the_hub_itself_refuses_is_noted_and_solved_when_it_comes_after_all(kiosk: Kiosk) -> None:
    publish_item()
    envelope = sealed(kiosk, SUBMISSION_KIND, payload(PAGE), (b"another page",))
    with pytest.raises(ProblemError) as refused:
        receive(envelope, kiosk, HANDLERS)
    note_refused(envelope, kiosk, refused.value.problem)
    note_refused(envelope, kiosk, Problem(title="busy", status=503))
    one = HeldSubmission.objects.get()
    assert one.reason == "The item cannot be taken: The material hukou did not come with it"
    good = sealed(kiosk, SUBMISSION_KIND, payload())
    HeldSubmission.objects.create(
        id=good.id, kiosk=kiosk, kind="submission", reason="", reported_at=timezone.now(), due="2026-01-01"
    )
    receive(good, kiosk, HANDLERS)
    assert HeldSubmission.objects.get(id=good.id).solved_at is not None


def test_an_item_that_the_database_refuses_is_somebodys_and_keeps_no_other_waiting(
    kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_item()
    bad, good = sealed(kiosk, TROUBLE_KIND, payload()), sealed(kiosk, SUBMISSION_KIND, payload())

    def not_storable(_arrival: Arrival) -> Receipt:
        raise DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")

    monkeypatch.setitem(HANDLERS, TROUBLE_KIND, not_storable)
    request = RequestFactory().post("/api/v1/intake/batch")
    request.auth = kiosk  # type: ignore[attr-defined]
    first, second = intake_batch(request, IntakeBatch(items=(bad, good))).answers
    assert first.problem is not None
    assert (first.problem.status, second.problem) == (422, None)
    assert HeldSubmission.objects.get().reason == "The item cannot be stored: It holds U+0000"


def test_in_the_console_it_is_solved_with_words_and_by_those_of_the_place(
    kiosk: Kiosk, bosses: list[User], console: Callable[..., Client], organisations: Organisations
) -> None:
    note_held(kiosk, [held_item()], 1, timezone.now())
    one = HeldSubmission.objects.get()
    address = f"/console/intake/heldsubmission/{one.pk}/change/"
    assert console("clerk").get(address).status_code == 403
    assert console("administrator", organisations.west).get(address).status_code == 302
    here = console(bosses[1])
    assert str(one)[:8] in here.get("/console/intake/heldsubmission/").content.decode()
    here.post(address, {"owner": bosses[0].pk, "note": "", "solved": "on"})
    one.refresh_from_db()
    assert one.solved_at is None, "what is solved says how"
    here.post(address, {"owner": bosses[0].pk, "note": "重新申报", "solved": "on"})
    one.refresh_from_db()
    assert (one.owner, one.note) == (bosses[0], "重新申报")
    assert one.solved_at is not None
