"""The fleet as an administrator goes through it in the morning: from what is wrong to the kiosk and back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, expect

from kiosk.enrolment import enrol
from kiosk.hub_client import HubClient
from kiosk.wire import Bilingual, CheckIn, Close, CommandReport, DeviceReport, Lack, QueueReport
from tests.hub.browser import Console, account_at, browser, console_in, log_in_as
from tests.hub.conftest import HubProcess

__all__ = ["account_at", "browser", "log_in_as"]

FLEET = "/console/kiosks/kiosk/"
RECORD = "social-insurance-record"


def without_paper() -> CheckIn:
    printer = DeviceReport(
        name="receipt-printer",
        family="ReceiptPrinter",
        driver="escpos",
        device="online",
        fitness="ok",
        paper="out",
        supply="out",
    )
    return CheckIn(
        sent_at=datetime.now(UTC),
        software="0.1",
        catalogue_version=1,
        devices=(printer,),
        queue=QueueReport(pending=3, held=0),
        lacks=(Lack(cause="document_printer", device="receipt-printer", stops=True, items=(RECORD,)),),
        up_seconds=600,
        keeper_phone="0531-5550123",
    )


def test_from_what_is_wrong_to_the_kiosk_and_back(
    browser: Browser, hub: HubProcess, client: HubClient, log_in_as: Callable[[Console, str], None]
) -> None:
    kiosk = client.check_in(without_paper()).kiosk_id
    with console_in(browser, hub) as console:
        log_in_as(console, "administrator")
        page = console.page

        console.open("/console/kiosks/keeper/add/")
        page.fill("[name=name]", "周师傅")
        page.fill("[name=phone]", "0531-5559999")
        console.press("[name=_save]")

        console.open(f"{FLEET}overview/")
        console.press(page.get_by_role("link", name="缺纸"))
        expect(page.locator("#result_list")).to_contain_text(kiosk)

        page.fill("[name=name]", "缺纸的终端")
        console.press(page.get_by_role("button", name="保存筛选"))
        expect(page.locator(".fleet-chip")).to_contain_text("缺纸的终端")

        page.locator("#result_list tbody tr", has_text=kiosk).locator("input[type=checkbox]").check()
        page.locator("select[name=action]").select_option("change_several")
        console.press(page.locator("#changelist-form button[type=submit]").first)
        page.select_option("[name=keeper]", label="周师傅")
        console.press(page.get_by_role("button", name="修改"))
        expect(page.locator("#result_list tbody tr", has_text=kiosk)).to_contain_text("周师傅")

        console.open(f"{FLEET}{kiosk}/change/")
        expect(page.locator(".fleet").first).to_contain_text("终端上显示的电话是 0531-5550123")
        expect(page.locator(".fleet").first).to_contain_text("正常 · 缺纸")
        assert page.locator("#ledger .fleet-share-paper").count()
        with page.expect_download() as table:
            page.get_by_role("link", name="当日表格").click()
        assert table.value.suggested_filename.startswith(kiosk)

        console.open(f"{FLEET}matrix/?rows=kiosks&q={RECORD}")
        row = page.locator(".fleet-matrix tbody tr", has=page.locator(f"a[href*='{kiosk}']"))
        expect(row.locator(".fleet-unable")).to_contain_text("缺纸")

        console.open(f"{FLEET}day/?item={RECORD}")
        assert page.locator(".fleet-day .fleet-share-paper").count()

        console.open(f"{FLEET}?trouble=paper")
        console.press(page.get_by_title("删除这个筛选"))
        expect(page.locator(".fleet-chip")).to_have_count(0)
        assert console.faults == []


def test_a_kiosk_is_enrolled_asked_and_set(
    browser: Browser, hub: HubProcess, log_in_as: Callable[[Console, str], None], tmp_path: Path
) -> None:
    with console_in(browser, hub, dark=True) as console:
        log_in_as(console, "administrator")
        page = console.page

        console.open("/console/kiosks/enrolmentcode/add/")
        console.press("[name=_save]")
        made = enrol(tmp_path, hub.url, page.inner_text("#code"), place="新终端", software="0.1").credentials
        console.press(page.get_by_role("link", name="完成"))
        expect(page.locator("#result_list")).to_contain_text(made.key_id)

        console.open(f"/console/kiosks/kioskcommand/add/?kiosk={made.key_id}")
        page.select_option("[name=type]", "close")
        page.fill("[name=notice]", "正在装修")
        page.fill("[name=reason]", "大厅刷墙")
        console.press("[name=_save]")

        console.open("/console/kiosks/desiredsetting/add/")
        page.select_option("[name=name]", "kiosk.keeper_phone")
        page.fill("[name=value]", "0531-5550199")
        page.select_option("[name=kiosk]", made.key_id)
        console.press("[name=_save]")

        with closing(HubClient(hub.url, made, timeout=5)) as client:
            told = client.check_in(without_paper().model_copy(update={"protocol": 2}))
            command = told.commands[0].read(told.command_keys)
            done = CommandReport(outcome="done", detail="屏幕已显示", at=datetime.now(UTC))
            client.report_command(command.id, done)
        assert (command.kiosk_id, command.reason) == (made.key_id, "大厅刷墙")
        assert command.action == Close(notice=Bilingual(zh="正在装修"))
        assert told.settings is not None
        assert told.settings.values == {"kiosk.keeper_phone": "0531-5550199"}

        console.open(f"/console/kiosks/kioskcommand/?q={made.key_id}")
        expect(page.locator("#result_list")).to_contain_text("屏幕已显示")
        assert console.faults == []
