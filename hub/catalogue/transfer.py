"""Import and export of the source folder: what comes in becomes drafts, what goes out is the same folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from hub.audit.trail import record
from hub.catalogue.models import File, SourceFile, Version
from hub.catalogue.reading import Readings, file_faults, say
from hub.catalogue.workflow import Who, user_of
from kiosk.wire import Fault
from kiosk.wire.source import kind_of

Outcome = Literal["new", "changed", "unchanged", "busy", "strange"]
_OPEN: Final = (*Version.WORKING, Version.State.PUBLISHED)
_BATCH: Final = 50
"""Files at once: a row may hold a film."""


@dataclass(frozen=True)
class Arrival:
    """What became of one file.

    A ``new`` or ``changed`` draft; ``unchanged``; ``busy``, as a version is being reviewed or waits for its
    publication; ``strange`` to a source folder. Broken texts come in with their faults, to be mended here.
    """

    path: str
    outcome: Outcome
    faults: tuple[Fault, ...] = ()


@transaction.atomic
def take_in(
    who: Who, contents: Mapping[str, bytes], *, state: str = Version.State.DRAFT
) -> tuple[Arrival, ...]:
    """Take the files of a source folder in, as drafts by whoever imports them.

    What is not in ``contents`` is left alone.
    """
    intake = _Intake(who, state)
    arrivals = tuple(Arrival(path, intake.take(path, content)) for path, content in sorted(contents.items()))
    intake.keep()
    taken = {one.path for one in arrivals if one.outcome in {"new", "changed"}}
    record(
        who,
        "catalogue.imported",
        files=len(contents),
        taken=len(taken),
        state=str(state),
        busy=[one.path for one in arrivals if one.outcome == "busy"][:20],
    )
    return arrivals


def with_faults(arrivals: Iterable[Arrival], contents: Mapping[str, bytes]) -> tuple[Arrival, ...]:
    """The same arrivals, each with what is wrong in it."""
    versions = {
        one.source_file.path: one
        for one in Version.objects.filter(state__in=_OPEN, file=None)
        .select_related("source_file")
        .order_by("number")
    }
    readings = Readings()

    def faults(one: Arrival) -> tuple[Fault, ...]:
        if one.outcome == "strange":
            return ()
        if kind_of(one.path) == "asset":
            return file_faults(one.path, contents[one.path])
        return readings.faults(versions[one.path]) if one.path in versions else ()

    return tuple(Arrival(one.path, one.outcome, faults(one)) for one in arrivals)


class _Intake:
    """Collects what is new, and writes it in a few statements: a catalogue has hundreds of files."""

    def __init__(self, who: Who, state: str) -> None:
        self._author, self._state = user_of(who), state
        self._known = {one.path: one for one in SourceFile.objects.all()}
        self._numbers: dict[int, int] = dict(
            Version.objects.values_list("source_file").annotate(last=Max("number")).order_by()
        )
        self._open: dict[int, dict[str, Version]] = {}
        for version in Version.objects.filter(state__in=_OPEN):
            self._open.setdefault(version.source_file_id, {})[version.state] = version
        self._new: dict[str, SourceFile] = {}
        self._files: dict[str, bytes] = {}
        self._fresh: list[Version] = []
        self._renamed: list[SourceFile] = []
        self._changed: list[Version] = []

    def take(self, path: str, content: bytes) -> Outcome:
        """Sort one file out."""
        kind = kind_of(path)
        text = _decoded(content) if kind != "asset" else ""
        if kind is None or text is None:
            return "strange"
        source_file = self._known.get(path) or self._new.setdefault(path, SourceFile(path=path, kind=kind))
        open_ = self._open.get(source_file.pk, {}) if source_file.pk else {}
        working = next((open_[state] for state in Version.WORKING if state in open_), None)
        newest = working or open_.get(Version.State.PUBLISHED)
        digest = hashlib.sha256(content).hexdigest()
        if newest is not None and newest.sha256 == digest:
            return "unchanged"
        if working is not None and working.state != Version.State.DRAFT:
            return "busy"
        if working is not None and self._state != Version.State.DRAFT:
            return "busy"  # somebody's draft is not overwritten by what is published at once
        version = working or Version(
            source_file=source_file, number=self._numbers.get(source_file.pk or 0, 0) + 1
        )
        self._say(version, text, content if kind == "asset" else None)
        (self._changed if working else self._fresh).append(version)
        return "changed" if newest is not None else "new"

    def _say(self, version: Version, text: str, content: bytes | None) -> None:
        say(version, text=text, content=content)
        version.state, version.author = self._state, self._author
        version.reviewer, version.reviewed_at, version.written_at = None, None, timezone.now()
        if content is not None:
            self._files[version.sha256] = content
        if version.source_file.pk:
            self._renamed.append(version.source_file)

    def keep(self) -> None:
        """Write everything."""
        there = set(File.objects.filter(pk__in=self._files).values_list("pk", flat=True))
        File.objects.bulk_create(
            [File(sha256=key, content=content) for key, content in self._files.items() if key not in there],
            batch_size=_BATCH,
            ignore_conflicts=True,
        )
        SourceFile.objects.bulk_create(self._new.values(), batch_size=_BATCH)
        SourceFile.objects.bulk_update(self._renamed, ["name"], batch_size=_BATCH)
        for version in self._fresh:
            version.source_file = version.source_file  # its key is known only now
        Version.objects.bulk_create(self._fresh, batch_size=_BATCH)
        fields: list[Any] = [one.name for one in Version._meta.concrete_fields if not one.primary_key]
        Version.objects.bulk_update(self._changed, fields, batch_size=_BATCH)


def _decoded(content: bytes) -> str | None:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None


def read_folder(folder: Path, *files: Path) -> dict[str, bytes]:
    """The files of a source folder on disk by their paths; further ``files`` are folders of forms and films.

    Raises ``OSError``.
    """
    found: dict[str, bytes] = {}
    for base in (folder, *files):
        for path in sorted(one for one in base.rglob("*") if one.is_file() and not one.is_symlink()):
            found.setdefault(path.relative_to(base).as_posix(), path.read_bytes())
    return found


def exported(*, drafts: bool = False) -> Iterator[tuple[str, bytes]]:
    """Every file of the catalogue as published; with ``drafts``, as it is being written."""
    versions: dict[str, Version] = {}
    states = _OPEN if drafts else (Version.State.PUBLISHED,)
    rows = Version.objects.filter(state__in=states).select_related("source_file", "file")
    for version in rows.order_by("number"):
        versions[version.source_file.path] = version
    for path, version in sorted(versions.items()):
        if not version.removal:
            yield path, bytes(version.file.content) if version.file else version.text.encode()
