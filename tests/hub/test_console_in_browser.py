"""The console as people use it, in Debian's chromium: both factors, every section, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.console.payloads import PAYLOADS
from tests.hub.browser import Console, account_at, browser, console_in, log_in_as
from tests.hub.conftest import HubProcess

__all__ = ["account_at", "browser", "log_in_as"]

LogIn = Callable[[Console, str], None]


def sections(console: Console) -> list[str]:
    """The addresses in the side bar."""
    links = console.page.locator("#nav-sidebar a[href^='/console/']").all()
    return sorted({str(link.get_attribute("href")) for link in links} - {"/console/"})


@pytest.mark.parametrize(
    ("role", "dark", "language"),
    [("administrator", False, "zh-hans"), ("security_officer", True, "en")],
)
def test_somebody_goes_through_every_section(
    browser: Browser,
    hub: HubProcess,
    log_in_as: LogIn,
    tmp_path: Path,
    role: str,
    dark: bool,
    language: str,
) -> None:
    with console_in(browser, hub, dark=dark) as console:
        log_in_as(console, role)
        if language != "zh-hans":
            console.speak(language)
        assert console.page.locator("html").get_attribute("lang") == language
        for number, address in enumerate([*sections(console), "/console/", "/console/my-account/"]):
            assert console.open(address) == 200
            (tmp_path / f"{number}.png").write_bytes(console.page.screenshot())
            first = console.page.locator("#result_list tbody a").first
            if first.count():
                console.press(first)
        console.open("/console/")
        console.log_out()
        console.open("/console/")
        assert "/console/login/" in console.page.url
        assert console.faults == []


def test_a_hostile_name_stays_a_name(browser: Browser, hub: HubProcess, log_in_as: LogIn) -> None:
    with console_in(browser, hub) as console:
        log_in_as(console, "administrator")
        console.open("/console/accounts/organisation/")
        console.press(console.page.locator("#result_list tbody a").first)
        root, before = console.page.url, console.page.input_value("[name=name]")
        for name in (*PAYLOADS[5:50:15], before):
            console.page.goto(root)
            console.page.fill("[name=name]", name)
            console.press("[name=_save]")
            assert name in console.page.inner_text("#result_list")
        assert console.scripts_run == []
        assert console.faults == []


def test_an_inline_script_that_got_in_stays_still(browser: Browser, hub: HubProcess) -> None:
    with console_in(browser, hub) as console:
        console.open("/console/login/")
        console.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1)>')")
        console.page.wait_for_load_state("networkidle")
        assert console.scripts_run == []
        assert any("Content Security Policy" in one for one in console.faults)
