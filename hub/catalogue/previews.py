"""A version as residents will see it: drawn by the kiosk's screens in a child process, kept by digest."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hub.catalogue.children import ChildFailed, run_command
from hub.catalogue.models import SourceFile, Version
from hub.catalogue.publishing import lay_out
from hub.catalogue.reading import entry_of
from kiosk.wire import ServiceItem

_SECONDS: Final = 90.0
"""How long one drawing may take, and how long it is waited for its turn."""
_KEPT: Final = 100
_turn: Final = BoundedSemaphore(1)  # a drawing takes a whole core


class PreviewFailed(Exception):
    """There is no picture; the message says why."""

    def __init__(self, words: str | Promise) -> None:
        super().__init__(words)
        self.words = words

    def __str__(self) -> str:
        return str(self.words)


@dataclass(frozen=True)
class Manner:
    """How the guide is drawn; the words of ``guide preview``. An empty rendering is the first one."""

    panel: str = "portrait"
    theme: str = "night"
    elder: bool = False
    language: str = "zh"
    rendering: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """The options of the command."""
        words = ["--panel", self.panel, "--theme", self.theme, "--language", self.language]
        words += ["--elder"] if self.elder else []
        return (*words, *(("--rendering", self.rendering) if self.rendering else ()))


def preview(version: Version, manner: Manner) -> tuple[str, int]:
    """Draw a version, or find it drawn; the key and the number of its pictures. Raises ``PreviewFailed``."""
    beside = _beside(version)
    key = _key(version, beside, manner)
    folder = _folder() / key
    if not folder.is_dir():
        if not _turn.acquire(timeout=_SECONDS):
            raise PreviewFailed(_("Other previews are being drawn. Try again in a minute."))
        try:
            _draw(version, beside, manner, folder)
        finally:
            _turn.release()
    return key, len(list(folder.glob("*.png")))


def picture(key: str, number: int) -> bytes | None:
    """A drawn screenful, from 1, by a key of ``preview``; None if it is not there (any more)."""
    try:
        return (_folder() / key / f"{number}.png").read_bytes()
    except OSError:
        return None


def _folder() -> Path:
    return Path(settings.DATA.folder) / "previews"


def _draw(version: Version, beside: Iterable[Version], manner: Manner, folder: Path) -> None:
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="drawing-", dir=folder.parent) as scratch:
        texts, files, out = (Path(scratch) / name for name in ("source", "files", "out"))
        lay_out((version, *beside), texts, files)
        item_id = version.source_file.path.removesuffix(".toml")
        words = ("--catalogue", str(texts), "--files", str(files), "--out", str(out / "1.png"), "--whole")
        try:
            run_command("guide", "preview", item_id, *words, *manner.words, within=_SECONDS)
        except ChildFailed as error:
            raise PreviewFailed(str(error)) from None
        for drawn in out.glob("1-*.png"):
            drawn.rename(out / drawn.name.removeprefix("1-"))
        if not folder.exists():
            out.rename(folder)
    _tidy()


def _tidy() -> None:
    """Keep the newest; a picture that is missing is drawn again."""
    for old in sorted(_folder().iterdir(), key=lambda one: one.stat().st_mtime, reverse=True)[_KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def _beside(version: Version) -> tuple[Version, ...]:
    """What the guide needs, as it is being written: its offices, the items it names, its files, the facts."""
    entry = entry_of(version)
    if not isinstance(entry, ServiceItem):
        return ()
    named = {f"{one}.toml" for one in (*entry.related, *entry.parts)}
    named |= {f"offices/{one}.toml" for one in entry.offices} | entry.assets | {"facts.toml"}
    found: dict[str, Version] = {}
    states = (*Version.WORKING, Version.State.PUBLISHED)
    rows = Version.objects.filter(source_file__path__in=named, state__in=states, removal=False)
    for one in rows.select_related("source_file").order_by("number"):
        found[one.source_file.path] = one
    return tuple(found[path] for path in sorted(found))


def _key(version: Version, beside: Iterable[Version], manner: Manner) -> str:
    contents = {one.source_file.path: one.sha256 for one in (version, *beside)}
    # A page says whether the office opens today, and the software may be another tomorrow.
    said = json.dumps([contents, asdict(manner), timezone.localdate().isoformat()], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def can_be_drawn(version: Version) -> bool:
    """Whether there is a page for it: items have one."""
    return version.source_file.kind == SourceFile.Kind.ITEM and not version.removal
