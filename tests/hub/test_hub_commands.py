"""The hub's command line and console, as people meet them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from hub.commands import hub as hub_group
from kiosk.hub_client import HubClient
from kiosk.wire import HpkeOpener, HpkeSealer
from tests.hub.conftest import ROOT, HubProcess, hub_command
from tests.seeded import give_empty_hub

PASSWORD = "lamp-in-the-window-1"


def test_it_is_well(hub: HubProcess) -> None:
    assert requests.get(f"{hub.url}/healthz", timeout=5).json() == {"status": "ok"}


def test_the_api_describes_itself(hub: HubProcess) -> None:
    document = requests.get(f"{hub.url}/api/openapi.json", timeout=5).json()
    assert {"/api/v1/intake", "/api/v1/enrolment", "/api/v1/catalogue"} <= set(document["paths"])


def test_nothing_secret_is_readable_by_others(hub: HubProcess) -> None:
    assert hub.data.stat().st_mode & 0o077 == 0
    for name in ("secret.key", "intake.key"):
        assert (hub.data / name).stat().st_mode & 0o077 == 0


def test_seeding_twice_changes_nothing(hub: HubProcess, client: HubClient) -> None:
    before, notice = hub.rows("results"), client.publication()
    assert notice is not None
    printed = hub_command("seed", "--data", str(hub.data))
    assert hub.rows("results") == before
    assert f"catalogue version {notice.version} with {notice.items} items" in printed.splitlines()


def test_a_taken_port_is_said_in_words(hub: HubProcess, tmp_path: Path) -> None:
    give_empty_hub(tmp_path)
    command = [sys.executable, "main.py", "hub", "serve", "--data", str(tmp_path), "--port", str(hub.port)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"Error: cannot listen on 127.0.0.1 port {hub.port}: Address already in use"
    )


def test_it_ends_cleanly_when_asked_to(tmp_path: Path) -> None:
    process = HubProcess(tmp_path)
    process.start()
    with socket.create_connection(("127.0.0.1", process.port)):
        assert process.stop() == 0


def test_a_pair_of_keys_fits_and_is_never_overwritten(tmp_path: Path) -> None:
    runner = CliRunner()
    assert runner.invoke(hub_group, ["keys", "--out", str(tmp_path)]).exit_code == 0
    opener = HpkeOpener.from_texts([(tmp_path / "intake.key").read_text()])
    sealer = HpkeSealer.from_text((tmp_path / "intake.pub").read_text())
    assert sealer.key_id == opener.sealers[0].key_id
    again = runner.invoke(hub_group, ["keys", "--out", str(tmp_path)])
    assert again.exit_code == 1
    assert "not overwritten" in again.output


def test_a_damaged_intake_key_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "intake.key").write_text("rubbish")
    command = [sys.executable, "main.py", "hub", "cases", "--data", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "intake.key is not an intake key" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("YEDENG_HUB_HELD_DAYS", "soon"),
        ("YEDENG_HUB_REGION", "37"),
        ("YEDENG_HUB_IDLE_MINUTES", "0"),
        ("YEDENG_HUB_MAIL_PORT", "smtp"),
        ("DATABASE_URL", "postgresql"),
    ],
)
def test_a_variable_that_cannot_be_meant_is_named(tmp_path: Path, name: str, value: str) -> None:
    done = subprocess.run(
        [sys.executable, "main.py", "hub", "cases", "--data", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, name: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: {name}")
    assert done.stderr.count("\n") == 1
