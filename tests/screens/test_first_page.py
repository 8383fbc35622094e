"""The window comes first: what the lit lamp does not need is not waited for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LATER = (
    "cv2",
    "django",
    "fontTools",
    "numpy",
    "offline_queue",
    "pypinyin",
    "requests",
    "serial",
    "sqlite_utils",
)
PROGRAM = """
import sys
import main
import screens.commands
from config.settings import PanelSettings
from screens import kivy_setup
kivy_setup.prepare(PanelSettings(), off_screen=True)
import screens.serving
print(*sys.modules)
"""


def test_the_lamp_is_lit_before_the_house_is_imported() -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not set(LATER) & set(run.stdout.split())
