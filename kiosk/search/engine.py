"""Finding items in an index: candidates by shared terms, then a closer look at the best of them."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kiosk.search.index import GAP, VERSION, Entry, bits, build_index
from kiosk.search.lexicon import CONCEPT, ELSEWHERE, FILLER, LIGHT, PLACE, STATE, UNKNOWN, Lexicon
from kiosk.search.query import Reader
from kiosk.search.scoring import Answers, Found, Packed, Question, corrected, weigh
from kiosk.search.units import Reading, Segment

#: Items looked at closely for each reading of a query.
CLOSE_LOOK: Final = 24
#: Items kept unpacked between keys: the next key asks for many of the same.
REMEMBERED: Final = 2048
#: At most this much a favourite of this kiosk, or what can be done here now, is put before its equals.
POPULAR: Final = 0.015
HERE: Final = 0.01
#: A worse answer than this part of the best one is left out.
POOR: Final = 0.36
#: With an answer as good as this no other reading is tried.
CLEAR: Final = 0.96
#: Where the best answer to a second matter stands at the latest.
SECOND: Final = 2
#: An answer whose names hold this part of the query, or one of whose names fits this well, is shown.
PLACED: Final = 0.71
FIT: Final = 0.51


_READ: Final = (
    "SELECT no, id, shown, official, packed, sounds, lengths, concepts FROM search_entries WHERE no"
)


class IndexUnusable(Exception):
    """The file holds no search index, or one of another version than this program reads."""


@dataclass(frozen=True)
class Hit:
    """An item found: ``score`` from 0 to 1, and the name it was found by."""

    id: str
    score: float
    why: str


@dataclass(frozen=True)
class Findings:
    """What a query finds. ``did_you_mean`` is the name that was understood where something else was typed."""

    hits: tuple[Hit, ...]
    did_you_mean: str | None = None


class Search:
    """Finds items in a database that ``build_index`` has filled; it is only read, by one thread."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Reads the small tables. Raises IndexUnusable for a file without an index, or another version's."""
        self._database = database
        try:
            facts = dict(database.execute("SELECT name, value FROM search_facts"))
        except sqlite3.DatabaseError as error:
            raise IndexUnusable(f"no search index: {error}") from None
        if facts.get("version") != VERSION:
            raise IndexUnusable(f"search index of version {facts.get('version')}, not {VERSION}")
        self._count: int = facts["count"]
        concepts = json.loads(facts["concepts"])
        self._words = len(concepts) // 64 + 1
        self._number = {concept: n for n, concept in enumerate(concepts)}
        self._reader = Reader(
            Lexicon.load(facts["lexicon"]),
            np.frombuffer(facts["hanzi"], np.uint16),
            json.loads(facts["english"]),
            concepts,
        )
        self._postings = lru_cache(maxsize=512)(self._read_postings)
        self._packed: dict[int, Packed] = {}

    def find(
        self,
        words: str,
        limit: int = 20,
        *,
        popularity: Mapping[str, int] | None = None,
        here: Container[str] = (),
    ) -> Findings:
        """The items that answer ``words`` best, at most ``limit``; none if none answers well enough.

        ``popularity``: how often each item was opened at this kiosk; ``here``: what can be done here now.
        Both only settle what is close. Never raises for any string.
        """
        if len(self._packed) > REMEMBERED:  # never while a query is answered: it comes back to its items
            self._packed.clear()
        best: dict[int, tuple[Found, Reading]] = {}
        for reading in self._reader.read(words):
            for no, found in self._look(reading):
                if no not in best or found.score > best[no][0].score:
                    best[no] = found, reading
            if any(found.score > CLEAR for found, _ in best.values()):
                break
        most = max((popularity or {}).values(), default=0)

        def rank(no: int) -> tuple[float, int]:
            name = self._packed[no].id
            often = (popularity or {}).get(name, 0) / most if most else 0.0
            return -(best[no][0].score + POPULAR * often + HERE * (name in here)), no

        ranked = _both_matters(sorted(best, key=rank), best)[:limit]
        hits: list[Hit] = []
        for no in reversed(ranked):  # who is put before others has at least their score
            found, item = best[no][0], self._packed[no]
            score = max(min(found.score, 1.0), hits[-1].score if hits else 0.0)
            hits.append(Hit(item.id, score, item.shown[found.name]))
        hits.reverse()
        if ranked:
            found, reading = best[ranked[0]]
            if corrected(reading, self._packed[ranked[0]], found.name):
                return Findings(tuple(hits), hits[0].why)
        return Findings(tuple(hits))

    # -------------------------------------------------------------------------------------------- one reading

    def _look(self, reading: Reading) -> list[tuple[int, Found]]:
        if all(segment.kind == FILLER for segment in reading.segments):
            return []
        weights = self._weights(reading)
        numbers = self._candidates(reading)
        if not len(numbers):
            return []
        items = self._items(numbers.tolist())
        question = Question(
            reading,
            weights,
            [self._meaning(segment) for segment in reading.segments],
            [self._said(segment, numbers) for segment in reading.segments],
        )
        answers = weigh(question, items)
        kept = enough(question, answers)
        # Beside a good answer a poor one only distracts.
        kept &= answers.score > POOR * (answers.score * kept).max()
        return [(int(numbers[place]), answers.found(place)) for place in np.flatnonzero(kept).tolist()]

    def _meaning(self, segment: Segment) -> NDArray[np.uint64]:
        return np.frombuffer(
            bits((self._number[one] for one in segment.concepts), len(self._number)), np.uint64
        )

    def _said(self, segment: Segment, numbers: NDArray[np.int64]) -> frozenset[int]:
        """The places in ``numbers`` of items whose text, not their names, holds what the segment means."""
        if segment.kind != CONCEPT:
            return frozenset()
        places: set[int] = set()
        for concept in segment.concepts:
            entries = self._postings(f"t{self._number[concept]}")
            if len(entries):
                at = np.minimum(np.searchsorted(entries, numbers), len(entries) - 1)
                places.update(np.flatnonzero(entries[at] == numbers).tolist())
        return frozenset(places)

    def _candidates(self, reading: Reading) -> NDArray[np.int64]:
        points = np.zeros(self._count, np.float32)
        for term, share in reading.terms:
            entries = self._postings(term)
            if len(entries):
                points[entries] += share * self._rarity(len(entries))
        most = float(points.max(initial=0.0))
        if most <= 0:
            return np.empty(0, np.int64)
        good = np.flatnonzero(points >= 0.25 * most)
        if len(good) > CLOSE_LOOK:
            good = good[np.argpartition(points[good], -CLOSE_LOOK)[-CLOSE_LOOK:]]
        return good

    def _rarity(self, items: int) -> float:
        """How much a term says that this many items have: 1 for none, near 0 for all."""
        return math.log(1 + self._count / (items + 0.5)) / math.log(1 + 2 * max(self._count, 1))

    def _weights(self, reading: Reading) -> list[float]:
        weights = [self._weight(reading, segment) for segment in reading.segments]
        unknown = sum(w for w, one in zip(weights, reading.segments, strict=True) if one.kind == UNKNOWN)
        known = sum(weights) - unknown
        if known > 0.5 and unknown > 1.5:  # a long story around a known word
            factor = (1.5 + 0.4 * (unknown - 1.5)) / unknown
            weights = [
                w * factor if one.kind == UNKNOWN else w
                for w, one in zip(weights, reading.segments, strict=True)
            ]
        return weights

    def _weight(self, reading: Reading, segment: Segment) -> float:
        length = segment.end - segment.start
        if segment.kind == UNKNOWN:
            return sum(self._unit_weight(reading, n) for n in range(segment.start, segment.end))
        if segment.kind in {CONCEPT, STATE, LIGHT}:
            rarest = max(
                self._rarity(len(self._postings(f"c{self._number[one]}"))) for one in segment.concepts
            )
            return rarest * (0.35 if segment.kind == LIGHT else 0.9 + 0.15 * length)
        return {FILLER: 0.02, ELSEWHERE: 2.0, PLACE: 1.3}[segment.kind]

    def _unit_weight(self, reading: Reading, n: int) -> float:
        unit = reading.units[n]
        match unit.kind:
            case "hanzi":
                return 0.75 * self._rarity(len(self._postings(f"h{unit.text}")))
            case "word":
                known = [len(self._postings(f"h{chr(code)}")) for code, _ in unit.codes]
                return self._rarity(min(known, default=0))
            case "first":
                return 0.4
            case "begun":
                return 0.5
            case _:
                return 0.65

    # --------------------------------------------------------------------------------------------- the tables

    def _read_postings(self, term: str) -> NDArray[np.uint32]:
        row = self._database.execute("SELECT entries FROM search_postings WHERE term = ?", (term,)).fetchone()
        return np.frombuffer(row[0] if row else b"", np.uint32)

    def _items(self, numbers: list[int]) -> list[Packed]:
        """The items of these numbers; those not seen lately are read at once."""
        missing = [no for no in numbers if no not in self._packed]
        places = ",".join("?" * len(missing))
        for no, *row in self._database.execute(f"{_READ} IN ({places})", missing):
            self._packed[no] = _unpacked(*row, words=self._words)
        return [self._packed[no] for no in numbers]


def _unpacked(
    name: str,
    shown: str,
    official: int,
    packed: str,
    sounds: bytes,
    sizes: bytes,
    concepts: bytes,
    *,
    words: int,
) -> Packed:
    lengths = np.frombuffer(sizes, np.uint8).astype(np.int64)
    return Packed(
        name,
        tuple(shown.split("\n")),
        np.arange(len(lengths)) < official,
        np.frombuffer(packed.encode("utf-32-le"), np.uint32),
        np.frombuffer(sounds, np.uint16),
        np.cumsum(lengths + len(GAP)) - lengths - len(GAP),
        lengths,
        np.frombuffer(concepts, np.uint64).reshape(-1, words),
    )


def _both_matters(ranked: list[int], best: Mapping[int, tuple[Found, Reading]]) -> list[int]:
    """Who asks about two matters (retired; health insurance) sees the best answer to each near the top."""
    first = best[ranked[0]][0] if ranked else None
    for n, no in enumerate(ranked):
        if first is None or best[no][1] is not best[ranked[0]][1]:
            continue
        if best[no][0].answers & ~first.answers:
            return ranked if n <= SECOND else [*ranked[:SECOND], no, *ranked[SECOND:n], *ranked[n + 1 :]]
    return ranked


def search_in_memory(entries: Iterable[Entry]) -> Search:
    """An index of these items that lies in memory only: for a catalogue that came without one."""
    database = sqlite3.connect(":memory:", check_same_thread=False)
    build_index(database, entries)
    return Search(database)


def enough(question: Question, answers: Answers) -> NDArray[np.bool_]:
    """Which answers are worth showing. Calibrated on labelled queries and noise (docs/search.md)."""
    units, segments = question.reading.units, question.reading.segments
    placed = answers.placed > PLACED
    if 2 * sum(unit.kind == "first" for unit in units) > len(
        units
    ):  # a few first letters fit anything by chance
        return placed
    story = len(units) > 8 or sum(one.kind == FILLER for one in segments) > 1
    certain = 0.3 if story else 0.5 if question.reading.how == "english" else 0.38
    fits = (answers.fit > FIT) | ((answers.known > 1.4) & (answers.certain > certain))
    if any(one.kind == PLACE for one in segments):  # to be elsewhere is no matter by itself
        fits &= answers.known > 0
    return placed | fits
