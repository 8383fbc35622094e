"""A bad rating from a kiosk's queue, worked on in a real browser until it is settled."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page

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


def act(page: Page, word: str, **filled: str) -> None:
    """Press a button of the complaint, fill in its form, send it."""
    page.click(f"a[href$='/do/{word}/']")
    for name, value in filled.items():
        if name == "file":
            page.set_input_files("[name=file]", value)
        elif page.locator(f"[name={name}][type=radio]").count():
            page.check(f"[name={name}][value={value}]")
        else:
            page.fill(f"[name={name}]", value)
    with page.expect_navigation():
        page.click("#content-main form button[type=submit]")


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
        with page.expect_navigation():
            page.click("#result_list tbody a")
        assert PHONE not in page.content()
        with page.expect_navigation():
            page.click("form[action$='/phone/'] button")
        assert PHONE in page.content()
        act(page, "take")
        act(page, "call", outcome="reached", note="已联系上")
        act(page, "remedy", finding="justified", note="机器已修好")
        act(page, "close", note="本人确认", file=str(proof))
        assert "已办结" in page.inner_text("#content-main")
        with page.expect_download() as kept:
            page.click("a[href*='/evidence/']")
        assert Path(kept.value.path()).read_bytes() == proof.read_bytes()
        assert console.faults == []
    told = client.progress(code)
    assert told is not None
    assert (told.what, told.state) == ("evaluation", "decided")
