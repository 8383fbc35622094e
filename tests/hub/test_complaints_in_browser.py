"""A bad rating from a kiosk's queue, worked on in a real browser until it is settled."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser

from kiosk.hub_client import HubClient
from kiosk.wire import EVALUATION_KIND, Evaluation, check_code
from offline_queue import Delivered, OfflineQueue, new_id
from tests.hub.browser import PASSWORD, browser, console_in
from tests.hub.conftest import HubProcess, hub_command

__all__ = ["browser"]

PHONE = "13600136000"


def rate(queue: OfflineQueue, client: HubClient) -> str:
    """Give a bad rating with a wish to be called; its check code."""
    rating = Evaluation(
        level=1,
        reasons=("machine-failed",),
        of="guide",
        item_id="elderly-card",
        call_back=PHONE,
        language="zh",
        at=datetime.now(UTC),
    )
    kept = queue.put(new_id(), EVALUATION_KIND, rating.model_dump_json().encode()).id
    assert isinstance(client.deliver(queue.lease())[0], Delivered)
    return check_code(kept)


def test_from_the_work_list_to_the_evidence(
    browser: Browser,
    hub: HubProcess,
    client: HubClient,
    queue: OfflineQueue,
    tmp_path: Path,
) -> None:
    code, who = rate(queue, client), "browser-complaints"
    role = ("--role", "administrator", "--password", PASSWORD)
    hub_command("create-account", who, *role, "--data", str(hub.data))
    proof = tmp_path / "proof.pdf"
    proof.write_bytes(b"%PDF-1.7 it is settled")
    with console_in(browser, hub) as console:
        page = console.page
        console.log_in(who)
        assert console.open(f"/console/evaluations/complaint/?q={code}") == 200
        console.press("#result_list tbody a")
        assert PHONE not in page.content()
        console.press("form[action$='/phone/'] button")
        assert PHONE in page.content()
        console.act("take")
        console.act("call", outcome="reached", note="已联系上")
        console.act("remedy", finding="justified", note="机器已修好")
        console.act("close", note="本人确认", file=str(proof))
        assert "已办结" in page.inner_text("#content-main")
        with page.expect_download() as kept:
            page.click("a[href*='/evidence/']")
        assert Path(kept.value.path()).read_bytes() == proof.read_bytes()
        assert console.faults == []
    told = client.progress(code)
    assert told is not None
    assert (told.what, told.state) == ("evaluation", "decided")
