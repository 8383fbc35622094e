"""The bench's window as a panel, for the kit's millimetres. No Kivy here: the window is set up with it."""

from __future__ import annotations

from math import hypot
from typing import Final

from config.settings import PanelSettings

WIDTH: Final = 640
HEIGHT: Final = 1024
#: A window on a desk is read from closer than a kiosk: 2.1 pixels stand for a millimetre.
SCALE: Final = 2.1


def bench_panel() -> PanelSettings:
    """The window in which the bench is shown."""
    return PanelSettings(
        width=WIDTH, height=HEIGHT, diagonal_inches=hypot(WIDTH, HEIGHT) / SCALE / 25.4, fullscreen=False
    )
