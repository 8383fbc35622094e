"""What a version says: read as a kiosk would, with every fault and its place, and what it still lacks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from hub.catalogue.models import SourceFile, Version
from kiosk.wire import Fact, Message, Office, ServiceItem
from kiosk.wire.source import FACTS, Facts, Fault, Known, read_text

RENDERINGS: Final = ("plain", "illustrated", "video")
_SIGNS: Final = {"pdf": (0, b"%PDF-"), "png": (0, b"\x89PNG\r\n\x1a\n"), "mp4": (4, b"ftyp")}
"""Where in a file of each kind which bytes stand."""


@dataclass(frozen=True)
class Lack:
    """What an item still lacks: elements of a whole guide by field name, renderings, files, English."""

    elements: tuple[str, ...] = ()
    renderings: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    untranslated: int = 0

    def __bool__(self) -> bool:
        return bool(self.elements or self.renderings or self.files or self.untranslated)


def entry_of(version: Version) -> Message | None:
    """What a version's text says; None for a broken one, for a form, card or video, and for a removal."""
    if version.removal or version.file_id:
        return None
    return read_text(version.source_file.path, version.text)[0]


def name_of(path: str, entry: Message | None) -> str:
    """What a source file is called, in Chinese; its own name as far as nothing else is known."""
    if isinstance(entry, ServiceItem | Office):
        return entry.name.zh[:200]
    return PurePosixPath(path).name


def say(version: Version, *, text: str = "", content: bytes | None = None, removal: bool = False) -> None:
    """Let a version say this from now on, with what follows: digest, dates, the name of its source file.

    ``content`` is that of a form, card or video, which has to be kept by its digest before the version is.
    """
    data = text.encode() if content is None else content
    version.removal, version.text = removal, "" if removal or content is not None else text
    version.sha256 = "" if removal else hashlib.sha256(data).hexdigest()
    version.file_id = version.sha256 if content is not None and not removal else None
    entry = entry_of(version)
    version.effective_from = entry.effective_from if isinstance(entry, ServiceItem) else None
    version.expires = entry.expires if isinstance(entry, ServiceItem) else None
    if entry is not None or not version.source_file.name:
        version.source_file.name = name_of(version.source_file.path, entry)


def file_faults(path: str, content: bytes) -> tuple[Fault, ...]:
    """Whether a form, card or video is the kind of file its name says."""
    kind = path.rpartition(".")[2]
    at, sign = _SIGNS[kind]
    if content[at : at + len(sign)] == sign:
        return ()
    return (Fault(path, "", f"this is no {kind.upper()} file"),)


class Readings:
    """Reads versions beside what else there is now: published, or written and not published yet."""

    def __init__(self) -> None:
        there = set(
            Version.objects.filter(state__in=(*Version.WORKING, Version.State.PUBLISHED), removal=False)
            .values_list("source_file__path", "source_file__kind")
            .distinct()
        )
        self._assets = frozenset(path for path, kind in there if kind == SourceFile.Kind.ASSET)
        self._known = Known(
            _stems(there, SourceFile.Kind.ITEM),
            _stems(there, SourceFile.Kind.OFFICE),
            _facts(),
            self._assets.__contains__,
        )

    def faults(self, version: Version) -> tuple[Fault, ...]:
        """Everything that is wrong with a version, each with its place."""
        path = version.source_file.path
        if version.removal:
            return ()
        if version.file is not None:
            return file_faults(path, bytes(version.file.content))
        entry, faults = read_text(path, version.text)
        more: list[Fault] = []
        if isinstance(entry, ServiceItem):
            self._known.without_strays(entry, more)
        return (*faults, *more)

    def lack(self, item: ServiceItem) -> Lack:
        """What an item lacks of a whole guide."""
        return Lack(
            item.missing_elements(),
            tuple(one for one in RENDERINGS if one not in item.renderings),
            tuple(sorted(item.assets - self._assets)),
            _untranslated(item.model_dump()),
        )


def _stems(there: Iterable[tuple[str, str]], kind: str) -> frozenset[str]:
    return frozenset(PurePosixPath(path).stem for path, its in there if its == kind)


def _facts() -> tuple[Fact, ...]:
    """What policies may ask: as it is being written, else as it is published."""
    versions = Version.objects.filter(source_file__path=FACTS, removal=False)
    newest = versions.filter(state__in=(*Version.WORKING, Version.State.PUBLISHED)).first()
    entry = entry_of(newest) if newest is not None else None
    return entry.facts if isinstance(entry, Facts) else ()


def _untranslated(value: object) -> int:
    """How many texts have no English."""
    if isinstance(value, dict):
        own = int("zh" in value and not value.get("en"))
        return own + sum(map(_untranslated, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(_untranslated, value))
    return 0
