"""From a touch to what it shows, and from page to page."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.display import display
from benchmarks.figures import Aim, Subject, spread
from benchmarks.idle import watched
from benchmarks.lobby import MAIN, Lobby
from benchmarks.processes import Program, run_to_end
from benchmarks.programs import BARE


def touch(lobby: Lobby, count: int) -> Subject:
    """What the pressed state of a key costs, beside a plain Kivy button in a bare window."""
    subject = Subject("touch", TITLE_TOUCH, COLUMNS, how=HOW_TOUCH)
    with display() as screen:
        command = [sys.executable, "-m", "benchmarks.children.bare_window", "--touches", str(count)]
        said = run_to_end(Program(BARE, command, {"DISPLAY": screen.name, "WAYLAND_DISPLAY": ""}))
        taken = {
            "plain Kivy button, bare window": json.loads(said.strip().splitlines()[-1])["touches"],
            "Yedeng, key on the home page": watched(lobby.offline, screen.name, 0, count)["touches"],
        }
    for name, costs in taken.items():
        subject.rows.append(
            (name, *(spread([cost[kind] for cost in costs], digits=1) for kind in ("own", "whole", "wall")))
        )
    own = median(cost["own"] for cost in taken["Yedeng, key on the home page"])
    subject.aims["CPU from the touch to the drawn page"] = Aim(own, 16, " ms")
    return subject


def pages() -> Subject:
    """How long each page of the guided tour takes to appear."""
    subject = Subject("pages", TITLE_PAGES, ("journey", "page", "ms"), how=HOW_PAGES)
    with tempfile.TemporaryDirectory(prefix="yedeng-pages-") as out, display() as screen:
        environment = {"DISPLAY": screen.name, "WAYLAND_DISPLAY": ""}
        run_to_end(Program("guided tour", [*MAIN, "tour", "--out", out], environment), 300)
        report = json.loads((Path(out) / "report.json").read_text(encoding="utf-8"))
    times: list[float] = []
    for journey in report["journeys"]:
        for page in journey["pages"]:
            # The same page again with something entered or opened keeps the time of its first showing.
            if page["ms"] not in times[-1:]:
                subject.rows.append((journey["name"], page["name"], f"{page['ms']:.0f}"))
                times.append(page["ms"])
    subject.aims["slowest page"] = Aim(max(times), 300, " ms")
    subject.aims["page in the middle"] = Aim(median(times), 300, " ms")
    return subject


COLUMNS = ("what is touched", "CPU, own thread, ms", "CPU with the renderer, ms", "clock, ms")
TITLE_TOUCH = "Touch to drawn feedback"
HOW_TOUCH = """
From the touch event to the pressed state. The first column is the work of the program: everything until the
last drawing order is given. The second adds the renderer, which on this machine is a processor in place of
a graphics chip and draws the whole picture anew; on a panel with a graphics chip that part goes away. While
nobody touches the panel the kiosk looks at it 20 times a second, so that up to 50 ms pass before the first
touch after a pause is noticed; from then on it looks 60 times a second.
"""
TITLE_PAGES = "From page to page"
HOW_PAGES = """
The guided tour in a window: milliseconds from the moment a journey asks for a page until its first picture
is built, as the kiosk itself measures it. What a journey waits for before it asks (a card, the hub, paper)
is not in it.
"""
