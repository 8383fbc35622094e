"""The guides this kiosk knows: the catalogue as published, kept on disk, searched as one types.

Works with the network down: the last catalogue received stays in force, and its age is said on every page.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from kiosk.catalogue.file import CatalogueFile
from kiosk.catalogue.shelf import Shelf
from kiosk.wire import Fact, Office, Publication, ServiceItem

if TYPE_CHECKING:
    from kiosk.search import Search

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Hit:
    """An item found, with how well it fits (from 0 to 1) and the name it was found by."""

    item: ServiceItem
    score: float
    why: str


@dataclass(frozen=True)
class Answer:
    """What a search found; ``did_you_mean`` is the name understood where something else was typed."""

    hits: tuple[Hit, ...]
    did_you_mean: str | None = None


class Guide:
    """The catalogue of one kiosk: ``folder`` is where the published one and its files are kept."""

    def __init__(self, folder: Path) -> None:
        self._shelf = Shelf(folder)
        self._publication: Publication | None = None
        self._file: CatalogueFile | None = None
        self._search: Search | None = None

    def load(self, publishers: Sequence[str]) -> None:
        """Open the kept catalogue, if there is one; a damaged one is set aside and fetched anew."""
        kept = self._shelf.current(publishers)
        if kept is not None:
            self._use(*kept)

    def publish(self, publication: Publication, content: bytes, publishers: Sequence[str]) -> None:
        """Keep a newly published catalogue and use it from now on; pages that are open keep what they show.

        Raises ``NotPublished``, ``CatalogueDamaged`` or ``OSError``; then the one before stays in force.
        """
        self._use(publication, self._shelf.put(publication, content, publishers))

    def missing_files(self) -> list[str]:
        """The digests of forms, cards and videos that have not arrived yet."""
        return self._shelf.missing(self._file) if self._file else []

    def keep_file(self, sha256: str, content: bytes) -> None:
        """Keep one of them. Raises ``NotPublished``, ``OSError``."""
        self._shelf.keep_file(sha256, content)

    def asset(self, name: str) -> Path | None:
        """Where a form, card or video of the catalogue lies, if it has arrived."""
        return self._shelf.asset(self._file, name) if self._file else None

    def _use(self, publication: Publication, file: CatalogueFile) -> None:
        self._search = _search_of(file)
        self._publication, self._file = publication, file
        self._shelf.tidy(publication, file)

    @property
    def version(self) -> int:
        """Version of the catalogue in force, 0 when there is none yet."""
        return self._publication.version if self._publication else 0

    @property
    def items(self) -> tuple[ServiceItem, ...]:
        """All items, in the order of publication."""
        return self._file.items if self._file else ()

    def item(self, item_id: str) -> ServiceItem | None:
        """The item of this id, if it is published."""
        return self._file.item(item_id) if self._file else None

    @property
    def offices(self) -> Mapping[str, Office]:
        """The offices by id."""
        return self._file.offices if self._file else {}

    @property
    def facts(self) -> Mapping[str, Fact]:
        """What policies ask for, by id."""
        return self._file.facts if self._file else {}

    def find(
        self,
        words: str,
        limit: int = 20,
        *,
        popularity: Mapping[str, int] | None = None,
        here: Container[str] = (),
    ) -> Answer:
        """The items that answer ``words`` best, however they are typed (``kiosk.search``)."""
        if self._search is None:
            return Answer(())
        findings = self._search.find(words, limit, popularity=popularity, here=here)
        hits = ((self.item(hit.id), hit) for hit in findings.hits)
        return Answer(
            tuple(Hit(item, hit.score, hit.why) for item, hit in hits if item is not None),
            findings.did_you_mean,
        )


def _search_of(file: CatalogueFile) -> Search:
    """The search of a catalogue; one that came without a usable index is indexed here, in memory."""
    # Its libraries take a tenth of a second: not before the first page, and not in the thread that draws it.
    from kiosk.search import IndexUnusable, Search, entry_of, search_in_memory

    try:
        return Search(file.database)
    except IndexUnusable as error:
        log.warning("guide.no-index", reason=str(error))
        return search_in_memory(map(entry_of, file.items))
