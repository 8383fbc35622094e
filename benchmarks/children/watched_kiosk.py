"""The kiosk itself, with somebody who counts: frames and CPU while nothing happens, and what a touch costs.

    python -m benchmarks.children.watched_kiosk SITE SECONDS TOUCHES

prints ``{"idle": {PAGE: {"cpu": share of a core, "frames": drawn, "minutes": begun}}, "touches": [...]}``.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.settings import load_site
from screens import kivy_setup

if TYPE_CHECKING:
    from screens.finger import Finger
    from screens.serving import Serving

FIRST_PAGE_WITHIN = 60.0
AT_REST = 6.0
"""Seconds after which a page and everything around it counts as at rest."""
TOUCHED_KEY = "bar-help"


def main(site_file: Path, seconds: float, count: int) -> dict[str, Any]:
    """Run the kiosk of ``site_file`` for this one measurement."""
    site = load_site(site_file)
    off_screen = kivy_setup.prepare(site.panel)
    from benchmarks.children.stopwatch import touches
    from screens.finger import Finger
    from screens.serving import serve

    report: dict[str, Any] = {"idle": {}, "touches": []}

    async def watch(serving: Serving) -> None:
        finger = Finger(serving.stage)
        for page in ("attract", "home"):
            await finger.wait_page(page, FIRST_PAGE_WITHIN)
            if seconds:
                report["idle"][page] = await idle(seconds)
            if page == "attract":
                await finger.tap("start")
        if count:
            place = middle(finger, TOUCHED_KEY)
            # Let go beside the key: it is pressed, but not answered.
            report["touches"] = await touches(
                lambda: finger.down(*place), lambda: finger.up(1.0, place[1]), count
            )

    asyncio.run(serve(site, site_file, off_screen=off_screen, meanwhile=watch))
    return report


async def idle(seconds: float) -> dict[str, float]:
    """Share of a core and number of frames while nobody touches anything, and minutes the clock went on."""
    from kivy.core.window import Window

    frames = 0

    def flipped(*_: object) -> None:
        nonlocal frames
        frames += 1

    await asyncio.sleep(AT_REST)
    Window.bind(on_flip=flipped)
    # The clock on the page is looked at once a second, so that it may be a second late.
    minute = (time.time() - 1) // 60
    cpu, clock = time.process_time(), time.perf_counter()
    await asyncio.sleep(seconds)
    share = (time.process_time() - cpu) / (time.perf_counter() - clock)
    Window.unbind(on_flip=flipped)
    return {"cpu": share, "frames": frames, "minutes": time.time() // 60 - minute}


def middle(finger: Finger, key: str) -> tuple[float, float]:
    """Where a key is on the panel."""
    press = finger.find(key)
    x, y = press.to_window(*press.center)
    return float(x), float(y)


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))))
