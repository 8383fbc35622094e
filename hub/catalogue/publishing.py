"""Publishing a source folder: the kiosk's own command builds the file, the hub signs and keeps it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from hub.catalogue.models import File, Publication
from kiosk.wire import CatalogueSource, Fault, read_source, source_digest
from kiosk.wire import Publication as Notice

ROOT: Final = Path(__file__).parents[2]
DEMONSTRATION: Final = Path(__file__).parent / "demonstration"
DEMONSTRATION_FILES: Final = ROOT / "assets" / "build" / "catalogue"
"""Forms, samples, cards and videos of the demonstration, made at set-up."""

_BUILT: Final = ROOT / "assets" / "build" / "demonstration.catalogue"
_PATIENCE: Final = 600.0


class NotBuilt(Exception):
    """The catalogue file could not be built; the message says why in words."""


def publish(folder: Path, *files: Path) -> tuple[Publication, tuple[Fault, ...]]:
    """Publish a source folder as a new version; the newest publication itself if nothing changed.

    ``files`` are further folders, if they are there, in which forms, cards and videos are looked for. Broken
    entries are left out and told. Raises ``NotBuilt``.
    """
    files = tuple(one for one in files if one.is_dir())
    source, faults = read_source(folder, *files)
    content = _build(folder, *files)
    newest = Publication.newest()
    if newest is not None and newest.file_id == hashlib.sha256(content).hexdigest():
        return newest, faults
    return _keep(source, content), faults


@transaction.atomic
def _keep(source: CatalogueSource, content: bytes) -> Publication:
    for path in source.assets.values():
        _file(path.read_bytes())
    version = Publication.newest_version() + 1
    notice = Notice.signed(
        settings.DATA.publisher,
        content,
        version=version,
        published_at=timezone.now(),
        items=len(source.items),
    )
    return Publication.objects.create(
        version=version,
        published_at=notice.published_at,
        notice=notice.model_dump_json(),
        file=_file(content),
        items=json.dumps(
            {item.id: item.model_dump(mode="json", exclude_defaults=True) for item in source.items},
            ensure_ascii=False,
        ),
    )


def _file(content: bytes) -> File:
    kept, _created = File.objects.get_or_create(
        sha256=hashlib.sha256(content).hexdigest(), defaults={"content": content}
    )
    return kept


def _build(folder: Path, *files: Path) -> bytes:
    if _is_of(_BUILT, source_digest(folder, *files)):
        return _BUILT.read_bytes()
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "catalogue"
        command = [sys.executable, str(ROOT / "main.py"), "guide", "build", str(folder), "--out", str(out)]
        for one in files:
            command += ["--files", str(one)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=False)
        if done.returncode:
            raise NotBuilt(done.stderr.strip())
        return out.read_bytes()


def _is_of(built: Path, digest: str) -> bool:
    """Whether a catalogue that lies ready (set-up builds the demonstration's) is of this source."""
    if not built.is_file():
        return False
    with closing(sqlite3.connect(f"file:{built}?mode=ro&immutable=1", uri=True)) as database:
        found = database.execute("SELECT value FROM about WHERE id = 'source'").fetchone()
    return found is not None and found[0] == digest
