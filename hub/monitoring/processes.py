"""Several processes count as one. Knows nothing of Django, nor of prometheus-client, which reads it first."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"


def share_figures(folder: Path, workers: int) -> None:
    """Let several workers write what they count into a folder of the data folder, empty at every start.

    Whoever names another folder in the environment looks after it. Raises ``OSError``.
    """
    if workers == 1 or os.environ.get(VARIABLE):
        return
    shared = folder.absolute() / "metrics"
    shutil.rmtree(shared, ignore_errors=True)
    shared.mkdir(mode=0o700, parents=True)
    os.environ[VARIABLE] = str(shared)
