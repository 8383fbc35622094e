"""Erasing residents' data: by policy and because they ask; what stays, and what nobody finds any more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from hub.audit.models import Entry
from hub.cases import handling
from hub.cases.erasure import OnHold, due, erase_due, erase_on_request
from hub.cases.handling import CaseChanged
from hub.cases.models import Case, ErasureRun, RetentionPolicy
from hub.cases.progress import by_code, by_person
from hub.cases.told import Explanation
from hub.cases.workflow import Outcome
from hub.intake.models import SealedFile
from hub.kiosks.models import Kiosk
from kiosk.wire import ResultQuery
from tests.console.filed_cases import CANARY, NUMBER, file_case, publish_item, request_of
from tests.hub.filings import ITEM

Accounts = Callable[..., User]
CERTIFICATE = {
    "title": {"zh": "证明", "en": ""},
    "lines": [{"label": {"zh": "姓名", "en": ""}, "value": CANARY}],
    "body": {"zh": "准予", "en": ""},
    "authority": {"zh": "医保局", "en": ""},
}


@pytest.fixture
def clerk(account: Accounts) -> User:
    publish_item()
    return account("clerk")


def decided(kiosk: Kiosk, clerk: User, *pages: bytes, days_ago: int = 0, granted: bool = True) -> Case:
    case, request = file_case(kiosk, *pages), request_of(clerk)
    case = handling.claim(request, case.pk, case.revision)
    if granted:
        handling.decide(request, case.pk, case.revision, Outcome.GRANTED, None, CERTIFICATE)
    else:
        why = Explanation(f"{CANARY}不符合", "", "12345")
        handling.decide(request, case.pk, case.revision, Outcome.REFUSED, why)
    Case.objects.filter(pk=case.pk).update(decided_at=timezone.now() - timedelta(days=days_ago))
    return Case.objects.get(pk=case.pk)


class TestByPolicy:
    def test_what_is_old_enough_goes_and_the_rest_stays(self, kiosk: Kiosk, clerk: User) -> None:
        RetentionPolicy.objects.create(days=365)
        old = decided(kiosk, clerk, b"old page", days_ago=366)
        young = decided(kiosk, clerk, b"young page", days_ago=364)
        waiting = file_case(kiosk, b"waiting page")
        run = erase_due(timezone.now())
        assert run is not None
        assert (run.erased, run.files) == (1, 1)
        assert [bool(one.erased_at) for one in map(_again, (old, young, waiting))] == [True, False, False]
        assert erase_due(timezone.now()) is None
        assert ErasureRun.objects.count() == 1

    def test_an_items_own_policy_counts_before_the_general_one(self, kiosk: Kiosk, clerk: User) -> None:
        RetentionPolicy.objects.create(days=10)
        RetentionPolicy.objects.create(item_id=ITEM, days=1000)
        decided(kiosk, clerk, days_ago=100)
        assert not due(timezone.now()).exists()

    def test_without_a_policy_nothing_goes(self, kiosk: Kiosk, clerk: User) -> None:
        decided(kiosk, clerk, days_ago=9999)
        assert erase_due(timezone.now()) is None

    def test_a_legal_hold_keeps_it_and_is_counted(self, kiosk: Kiosk, clerk: User, account: Accounts) -> None:
        RetentionPolicy.objects.create(days=1)
        held, other = (decided(kiosk, clerk, page, days_ago=9) for page in (b"one", b"two"))
        administrator = request_of(account("administrator"))
        held = handling.set_hold(administrator, held.pk, held.revision, hold=True, reason="诉讼")
        run = erase_due(timezone.now())
        assert run is not None
        assert (run.erased, run.on_hold) == (1, 1)
        assert _again(held).erased_at is None
        with pytest.raises(OnHold):
            erase_on_request(administrator, held.pk, _again(held).revision, "本人申请")
        assert _again(other).erased_at is not None

    def test_what_is_on_hold_stands_in_nobodys_way(self, kiosk: Kiosk, clerk: User) -> None:
        RetentionPolicy.objects.create(days=1)
        held, other = (decided(kiosk, clerk, page, days_ago=ago) for page, ago in ((b"one", 30), (b"two", 9)))
        Case.objects.filter(pk=held.pk).update(legal_hold=True)
        assert erase_due(timezone.now(), most=1) is not None
        assert _again(other).erased_at is not None

    def test_a_long_list_is_done_in_pieces_while_kiosks_wait(self, kiosk: Kiosk, clerk: User) -> None:
        RetentionPolicy.objects.create(days=1)
        for number in range(3):
            decided(kiosk, clerk, f"page {number}".encode(), days_ago=9)
        run = erase_due(timezone.now(), most=2)
        assert run is not None
        assert (run.erased, run.left) == (2, 1)


class TestWhatStays:
    def test_number_item_and_dates_stay_and_nobody_finds_the_person(self, kiosk: Kiosk, clerk: User) -> None:
        case = decided(kiosk, clerk)
        erase_on_request("command line", case.pk, None, "本人申请")
        after = _again(case)
        assert (after.case_no, after.item_id, after.received_at) == (
            case.case_no,
            case.item_id,
            case.received_at,
        )
        assert (after.resident, after.resident_index, after.explanation) == ({}, "", None)
        assert after.result.certificate == {}
        assert not after.materials.exists()
        person = ResultQuery(document="resident_id", number=NUMBER, name=CANARY)
        assert not by_person(person).matters
        assert by_code(case.check_code).state == "decided"
        assert [one.what for one in after.events.all()][-1] == "erased"
        assert Entry.objects.filter(action="case.erased").exists()

    def test_a_document_that_another_case_names_stays_for_that_one(self, kiosk: Kiosk, clerk: User) -> None:
        first, second = (decided(kiosk, clerk, page) for page in (b"one", b"two"))
        shared = second.materials.get()
        first.materials.update(file=shared.file)
        erase_on_request("command line", first.pk, None, "本人申请")
        assert SealedFile.objects.filter(pk=shared.file_id).exists()
        erase_on_request("command line", second.pk, None, "本人申请")
        assert not SealedFile.objects.filter(pk=shared.file_id).exists()

    def test_an_open_case_is_not_erased(self, kiosk: Kiosk, clerk: User) -> None:
        case = file_case(kiosk)
        with pytest.raises(CaseChanged):
            erase_on_request("command line", case.pk, None, "本人申请")

    def test_in_the_console_it_is_asked_for_with_a_reason(
        self, kiosk: Kiosk, clerk: User, console: Callable[..., Client]
    ) -> None:
        case = decided(kiosk, clerk, granted=False)
        administrator = console("administrator")
        address = f"/console/cases/case/{case.pk}/do/erase/"
        administrator.post(address, {"revision": case.revision, "note": ""})
        assert _again(case).erased_at is None
        administrator.post(address, {"revision": case.revision, "note": "本人申请"})
        assert _again(case).erased_at is not None
        assert console("clerk").get(address).status_code == 302, "clerks do not erase"


def _again(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def test_the_settings_overwrite_what_is_deleted() -> None:
    if connection.vendor == "sqlite":
        assert "secure_delete=ON" in settings.DATABASES["default"]["OPTIONS"]["init_command"]
