"""What an administrator does about what goes wrong: take it up, silence it, change its rule; retention."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from hub.backup import BACKUP_MARK
from tests.hub.browser import PASSWORD, Console, browser, console_in
from tests.hub.conftest import HubProcess, hub_command
from tests.seeded import give_empty_hub

__all__ = ["browser"]

ALERTS = "/console/alerts/"
POLICIES = "/console/cases/retentionpolicy/"
ADMINISTRATOR = "morning"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """A hub whose last copy is from long ago, which it has noticed, and an administrator of it."""
    process = HubProcess(tmp_path_factory.mktemp("watched-hub") / "data")
    give_empty_hub(process.data)
    mark = process.data / BACKUP_MARK
    mark.touch()
    os.utime(mark, (0, 0))
    here = ("--data", str(process.data))
    hub_command("create-account", ADMINISTRATOR, "--role", "administrator", "--password", PASSWORD, *here)
    hub_command("watch", "--once", *here)
    process.extra["YEDENG_HUB_SECOND_FACTOR"] = "off"
    process.start()
    try:
        yield process
    finally:
        process.stop()


@pytest.fixture
def console(browser: Browser, hub: HubProcess, request: pytest.FixtureRequest) -> Iterator[Console]:
    """The administrator's, in the dark, and in English if the test says so."""
    with console_in(browser, hub, dark=True, language=getattr(request, "param", "zh-CN")) as opened:
        opened.enter(ADMINISTRATOR, PASSWORD)
        yield opened
        assert opened.faults == []


@pytest.mark.parametrize("console", ["en"], indirect=True)
def test_an_alert_is_taken_up_and_silenced(console: Console) -> None:
    page = console.page
    console.open("/console/")
    console.press(page.get_by_role("link", name="backup too old"))
    console.press(page.get_by_role("button", name="I take this up"))
    expect(page.locator("#content-main")).to_contain_text(f"· {ADMINISTRATOR}")

    alert = page.url
    console.press("#content-main a[href*=alertsilence]")
    page.fill("[name=reason]", "the tape drive is being changed")
    page.fill("[name=until_0]", "2099-12-31")
    page.fill("[name=until_1]", "18:00")
    console.press("[name=_save]")
    page.goto(alert)
    expect(page.locator("#content-main")).to_contain_text("the tape drive is being changed")


def test_a_rule_is_changed(console: Console) -> None:
    console.open(f"{ALERTS}rule/")
    console.press(console.page.locator("#result_list tbody a", has_text="备份"))
    console.page.fill("[name=threshold]", "50")
    console.press("[name=_save]")
    expect(console.page.locator("#result_list tr", has_text="备份")).to_contain_text("> 50 小时")


def test_how_long_data_lives_is_said(console: Console) -> None:
    console.open(POLICIES)
    expect(console.page.locator("body")).to_contain_text("没有单独规定的事项会一直保存")
    console.open(f"{POLICIES}add/")
    console.page.fill("[name=days]", "3650")
    console.page.fill("[name=basis]", "档案保管期限表")
    console.press("[name=_save]")
    console.open(POLICIES)
    expect(console.page.locator("body")).not_to_contain_text("没有单独规定的事项会一直保存")
