"""The source folder of a catalogue: what is imported and exported, and what a catalogue is built from.

One TOML file an item beside each other, ``offices/*.toml`` one office each, ``facts.toml`` with what policies
ask for, and files (forms, samples, cards, videos) in the folders that their names say.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Final, Literal, cast

from pydantic import ValidationError

from kiosk.wire.base import Message
from kiosk.wire.items import ServiceItem
from kiosk.wire.places import Office
from kiosk.wire.policies import Fact

Kind = Literal["item", "office", "facts", "asset"]
FACTS: Final = "facts.toml"
OFFICES: Final = "offices"
_NAMED: Final[Mapping[Kind, re.Pattern[str]]] = {
    "facts": re.compile(r"facts\.toml"),
    "item": re.compile(r"[a-z0-9][a-z0-9_-]{0,63}\.toml"),
    "office": re.compile(r"offices/[a-z0-9][a-z0-9_-]{0,63}\.toml"),
    "asset": re.compile(r"(?=.{1,120}$)[a-z0-9-]+/[a-z0-9-]+\.(pdf|png|mp4)"),
}


def kind_of(path: str) -> Kind | None:
    """What a file of a source folder is, by its path within; None for what does not belong there."""
    return next((kind for kind, pattern in _NAMED.items() if pattern.fullmatch(path)), None)


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

    @cache
    def find(name: str) -> Path | None:
        return next((one / name for one in (folder, *assets) if (one / name).is_file()), None)

    texts: dict[str, str] = {}
    unreadable = []
    for path in (*sorted(folder.glob("*.toml")), *sorted((folder / OFFICES).glob("*.toml"))):
        name = str(path.relative_to(folder))
        try:
            texts[name] = path.read_text(encoding="utf-8")
        except (UnicodeError, OSError) as error:
            unreadable.append(Fault(name, "", str(error)))
    source, faults = read_texts(texts, lambda name: find(name) is not None)
    found = {name: find(name) for item in source.items for name in item.assets}
    there = {name: path for name, path in found.items() if path is not None}
    return replace(source, assets=there), (*unreadable, *faults)


def read_texts(
    texts: Mapping[str, str], has_asset: Callable[[str], bool]
) -> tuple[CatalogueSource, tuple[Fault, ...]]:
    """The same of a folder's texts by their paths, wherever they are kept; without the files' own paths."""
    faults: list[Fault] = []
    read: dict[Kind | None, list[Message]] = {"item": [], "office": [], "facts": []}
    for name in sorted(texts, key=lambda name: (OFFICES in name, name == FACTS, name)):
        entry, wrong = read_text(name, texts[name])
        faults += wrong
        if entry is not None:
            read[kind_of(name) or "item"].append(entry)
    items = cast("list[ServiceItem]", read["item"])
    offices = cast("list[Office]", read["office"])
    facts = [fact for one in cast("list[Facts]", read["facts"]) for fact in one.facts]
    known = Known(
        frozenset(item.id for item in items), frozenset(office.id for office in offices), facts, has_asset
    )
    whole = tuple(one for item in items if (one := known.without_strays(item, faults)) is not None)
    return CatalogueSource(whole, tuple(offices), tuple(facts)), tuple(faults)


def read_text(name: str, text: str) -> tuple[Message | None, tuple[Fault, ...]]:
    """Read one text of a source folder by its path within; None and its faults if it is broken."""
    models: dict[Kind | None, type[Message]] = {"office": Office, "facts": Facts}
    model = models.get(kind_of(name), ServiceItem)
    try:
        entry = model.model_validate(tomllib.loads(text))
    except ValidationError as error:
        return None, tuple(Fault(name, ".".join(map(str, one["loc"])), one["msg"]) for one in error.errors())
    except tomllib.TOMLDecodeError as error:
        return None, (Fault(name, "", str(error)),)
    if getattr(entry, "id", None) not in {None, PurePosixPath(name).stem}:
        return None, (Fault(name, "id", "it calls itself otherwise than its file"),)
    return entry, ()


def source_digest(folder: Path, *assets: Path) -> str:
    """SHA-256 (hexadecimal) over every file of the folders, names included: whether anything has changed."""
    return digest_of(
        *(
            {
                str(path.relative_to(base)): hashlib.sha256(path.read_bytes()).hexdigest()
                for path in base.rglob("*")
                if path.is_file()
            }
            for base in (folder, *assets)
        )
    )


def digest_of(*folders: Mapping[str, str]) -> str:
    """The same of folders that are described by the SHA-256 of each file by its path."""
    digest = hashlib.sha256()
    for folder in folders:
        for name in sorted(folder, key=PurePosixPath):
            digest.update(f"{name}\0{folder[name]}\n".encode())
    return digest.hexdigest()


class Facts(Message):
    """What policies ask for: the whole of ``facts.toml``."""

    facts: tuple[Fact, ...] = ()


class Known:
    """What there is to be named; takes out of an item what is not."""

    def __init__(
        self,
        items: frozenset[str],
        offices: frozenset[str],
        facts: Sequence[Fact],
        has_asset: Callable[[str], bool],
    ) -> None:
        self._items = items
        self._offices = offices
        self._answers = {fact.id: frozenset(choice.value for choice in fact.choices) for fact in facts}
        self._has_asset = has_asset

    def without_strays(self, item: ServiceItem, faults: list[Fault]) -> ServiceItem | None:
        """The item without what nobody has, each told in ``faults``; None if it cannot be used at all."""
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
        missing = frozenset(name for name in item.assets if not self._has_asset(name))
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
