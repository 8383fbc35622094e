"""From a source folder to a kiosk: imported, previewed, reviewed and published by people in a browser."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from kiosk.enrolment import KioskIdentity
from kiosk.guide import Guide
from kiosk.hub_client import HubClient
from screens.theme import DAY
from tests.console.catalogue import item
from tests.hub.browser import Console, account_at, browser, console_in, log_in_as
from tests.hub.conftest import HubProcess, hub_command

__all__ = ["account_at", "browser", "log_in_as"]

LIST = "/console/catalogue/sourcefile/"


@pytest.fixture
def imported(hub: HubProcess, tmp_path: Path) -> None:
    """A new item is a draft at the hub, by nobody who has an account."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "lamp-permit.toml").write_text(item(), encoding="utf-8")
    assert hub_command("catalogue", "import", str(source), "--data", str(hub.data)).startswith("1 new")


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("imported")
def test_what_is_published_in_the_console_is_on_the_kiosk(
    browser: Browser,
    hub: HubProcess,
    log_in_as: Callable[[Console, str], None],
    client: HubClient,
    identity: KioskIdentity,
    tmp_path: Path,
) -> None:
    before = client.publication()
    with console_in(browser, hub) as console:
        log_in_as(console, "publisher")
        console.open(f"{LIST}?q=lamp-permit")
        console.press("#result_list a:has-text('夜灯许可')")
        console.press("#content-main button:has-text('送审')")
        overview = console.page.url
        console.page.goto(f"{overview}preview/?theme=day&panel=768x1366")
        picture = console.page.locator("#content-main img").first.get_attribute("src")
        drawn = console.page.request.get(f"{hub.url}{picture}").body()
        with Image.open(io.BytesIO(drawn)) as opened:
            assert opened.size == (768, 1366)
            assert "{:02X}{:02X}{:02X}".format(*opened.getpixel((2, 2))) == DAY.background  # type: ignore[misc]
        console.page.goto(overview)
        console.press("#content-main button:has-text('审核通过')")
        console.open(f"{LIST}publish/")
        console.press("#content-main button:has-text('发布到所有终端')")
        assert "与上一次发布相比，1 处变更" in console.page.inner_text("#content-main")
        assert console.faults == []
    notice = client.publication()
    assert before is not None
    assert notice is not None
    assert (notice.version, notice.items) == (before.version + 1, before.items + 1)
    guide = Guide(tmp_path / "guide")
    guide.publish(notice, client.catalogue_file(notice.sha256), identity.publishers)
    assert guide.find("yedeng").hits[0].item.name.zh == "夜灯许可"
