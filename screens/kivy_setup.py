"""Everything Kivy must be told before it is imported for the first time, and the only place that tells it.

Importing Kivy takes over the command line, the log, the home folder and the configuration of whoever
imports it; each line here switches one such habit off.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile

from config.settings import PanelSettings

ENVIRONMENT = {
    "KIVY_NO_ARGS": "1",  # Kivy would eat our command line
    "KIVY_NO_CONFIG": "1",  # a stray user configuration would change the kiosk
    "KIVY_NO_ENV_CONFIG": "1",  # the same through variables
    "KIVY_NO_FILELOG": "1",  # nothing about a visit may reach Kivy's own log files
    "KIVY_NO_CONSOLELOG": "1",
    "KIVY_LOG_MODE": "PYTHON",  # leaves the root logger and stderr alone
    "KIVY_WINDOW": "sdl2",
    "KIVY_TEXT": "sdl2",
    # A touch reaches us once: SDL must not make a mouse out of a finger, nor a finger out of a mouse.
    "SDL_TOUCH_MOUSE_EVENTS": "0",
    "SDL_MOUSE_TOUCH_EVENTS": "0",
}


def has_display() -> bool:
    """Whether there is a screen to draw on."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def prepare(panel: PanelSettings, *, off_screen: bool | None = None, left: int | None = None) -> bool:
    """Set Kivy up for this panel; call once, before anything imports Kivy.

    Without a display (or when ``off_screen`` asks for it) SDL draws into memory. Returns whether that is so.
    A window that is not full screen stands ``left`` pixels from the screen's edge, so that two stand beside
    each other.

    Raises:
        RuntimeError: Kivy is already imported, its habits cannot be changed any more.
    """
    if "kivy" in sys.modules:
        raise RuntimeError("kivy_setup.prepare must run before Kivy is imported")
    hidden = not has_display() if off_screen is None else off_screen
    os.environ.update(ENVIRONMENT)
    home = tempfile.mkdtemp(prefix="yedeng-kivy-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ["KIVY_HOME"] = home
    if hidden:
        os.environ["SDL_VIDEODRIVER"] = "offscreen"
        os.environ["SDL_AUDIODRIVER"] = "dummy"
    _configure(panel, hidden, left)
    return hidden


def _configure(panel: PanelSettings, hidden: bool, left: int | None) -> None:
    from kivy.config import Config

    whole = panel.fullscreen and not hidden
    settings: dict[str, dict[str, object]] = {
        "kivy": {"exit_on_escape": 0, "pause_on_minimize": 0, "log_enable": 0},
        "graphics": {
            "width": panel.width,
            "height": panel.height,
            "fullscreen": "auto" if whole else 0,
            "borderless": int(whole),
            "resizable": 0,
            "show_cursor": int(not whole),
            "allow_screensaver": 0,
            "multisamples": 0,  # edges are smoothed by the shapes themselves
            "maxfps": 60,
        },
    }
    if left is not None and not whole:
        settings["graphics"] |= {"position": "custom", "left": left, "top": 0}
    for section, values in settings.items():
        for key, value in values.items():
            Config.set(section, key, str(value))
    # One provider only: probesysfs next to SDL counts a touch twice and takes card readers for touch panels.
    Config.remove_section("input")
    Config.add_section("input")
    Config.set("input", "mouse", "mouse,disable_multitouch")
