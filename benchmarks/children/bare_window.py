"""The floor: the least that Kivy can show at the size of the panel, one word in a window.

    python benchmarks/children/bare_window.py              shows it until it is ended
    python -m benchmarks.children.bare_window --touches N  touches a plain Kivy button N times, prints JSON

Imports nothing that the window does not need: its start is what others are compared with.
"""

from __future__ import annotations

import os
import sys
from typing import Any

os.environ.update(KIVY_NO_ARGS="1", KIVY_NO_CONFIG="1", KIVY_NO_FILELOG="1", KIVY_NO_CONSOLELOG="1")
os.environ.update(KIVY_WINDOW="sdl2", KIVY_TEXT="sdl2")

from kivy.config import Config

for _key, _value in {"width": 1080, "height": 1920, "resizable": 0, "multisamples": 0}.items():
    Config.set("graphics", _key, str(_value))
Config.remove_section("input")
Config.add_section("input")
Config.set("input", "mouse", "mouse,disable_multitouch")

from kivy.app import App  # noqa: E402
from kivy.uix.label import Label  # noqa: E402


class BareWindow(App):  # type: ignore[misc]
    """One word."""

    def build(self) -> Any:
        """The word."""
        return Label(text="Yedeng", font_size=80)


def touched(count: int) -> None:
    """Touch a plain button ``count`` times and print the costs as JSON."""
    import asyncio
    import json

    from kivy.core.window import Window
    from kivy.uix.button import Button

    from benchmarks.children.stopwatch import touches

    class OneButton(App):  # type: ignore[misc]
        def build(self) -> Any:
            return Button(text="Yedeng", font_size=80)

    async def both() -> None:
        app = OneButton()
        window = asyncio.create_task(app.async_run(async_lib="asyncio"))
        await asyncio.sleep(1.0)
        costs = await touches(
            lambda: Window.dispatch("on_mouse_down", 540, 960, "left", []),
            lambda: Window.dispatch("on_mouse_up", 540, 960, "left", []),
            count,
        )
        print(json.dumps({"touches": costs}))
        app.stop()
        await window

    asyncio.run(both())


if __name__ == "__main__":
    if "--touches" in sys.argv:
        touched(int(sys.argv[-1]))
    else:
        BareWindow().run()
