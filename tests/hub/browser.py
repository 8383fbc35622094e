"""The console in a real browser: logging in with both factors, looking for what must not happen on any page.

A module that tests a flow of the console imports the fixtures ``browser`` and ``account_at`` from here and
opens a ``Console`` with ``console_in``; at the end ``console.faults`` is empty.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django_otp.oath import TOTP
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Locator,
    Page,
    Request,
    sync_playwright,
)

from tests.hub.conftest import HubProcess, hub_command

PASSWORD = "a long enough password 7"
STEP = 30


class Authenticator:
    """What somebody has on their phone. Every code counts once, so a second one within a step is the next."""

    def __init__(self, secret: str) -> None:
        self._key = base64.b32decode(secret.replace(" ", "") + "=" * (-len(secret.replace(" ", "")) % 8))
        self._last = 0

    def code(self) -> str:
        self._last = max(int(time.time()) // STEP, self._last + 1)
        totp = TOTP(self._key, STEP)
        totp.time = self._last * STEP
        return f"{totp.token():06d}"


class Console:
    """A page of the console, and everything that went wrong on it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.faults: list[str] = []
        self.scripts_run: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.faults.append(f"script failed: {error}"))
        page.on("request", self._asked)
        page.on("dialog", self._a_script_ran)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(f"{message.location.get('url')} on {self.page.url}: {message.text}")

    def _a_script_ran(self, dialog: Dialog) -> None:
        self.scripts_run.append(dialog.message)
        dialog.dismiss()

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and parts.netloc != urlsplit(self.address).netloc:
            self.faults.append(f"asked another host: {request.url}")

    def open(self, path: str) -> int:
        """Go to a path of the console; the status of the answer."""
        answer = self.page.goto(f"{self.address}{path}")
        assert answer is not None
        return answer.status

    def log_in(self, username: str, authenticator: Authenticator | None = None) -> Authenticator:
        """Both factors; without an authenticator one is set up. The page is then the dashboard."""
        self.enter(username, PASSWORD)
        if authenticator is None:
            authenticator = self.set_up_second_factor()
            self.open("/console/")
        else:
            self._show(authenticator)
        self.page.wait_for_selector("#content")
        return authenticator

    def enter(self, username: str, password: str) -> None:
        """The first factor alone."""
        self.open("/console/login/")
        self.page.fill("[name=username]", username)
        self.page.fill("[name=password]", password)
        self.press("#login-form button[type=submit]")

    def press(self, what: str | Locator) -> None:
        """Press what leads to another page, and wait until all of that page is there.

        A click alone waits for its first bytes: what is counted or read right after it may not have come yet.
        """
        with self.page.expect_navigation():
            (self.page.locator(what) if isinstance(what, str) else what).click()

    def act(self, word: str, **filled: str) -> None:
        """Press a button of a case or a complaint, fill in its form, send it."""
        self.press(f"a[href$='/do/{word}/']")
        for name, value in filled.items():
            field = self.page.locator(f"[name='{name}']")
            match field.first.get_attribute("type"):
                case "radio":
                    self.page.check(f"[name='{name}'][value='{value}']")
                case "file":
                    field.set_input_files(value)
                case _:
                    field.fill(value)
        self.press("#content-main form button[type=submit]")

    def set_up_second_factor(self) -> Authenticator:
        """On its page: take the secret, show a code of it, be given the recovery codes."""
        authenticator = Authenticator(self.page.inner_text("#secret"))
        self._show(authenticator)
        assert self.page.locator("#codes li").count() == 10, self.page.inner_text("body")
        return authenticator

    def _show(self, authenticator: Authenticator) -> None:
        self.page.fill("[name=otp_token]", authenticator.code())
        self.press("form:has([name=otp_token]) button[type=submit]")

    def log_out(self) -> None:
        """End the session by the button in the menu of one's name."""
        self.page.locator("#logout-form").evaluate("form => form.submit()")
        self.page.wait_for_url("**/console/log**")

    def speak(self, language: str) -> None:
        """``en`` or ``zh-hans``, from the next page on."""
        with self.page.expect_navigation():
            form = self.page.locator(f"form:has([name=language][value={language}])").first
            form.evaluate("form => form.submit()")

    def shot(self, file: Path) -> None:
        """A picture of the page as it is."""
        self.page.wait_for_load_state("networkidle")
        file.write_bytes(self.page.screenshot())  # given a path, playwright would leave a thread running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's chromium, without a window.

    No longer than a module: while it is there, its event loop runs, and no asynchronous test can have one.
    """
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield opened
        opened.close()


@contextmanager
def console_in(
    browser: Browser, hub: HubProcess, *, dark: bool = False, language: str = "zh-CN"
) -> Iterator[Console]:
    """A fresh browser profile at a hub's console, 1440 x 900."""
    context: BrowserContext = browser.new_context(
        viewport={"width": 1440, "height": 900},
        color_scheme="dark" if dark else "light",
        locale=language,
    )
    try:
        yield Console(context.new_page(), hub.url)
    finally:
        context.close()


@pytest.fixture(scope="session")
def account_at(hub: HubProcess) -> Callable[[str], str]:
    """``account_at(role)``: the name of a new account of that role at the hub."""

    def make(role: str) -> str:
        name = f"{role}-{uuid4().hex[:6]}"
        hub_command("create-account", name, "--role", role, "--password", PASSWORD, "--data", str(hub.data))
        return name

    return make


@pytest.fixture(scope="session")
def log_in_as(account_at: Callable[[str], str]) -> Callable[[Console, str], None]:
    """``log_in_as(console, role)``: somebody of that role, through both factors at the role's first use."""
    sessions: dict[str, str] = {}

    def log_in(console: Console, role: str) -> None:
        context = console.page.context
        if role in sessions:
            context.add_cookies([{"name": "sessionid", "value": sessions[role], "url": console.address}])
        console.open("/console/")
        if "/console/login/" in console.page.url:
            console.log_in(account_at(role))
            kept = {one.get("name"): one.get("value") for one in context.cookies()}
            sessions[role] = str(kept["sessionid"])

    return log_in
