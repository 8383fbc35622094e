"""Draws a demonstration guide in day colours, for the READMEs: the tour is made at night.

.venv/bin/python docs/draw_guide.py FILE
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from config.settings import PanelSettings  # noqa: E402 — the application runs from its own root
from kiosk.availability import Standing  # noqa: E402
from kiosk.guide_pages import guide_page  # noqa: E402
from kiosk.text import text  # noqa: E402
from kiosk.wire import Bilingual, ServiceItem  # noqa: E402
from screens import kivy_setup  # noqa: E402

GUIDE = ROOT / "hub" / "catalogue" / "demonstration" / "resident-medical-insurance-enrol.toml"


async def draw(target: Path, panel: PanelSettings) -> None:
    """Show the guide's page as a journey would, and save what is on the panel."""
    from screens.app import KioskApp
    from screens.finger import Finger
    from screens.stage import KivyStage
    from screens.strip import StripState

    place = Bilingual(zh="经十路社区 24 小时自助服务区", en="Jingshi Road 24-hour service area")
    stage = KivyStage(panel, strip=lambda: StripState(place, text("strip.network.ok")))
    app = KioskApp(stage, off_screen=True)
    window = asyncio.create_task(app.serve())
    item = ServiceItem.model_validate(tomllib.loads(GUIDE.read_text(encoding="utf-8")))
    shown = asyncio.create_task(stage.show(guide_page(item, Standing("here"))))
    finger = Finger(stage)
    await finger.wait_page("guide")
    await finger.screenshot(target)
    shown.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await shown
    app.stop()
    await window


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    by_day = PanelSettings(theme="day", reduced_motion=True)
    kivy_setup.prepare(by_day, off_screen=True)
    asyncio.run(draw(Path(sys.argv[1]), by_day))
