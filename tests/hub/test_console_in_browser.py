"""The console as people use it, in Debian's chromium: both factors, every section, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.hub.browser import Authenticator, Console, account_at, browser, console_in
from tests.hub.conftest import HubProcess

__all__ = ["account_at", "browser"]


def sections(console: Console) -> list[str]:
    """The addresses in the side bar."""
    links = console.page.locator("#nav-sidebar a[href^='/console/']")
    return sorted({str(link.get_attribute("href")) for link in links.all()} - {"/console/"})


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_an_administrator_goes_through_every_section(
    browser: Browser, hub: HubProcess, account_at: Callable[[str], str], tmp_path: Path, dark: bool
) -> None:
    with console_in(browser, hub, dark=dark) as console:
        console.log_in(account_at("administrator"), _known.get("administrator"))
        for address in sections(console):
            assert console.open(address) == 200
            console.shot(tmp_path / f"{address.strip('/').replace('/', '-')}.png")
            first = console.page.locator("#result_list tbody th a, #result_list tbody td a").first
            if first.count():
                first.click()
                console.page.wait_for_load_state()
        console.open("/console/")
        console.log_out()
        console.open("/console/")
        assert "/console/login/" in console.page.url
        assert console.faults == []


_known: dict[str, Authenticator] = {}
