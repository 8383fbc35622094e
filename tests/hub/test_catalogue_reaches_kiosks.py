"""From a source folder to a kiosk: imported, previewed, reviewed and published by people in a browser."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from kiosk.enrolment import KioskIdentity
from kiosk.guide import Guide
from kiosk.hub_client import HubClient
from screens.theme import DAY
from tests.console.catalogue import item
from tests.hub.browser import PASSWORD, Console, browser, console_in
from tests.hub.conftest import HubProcess, hub_command

__all__ = ["browser"]

LIST = "/console/catalogue/sourcefile/"


@pytest.fixture
def publisher(hub: HubProcess, tmp_path: Path) -> str:
    """The name of a publisher, with a new item that somebody else has imported."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "lamp-permit.toml").write_text(item(), encoding="utf-8")
    data = ("--data", str(hub.data))
    assert hub_command("catalogue", "import", str(source), *data).startswith("1 new")
    hub_command("create-account", "wang", "--role", "publisher", "--password", PASSWORD, *data)
    return "wang"


def press(console: Console, words: str) -> None:
    """Press the key with these words on the page."""
    console.page.click(f"#content-main button:has-text('{words}')")
    console.page.wait_for_load_state()


@pytest.mark.timeout(120)
def test_what_is_published_in_the_console_is_on_the_kiosk(
    browser: Browser,
    hub: HubProcess,
    publisher: str,
    client: HubClient,
    identity: KioskIdentity,
    tmp_path: Path,
) -> None:
    before = client.publication()
    with console_in(browser, hub) as console:
        console.log_in(publisher)
        console.open(f"{LIST}?q=lamp-permit")
        console.page.click("#result_list a:has-text('夜灯许可')")
        press(console, "送审")
        overview = console.page.url
        console.page.goto(f"{overview}preview/?theme=day&panel=768x1366")
        picture = console.page.locator("#content-main img").first.get_attribute("src")
        drawn = console.page.request.get(f"{hub.url}{picture}").body()
        with Image.open(io.BytesIO(drawn)) as opened:
            assert opened.size == (768, 1366)
            assert "{:02X}{:02X}{:02X}".format(*opened.getpixel((2, 2))) == DAY.background  # type: ignore[misc]
        console.page.goto(overview)
        press(console, "审核通过")
        console.open(f"{LIST}publish/")
        press(console, "发布到所有终端")
        assert "与上一次发布相比，1 处变更" in console.page.inner_text("#content-main")
        assert console.faults == []
    notice = client.publication()
    assert before is not None
    assert notice is not None
    assert (notice.version, notice.items) == (before.version + 1, before.items + 1)
    guide = Guide(tmp_path / "guide")
    guide.publish(notice, client.catalogue_file(notice.sha256), identity.publishers)
    assert guide.find("yedeng").hits[0].item.name.zh == "夜灯许可"
