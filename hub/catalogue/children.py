"""Our own command line, asked in a child process for what needs the kiosk's rooms."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]


class ChildFailed(Exception):
    """The command did not do its part; the message is what it said."""


def run_command(*words: str, within: float) -> str:
    """Run ``main.py`` with these words; what it printed. ``within`` is in seconds. Raises ``ChildFailed``."""
    command = [sys.executable, str(ROOT / "main.py"), *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=within, check=False)
    except subprocess.TimeoutExpired:
        raise ChildFailed(f"it took longer than {within:.0f} s and was stopped") from None
    if done.returncode:
        raise ChildFailed(done.stderr.strip().removeprefix("Error: "))
    return done.stdout
