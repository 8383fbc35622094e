"""Shrinks pictures that the product made of itself into `docs/pictures/`; docs/README.md shows how.

Only the folders that are named are looked at. Pages are found by their name in the tour's `report.json`, so
that a page more or less in the tour changes nothing here.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

PICTURES = Path(__file__).resolve().parent / "pictures"
PORTRAIT, LANDSCAPE, SLIP = 420, 860, 330
"""Widths in pixels."""
LARGEST = 120_000
"""Bytes of one picture."""
COLOURS = (256, 128, 64)
"""Of a PNG: plain pages need no more. A soft glow does, so a picture with one is a JPEG."""
QUALITIES = (90, 85, 80)

TOURS: dict[str, tuple[tuple[str, str, str, int], ...]] = {
    "portrait": (
        ("look-up-guide", "home", "home.png", PORTRAIT),
        ("submit-item", "present-id-card", "card.png", PORTRAIT),
        ("submit-item", "done", "done.png", PORTRAIT),
    ),
    "landscape": (("submit-item", "check-answers", "check-landscape.png", LANDSCAPE),),
    "elder": (("look-up-guide", "home", "home-elder.png", PORTRAIT),),
}
"""For each tour: journey, page, the picture's name here, its width."""


class NotMade(Exception):
    """A folder does not hold what it should; the message says what."""


def main() -> None:
    """Makes the pictures of every folder that was named."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--portrait", type=Path, metavar="DIR", help="a tour")
    parser.add_argument("--landscape", type=Path, metavar="DIR", help="a tour in landscape")
    parser.add_argument("--elder", type=Path, metavar="DIR", help="a tour in elder mode")
    parser.add_argument("--day", type=Path, metavar="FILE", help="what docs/draw_guide.py drew")
    parser.add_argument("--bench", type=Path, metavar="FILE", help="a picture of bench and kiosk")
    arguments = parser.parse_args()
    try:
        for source, name, width in wanted(arguments):
            print(f"{name}: {shrink(source, PICTURES / name, width):,} bytes")
    except (NotMade, OSError) as error:
        print(error, file=sys.stderr)
        sys.exit(1)


def wanted(arguments: argparse.Namespace) -> Iterator[tuple[Path, str, int]]:
    """Source, name and width of every picture to make."""
    for tour, pages in TOURS.items():
        folder: Path | None = getattr(arguments, tour)
        if folder is not None:
            for journey, page, name, width in pages:
                yield folder / picture_of(folder, journey, page), name, width
    if arguments.portrait is not None:
        yield arguments.portrait / paper_of(arguments.portrait, "receipt"), "receipt.png", SLIP
    if arguments.day is not None:
        yield arguments.day, "guide-day.png", PORTRAIT
    if arguments.bench is not None:
        yield arguments.bench, "bench.jpg", LANDSCAPE


def picture_of(folder: Path, journey: str, page: str) -> str:
    """File name of a page's picture in a tour. Raises ``NotMade``."""
    for one in report(folder)["journeys"]:
        for shown in one["pages"] if one["name"] == journey else ():
            if shown["name"] == page:
                return str(shown["picture"])
    raise NotMade(f"{folder}: this tour has no page {page!r} in {journey!r}")


def paper_of(folder: Path, name: str) -> str:
    """File name of a printed paper in a tour. Raises ``NotMade``."""
    for paper in report(folder)["papers"]:
        if str(paper).endswith(f"-{name}.png"):
            return str(paper)
    raise NotMade(f"{folder}: this tour has printed no {name}")


def report(folder: Path) -> dict[str, Any]:
    """What a tour says of itself. Raises ``NotMade``."""
    try:
        found: dict[str, Any] = json.loads((folder / "report.json").read_text())
    except (OSError, ValueError) as error:
        raise NotMade(f"{folder}: holds no tour ({error})") from None
    return found


def shrink(source: Path, target: Path, width: int) -> int:
    """Save a smaller copy, as fine as its size allows; the size in bytes. Raises ``NotMade``."""
    with Image.open(source) as picture:
        whole = picture.convert("RGB")
    small = whole.resize((width, round(whole.height * width / whole.width)), Image.Resampling.LANCZOS)
    for colours, quality in zip(COLOURS, QUALITIES, strict=True):
        if target.suffix == ".jpg":
            small.save(target, quality=quality, subsampling=0, optimize=True)
        else:
            few = small.quantize(colours, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
            few.save(target, optimize=True)
        if target.stat().st_size < LARGEST:
            return target.stat().st_size
    raise NotMade(f"{target.name}: more than {LARGEST:,} bytes")


if __name__ == "__main__":
    main()
