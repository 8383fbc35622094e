"""The suite itself: what it is asked for on the command line, and that it notices a broken promise."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _pytest(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=50,
        check=False,
    )


@pytest.mark.parametrize(
    ("rig", "notices"),
    [
        ("ForgetfulRig", "test_silence_is_unknown_never_fine"),
        ("LeakyRig", "test_it_leaves_nothing_open"),
        ("TalkativeRig", "test_nothing_it_brings_to_light_reaches_the_log"),
    ],
)
def test_a_broken_promise_is_noticed(rig: str, notices: str) -> None:
    done = _pytest("--rig", f"tests.conformance.broken:{rig}", "-k", notices)
    assert done.returncode == 1, done.stdout
    assert f"FAILED tests/conformance/test_conformance.py::{notices}" in done.stdout


def test_a_driver_without_a_rig_is_said_in_words() -> None:
    done = _pytest("--driver", "no-such-driver")
    assert done.returncode != 0
    assert "no rig for the driver 'no-such-driver'" in done.stdout + done.stderr


def test_only_the_suite_is_run_when_a_driver_is_asked_for() -> None:
    done = _pytest("--driver", "template-scanner", "--collect-only")
    assert done.returncode == 0
    listed = [line for line in done.stdout.splitlines() if "::" in line]
    assert listed
    assert {line.partition("::")[0] for line in listed} == {"tests/conformance/test_conformance.py"}
