"""Publishing: all approved versions together become one file, which the hub signs and keeps.

What is published follows from the versions and the day alone (``plan``), so that it can be looked at before.
A version whose day has not come waits; an item whose last day is over leaves with the next publication.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hub.audit.trail import record
from hub.catalogue.children import ChildFailed, run_command
from hub.catalogue.models import Change, File, Publication, SourceFile, Version
from hub.catalogue.workflow import Who, keep_file, user_of
from kiosk.wire import CatalogueSource, Fault
from kiosk.wire import Publication as Notice
from kiosk.wire.source import digest_of, read_texts

_PATIENCE: Final = 600.0
_State: Final = Version.State


class PublicationRefused(Exception):
    """Nothing was published and the catalogue before stays in force; the message says why."""

    def __init__(self, words: str | Promise) -> None:
        super().__init__(words)
        self.words = words

    def __str__(self) -> str:
        return str(self.words)


@dataclass(frozen=True)
class Step:
    """What a publication does to one file: ``after`` takes the place of ``before``; either may lack."""

    source_file: SourceFile
    before: Version | None
    after: Version | None
    ended: Version | None = None
    """The version that goes because its last day is over."""


@dataclass(frozen=True)
class Plan:
    """What a publication would hold and change on this day.

    ``waiting`` are approved for a later day, ``own`` were written by whoever would publish: others must.
    """

    day: date
    contents: tuple[Version, ...]
    steps: tuple[Step, ...]
    waiting: tuple[Version, ...]
    own: tuple[Version, ...]
    dated_only: bool = False

    @cached_property
    def read(self) -> tuple[CatalogueSource, tuple[Fault, ...]]:
        """What the contents say, and what is wrong with them together."""
        texts = {one.source_file.path: one.text for one in self.contents if one.file_id is None}
        files = {one.source_file.path for one in self.contents if one.file_id is not None}
        return read_texts(texts, files.__contains__)

    @property
    def same(self) -> tuple[tuple[int, int], ...]:
        """By which two plans are known to be one."""
        return tuple((step.after.pk if step.after else 0, step.source_file.pk) for step in self.steps)


def plan(publisher: Who, day: date | None = None, *, dated_only: bool = False) -> Plan:
    """What would be published now; with ``dated_only``, of what is approved only that which names its day."""
    day = day or timezone.localdate()
    by = user_of(publisher)
    in_force, approved = {}, []
    rows = Version.objects.filter(state__in=(_State.PUBLISHED, _State.APPROVED))
    for version in rows.select_related("source_file").order_by("source_file__path"):
        if version.state == _State.PUBLISHED:
            in_force[version.source_file_id] = version
        else:
            approved.append(version)
    waiting = [one for one in approved if one.effective_from is not None and one.effective_from > day]
    own = [one for one in approved if by is not None and one.author_id == by.pk and one not in waiting]
    free = [one for one in approved if one not in waiting and one not in own]
    due = {one.source_file_id: one for one in free if not dated_only or one.effective_from is not None}
    files = {one.source_file_id: one.source_file for one in (*in_force.values(), *due.values())}
    steps, contents = [], []
    for key in sorted(files, key=lambda key: files[key].path):
        before, then = in_force.get(key), due.get(key) or in_force.get(key)
        over = then if then is not None and then.expires is not None and then.expires < day else None
        after = None if then is None or then.removal or over is not None else then
        if after is not None:
            contents.append(after)
        if after != before or key in due:
            steps.append(Step(files[key], before, after, over))
    return Plan(day, tuple(contents), tuple(steps), tuple(waiting), tuple(own), dated_only)


def publish(publisher: Who, planned: Plan, *, ready: Path | None = None) -> Publication:
    """Publish what was planned; the newest publication itself if that changes nothing.

    ``ready`` is a catalogue file that set-up built: it is taken if it is of the very same source. Raises
    ``PublicationRefused``.
    """
    newest = Publication.newest()
    if not planned.steps and newest is not None:
        return newest
    source, faults = planned.read
    broken = [str(fault) for fault in faults if fault.costs]
    if broken or not source.items:
        raise PublicationRefused("\n".join(broken) or _("There is no item that can be published."))
    content = _built(planned.contents, ready)
    try:
        with transaction.atomic():
            if plan(publisher, planned.day, dated_only=planned.dated_only).same != planned.same:
                raise PublicationRefused(_("Somebody else has just changed something. Look again."))
            return _keep(publisher, planned, source, content)
    except IntegrityError:
        raise PublicationRefused(_("Somebody else has just published. Look again.")) from None


def publish_by_day(who: Who) -> int:
    """Publish what is approved for a day that has come, let go what has ended; how many files that changed.

    What is approved without a day waits for somebody who publishes it. Raises ``PublicationRefused``.
    """
    planned = plan(who, dated_only=True)
    if planned.steps:
        publish(who, planned)
    return len(planned.steps)


def _keep(publisher: Who, planned: Plan, source: CatalogueSource, content: bytes) -> Publication:
    version = Publication.newest_version() + 1
    notice = Notice.signed(
        settings.DATA.publisher,
        content,
        version=version,
        published_at=timezone.now(),
        items=len(source.items),
    )
    publication = Publication.objects.create(
        version=version,
        published_at=notice.published_at,
        published_by=user_of(publisher),
        notice=notice.model_dump_json(),
        file=keep_file(content),
        items=json.dumps(
            {item.id: item.model_dump(mode="json", exclude_defaults=True) for item in source.items},
            ensure_ascii=False,
        ),
    )
    _turn(planned.steps)
    Change.objects.bulk_create(
        Change(publication=publication, source_file=step.source_file, before=step.before, after=step.after)
        for step in planned.steps
        if step.before != step.after
    )
    record(
        publisher,
        "catalogue.published",
        publication,
        version=version,
        items=len(source.items),
        changes=len(planned.steps),
        sha256=publication.file_id,
    )
    return publication


def _turn(steps: Iterable[Step]) -> None:
    """Give every version its new state; first what goes, as only one of a file is in force."""
    steps = tuple(steps)
    states: dict[str, list[int]] = {
        _State.REPLACED: [one.before.pk for one in steps if one.before and one.before != one.ended],
        _State.EXPIRED: [one.ended.pk for one in steps if one.ended],
        _State.PUBLISHED: [one.after.pk for one in steps if one.after],
    }
    for state, keys in states.items():
        Version.objects.filter(pk__in=keys).update(state=state)
    gone = [one.source_file.pk for one in steps if one.after is None]
    Version.objects.filter(source_file__in=gone, state=_State.APPROVED, removal=True).update(
        state=_State.WITHDRAWN
    )


def _built(contents: Iterable[Version], ready: Path | None) -> bytes:
    contents = tuple(contents)
    if ready is not None and ready.is_file() and _is_of(ready, contents):
        return ready.read_bytes()
    with tempfile.TemporaryDirectory(prefix="yedeng-catalogue-") as scratch:
        texts, files, out = (Path(scratch) / name for name in ("source", "files", "catalogue"))
        lay_out(contents, texts, files)
        command = ("guide", "build", str(texts), "--files", str(files), "--out", str(out))
        try:
            run_command(*command, within=_PATIENCE)
        except ChildFailed as error:
            raise PublicationRefused(str(error)) from None
        return out.read_bytes()


def lay_out(contents: Iterable[Version], texts: Path, files: Path) -> None:
    """Write versions into a source folder, texts into ``texts``, forms, cards and videos into ``files``."""
    for folder in (texts, files):
        folder.mkdir(parents=True, exist_ok=True)
    kept = {}
    contents = tuple(contents)
    for version in contents:
        path = (files if version.file_id else texts) / version.source_file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        if version.file_id:
            kept[path] = version.file_id
        else:
            path.write_text(version.text, encoding="utf-8", newline="")
    for path, digest in kept.items():
        path.write_bytes(bytes(File.objects.get(pk=digest).content))


def _is_of(built: Path, contents: Iterable[Version]) -> bool:
    """Whether a catalogue that lies ready is of this very source (asking the command takes a second)."""
    texts: dict[str, str] = {}
    files: dict[str, str] = {}
    for version in contents:
        (files if version.file_id else texts)[version.source_file.path] = version.sha256
    with closing(sqlite3.connect(f"file:{built}?mode=ro&immutable=1", uri=True)) as database:
        found = database.execute("SELECT value FROM about WHERE id = 'source'").fetchone()
    return found is not None and found[0] == digest_of(*filter(None, (texts, files)))
