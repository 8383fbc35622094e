"""A case from the kiosk's queue through a clerk's browser to its result, and what the kiosk sees of it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from uuid import UUID

from playwright.sync_api import Browser

from kiosk.hub_client import HubClient
from kiosk.wire import SUPPLEMENT_KIND, MaterialFile, Message, ResultQuery, SupplementPayload
from offline_queue import OfflineQueue, Refused, new_id
from tests.hub.browser import PASSWORD, browser, console_in
from tests.hub.conftest import HubProcess, hub_command
from tests.hub.filings import PAGE, put
from tests.hub.test_cases_over_time import PERSON, deliver, own, seen

__all__ = ["browser"]

STRANGER = ResultQuery(document="resident_id", number="11010519491231002X", name="李桂芳")


def put_supplement(queue: OfflineQueue, asked: UUID, holder: ResultQuery = PERSON) -> None:
    page = b"\xff\xd8 the page, sharp this time \xff\xd9"
    given = MaterialFile(
        material_id="hukou-own-page", sha256=hashlib.sha256(page).hexdigest(), media_type="image/jpeg"
    )
    content: Message = SupplementPayload(
        supplement_id=asked, holder=holder, materials=(given,), captured_at=datetime.now(UTC)
    )
    queue.put(new_id(), SUPPLEMENT_KIND, content.model_dump_json().encode(), [page])


def test_filed_reviewed_supplemented_decided_and_collected(
    browser: Browser, hub: HubProcess, client: HubClient, queue: OfflineQueue
) -> None:
    item_id = put(queue, PAGE)
    assert not isinstance(deliver(client, queue), Refused)
    at_first = seen(client, item_id)
    assert at_first.state == "received"
    assert at_first.number is not None
    who = "browser-cases"
    role = ("--role", "clerk", "--password", PASSWORD)
    hub_command("create-account", who, *role, "--data", str(hub.data))
    with console_in(browser, hub) as console:
        page = console.page
        console.log_in(who)
        assert console.open(f"/console/cases/case/?list=unassigned&q={at_first.number}") == 200
        console.press("#result_list tbody a")
        assert PERSON.name not in page.content()
        console.act("claim")
        assert PERSON.name in page.content()
        assert seen(client, item_id).state == "in_review"

        document = page.locator("a[href*='/document/']").get_attribute("href")
        opened = page.request.get(f"{hub.url}{document}")
        assert opened.body() == PAGE
        assert opened.headers["cache-control"] == "no-store"

        console.act("ask-supplement", **{"problem:hukou-own-page": "照片看不清", "name:1": "本人签字"})
        by_code, by_card = seen(client, item_id), own(client, item_id)
        assert by_code.state == "supplement_asked"
        assert by_code.supplement_due is not None
        assert by_code.promised_by is None, "the clock stands still"
        assert by_code.supplement is None, "a paper that anybody may hold does not say what is missing"
        assert by_card.supplement is not None
        assert [(one.name, one.problem, one.material_id) for one in by_card.supplement.lacking] == [
            ("居民户口簿", "照片看不清", "hukou-own-page"),
            ("本人签字", "", None),
        ]

        put_supplement(queue, by_card.supplement.id, STRANGER)
        assert isinstance(deliver(client, queue), Refused)
        put_supplement(queue, by_card.supplement.id)
        assert at_first.number in str(deliver(client, queue))
        again = seen(client, item_id)
        assert again.state == "in_review"
        assert again.promised_by is not None
        assert at_first.promised_by is not None
        assert again.promised_by >= at_first.promised_by

        page.reload()
        console.act("decide", outcome="granted", title_zh="参保登记回执", authority_zh="医保局")
        assert "准予" in page.inner_text("#content-main")
        assert console.faults == []
    done = seen(client, item_id)
    assert (done.state, done.outcome) == ("decided", "granted")
    results = [one for one in client.find_results(PERSON).results if one.case_no == at_first.number]
    assert [one.title.zh for one in results] == ["参保登记回执"]
