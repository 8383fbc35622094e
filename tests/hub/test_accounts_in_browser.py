"""An auditor's account from two officers' hands to the auditor's first export, and its end."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Browser

from tests.hub.browser import PASSWORD, Console, account_at, browser, console_in, log_in_as
from tests.hub.conftest import HubProcess

__all__ = ["account_at", "browser", "log_in_as"]

ACCOUNTS = "/console/accounts/account/"


def make(officer: Console, name: str, role: str) -> str:
    """An account made by an officer, in English; its one-time password."""
    officer.open(f"{ACCOUNTS}add/")
    officer.page.fill("[name=username]", name)
    officer.page.select_option("[name=role]", role)
    officer.press("[name=_save]")
    told = re.search(r"shown only now: ([0-9A-Z-]{19})", officer.page.inner_text("body"))
    assert told is not None
    return told[1]


def open_account(officer: Console, name: str) -> None:
    officer.open(f"{ACCOUNTS}?q={name}")
    officer.press("#result_list tbody a")


def press(officer: Console, words: str) -> None:
    officer.press(officer.page.get_by_role("button", name=words, exact=True))


def test_an_auditor_comes_reads_and_goes(
    browser: Browser,
    hub: HubProcess,
    log_in_as: Callable[[Console, str], None],
    account_at: Callable[[str], str],
) -> None:
    name = f"auditor-{uuid4().hex[:6]}"
    with (
        console_in(browser, hub, dark=True, language="en") as officer,
        console_in(browser, hub, language="en") as second,
        console_in(browser, hub) as auditor,
    ):
        log_in_as(officer, "security_officer")
        password = make(officer, name, "auditor")
        auditor.enter(name, password)
        assert auditor.page.locator("[name=username]").count() == 1, "one officer alone lets no auditor in"

        second.log_in(account_at("security_officer"))
        open_account(second, name)
        press(second, "Confirm")

        auditor.enter(name, password)
        for field, words in (
            ("old_password", password),
            ("new_password1", PASSWORD),
            ("new_password2", PASSWORD),
        ):
            auditor.page.fill(f"[name={field}]", words)
        auditor.press("form:has([name=old_password]) button[type=submit]")
        authenticator = auditor.set_up_second_factor()
        auditor.open("/console/")
        auditor.log_out()
        auditor.log_in(name, authenticator)

        auditor.open(f"/console/audit/entry/?q={name}")
        auditor.page.check("#action-toggle")
        auditor.page.select_option("select[name=action]", "export_rows")
        with auditor.page.expect_download() as kept:
            auditor.page.locator("#changelist-form button[type=submit]").first.click()
        table = list(csv.DictReader(io.StringIO(Path(kept.value.path()).read_text("utf-8-sig"))))
        assert [row["action"] for row in table] == [
            "login.done",
            "password.changed",
            "second_factor.set_up",
            "login.ended",
            "login.done",
            "second_factor.shown",
        ]
        auditor.open("/console/audit/entry/?q=account.confirmed")
        assert str(table[0]["target"]) in auditor.page.inner_text("#result_list")

        open_account(officer, name)
        press(officer, "Deactivate")
        auditor.open("/console/audit/entry/")
        assert "/console/login/" in auditor.page.url
        auditor.enter(name, PASSWORD)
        assert "/console/login/" in auditor.page.url
        assert [one.faults for one in (officer, second, auditor)] == [[], [], []]
