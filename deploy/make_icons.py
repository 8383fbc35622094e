"""Draws the icons and pictures of `assets/` as PNG for the screens, into `assets/build`.

Icons are on a 24-unit grid and are drawn in three sizes; pictures are on a 120-unit grid, one file for each
colour layer (`NAME-text.svg`, `NAME-soft.svg`, `NAME-lamp.svg`). All are white on nothing, to be tinted.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

ASSETS = Path(__file__).resolve().parents[1] / "assets"
ICON_SIZES = (48, 96, 192)
PICTURE_SIZES = (720,)
CONVERTER = "rsvg-convert"


def main() -> None:
    """Draws what is missing or older than its drawing and removes what has no drawing any more."""
    wanted = {
        ASSETS / "build" / folder / str(size) / f"{drawing.stem}.png": (drawing, size)
        for folder, sizes in (("icons", ICON_SIZES), ("pictures", PICTURE_SIZES))
        for drawing in sorted((ASSETS / folder).glob("*.svg"))
        for size in sizes
    }
    for folder in ("icons", "pictures"):
        for stale in {*(ASSETS / "build" / folder).glob("*/*.png")} - set(wanted):
            stale.unlink()
    missing = {
        target: job
        for target, job in wanted.items()
        if not target.exists() or target.stat().st_mtime < job[0].stat().st_mtime
    }
    if not missing:
        return
    print(f"Drawing {len(missing)} icons and pictures", flush=True)
    for parent in {target.parent for target in missing}:
        parent.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for _ in pool.map(lambda entry: draw(entry[1][0], entry[1][1], entry[0]), missing.items()):
            pass


def draw(drawing: Path, size: int, target: Path) -> None:
    """Draws one SVG as a square PNG of `size` pixels, whole or not at all.

    Pixels with nothing on them are white as well, only invisible: the converter leaves them black, and a
    texture that is scaled between pixels would then show a dark seam around every stroke.
    """
    try:
        command = [CONVERTER, "--width", str(size), "--height", str(size), str(drawing)]
        png = subprocess.run(command, check=True, capture_output=True).stdout
    except FileNotFoundError:
        sys.exit(f"{CONVERTER} is missing: install the packages in deploy/debian-packages.txt.")
    except subprocess.CalledProcessError as error:
        sys.exit(f"{drawing} cannot be drawn: {error.stderr.decode(errors='replace').strip()}")
    shape = Image.open(io.BytesIO(png)).convert("RGBA").getchannel("A")
    white = Image.new("L", shape.size, 255)
    part = target.with_suffix(".part")
    Image.merge("RGBA", (white, white, white, shape)).save(part, format="PNG")
    part.replace(target)


if __name__ == "__main__":
    main()
