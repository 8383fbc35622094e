"""Where one's case stands, in words; `test_enquiries` walks there and hands in what was asked for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest

from config.settings import KioskSettings
from devices import receipt
from kiosk.journeys.case_progress import case_page, chip
from kiosk.pages import Notice
from kiosk.receipts import filing_receipt
from kiosk.submissions import Filed
from kiosk.text import Text
from kiosk.visit import Visit
from kiosk.wire import Applicant, Explanation, LackingMaterial, Progress, SupplementNotice
from screens.strings import Strings
from tests.kiosk.items import item

ITEM = "resident-medical-insurance-enrol"

ASKED = SupplementNotice(
    id=uuid4(),
    lacking=(
        LackingMaterial(name="居民户口簿", problem="照片看不清", material_id="hukou-own-page"),
        LackingMaterial(name="本人签字", problem="没有签"),
    ),
)
WHY = Explanation(reason="户籍不在本区", basis="办法第三条", complain="12345")


def case(**more: Any) -> Progress:
    known = {
        "check_code": "7K3M-9QX2-P4C",
        "what": "case",
        "state": "in_review",
        "number": "3701-2026-000007",
        "received_at": datetime.now(UTC),
    }
    return Progress.model_validate(known | more)


def visit_without_camera() -> Visit:
    """As much of a visit as a page of progress looks at."""
    kiosk = SimpleNamespace(
        site=SimpleNamespace(kiosk=SimpleNamespace(helpline="12345")),
        guide=SimpleNamespace(item=lambda item_id: item(item_id) if item_id else None),
        submissions=SimpleNamespace(may_file=lambda: False),
    )
    return cast("Visit", SimpleNamespace(kiosk=kiosk))


def read(page: Notice, language: str) -> str:
    strings = Strings(cast("Any", language), strict=True)
    told = (page.title, page.note or "", page.big or "", *page.lines, page.main.text if page.main else "")
    return "\n".join(strings.say(one) for one in told if one)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("matter", "told", "not_told"),
    [
        (case(promised_by=date(2099, 1, 2)), "2099", ""),
        (case(promised_by=datetime.now(UTC).date() - timedelta(days=3)), "12345", ""),
        (case(state="supplement_asked", supplement_due=date(2099, 1, 2)), "2099", "户口"),
        (
            case(state="supplement_asked", supplement=ASKED, item_id=ITEM, supplement_due=date(2099, 1, 2)),
            "2. 本人签字：没有签",
            "",
        ),
        (case(state="decided", outcome="granted"), "3701-2026-000007", ""),
        (case(state="decided", outcome="refused"), "12345", "户籍"),
        (case(state="decided", outcome="refused", explanation=WHY, item_id=ITEM), "户籍不在本区", ""),
        (case(state="decided", outcome="not_accepted", explanation=WHY, item_id=ITEM), "办法第三条", ""),
        (case(state="decided", outcome="withdrawn"), "3701-2026-000007", ""),
    ],
)
def test_every_state_has_its_words(language: str, matter: Progress, told: str, not_told: str) -> None:
    said = read(case_page(visit_without_camera(), matter), language)
    assert told in said
    assert not not_told or not_told not in said
    assert Strings(cast("Any", language), strict=True).say(chip(matter).text)


def test_only_what_was_granted_leads_to_a_paper() -> None:
    visit = visit_without_camera()
    granted = case_page(visit, case(state="decided", outcome="granted"))
    assert granted.main is not None
    assert granted.main.id == "collect"
    for outcome in ("refused", "not_accepted", "withdrawn"):
        page = case_page(visit, case(state="decided", outcome=outcome))
        assert page.main is not None
        assert page.main.id == "finish"


def test_a_paper_says_that_it_is_granted_and_promises_no_day() -> None:
    site = KioskSettings(place_zh="测试", place_en="Test", helpline="12345")
    filed = Filed(uuid4(), "7K3M-9QX2-P4C", "3701-2026-000007", date(2099, 1, 2), granted=True)
    strings = Strings("zh", strict=True)
    applicant = Applicant(document="resident_id", number="110105", name="李桂兰", how_read="id_card")
    paper = filing_receipt(strings.say, site, item(ITEM), applicant, filed)
    told = [one.text for one in paper.parts if isinstance(one, receipt.Text)]
    assert strings.say(Text("done.granted")) in told
    assert not [one for one in paper.parts if isinstance(one, receipt.Columns) and "2099" in one.value]
