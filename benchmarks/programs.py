"""What is measured side by side: the kiosk, the smallest Kivy window, and a browser in kiosk mode."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from benchmarks.lobby import MAIN, ROOT, Lobby
from benchmarks.processes import Program

BARE = "bare Kivy window"
KIOSK = "Yedeng, hub away"
KIOSK_ONLINE = "Yedeng, hub there"
CHROMIUM = "Chromium, comparable page"

#: What any kiosk would switch off, and no network; ``--no-sandbox`` because this may run as root.
CHROMIUM_OPTIONS = (
    "--kiosk",
    "--no-sandbox",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-quic",
    "--disable-features=Translate",
    "--lang=zh-CN",
    "--password-store=basic",
    "--allow-file-access-from-files",
    "--window-position=0,0",
    "--force-device-scale-factor=1",
)


def side_by_side(lobby: Lobby, display: str) -> list[Program]:
    """The programs of one round, the floor first. Chromium is left out where it is not installed."""
    environment = {"DISPLAY": display, "WAYLAND_DISPLAY": ""}
    bare = str(ROOT / "benchmarks" / "children" / "bare_window.py")
    programs = [
        Program(BARE, [sys.executable, bare], environment),
        Program(KIOSK, [*MAIN, "run", "--site", str(lobby.offline)], environment),
        Program(KIOSK_ONLINE, [*MAIN, "run", "--site", str(lobby.online)], environment),
    ]
    browser = shutil.which("chromium")
    if browser:
        page = write_page(lobby.folder)
        profile = f"--user-data-dir={lobby.folder / 'profile'}"
        size = "--window-size=1080,1920"
        programs.append(
            Program(CHROMIUM, [browser, *CHROMIUM_OPTIONS, profile, size, page.as_uri()], environment)
        )
    return programs


def write_page(folder: Path) -> Path:
    """The kiosk's first page as HTML, with the same picture, words, faces and sizes."""
    template = (ROOT / "benchmarks" / "page.html").read_text(encoding="utf-8")
    page = folder / "page.html"
    page.write_text(template.replace("{{root}}", ROOT.as_uri()), encoding="utf-8")
    return page
