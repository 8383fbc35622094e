"""How well names answer a reading of a query, for a handful of items at once.

Every unit of the query looks for its best place in every name: the same character, a like sound, the first
letter. A place counts in full only if the unit's neighbours are found beside it. Words of the table may also
be answered by their meaning. What a name leaves unanswered weighs by how rare it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kiosk.search.index import ENGLISH_PLANE
from kiosk.search.lexicon import CONCEPT, ELSEWHERE, FILLER, PLACE, STATE, UNKNOWN
from kiosk.search.units import FIRST_LETTER, Reading, Segment

Floats = NDArray[np.floating[Any]]

#: What a place without neighbours is worth, and a meaning instead of the word.
ALONE: Final = 0.42
#: What a neighbour counts with one character between, or on the wrong side.
SKIPPED: Final = 0.85
SWAPPED: Final = 0.9
MEANT: Final = 0.93
IN_TEXT: Final = 0.4
COMMON: Final = 0.985
OTHER_LANGUAGE: Final = 0.9
WHOLE_NAME: Final = 1.15
#: For each character of a name that the query says in full, whatever else it says.
NAMED: Final = 0.02
#: How much more than a known word's characters those weigh that nothing explains.
ALIEN: Final = {UNKNOWN: 1.0, ELSEWHERE: 2.0, PLACE: 1.5}


@dataclass(frozen=True)
class Packed:
    """An item's names as arrays: characters, sounds, where each name starts, how long it is, its meaning."""

    id: str
    shown: tuple[str, ...]
    official: NDArray[np.bool_]
    characters: NDArray[np.uint32]
    sounds: NDArray[np.uint16]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    concepts: NDArray[np.uint64]  # name x word, a bit for each concept


@dataclass(frozen=True)
class Found:
    """How well one item answers, from 0 to 1; a bit for each segment it answers; the name it does so by."""

    score: float
    answers: int
    name: int


@dataclass(frozen=True)
class Answers:
    """How well each of some items answers a reading; one entry an item.

    ``score`` orders items, from 0 to 1. ``fit`` is how well its best name answers the whole query and is
    itself used up; ``placed`` the part of the query that some name holds by its characters or sounds.
    ``known`` is how many characters the answered words of the table have, ``certain`` that against the
    characters that stay unexplained.
    """

    score: Floats
    fit: Floats
    placed: Floats
    known: Floats
    certain: Floats
    words: NDArray[np.int64]
    by_name: Floats
    firsts: NDArray[np.int64]

    def found(self, place: int) -> Found:
        """The item at ``place`` with its best name."""
        names = self.by_name[self.firsts[place] :]
        if place + 1 < len(self.firsts):
            names = names[: self.firsts[place + 1] - self.firsts[place]]
        return Found(float(self.score[place]), int(self.words[place]), int(names.argmax()))


@dataclass(frozen=True)
class Question:
    """A reading with what its segments weigh, mean (concepts as bits), and whose texts name them.

    ``said`` holds, for each segment, places in the list of items.
    """

    reading: Reading
    weights: Sequence[float]
    meanings: Sequence[NDArray[np.uint64]]
    said: Sequence[frozenset[int]]


def weigh(question: Question, items: Sequence[Packed]) -> Answers:
    """How well each of the items answers."""
    reading = question.reading
    lengths = np.concatenate([item.lengths for item in items])
    starts = _shifted([item.starts for item in items], [len(item.characters) for item in items])
    counts = [len(item.starts) for item in items]
    firsts = np.cumsum([0, *counts[:-1]])

    placed = _placed(reading, items)
    answered = np.maximum.reduceat(placed, starts, axis=1)  # unit x name
    filled = np.add.reduceat(placed.max(axis=0), starts)
    # One character of a name answers one unit, not the same key pressed six times.
    answered *= np.minimum(1.0, (filled + 1e-6) / (answered.sum(axis=0) + 1e-6))
    filled /= lengths
    spoken = NAMED * np.minimum(lengths, 6) * (filled > 0.97)
    heavy = _by_unit(reading, question.weights)
    total = max(float(heavy.sum()), 1e-6)
    even = _by_unit(reading, [(one.end - one.start) * (one.kind != FILLER) for one in reading.segments])
    held = np.maximum.reduceat(even @ answered / max(float(even.sum()), 1.0), firsts)
    _by_meaning(question, items, answered, filled, lengths)

    together = np.maximum.reduceat(answered, firsts, axis=1)  # unit x item
    for segment, places in zip(reading.segments, question.said, strict=True):
        for place in places:
            units = slice(segment.start, segment.end)
            together[units, place] = np.maximum(together[units, place], IN_TEXT)
    explained = heavy @ together / total
    known = _by_unit(reading, [_is_word(one) * _size(one) for one in reading.segments]) @ together
    alien = _by_unit(reading, [ALIEN.get(one.kind, 0.0) * _size(one) for one in reading.segments])
    certain = known / (known + alien @ (1 - together) + 1e-6)

    words = np.zeros(len(items), np.int64)
    for n, segment in enumerate(reading.segments):
        if _is_word(segment) == 1.0:
            words |= (together[segment.start : segment.end].mean(axis=0) > 0.6).astype(np.int64) << n

    foreign = np.concatenate([item.characters[item.starts] for item in items]) >= ENGLISH_PLANE
    common = np.where(np.concatenate([item.official for item in items]), 1.0, COMMON)
    # A name in the language one asks in, and an official one by a hair.
    worth = np.where(foreign == (reading.how == "english"), 1.0, OTHER_LANGUAGE) * common
    if reading.how == "initials":  # a whole name begins exactly so
        worth *= np.where(filled > 0.99 * FIRST_LETTER, WHOLE_NAME, 1.0)
    by_name = heavy @ answered / total * (0.55 + 0.45 * np.minimum(filled, 1.0)) * worth
    fit = np.maximum.reduceat(by_name, firsts)
    score = np.minimum(0.5 * explained + 0.5 * fit + np.maximum.reduceat(spoken, firsts), 1.0)
    return Answers(score, fit, held, known, certain, words, by_name, firsts)


def _shifted(starts: Sequence[NDArray[np.int64]], sizes: Sequence[int]) -> NDArray[np.int64]:
    offsets = np.cumsum([0, *sizes[:-1]])
    return np.concatenate([one + offset for one, offset in zip(starts, offsets, strict=True)])


def _by_meaning(
    question: Question, items: Sequence[Packed], answered: Floats, filled: Floats, lengths: NDArray[np.int64]
) -> None:
    """Let names answer words of the table by their meaning, too."""
    masks = np.concatenate([item.concepts for item in items])
    for segment, bits, weight in zip(
        question.reading.segments, question.meanings, question.weights, strict=True
    ):
        units = slice(segment.start, segment.end)
        if segment.kind == ELSEWHERE:  # only the whole word answers, not a part of it
            answered[units] *= answered[units].min(axis=0) > 0.95
        elif segment.kind in {CONCEPT, STATE} and segment.end - segment.start > 1:
            # A word that is known is not half meant: a driver's licence is no business licence.
            answered[units] *= np.where(answered[units].min(axis=0) > 0.5, 1.0, 0.5)
        if segment.kind == ELSEWHERE:
            continue
        if segment.concepts and weight > 0:
            meant = (masks & bits).any(axis=1)
            lacking = meant * (1 - answered[units].mean(axis=0))
            filled += lacking * min(segment.end - segment.start, 2) / lengths
            answered[units] = np.maximum(answered[units], MEANT * meant)


def _by_unit(reading: Reading, weights: Sequence[float]) -> Floats:
    """What each unit weighs, where its segment as a whole weighs so much."""
    heavy = np.zeros(len(reading.units), np.float32)
    for segment, weight in zip(reading.segments, weights, strict=True):
        heavy[segment.start : segment.end] = weight / (segment.end - segment.start)
    return heavy


def _size(segment: Segment) -> int:
    """Its characters; an English word says as much as two hanzi."""
    return (segment.end - segment.start) * (2 if segment.english else 1)


def _is_word(segment: Segment) -> float:
    """How far it is a word of the table that can hardly stand there by chance."""
    if segment.kind != CONCEPT:
        return 0.0
    return 1.0 if segment.end - segment.start > 1 or segment.english else 0.5


def _placed(reading: Reading, items: Sequence[Packed]) -> Floats:
    """The worth of every unit at every character of the items' names, neighbours considered."""
    characters = np.concatenate([item.characters for item in items])
    sounds = np.concatenate([item.sounds for item in items])
    units = reading.units
    frame = np.zeros((len(units) + 4, len(characters) + 4), np.float32)
    plain = frame[2:-2, 2:-2]
    for row, unit in zip(plain, units, strict=True):
        if unit.credits is not None:
            np.take(unit.credits, sounds, out=row)
        for code, credit in unit.codes:
            row[characters == code] = credit
    if len(units) == 1:
        return plain
    rows, columns = frame.shape
    found: Floats = np.minimum(frame / FIRST_LETTER, 1.0)

    def beside(down: int, right: int) -> Floats:
        return found[2 + down : rows - 2 + down, 2 + right : columns - 2 + right]

    near = np.maximum(beside(-1, -1), beside(1, 1))
    for worth, steps in (
        (SKIPPED, ((-1, -2), (-2, -1), (1, 2), (2, 1))),  # one character too many or too few between them
        (SWAPPED, ((-1, 1), (1, -1))),
    ):
        other = beside(*steps[0])
        for step in steps[1:]:
            other = np.maximum(other, beside(*step))
        near = np.maximum(near, worth * other)
    # An English word says enough by itself, a syllable does not.
    alone = np.where(characters >= ENGLISH_PLANE, 0.85, ALONE).astype(np.float32)
    placed: Floats = plain * (alone + (1 - alone) * near)
    return placed


def corrected(reading: Reading, item: Packed, name: int) -> bool:
    """Whether this name of the item was found by something that sounds or looks like it, not by itself."""
    place = slice(int(item.starts[name]), int(item.starts[name] + item.lengths[name]))
    characters, sounds = item.characters[place], item.sounds[place]
    for segment in reading.segments:
        for unit in reading.units[segment.start : segment.end] if segment.kind != FILLER else ():
            worth = max((credit for code, credit in unit.codes if code in characters), default=0.0)
            if unit.credits is not None:
                worth = max(worth, float(unit.credits[sounds].max(initial=0.0)))
            if 0 < worth < 1 and unit.kind in {"hanzi", "whole", "wrong", "word"}:
                return True
    return False
