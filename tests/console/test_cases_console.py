"""The console's pages of cases: who sees what, what is asked first, what is recorded, what is kept out."""

from __future__ import annotations

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
from hub.cases.models import Case, CertificateTemplate
from hub.kiosks.models import Kiosk
from tests.console.conftest import Organisations
from tests.console.filed_cases import CANARY, NUMBER, PHONE, file_case, publish_item
from tests.hub.filings import ITEM, PAGE

Console = Callable[..., Client]
Accounts = Callable[..., User]


@pytest.fixture
def case(kiosk: Kiosk) -> Case:
    publish_item()
    return file_case(kiosk)


def page(case: Case, *more: str) -> str:
    return "/".join(["/console/cases/case", str(case.pk), *more, ""])


def of(case: Case) -> str:
    return page(case, "change")


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.headers.get("Location")
    return answer.content.decode()


def do(client: Client, case: Case, act: str, **fields: Any) -> Any:
    case.refresh_from_db()
    return client.post(page(case, "do", act), {"revision": case.revision, **fields})


def recorded(action: str) -> list[dict[str, Any]]:
    return [one.detail for one in Entry.objects.filter(action=action).order_by("number")]


class TestWhoSeesWhat:
    def test_nobody_sees_whom_a_case_is_about_without_a_reason(self, case: Case, console: Console) -> None:
        clerk = console("clerk")
        first = text(clerk, of(case))
        assert not any(one in first for one in (CANARY, NUMBER, PHONE))
        assert not recorded("case.personal_viewed")
        clerk.post(page(case, "look"), {"revision": case.revision, "reason": "enquiry"})
        then = text(clerk, of(case))
        assert all(one in then for one in (CANARY, NUMBER, PHONE))
        assert [one["reason"] for one in recorded("case.personal_viewed")] == ["enquiry"]

    def test_the_reason_counts_for_its_case_and_a_quarter_of_an_hour(
        self, case: Case, kiosk: Kiosk, console: Console, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clerk, other = console("clerk"), file_case(kiosk, b"another page")
        clerk.post(page(case, "look"), {"revision": case.revision, "reason": "deputy"})
        assert CANARY not in text(clerk, of(other))
        later = timezone.now() + timedelta(minutes=16)
        monkeypatch.setattr("hub.cases.viewing.timezone.now", lambda: later)
        assert CANARY not in text(clerk, of(case))

    def test_an_administrator_never_does(self, case: Case, console: Console) -> None:
        administrator = console("administrator")
        assert CANARY not in text(administrator, of(case))
        answer = administrator.post(page(case, "look"), {"revision": case.revision, "reason": "enquiry"})
        assert answer.status_code == 403
        material = case.materials.get()
        assert administrator.get(page(case, "document", str(material.pk))).status_code == 403

    @pytest.mark.parametrize("role", ["publisher", "technician", "auditor", "security_officer"])
    def test_other_roles_do_not_see_cases(self, case: Case, console: Console, role: str) -> None:
        assert console(role).get(of(case)).status_code == 403

    def test_another_district_finds_nothing(
        self, case: Case, console: Console, organisations: Organisations
    ) -> None:
        west, east = console("clerk", organisations.west), console("clerk", organisations.east)
        assert case.case_no in text(east, "/console/cases/case/")
        assert case.case_no not in text(west, "/console/cases/case/")
        assert west.get(of(case)).status_code == 302
        for below in (("look",), ("do", "claim"), ("document", "1")):
            assert west.get(page(case, *below)).status_code == 404

    def test_a_document_is_opened_for_the_clerk_alone_and_every_time_recorded(
        self, case: Case, console: Console
    ) -> None:
        clerk, material = console("clerk"), case.materials.get()
        assert clerk.get(page(case, "document", str(material.pk))).status_code == 403
        do(clerk, case, "claim")
        answer = clerk.get(page(case, "document", str(material.pk)))
        assert answer.content == PAGE
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert recorded("material.viewed") == [
            {"case_no": case.case_no, "material": "hukou", "reason": "assignee"}
        ]

    def test_what_claims_to_be_a_page_of_the_web_is_not_shown_as_one(
        self, case: Case, console: Console
    ) -> None:
        case.materials.update(media_type="text/html")
        clerk = console("clerk")
        do(clerk, case, "claim")
        answer = clerk.get(page(case, "document", str(case.materials.get().pk)))
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == "attachment"


class TestTheWay:
    def test_from_nobodys_to_decided(self, case: Case, console: Console) -> None:
        clerk = console("clerk")
        assert case.case_no in text(clerk, "/console/cases/case/?list=unassigned")
        do(clerk, case, "claim")
        assert case.case_no in text(clerk, "/console/cases/case/?list=mine")

        asking = text(clerk, page(case, "do", "ask-supplement"))
        assert "居民户口簿" in asking
        answer = do(clerk, case, "ask-supplement", days=5)
        assert answer.status_code == 200, "an empty list is not sent"
        do(clerk, case, "ask-supplement", days=5, **{"problem:hukou-own-page": "照片看不清"})
        case.refresh_from_db()
        assert case.state == "supplement_asked"
        assert "照片看不清" in text(clerk, of(case))

        do(clerk, case, "supplement-came", note="窗口补交")
        assert case.case_no in text(clerk, "/console/cases/case/?list=came")
        CertificateTemplate.objects.create(
            item_id=ITEM,
            title_zh="参保证明",
            lines="姓名 | Name | {name}",
            body_zh="准予",
            authority_zh="医保局",
        )
        decision = text(clerk, page(case, "do", "decide"))
        assert f"姓名 | Name | {CANARY}" in decision
        assert do(clerk, case, "decide", outcome="refused", reason="").status_code == 200
        do(
            clerk,
            case,
            "decide",
            outcome="granted",
            title_zh="参保证明",
            lines=f"姓名 | Name | {CANARY}",
            body_zh="准予",
            authority_zh="医保局",
        )
        case.refresh_from_db()
        assert (case.state, case.outcome) == ("decided", "granted")
        assert case.result.certificate["lines"][0]["value"] == CANARY
        assert case.case_no in text(clerk, "/console/cases/case/?list=decided")
        assert case.case_no not in text(clerk, "/console/cases/case/")

    def test_who_comes_second_is_told_and_changes_nothing(self, case: Case, console: Console) -> None:
        clerk = console("clerk")
        do(clerk, case, "claim")
        case.refresh_from_db()
        old = case.revision - 1
        answer = clerk.post(
            page(case, "do", "withdraw"), {"revision": old, "reason": "不办了"}, follow=True
        ).content.decode()
        case.refresh_from_db()
        assert case.state == "in_review"
        assert "其他" in answer or "有人" in answer or "in the meantime" in answer

    def test_a_case_of_somebody_else_offers_nothing_to_do(self, case: Case, console: Console) -> None:
        do(console("clerk"), case, "claim")
        other = console("clerk")
        shown = text(other, of(case))
        assert "do/decide" not in shown
        assert do(other, case, "decide", outcome="granted").status_code == 302
        case.refresh_from_db()
        assert case.state == "in_review"

    def test_an_administrator_assigns_to_clerks_who_can_see_the_case(
        self, case: Case, console: Console, account: Accounts, organisations: Organisations
    ) -> None:
        here, elsewhere = account("clerk", organisations.east), account("clerk", organisations.west)
        shown = text(console("administrator"), page(case, "do", "assign"))
        assert here.username in shown
        assert elsewhere.username not in shown
        do(console("administrator"), case, "assign", to=here.pk)
        case.refresh_from_db()
        assert case.assignee == here

    def test_the_red_come_before_the_others(self, case: Case, kiosk: Kiosk, console: Console) -> None:
        late = file_case(kiosk, b"another page")
        Case.objects.filter(pk=late.pk).update(promised_by=timezone.localdate() - timedelta(days=9))
        clerk = console("clerk")
        shown = text(clerk, "/console/cases/case/")
        assert shown.index(late.case_no) < shown.index(case.case_no)
        red = text(clerk, "/console/cases/case/?list=red")
        assert late.case_no in red
        assert case.case_no not in red


def test_a_long_list_costs_no_more_questions_than_a_short_one(kiosk: Kiosk, console: Console) -> None:
    publish_item()
    clerk = console("clerk")
    file_case(kiosk, b"page")
    text(clerk, "/console/cases/case/")  # a name that is read once for all pages is read now
    asked = []
    for number in range(2):
        for page_no in range(1 + 5 * number):
            file_case(kiosk, f"page {number} {page_no}".encode())
        with CaptureQueriesContext(connection) as questions:
            text(clerk, "/console/cases/case/")
        asked.append(len(questions))
    assert asked[0] == asked[1]


HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


def test_what_residents_wrote_stays_text(kiosk: Kiosk, console: Console) -> None:
    publish_item()
    case = file_case(kiosk, answers={"phone": HOSTILE, "other": HOSTILE})
    clerk = console("clerk")
    do(clerk, case, "claim")
    do(clerk, case, "ask-supplement", days=5, **{"problem:hukou-own-page": HOSTILE})
    shown = text(clerk, of(case))
    assert "&lt;script&gt;alert(1)" in shown
    assert not re.search(r"<script>alert|<img src=x", shown)


@pytest.mark.parametrize(
    ("model", "fields", "wrong"),
    [
        ("instantrule", {"item_id": ITEM, "conditions": "weather sunny"}, "weather sunny"),
        (
            "certificatetemplate",
            {
                "item_id": ITEM,
                "title_zh": "证明",
                "lines": "姓名 {name}",
                "body_zh": "x",
                "authority_zh": "y",
            },
            "姓名 {name}",
        ),
        (
            "certificatetemplate",
            {
                "item_id": ITEM,
                "title_zh": "证",
                "lines": "a | b | {secret}",
                "body_zh": "x",
                "authority_zh": "y",
            },
            "{secret}",
        ),
    ],
)
def test_what_could_not_be_followed_is_refused_with_its_words(
    console: Console, model: str, fields: dict[str, str], wrong: str
) -> None:
    answer = console("administrator").post(f"/console/cases/{model}/add/", fields)
    assert answer.status_code == 200
    assert wrong in answer.content.decode()
