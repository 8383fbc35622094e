"""Makes the files that the demonstration's guides name: `assets/build/catalogue/FOLDER/NAME`.

Each is made once for each change of what it is made from.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # imported where it is used: finding nothing to do must be quick
    from deploy.guide_paper import Face
    from kiosk.wire import ServiceItem

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

SOURCE = ROOT / "hub" / "catalogue" / "demonstration"
BUILD = ROOT / "assets" / "build" / "catalogue"
#: What each file was made from; beside the folder, as everything in that is published.
LEDGER = ROOT / "assets" / "build" / "catalogue.json"
FORMS = ("forms", "samples")
#: What is drawn from which programs, by folder.
MADE_BY = dict.fromkeys(FORMS, ("guide_paper.py", "guide_forms.py")) | {
    "cards": ("guide_cards.py",),
    "videos": ("guide_paper.py", "guide_cards.py", "guide_videos.py"),
}


@dataclass(frozen=True)
class Wanted:
    """One file to make: its name, the item's source, and a digest of all that it is made from."""

    name: str
    item: Path
    made_from: str

    @property
    def folder(self) -> str:
        """The kind of file it is."""
        return self.name.partition("/")[0]


def main() -> None:
    """Makes what is missing or was made from something else, and removes what nothing names any more."""
    wanted = {one.name: one for one in wanted_files(SOURCE)}
    known = _known()
    for stale in (path for path in BUILD.glob("*/*") if str(path.relative_to(BUILD)) not in wanted):
        stale.unlink()
    missing = [
        one
        for one in wanted.values()
        if known.get(one.name) != one.made_from or not (BUILD / one.name).exists()
    ]
    if not missing:
        return
    print(f"Making {len(missing)} forms, cards and videos of the demonstration guides", flush=True)
    kept = {name: digest for name, digest in known.items() if name in wanted}
    for one in missing:
        kept.pop(one.name, None)
    for name, content in made(missing):
        target = BUILD / name
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(".part")
        part.write_bytes(content)
        part.replace(target)
        kept[name] = wanted[name].made_from
    LEDGER.write_text(json.dumps(kept, indent=1, sort_keys=True))


def wanted_files(source: Path) -> Iterator[Wanted]:
    """Every file that an item of the folder names, and of what it is made."""
    programs = {
        folder: "".join(_digest((ROOT / "deploy" / name).read_bytes()) for name in names)
        for folder, names in MADE_BY.items()
    }
    for path in sorted(source.glob("*.toml")):
        try:
            item = read(path)
        except ValueError:
            continue  # `guide build` names the fault with its place
        content = _digest(path.read_bytes())
        scenes = _scenes(item)
        for name in sorted(item.assets):
            if (folder := name.partition("/")[0]) in programs:
                yield Wanted(name, path, _digest(f"{programs[folder]}{scenes.get(name, content)}".encode()))


def _scenes(item: ServiceItem) -> dict[str, str]:
    """What its cards show, drawn, by their names."""
    from deploy.guide_cards import drawing, scene

    return {step.card: drawing(scene(step.picture, step.text.zh)) for step in item.steps if step.card}


def made(missing: Sequence[Wanted]) -> Iterator[tuple[str, bytes]]:
    """The files, as they are made."""
    forms = [one for one in missing if one.folder in FORMS]
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        if forms:
            fonts = _fonts(forms, Path(folder))
            yield from zip((one.name for one in forms), pool.map(partial(_form, fonts), forms), strict=True)
        # The longest work first, so that no core waits for another's last video.
        videos = [one for one in missing if one.folder == "videos"]
        filmed = pool.map(_video, videos)
        yield from _cards([one for one in missing if one.folder == "cards"], pool)
        yield from zip((one.name for one in videos), filmed, strict=True)


def _cards(cards: Sequence[Wanted], pool: Executor) -> Iterator[tuple[str, bytes]]:
    """Many steps show the same: each scene is drawn once."""
    from deploy.guide_cards import card, scene

    shown = {
        step.card: scene(step.picture, step.text.zh)
        for path in {one.item for one in cards}
        for step in read(path).steps
        if step.card
    }
    several = sorted({shown[one.name] for one in cards})
    drawn = dict(zip(several, pool.map(card, several), strict=True))
    yield from ((one.name, drawn[shown[one.name]]) for one in cards)


def _fonts(forms: Sequence[Wanted], folder: Path) -> Mapping[Face, Path]:
    from deploy.guide_forms import characters
    from deploy.guide_paper import FACES, subset_fonts

    for source, _ in FACES.values():
        if not source.exists():
            sys.exit(f"The font {source} is missing: install the packages in deploy/debian-packages.txt.")
    return subset_fonts({characters(read(path)) for path in {one.item for one in forms}}, folder)


def _form(fonts: Mapping[Face, Path], one: Wanted) -> bytes:
    from deploy.guide_forms import form_page
    from deploy.guide_paper import as_pdf, as_picture

    item = read(one.item)
    page = form_page(item, filled=one.folder == "samples")
    return as_picture(page) if one.name.endswith(".png") else as_pdf(page, fonts, item.name.zh)


def _video(one: Wanted) -> bytes:
    from deploy.guide_videos import video

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "video.mp4"
        video(read(one.item), file)
        return file.read_bytes()


def read(path: Path) -> ServiceItem:
    """One item as its file says, with the files it names. Raises ``ValueError``."""
    from kiosk.wire import ServiceItem

    return ServiceItem.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


def _known() -> dict[str, str]:
    try:
        return dict(json.loads(LEDGER.read_text()))
    except (OSError, ValueError):
        return {}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    main()
