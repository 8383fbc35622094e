"""What the search is measured against: the usual ways to search names, each asked as well as it can be.

All of them hold, for every item, its names, their pinyin without spaces and their first letters, and its
English names. A peer answers with the numbers of at most five items.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from typing_extensions import override

from kiosk.search import Entry, Search, build_index
from kiosk.search.folding import fold, plain
from kiosk.search.index import sounds_of
from kiosk.search.sounds import SPELLINGS

MOST = 5


@dataclass(frozen=True)
class Text:
    """An item as the peers hold it: folded names, and the same names as typed letters."""

    names: str
    letters: str
    english: str

    @property
    def whole(self) -> str:
        """Everything in one text."""
        return f"{self.names} {self.letters} {self.english}"


def texts(entries: Sequence[Entry]) -> list[Text]:
    """The items' texts; each name is read as pinyin once."""
    spelt: dict[str, str] = {}
    found = []
    for entry in entries:
        names = [fold(name) for name in (*entry.names, *entry.common_names)]
        for name in names:
            if name not in spelt:
                sounds = [SPELLINGS[sound] for sound in sounds_of(name)]
                spelt[name] = f"{''.join(sounds)} {''.join(one[:1] for one in sounds)}"
        letters = " ".join(spelt[name] for name in names)
        found.append(Text(" ".join(names), letters, " ".join(entry.english).lower()))
    return found


class Peer(ABC):
    """A way to search, built in a folder."""

    name: str

    @abstractmethod
    def build(self, entries: Sequence[Entry], texts: Sequence[Text], folder: Path) -> Path:
        """Make the index; returns the file or folder that holds it."""

    @abstractmethod
    def find(self, words: str) -> list[int]:
        """The numbers of the best items."""


class Ours(Peer):
    """The search of this kiosk, read only, as a kiosk opens it."""

    name = "Yedeng"

    @override
    def build(self, entries: Sequence[Entry], texts: Sequence[Text], folder: Path) -> Path:
        path = folder / "ours.db"
        with contextlib.closing(sqlite3.connect(path)) as database:
            build_index(database, entries)
            database.commit()
            database.execute("VACUUM")
        self._search = Search(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True))
        self._number = {entry.id: n for n, entry in enumerate(entries)}
        return path

    @override
    def find(self, words: str) -> list[int]:
        return [self._number[hit.id] for hit in self._search.find(words, MOST).hits]


class Like(Peer):
    """`LIKE '%…%'` over all texts with the SQLite of this Python: what one writes first."""

    name = "SQLite LIKE"

    @override
    def build(self, entries: Sequence[Entry], texts: Sequence[Text], folder: Path) -> Path:
        path = folder / "like.db"
        self._database = sqlite3.connect(path)
        self._database.execute("CREATE TABLE item (no INTEGER PRIMARY KEY, text TEXT)")
        self._database.executemany(
            "INSERT INTO item VALUES (?, ?)", ((n, one.whole) for n, one in enumerate(texts))
        )
        self._database.commit()
        return path

    @override
    def find(self, words: str) -> list[int]:
        pattern = f"%{_together(words)}%"
        rows = self._database.execute(f"SELECT no FROM item WHERE text LIKE ? LIMIT {MOST}", (pattern,))  # noqa: S608
        return [row[0] for row in rows]


class Trigram(Peer):
    """FTS5 with its trigram tokenizer on a current SQLite, best first; shorter words by LIKE."""

    name = "FTS5 trigram"

    @override
    def build(self, entries: Sequence[Entry], texts: Sequence[Text], folder: Path) -> Path:
        import apsw

        path = folder / "trigram.db"
        self._database = apsw.Connection(str(path))
        self._database.execute("CREATE VIRTUAL TABLE item USING fts5(text, tokenize='trigram')")
        with self._database:
            self._database.executemany(
                "INSERT INTO item(rowid, text) VALUES (?, ?)", ((n, one.whole) for n, one in enumerate(texts))
            )
        return path

    @override
    def find(self, words: str) -> list[int]:
        query = _together(words)
        if len(query) < 3:
            how, value = f"SELECT rowid FROM item WHERE text LIKE ? LIMIT {MOST}", f"%{query}%"  # noqa: S608
        else:
            how, value = (
                f"SELECT rowid FROM item WHERE item MATCH ? ORDER BY rank LIMIT {MOST}",  # noqa: S608
                f'"{query}"',
            )
        return [row[0] for row in self._database.execute(how, (value,))]


class Characters(Peer):
    """FTS5 with one token a character, the plan's first thought: all characters must be there, best first."""

    name = "FTS5, one token a character"

    @override
    def build(self, entries: Sequence[Entry], texts: Sequence[Text], folder: Path) -> Path:
        import apsw

        path = folder / "characters.db"
        self._database = apsw.Connection(str(path))
        self._database.execute("CREATE VIRTUAL TABLE item USING fts5(text, prefix='2 3')")
        with self._database:
            self._database.executemany(
                "INSERT INTO item(rowid, text) VALUES (?, ?)",
                ((n, _spaced(one.whole)) for n, one in enumerate(texts)),
            )
        return path

    @override
    def find(self, words: str) -> list[int]:
        tokens = _spaced(plain(words)).split()
        query = " ".join(f'"{one}"*' if one.isascii() else f'"{one}"' for one in tokens)
        if not query:
            return []
        how = f"SELECT rowid FROM item WHERE item MATCH ? ORDER BY rank LIMIT {MOST}"  # noqa: S608
        return [row[0] for row in self._database.execute(how, (query,))]


class Tantivy(Peer):
    """tantivy with grams of one and two characters, any of which may be there, best first (BM25)."""

    name = "tantivy, 1–2-grams"

    @override
    def build(self, entries: Sequence[Entry], texts: Sequence[Text], folder: Path) -> Path:
        import tantivy

        path = folder / "tantivy"
        path.mkdir()
        builder = tantivy.SchemaBuilder()
        builder.add_unsigned_field("no", stored=True)
        builder.add_text_field("text", tokenizer_name="grams", index_option="freq")
        self._index = tantivy.Index(builder.build(), path=str(path))
        grams = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.ngram(1, 2)).build()
        self._index.register_tokenizer("grams", grams)
        writer = self._index.writer()
        for n, one in enumerate(texts):
            writer.add_document(tantivy.Document(no=n, text=one.whole))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()
        return path

    @override
    def find(self, words: str) -> list[int]:
        import tantivy

        query = _together(words)
        pairs = {query[n : n + 2] for n in range(len(query) - 1)} or set(query)
        if not pairs:
            return []
        any_of = tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Should, tantivy.Query.term_query(self._index.schema, "text", one))
                for one in sorted(pairs)
            ]
        )
        hits = self._searcher.search(any_of, MOST).hits
        return [self._searcher.doc(address)["no"][0] for _, address in hits]


PEERS: tuple[type[Peer], ...] = (Ours, Like, Trigram, Characters, Tantivy)


def _together(words: str) -> str:
    """As it would be found in a text: spaces kept only between English words, quotes and patterns gone."""
    simple = re.sub(r"[^\w ]+|_", "", plain(words)).strip()
    return (
        simple
        if simple.isascii() and len(simple.split()) > 1 and _is_english(simple)
        else simple.replace(" ", "")
    )


def _is_english(words: str) -> bool:
    return any(one in {"card", "permit", "my", "a", "the", "to", "for", "in", "of"} for one in words.split())


def _spaced(words: str) -> str:
    return re.sub(r"([^\x00-\x7f])", r" \1 ", words)
