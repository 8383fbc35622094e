"""What a query is made of once it is understood, and what its parts are worth where names sound like them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kiosk.search.sounds import BEGINNINGS, CLASSES, INITIALS, NUMBERS, SPELLINGS, near

Credits = NDArray[np.float32]

#: What a unit is worth where it sounds the same, may be taken for it, has one wrong key, only begins so.
SAME_SOUND: Final = 0.92
ALIKE: Final = 0.84
WRONG_KEY: Final = 0.68
BEGUN: Final = 0.9
FIRST_LETTER: Final = 0.8

_CLASS_OF: Final = np.array(CLASSES)
_INITIAL_OF: Final = np.array([ord(letter) if letter else 0 for letter in INITIALS])


@dataclass(frozen=True)
class Unit:
    """One hanzi, syllable, first letter or English word.

    ``kind``: hanzi, word, or that of ``Typed``. ``codes`` are the characters it may be literally, with their
    worth; ``credits`` is its worth by the number of a name's sound.
    """

    kind: str
    text: str
    codes: tuple[tuple[int, float], ...] = ()
    credits: Credits | None = None


@dataclass(frozen=True)
class Segment:
    """Neighbouring units from ``start`` up to ``end``: one word of the table, or something unknown."""

    start: int
    end: int
    kind: str  # a section of the table, or UNKNOWN
    concepts: frozenset[str] = frozenset()
    english: bool = False


@dataclass(frozen=True)
class Reading:
    """One way to understand the query. ``terms`` are those of the index, with how much each counts."""

    how: str  # hanzi, pinyin, initials, english
    units: tuple[Unit, ...]
    segments: tuple[Segment, ...]
    terms: tuple[tuple[str, float], ...] = field(default=())


@lru_cache(maxsize=1024)
def sounding(sound: int) -> Credits:
    """The worth of a hanzi that sounds so, at every sound."""
    made = np.where(CLASSES[sound] == _CLASS_OF, ALIKE, 0.0).astype(np.float32)
    made[sound] = SAME_SOUND
    made[0] = 0.0
    return made


@lru_cache(maxsize=1024)
def typed_credits(letters: str, kind: str) -> Credits:
    """The worth of typed letters at every sound."""
    made = np.zeros(len(SPELLINGS), np.float32)
    if kind == "first":
        made[np.array(_INITIAL_OF) == ord(letters[0])] = FIRST_LETTER
        return made
    for syllable in near(letters):
        made[NUMBERS[syllable]] = WRONG_KEY
    if kind == "begun":
        for syllable in BEGINNINGS[letters]:
            made[NUMBERS[syllable]] = BEGUN
    elif kind == "whole":
        made = np.maximum(made, sounding(NUMBERS[letters]))
        made[NUMBERS[letters]] = 1.0
    return made
