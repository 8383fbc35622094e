"""A hub with the demonstration's content: made once for a run of the tests, copied for who wants one."""

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
    run = next(folder for folder in data.parents if re.fullmatch(r"pytest-\d+", folder.name))
    made = run / "seeded-hub"
    with (run / "seeded-hub.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            part = run / "seeded-hub.part"
            command = [sys.executable, "main.py", "hub", "seed", "--data", str(part)]
            subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
            part.rename(made)
    shutil.copytree(made, data)
