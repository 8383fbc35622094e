"""The source folder of a catalogue: what is imported and exported, and what a catalogue is built from.

One TOML file an item beside each other, ``offices/*.toml`` one office each, ``facts.toml`` with what policies
ask for, and files (forms, samples, cards, videos) in the folders that their names say.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from kiosk.wire.base import Message
from kiosk.wire.items import ServiceItem
from kiosk.wire.places import Office
from kiosk.wire.policies import Fact

M = TypeVar("M", bound=Message)
FACTS = "facts.toml"
OFFICES = "offices"


@dataclass(frozen=True)
class Fault:
    """What is wrong where. ``costs``: the whole entry is left out; otherwise only what is named."""

    file: str
    place: str
    problem: str
    costs: bool = True

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.place, self.problem) if part)


@dataclass(frozen=True)
class CatalogueSource:
    """What a folder holds that can be published; ``assets`` are paths by name."""

    items: tuple[ServiceItem, ...] = ()
    offices: tuple[Office, ...] = ()
    facts: tuple[Fact, ...] = ()
    assets: Mapping[str, Path] = field(default_factory=dict)


def read_source(folder: Path, *assets: Path) -> tuple[CatalogueSource, tuple[Fault, ...]]:
    """Read a source folder; ``assets`` are further folders in which files are looked for.

    A broken file never takes the others down: it is left out and named with the place of every error. What an
    entry names and nobody has (an office, a related item, a file) is named, too, and the entry goes without.
    """
    faults: list[Fault] = []
    items = _entries(sorted(folder.glob("*.toml")), ServiceItem, folder, faults)
    offices = _entries(sorted((folder / OFFICES).glob("*.toml")), Office, folder, faults)
    facts = _facts(folder / FACTS, faults)
    found = {
        name: path
        for item in items
        for name in item.assets
        for path in [next((one / name for one in (folder, *assets) if (one / name).is_file()), None)]
        if path is not None
    }
    known = _Known(
        frozenset(item.id for item in items),
        frozenset(office.id for office in offices),
        facts,
        frozenset(found),
    )
    whole = tuple(one for item in items if (one := known.without_strays(item, faults)) is not None)
    return CatalogueSource(whole, tuple(offices), tuple(facts), found), tuple(faults)


def source_digest(folder: Path, *assets: Path) -> str:
    """SHA-256 (hexadecimal) over every file of the folders, names included: whether anything has changed."""
    digest = hashlib.sha256()
    for base in (folder, *assets):
        for path in sorted(path for path in base.rglob("*") if path.is_file()):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.relative_to(base)}\0{content}\n".encode())
    return digest.hexdigest()


def _entries(paths: Sequence[Path], kind: type[M], folder: Path, faults: list[Fault]) -> list[M]:
    entries = []
    for path in paths:
        if path.name == FACTS:
            continue
        name = str(path.relative_to(folder))
        entry = _read(path, kind, name, faults)
        if entry is None:
            continue
        if getattr(entry, "id", None) == path.stem:
            entries.append(entry)
        else:
            faults.append(Fault(name, "id", "it calls itself otherwise than its file"))
    return entries


def _read(path: Path, kind: type[M], name: str, faults: list[Fault]) -> M | None:
    try:
        return kind.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        faults += [Fault(name, ".".join(map(str, one["loc"])), one["msg"]) for one in error.errors()]
    except (tomllib.TOMLDecodeError, UnicodeError, OSError) as error:
        faults.append(Fault(name, "", str(error)))
    return None


class _Facts(Message):
    facts: tuple[Fact, ...] = ()


def _facts(path: Path, faults: list[Fault]) -> list[Fact]:
    found = _read(path, _Facts, FACTS, faults) if path.exists() else None
    return list(found.facts) if found else []


class _Known:
    """What there is to be named; takes out of an item what is not."""

    def __init__(
        self, items: frozenset[str], offices: frozenset[str], facts: Sequence[Fact], assets: frozenset[str]
    ) -> None:
        self._items = items
        self._offices = offices
        self._answers = {fact.id: frozenset(choice.value for choice in fact.choices) for fact in facts}
        self._assets = assets

    def without_strays(self, item: ServiceItem, faults: list[Fault]) -> ServiceItem | None:
        file = f"{item.id}.toml"
        changes: dict[str, object] = {}
        for place, known in (("offices", self._offices), ("related", self._items), ("parts", self._items)):
            named: tuple[str, ...] = getattr(item, place)
            strays = [one for one in named if one not in known]
            faults += [Fault(file, place, f"there is no {one!r}", costs=False) for one in strays]
            if strays:
                changes[place] = tuple(one for one in named if one in known)
        if wrong := self._unanswerable(item):
            faults += [Fault(file, "benefit.conditions", words) for words in wrong]
            return None
        missing = item.assets - self._assets
        faults += [Fault(file, name, "this file is missing", costs=False) for name in sorted(missing)]
        if missing:
            changes |= _without_assets(item, missing)
        return item.model_copy(update=changes) if changes else item

    def _unanswerable(self, item: ServiceItem) -> list[str]:
        wrong = []
        for condition in item.benefit.conditions if item.benefit else ():
            if condition.fact not in self._answers:
                wrong.append(f"nobody asks {condition.fact!r}")
            else:
                answers = set(condition.one_of) - self._answers[condition.fact]
                wrong += [f"{condition.fact!r} has no answer {one!r}" for one in sorted(answers)]
        return wrong


def _without_assets(item: ServiceItem, missing: frozenset[str]) -> dict[str, object]:
    def kept(name: str | None) -> str | None:
        return None if name in missing else name

    return {
        "video": kept(item.video),
        "steps": tuple(step.model_copy(update={"card": kept(step.card)}) for step in item.steps),
        "materials": tuple(
            one.model_copy(
                update={
                    "blank_form": kept(one.blank_form),
                    "filled_sample": kept(one.filled_sample),
                }
            )
            for one in item.materials
        ),
    }
