"""One guide out of a catalogue file or a source folder, for whoever looks at it before residents do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from config.settings import KioskSettings
from kiosk.availability import Standing
from kiosk.catalogue.file import CatalogueFile
from kiosk.guide_pages import Assets, guide_page, row_of
from kiosk.pages import ReadGuide
from kiosk.wire import Fault, Office, ServiceItem, read_source

#: The demonstration's source, which comes with this software, and the files that set-up makes for it.
DEMONSTRATION: Final = Path(__file__).parents[1] / "hub" / "catalogue" / "demonstration"
DEMONSTRATION_FILES: Final = Path(__file__).parents[1] / "assets" / "build" / "catalogue"


class NoSuchGuide(Exception):
    """What was asked for is not there or cannot be used; the message says it, every fault with its place."""


@dataclass(frozen=True)
class GuideSource:
    """A catalogue as read: items and offices by id, where its files lie, what was wrong in it."""

    items: Mapping[str, ServiceItem]
    offices: Mapping[str, Office]
    asset: Assets
    faults: tuple[Fault, ...] = ()

    def page(self, item_id: str) -> ReadGuide:
        """The guide's page as at a kiosk on which everything works. Raises ``NoSuchGuide``."""
        item = self.items.get(item_id)
        if item is None:
            told = [str(fault) for fault in self.faults_of(item_id)]
            raise NoSuchGuide("\n".join(told or [f"there is no item {item_id!r}"]))
        offices = [self.offices[name] for name in item.offices if name in self.offices]
        others = [self.items[name] for name in (*item.parts, *item.related) if name in self.items]
        related = tuple(row_of(other, best_standing(other)) for other in others)
        return guide_page(item, best_standing(item), offices, KioskSettings(), self.asset, related)

    def faults_of(self, item_id: str) -> tuple[Fault, ...]:
        """What is wrong in the item's own file."""
        return tuple(fault for fault in self.faults if fault.file == f"{item_id}.toml")


def open_source(path: Path | None, files: Sequence[Path] = ()) -> GuideSource:
    """Read a catalogue file or a source folder, the demonstration's if None; ``files`` are further folders.

    Raises ``CatalogueDamaged``, and ``NoSuchGuide`` where one of them is not there.
    """
    for named in (*files, *([path] if path else [])):
        if not named.exists():
            raise NoSuchGuide(f"there is no {named}")
    if path is None:
        path, files = DEMONSTRATION, (*files, DEMONSTRATION_FILES)
    if not path.is_dir():
        file = CatalogueFile(path)
        return GuideSource({item.id: item for item in file.items}, file.offices, _Folders(files))
    source, faults = read_source(path, *files)
    return GuideSource(
        {item.id: item for item in source.items},
        {office.id: office for office in source.offices},
        source.assets.get,
        faults,
    )


def best_standing(item: ServiceItem) -> Standing:
    """Where an item is done while everything at the kiosk works."""
    return Standing("here" if item.done_at_kiosks else "window")


@dataclass(frozen=True)
class _Folders:
    """Finds files by name in folders."""

    folders: Sequence[Path]

    def __call__(self, name: str) -> Path | None:
        return next((path for folder in self.folders if (path := folder / name).is_file()), None)
