"""The set-up script, on a machine that is not asked to change."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def stranger(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a copy of the script where `dpkg-query`, `sudo`, `id` and Python are stand-ins."""
    house, stand_ins = tmp_path / "house", tmp_path / "bin"
    shutil.copytree(ROOT / "deploy", house / "deploy")
    (house / ".venv" / "bin").mkdir(parents=True)
    stand_ins.mkdir()

    def script(path: Path, body: str) -> None:
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    script(house / ".venv" / "bin" / "python", f'echo "python $*" >> {tmp_path}/calls')
    for purpose, name in {"kiosk": "requirements.txt", "test": "requirements-dev.txt"}.items():
        digest = hashlib.sha256(Path(shutil.copy(ROOT / name, house)).read_bytes()).hexdigest()
        (house / ".venv" / f"installed-{purpose}").write_text(f"{digest}  {name}\n")
    script(stand_ins / "id", "echo 1000")
    script(stand_ins / "sudo", f'echo "sudo $*" >> {tmp_path}/calls')

    def run(missing: str = "", sudo: int = 0, purpose: str = "kiosk") -> subprocess.CompletedProcess[str]:
        installed = 'shift 2; for name; do [ "$name" = "$MISSING" ] || echo "installed $name"; done'
        script(stand_ins / "dpkg-query", installed)
        if sudo:
            script(stand_ins / "sudo", f"exit {sudo}")
        environment = {"PATH": f"{stand_ins}:{os.environ['PATH']}", "MISSING": missing}
        command = ["bash", str(house / "deploy" / "setup.sh"), purpose]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)

    return run


def calls(tmp_path: Path) -> list[str]:
    return (tmp_path / "calls").read_text().splitlines()


def test_nothing_missing_asks_for_no_rights(
    stranger: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    result = stranger()
    assert (result.returncode, result.stdout) == (0, "")
    assert not [call for call in calls(tmp_path) if "sudo" in call or " pip " in call]


def test_only_what_is_missing_is_installed_through_sudo(
    stranger: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    result = stranger(missing="swig")
    assert result.returncode == 0
    assert "Installing 1 Debian packages: swig" in result.stdout
    installs = [call for call in calls(tmp_path) if " install " in call]
    assert len(installs) == 1
    assert installs[0].endswith(" swig")


def test_what_only_the_tests_need_is_not_installed_on_a_kiosk(
    stranger: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    assert stranger(missing="printer-driver-cups-pdf").stdout == ""
    said = stranger(missing="printer-driver-cups-pdf", purpose="test").stdout
    assert "Installing 1 Debian packages: printer-driver-cups-pdf" in said


def test_a_refused_password_stops_it(
    stranger: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    assert stranger(missing="swig", sudo=1).returncode != 0
    assert not (tmp_path / "calls").exists()


def test_an_unknown_purpose_is_refused() -> None:
    command = ["bash", str(ROOT / "deploy" / "setup.sh"), "everything"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert result.stderr.startswith("usage:")


def test_a_second_run_does_nothing() -> None:
    if not (ROOT / ".venv" / "installed-test").exists():
        pytest.skip("this environment was not made by deploy/setup.sh test")
    command = ["bash", str(ROOT / "deploy" / "setup.sh"), "test"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
