"""Hubs, empty or with the demonstration, made once for a run of the tests and copied for who wants one."""

from __future__ import annotations

import fcntl
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]


def give_seeded_hub(data: Path) -> None:
    """Make ``data``, somewhere below the run's temporary folder, the data folder of a seeded hub."""
    _give("seeded-hub", data, "seed")


def give_empty_hub(data: Path) -> None:
    """The same of a hub that has its tables and keys, and nothing else."""
    _give("empty-hub", data, "cases")


def _give(name: str, data: Path, command: str) -> None:
    run = next(folder for folder in data.parents if re.fullmatch(r"pytest-\d+", folder.name))
    made = run / name
    with (run / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            part = run / f"{name}.part"
            words = [sys.executable, "main.py", "hub", command, "--data", str(part)]
            subprocess.run(words, cwd=ROOT, capture_output=True, check=True)
            part.rename(made)
    shutil.copytree(made, data, dirs_exist_ok=True)
