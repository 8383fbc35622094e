"""The guides this kiosk knows: the catalogue as published, kept on disk, searched as one types.

Works with the network down: the last catalogue received stays in force, and its age is said on every page.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kiosk.catalogue.file import CatalogueFile
from kiosk.catalogue.shelf import Shelf
from kiosk.wire import Fact, Office, Publication, ServiceItem


@dataclass(frozen=True)
class Hit:
    """An item found, with how well it fits (higher is better) and the word it was found by."""

    item: ServiceItem
    score: float
    why: str


class Guide:
    """The catalogue of one kiosk: ``folder`` is where the published one and its files are kept."""

    def __init__(self, folder: Path) -> None:
        self._shelf = Shelf(folder)
        self._publication: Publication | None = None
        self._file: CatalogueFile | None = None
        self._entries: list[_Entry] = []

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
        self._entries = [_Entry(item) for item in file.items]
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

    def search(self, words: str, limit: int = 20) -> list[Hit]:
        """The items that fit best to ``words``: hanzi, pinyin, initials or English, in any case and width."""
        query = fold(words)
        if not query:
            return []
        english = re.findall(r"[a-z]+", words.lower())
        hits = [hit for entry in self._entries if (hit := entry.match(query, english))]
        return sorted(hits, key=lambda hit: -hit.score)[:limit]


def fold(words: str) -> str:
    """Lower case, half width, without spaces and punctuation."""
    plain = unicodedata.normalize("NFKC", words).lower()
    return re.sub(r"[\W_]+", "", plain)


class _Entry:
    """One item as searched: its names, in hanzi, full pinyin and initials."""

    def __init__(self, item: ServiceItem) -> None:
        self._item = item
        # A name that residents say counts a little less than the official one, an English word less again.
        self._names = [
            *((name, 1.0) for name in (item.short_name.zh, item.name.zh)),
            *((name, 0.95) for name in item.common_names),
        ]
        self._hanzi = [(fold(name), weight, name) for name, weight in self._names]
        self._english = [fold(word) for word in re.findall(r"\w+", f"{item.name.en} {item.short_name.en}")]
        self._sounds: list[tuple[str, str, str]] | None = None

    def match(self, query: str, english: list[str]) -> Hit | None:
        scores = [*self._scores(query), *self._said_in_english(english)]
        return Hit(self._item, *max(scores)) if scores else None

    def _said_in_english(self, words: list[str]) -> Iterable[tuple[float, str]]:
        """Every word begins one of the item's English words."""
        begun = [any(one.startswith(word) for one in self._english) for word in words if len(word) > 2]
        if begun and all(begun):
            yield 1 + len(begun) / len(self._english), self._item.name.en

    def _scores(self, query: str) -> Iterable[tuple[float, str]]:
        for name, weight, shown in self._hanzi:
            if query in name:
                yield weight * (3 + len(query) / len(name) + name.startswith(query)), shown
            elif len(name) > 1 and name in query:  # a whole sentence that holds the name
                yield weight * (2 + len(name) / len(query)), shown
        if query.isascii():
            yield from self._heard(query)

    def _heard(self, query: str) -> Iterable[tuple[float, str]]:
        for syllables, initials, shown in self._pinyin():
            if initials.startswith(query):
                yield 2.5 + len(query) / len(initials), shown
            elif len(query) > 1 and query in initials:
                yield 1.5 + len(query) / len(initials), shown
            if _spells(query, syllables):
                yield 2 + len(query) / len(syllables), shown

    def _pinyin(self) -> list[tuple[str, str, str]]:
        if self._sounds is None:
            from pypinyin import (  # its tables take a quarter of a second: not before the first page
                Style,
                lazy_pinyin,
            )

            self._sounds = []
            for name, _ in self._names:
                sounds = lazy_pinyin(fold(name), style=Style.NORMAL)
                self._sounds.append((" ".join(sounds), "".join(sound[0] for sound in sounds), name))
        return self._sounds


def _spells(query: str, syllables: str) -> bool:
    """Whether ``query`` spells consecutive whole syllables, the last one perhaps unfinished."""
    parts = syllables.split()
    return any("".join(parts[start:]).startswith(query) for start in range(len(parts)))
