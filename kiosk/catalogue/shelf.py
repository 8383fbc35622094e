"""The catalogues on this kiosk's disk: the published one, and its files, each under the name of its digest.

``current.json`` says which one is in force. It is replaced as a whole after everything it names is on disk,
so that a power cut leaves the one before.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import structlog
from pydantic import ValidationError

from kiosk.catalogue.file import CatalogueDamaged, CatalogueFile
from kiosk.wire import NotPublished, Publication

log = structlog.get_logger(__name__)

_CURRENT: Final = "current.json"


class Shelf:
    """The folder of catalogues of one kiosk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def current(self, publishers: Iterable[str]) -> tuple[Publication, CatalogueFile] | None:
        """The catalogue in force, if there is one that is whole and published; a damaged one is set aside."""
        path = self._folder / _CURRENT
        try:
            publication = Publication.model_validate_json(path.read_bytes())
            publication.verify(publishers)
            return publication, CatalogueFile(self._whole(publication.sha256))
        except FileNotFoundError:
            return None
        except (ValidationError, NotPublished, CatalogueDamaged, OSError) as error:
            log.error("guide.damaged", error=type(error).__name__)  # noqa: TRY400 its message may be long
            if path.exists():
                path.replace(path.with_suffix(".damaged"))
            return None

    def put(self, publication: Publication, content: bytes, publishers: Iterable[str]) -> CatalogueFile:
        """Take a published catalogue into force; never half of it (write, sync, rename).

        Raises:
            NotPublished: no known publisher signed it, or the bytes are others.
            CatalogueDamaged: it cannot be opened; the one before stays in force.
            OSError: the disk does not take it; the one before stays in force.
        """
        publication.verify(publishers)
        if hashlib.sha256(content).hexdigest() != publication.sha256:
            raise NotPublished("these are not the bytes that were published")
        path = self._keep(publication.sha256, content)
        opened = CatalogueFile(path)
        try:
            _ = opened.items  # an item this software cannot read must not replace those it can
        except (ValidationError, CatalogueDamaged):
            opened.close()
            raise CatalogueDamaged("an item of this catalogue cannot be read by this software") from None
        self._write(_CURRENT, publication.model_dump_json().encode())
        return opened

    def missing(self, catalogue: CatalogueFile) -> list[str]:
        """The digests of files that the catalogue names and this kiosk has not got yet."""
        return sorted({one for one in catalogue.assets.values() if not (self._folder / one).is_file()})

    def keep_file(self, sha256: str, content: bytes) -> None:
        """Keep one file. Raises ``NotPublished`` when its bytes are others, ``OSError``."""
        if hashlib.sha256(content).hexdigest() != sha256:
            raise NotPublished("these are not the bytes that were published")
        self._keep(sha256, content)

    def asset(self, catalogue: CatalogueFile, name: str) -> Path | None:
        """Where a file of the catalogue lies, if it has arrived."""
        sha256 = catalogue.assets.get(name)
        path = self._folder / sha256 if sha256 else None
        return path if path is not None and path.is_file() else None

    def tidy(self, publication: Publication, catalogue: CatalogueFile) -> None:
        """Remove what the catalogue in force does not name."""
        wanted = {_CURRENT, publication.sha256, *catalogue.assets.values()}
        for path in self._folder.iterdir():
            if path.name not in wanted and path.is_file():
                path.unlink()

    def _whole(self, sha256: str) -> Path:
        path = self._folder / sha256
        if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            raise CatalogueDamaged("its bytes have changed on this disk")
        return path

    def _keep(self, sha256: str, content: bytes) -> Path:
        path = self._folder / sha256
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            self._write(sha256, content)
        return path

    def _write(self, name: str, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = self._folder / f"{name}.new"
        with new.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._folder / name)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
