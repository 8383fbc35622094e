"""The whole product at once: the guided tour, and the kiosk's own start and stop, as a stranger runs them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
SITE = '[kiosk]\ndata = "data"\n[devices.id-reader]\ndriver = "sam-serial"\nport = "nowhere"\n'


def environment() -> dict[str, str]:
    """Without a display, whatever this machine has."""
    return {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}


@pytest.mark.timeout(400)
def test_the_tour_ends_with_the_submission_at_the_hub_and_its_number_on_paper(tmp_path: Path) -> None:
    command = [sys.executable, "main.py", "tour", "--out", str(tmp_path / "out")]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=350, check=False
    )
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert [(journey["name"], journey["ok"]) for journey in report["journeys"]] == [
        ("look-up-guide", True),
        ("submit-item", True),
        ("collect-result", True),
    ]
    assert report["submission_id"]
    assert report["receipt_no"]
    assert report["result_copies"] == 1
    for journey in report["journeys"]:
        for page in journey["pages"]:
            with Image.open(tmp_path / "out" / page["picture"]) as picture:
                assert picture.size == (1080, 1920)
                colours = picture.convert("RGB").getcolors(1 << 24)
                assert colours is not None
                assert len(colours) > 50, f"{page['name']} is an empty page"
    assert len(list((tmp_path / "out").glob("paper-*.png"))) == 3


def test_the_kiosk_starts_without_any_device_refuses_a_second_start_and_ends_on_a_signal(
    tmp_path: Path,
) -> None:
    (tmp_path / "site.toml").write_text(SITE, encoding="utf-8")
    command = [sys.executable, "main.py", "run", "--site", str(tmp_path / "site.toml")]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as first:
        try:
            until = time.monotonic() + 60
            while not (tmp_path / "data" / "queue").exists() and time.monotonic() < until:
                assert first.poll() is None, first.communicate()[0].decode()
                time.sleep(0.1)
            second = subprocess.run(
                command, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=60, check=False
            )
            assert second.returncode == 1
            assert "already running" in second.stderr
            assert "Traceback" not in second.stderr
        finally:
            first.send_signal(signal.SIGTERM)
        assert first.wait(30) == 0


@pytest.mark.parametrize(
    ("site", "words"),
    [
        ("[kiosk]\nkeper = 'x'\n", ["kiosk.keper", "'keeper'"]),
        ("[devices.x]\ndriver = 'sam-serail'\n", ["devices.x.driver", "'sam-serial'"]),
        ("[devices.x]\ndriver = 'sam-serial'\nprot = 'y'\n", ["devices.x.prot", "'port'"]),
    ],
)
def test_a_wrong_site_file_is_refused_in_words(tmp_path: Path, site: str, words: list[str]) -> None:
    (tmp_path / "site.toml").write_text(site, encoding="utf-8")
    command = [sys.executable, "main.py", "run", "--site", str(tmp_path / "site.toml")]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    for word in words:
        assert word in done.stderr
    assert "Traceback" not in done.stderr
