"""The index of a catalogue: made once, when the catalogue is published, and only read afterwards.

Tables, all named ``search_…``, in the same SQLite file as the catalogue:

- ``search_entries``: one row an item, all its names packed for comparing (see ``Packed``);
- ``search_postings``: which items have a term, as ascending 32-bit numbers. Terms are a hanzi or English
  word (``h``), two neighbouring sound classes (``s``), two neighbouring first letters (``i``), a concept in
  the names (``c``) or in the text alone (``t``);
- ``search_facts``: what reading the others needs: the table of words, how hanzi sound, the English words.

Why terms of our own and not the full-text module: docs/decisions has it, docs/search.md the figures.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Final

from kiosk.search.folding import fold, latin_words
from kiosk.search.lexicon import CONCEPT, FILLER, LIGHT, STATE, TABLE, Lexicon, read_table
from kiosk.search.sounds import INITIALS, NUMBERS, grams, loner

VERSION: Final = 2
#: Names of an item are packed one after the other with this between them: no word spans two names.
GAP: Final = "\n\n"
#: An English word is one character of this private plane, so that names of both languages are compared alike.
ENGLISH_PLANE: Final = 0xF0000
FIRST_HANZI: Final = 0x4E00
HANZI: Final = range(FIRST_HANZI, 0xA000)
#: Name that is looked at: what is longer says no more.
LONGEST_NAME: Final = 40

_SCHEMA: Final = """
CREATE TABLE search_entries (
    no INTEGER PRIMARY KEY, id TEXT NOT NULL, shown TEXT NOT NULL, official INTEGER NOT NULL,
    packed TEXT NOT NULL, sounds BLOB NOT NULL, lengths BLOB NOT NULL, concepts BLOB NOT NULL
);
CREATE TABLE search_postings (term TEXT PRIMARY KEY, entries BLOB NOT NULL);
CREATE TABLE search_facts (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Entry:
    """An item as it is searched: ``text`` (summary, materials, questions) is weak evidence."""

    id: str
    names: tuple[str, ...]
    common_names: tuple[str, ...] = ()
    english: tuple[str, ...] = ()
    domain: str = ""
    text: str = ""


@dataclass(frozen=True)
class _Name:
    shown: str
    packed: str
    sounds: list[int]
    concepts: frozenset[str]
    english: bool


def build_index(database: sqlite3.Connection, entries: Iterable[Entry]) -> None:
    """Create and fill the search tables; those of an earlier build are replaced. It does not commit."""
    for table in ("search_entries", "search_postings", "search_facts"):
        database.execute(f"DROP TABLE IF EXISTS {table}")
    for statement in filter(str.strip, _SCHEMA.split(";")):
        database.execute(statement)
    _Builder(database).build(entries)


def is_current(database: sqlite3.Connection) -> bool:
    """Whether the database holds an index made by this version with the table of words as it is now."""
    try:
        facts = dict(
            database.execute("SELECT name, value FROM search_facts WHERE name IN ('version', 'table')")
        )
    except sqlite3.DatabaseError:
        return False
    return facts == {"version": VERSION, "table": _table_digest()}


def _table_digest() -> str:
    return hashlib.sha256(TABLE.read_bytes()).hexdigest()


class _Builder:
    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._lexicon = heard_table()
        self._concepts = sorted({c for word in self._lexicon.words.values() for c in word.concepts})
        self._number = {concept: n for n, concept in enumerate(self._concepts)}
        self._english: dict[str, int] = {}
        self._postings: dict[str, array[int]] = {}

    def build(self, entries: Iterable[Entry]) -> None:
        count = 0
        for count, entry in enumerate(entries, 1):
            self._add(count - 1, entry)
        rows = ((term, ids.tobytes()) for term, ids in sorted(self._postings.items()))
        self._database.executemany("INSERT INTO search_postings VALUES (?, ?)", rows)
        facts = {
            "version": VERSION,
            "table": _table_digest(),
            "count": count,
            "concepts": json.dumps(self._concepts, ensure_ascii=False),
            "lexicon": self._lexicon.dump(),
            "english": json.dumps(list(self._english)),
            "hanzi": _hanzi_sounds(),
        }
        self._database.executemany("INSERT INTO search_facts VALUES (?, ?)", facts.items())

    def _add(self, no: int, entry: Entry) -> None:
        names = list(self._names(entry))
        if not names:  # nothing that could be typed
            return
        terms: set[str] = set()
        for name in names:
            terms.update(_terms(name))
        held = frozenset(c for name in names for c in name.concepts)
        terms |= {f"c{self._number[concept]}" for concept in held}
        terms |= {f"t{self._number[concept]}" for concept in self._said(entry) - held}
        for term in terms:
            self._postings.setdefault(term, array("I")).append(no)
        official = sum(1 for one in names if not one.english and one.shown in entry.names)
        sounds = array("H")
        for name in names:
            sounds.extend([*name.sounds, *[0] * len(GAP)])
        self._database.execute(
            "INSERT INTO search_entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                no,
                entry.id,
                "\n".join(name.shown.replace("\n", " ") for name in names),
                official,
                "".join(name.packed + GAP for name in names),
                sounds.tobytes(),
                bytes(len(name.packed) for name in names),
                b"".join(
                    bits((self._number[concept] for concept in name.concepts), len(self._concepts))
                    for name in names
                ),
            ),
        )

    def _names(self, entry: Entry) -> Iterator[_Name]:
        seen: set[str] = set()
        for shown in (*entry.names, *entry.common_names):
            packed = fold(shown)[:LONGEST_NAME]
            if packed and packed not in seen:
                seen.add(packed)
                yield _Name(shown, packed, sounds_of(packed), frozenset(self._lexicon.inside(packed)), False)
        for shown in entry.english:
            words = english_words(shown, self._lexicon)
            packed = "".join(self._english_character(word) for word in words)
            if packed and packed not in seen:
                seen.add(packed)
                held = english_concepts([stem(word) for word in latin_words(shown)], self._lexicon)
                yield _Name(shown, packed, [0] * len(packed), frozenset(held), True)

    def _english_character(self, word: str) -> str:
        return chr(ENGLISH_PLANE + self._english.setdefault(word, len(self._english)))

    def _said(self, entry: Entry) -> set[str]:
        """The concepts that only the item's text names, by words of two characters or more."""
        said: set[str] = set()
        for stretch in self._lexicon.cut(f"{entry.domain}\n{entry.text}"):
            word = stretch.word
            if word is not None and word.kind == CONCEPT and len(word.text) > 1:
                said |= word.concepts
        return said


def bits(numbers: Iterable[int], count: int) -> bytes:
    """Which of ``count`` concepts, a bit for each, in words of 64 bits."""
    return sum(1 << number for number in numbers).to_bytes(8 * (count // 64 + 1), "little")


def _terms(name: _Name) -> Iterator[str]:
    yield from (f"h{character}" for character in name.packed)
    if not name.english:
        yield from (f"s{first},{second}" for first, second in grams(name.sounds))
        initials = [INITIALS[sound] for sound in name.sounds]
        yield f"i^{initials[0]}"
        yield from (f"i{first}{second}" for first, second in pairwise(initials) if first and second)


def stem(word: str) -> str:
    """An English word without the endings that only grammar asks for.

    >>> [stem(word) for word in ("licences", "driver's", "business")]
    ['licence', 'driver', 'business']
    """
    word = word.removesuffix("'s")
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def english_words(name: str, lexicon: Lexicon) -> list[str]:
    """The words of an English name that say something, stemmed."""
    known = ((word, lexicon.words.get(word)) for word in latin_words(name))
    return [stem(word) for word, entry in known if entry is None or entry.kind != FILLER]


def english_concepts(words: list[str], lexicon: Lexicon) -> set[str]:
    """The concepts that a row of stemmed English words holds, alone or in groups of up to four."""
    found: set[str] = set()
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + 4) + 1):
            word = lexicon.words.get(" ".join(words[start:end]))
            if word is not None:
                found |= word.concepts
    return found


def sounds_of(text: str) -> list[int]:
    """The number of the sound of each character as it is read in this text, 0 where there is none.

    Needs the pronouncing dictionary, which only who builds an index has to load.
    """
    from pypinyin import Style, lazy_pinyin

    spoken = lazy_pinyin(text, style=Style.NORMAL, errors=list)  # type: ignore[arg-type]
    return [NUMBERS.get(one, 0) or loner(one) for one in spoken]


@cache
def _hanzi_sounds() -> bytes:
    from pypinyin import Style, lazy_pinyin

    alone = [chr(one) for one in HANZI]  # a list of words: each is read by itself
    return array("H", (NUMBERS.get(one, 0) for one in lazy_pinyin(alone, style=Style.NORMAL))).tobytes()


@cache
def heard_table() -> Lexicon:
    """The curated table with the sounds of its words, and its English words stemmed."""
    table = read_table()
    words = dict(table.words)
    for text, word in table.words.items():
        if text.isascii():
            words.setdefault(" ".join(map(stem, text.split())), word)
    heard: dict[str, str] = {}
    for text, word in table.words.items():
        sounds = sounds_of(text)
        # A word of one syllable sounds like too many others.
        if (
            len(text) > 1
            and all(sounds)
            and not text.isascii()
            and word.kind in {CONCEPT, STATE, LIGHT, FILLER}
        ):
            heard.setdefault(spelt(sounds), text)
    return replace(table, words=words, heard=heard)


def spelt(sounds: Iterable[int]) -> str:
    """Sounds as a text of one character each, to be cut by a table of words."""
    return "".join(chr(FIRST_HANZI + sound) for sound in sounds)
