"""Draws realistic pages of every kind and saves them as pictures, to be looked at.

python -m tests.screens.gallery --out DIR [--orientation landscape] [--elder] [--low] [--lang en] [--theme
day] [--only NAME …]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
from pathlib import Path

from config.settings import PanelSettings
from screens import kivy_setup

PANELS = {"portrait": (1080, 1920), "landscape": (1920, 1080)}


async def draw(args: argparse.Namespace, panel: PanelSettings) -> None:
    """Show one page after the other and take its picture."""
    from screens.app import KioskApp
    from screens.finger import Finger, FingerError
    from screens.stage import KivyStage
    from screens.strip import StripState
    from tests.screens.conftest import SpokenWords
    from tests.screens.sample_pages import Both, pages

    strip = StripState(
        Both("经十路社区 24 小时自助服务区", "Jingshi Road 24-hour service area"), Both("网络正常", "Online")
    )
    stage = KivyStage(panel, strip=lambda: strip, speaker=SpokenWords(), language=args.lang)
    app = KioskApp(stage, off_screen=True)
    window = asyncio.create_task(app.serve())
    finger = Finger(stage)
    stage.switch(elder=args.elder, low=args.low, theme=args.theme)
    for name, page in pages().items():
        if args.only and name not in args.only:
            continue
        if window.done():
            break
        shown = asyncio.create_task(stage.show(page))
        try:
            took = await finger.wait_page(page.name)
            await finger.frames(3)
            await finger.screenshot(args.out / f"{name}.png")
        except FingerError:
            if window.done():
                await window
            raise
        print(f"{name:18} {took:5.0f} ms")  # noqa: T201 a command's job is to print
        shown.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await shown
    app.stop()
    await window


def main() -> None:
    """Read the options and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--orientation", choices=list(PANELS), default="portrait")
    parser.add_argument("--elder", action="store_true")
    parser.add_argument("--low", action="store_true")
    parser.add_argument("--lang", choices=["zh", "en"], default="zh")
    parser.add_argument("--theme", choices=["night", "day", "contrast", "yellow"], default="night")
    parser.add_argument("--inches", type=float, default=21.5)
    parser.add_argument("--only", nargs="*")
    args = parser.parse_args()
    width, height = PANELS[args.orientation]
    panel = PanelSettings(width=width, height=height, diagonal_inches=args.inches, reduced_motion=True)
    kivy_setup.prepare(panel, off_screen=True)
    asyncio.run(draw(args, panel))


if __name__ == "__main__":
    main()
