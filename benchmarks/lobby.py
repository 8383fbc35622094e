"""A kiosk as it stands in a lobby: enrolled, its catalogue fetched, its devices plugged in.

The far ends of the devices and the hub run beside it, started once and not measured.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import BenchmarkError, Program, run_to_end, running
from kiosk.simulated import free_ports

ROOT = Path(__file__).resolve().parents[1]
MAIN = (sys.executable, str(ROOT / "main.py"))
READY_WITHIN = 60.0

SITE = """\
[kiosk]
place_zh = "经十路社区 24 小时自助服务区"
place_en = "Jingshi Road 24-hour service area"
data = "data"

[panel]
width = {size[0]}
height = {size[1]}
theme = "night"
fullscreen = false

[hub]
url = "http://127.0.0.1:{port}"
enrolment_code_file = "enrolment-code"

[devices.id-reader]
driver = "sam-serial"
port = "bench/id-reader"

[devices.document-camera]
driver = "opencv-camera"
source = "bench/desk"

[devices.receipt-printer]
driver = "escpos-tcp"
host = "127.0.0.1"
port = {printer}
"""


@dataclass(frozen=True)
class Lobby:
    """``online`` is the site file of a kiosk with its hub, ``offline`` of one whose hub does not answer."""

    folder: Path
    online: Path
    offline: Path


@contextlib.contextmanager
def lobby(size: tuple[int, int]) -> Iterator[Lobby]:
    """Set everything up, run hub and devices, and take everything away afterwards.

    Raises:
        BenchmarkError: something did not come up.
    """
    with tempfile.TemporaryDirectory(prefix="yedeng-lobby-") as name:
        folder = Path(name)
        hub, printer, nobody = free_ports(3)
        online, offline = folder / "online.toml", folder / "offline" / "offline.toml"
        online.write_text(SITE.format(size=size, port=hub, printer=printer), encoding="utf-8")
        hub_data = str(folder / "hub")
        run_to_end(Program("hub seed", [*MAIN, "hub", "seed", "--data", hub_data]))
        code = run_to_end(Program("hub enrolment-code", [*MAIN, "hub", "enrolment-code", "--data", hub_data]))
        (folder / "enrolment-code").write_text(code, encoding="ascii")
        with (
            _ready(folder, "hub", "serve", "--port", str(hub), "--data", hub_data),
            _ready(folder, "bench", "serve", "--site", str(online)),
        ):
            _first_day(folder, online)
            offline.parent.mkdir()
            shutil.copytree(folder / "data", offline.parent / "data", ignore=shutil.ignore_patterns("bench"))
            (offline.parent / "bench").symlink_to(folder / "bench")
            offline.write_text(SITE.format(size=size, port=nobody, printer=printer), encoding="utf-8")
            yield Lobby(folder, online, offline)


def _first_day(folder: Path, site: Path) -> None:
    """Let the kiosk enrol and fetch its catalogue, off screen, and close in good order."""
    program = Program(
        "first day", [*MAIN, "run", "--site", str(site)], {"DISPLAY": "", "WAYLAND_DISPLAY": ""}
    )
    catalogue = folder / "data" / "catalogue.json"
    with running(program, folder / "first-day.log") as kiosk:
        _wait(
            "the kiosk's first day",
            lambda: catalogue.exists() and bool(json.loads(catalogue.read_text())["items"]),
            kiosk,
            folder / "first-day.log",
        )


@contextlib.contextmanager
def _ready(folder: Path, *words: str) -> Iterator[None]:
    log = folder / f"{words[0]}.log"
    program = Program(" ".join(words[:2]), [*MAIN, *words], {"PYTHONUNBUFFERED": "1"})
    with running(program, log) as process:
        _wait(program.name, lambda: "ready" in log.read_text(), process, log)
        yield


def _wait(what: str, until: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while not until():
        if process.poll() is not None or time.monotonic() > deadline:
            raise BenchmarkError(f"{what} did not come up: {log.read_text()[-500:].strip()}")
        time.sleep(0.05)
