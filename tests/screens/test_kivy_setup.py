"""Kivy's habits are switched off before it is imported: each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PREPARE = """
import logging, sys
from config.settings import PanelSettings
from screens import kivy_setup
"""


def run(code: str, home: Path) -> str:
    """Run code in a fresh interpreter whose home is ``home``."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("KIVY_", "SDL_"))
    }
    done = subprocess.run(
        [sys.executable, "-c", PREPARE + code, "--size=10x10", "--help"],
        env={**environment, "HOME": str(home), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


def test_the_command_line_and_the_log_stay_ours(tmp_path: Path) -> None:
    code = """
arguments, handlers, errors = list(sys.argv), list(logging.getLogger().handlers), sys.stderr
kivy_setup.prepare(PanelSettings(), off_screen=True)
from kivy.core.window import Window
assert sys.argv == arguments, sys.argv
assert logging.getLogger().handlers == handlers
assert sys.stderr is errors
print(*Window.size)
"""
    assert run(code, tmp_path) == "1080 1920"


def test_nothing_is_written_into_the_home_folder(tmp_path: Path) -> None:
    code = """
import os, pathlib
kivy_setup.prepare(PanelSettings(), off_screen=True)
from kivy.core.window import Window
print(os.environ["KIVY_HOME"])
"""
    home = Path(run(code, tmp_path))
    assert not (tmp_path / ".kivy").exists()
    assert not home.exists(), "the temporary home is removed at the end"


def test_a_configuration_of_the_user_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / ".kivy").mkdir()
    (tmp_path / ".kivy" / "config.ini").write_text("[graphics]\nwidth = 321\n[kivy]\nexit_on_escape = 1\n")
    code = """
import os
os.environ["KCFG_GRAPHICS_WIDTH"] = "123"
kivy_setup.prepare(PanelSettings(width=1920, height=1080), off_screen=True)
from kivy.config import Config
from kivy.core.window import Window
print(*Window.size, Config.get("kivy", "exit_on_escape"), Config.get("graphics", "multisamples"))
"""
    assert run(code, tmp_path) == "1920 1080 0 0"


def test_a_touch_has_one_way_in(tmp_path: Path) -> None:
    code = """
import os
kivy_setup.prepare(PanelSettings(), off_screen=True)
from kivy.config import Config
print(Config.items("input"), os.environ["SDL_TOUCH_MOUSE_EVENTS"], os.environ["SDL_MOUSE_TOUCH_EVENTS"])
"""
    assert run(code, tmp_path) == "[('mouse', 'mouse,disable_multitouch')] 0 0"


def test_without_a_display_it_draws_into_memory(tmp_path: Path) -> None:
    code = """
import os
os.environ.pop("DISPLAY", None); os.environ.pop("WAYLAND_DISPLAY", None)
print(kivy_setup.prepare(PanelSettings()), os.environ["SDL_VIDEODRIVER"])
"""
    assert run(code, tmp_path) == "True offscreen"


def test_with_a_display_the_whole_screen_is_taken(tmp_path: Path) -> None:
    code = """
import os
os.environ["DISPLAY"] = ":77"
hidden = kivy_setup.prepare(PanelSettings())
from kivy.config import Config
keys = ("fullscreen", "borderless", "show_cursor", "allow_screensaver")
seen = [Config.get("graphics", key) for key in keys]
print(hidden, *seen, os.environ.get("SDL_VIDEODRIVER"))
"""
    assert run(code, tmp_path) == "False auto 1 0 0 None"


def test_too_late_is_refused(tmp_path: Path) -> None:
    code = """
kivy_setup.prepare(PanelSettings(), off_screen=True)
import kivy
try:
    kivy_setup.prepare(PanelSettings(), off_screen=True)
except RuntimeError:
    print("refused")
"""
    assert run(code, tmp_path) == "refused"


@pytest.mark.parametrize("module", ["screens.theme", "screens.strings", "screens.look", "screens.kit.lines"])
def test_theme_and_words_need_no_kivy(tmp_path: Path, module: str) -> None:
    assert run(f"import {module}\nprint('kivy' in sys.modules)", tmp_path) == "False"
