"""What was typed, understood: a row of units to be found in names, grouped into segments with a weight.

The same letters may be pinyin, first letters or English, so a query has one or several readings.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise, takewhile
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from kiosk.search.folding import latin_words, plain
from kiosk.search.index import ENGLISH_PLANE, FIRST_HANZI, spelt, stem
from kiosk.search.lexicon import CONCEPT, FILLER, LIGHT, UNKNOWN, Lexicon, Stretch
from kiosk.search.sounds import CLASSES, INITIALS, NUMBERS, Typed, cut, loner, near
from kiosk.search.units import BEGUN, Reading, Segment, Unit, sounding, typed_credits

#: Part of that for hanzi that stand beside a known word.
STORY: Final = np.float32(0.75)
#: Stands between the parts of a word and says nothing.
PARTICLES: Final = frozenset(
    [
        "的",
        "了",
        "过",
        "个",
        "着",
        "点",
        "些",
        "把",
        "一个",
        "一下",
        "一份",
        "一张",
        "一本",
        "一家",
        "一点",
        "几个",
    ]
)
#: Nobody types more first letters than this.
MOST_FIRST_LETTERS: Final = 10

_RUN: Final = re.compile(r"[a-z]+(?:['’][a-z]+)*|[^\W_a-z]+")


class Reader:
    """Understands queries with the words and sounds of one index."""

    def __init__(
        self, lexicon: Lexicon, hanzi: NDArray[np.uint16], english: list[str], concepts: list[str]
    ) -> None:
        self._lexicon = lexicon
        self._hanzi = hanzi
        self._hanzi_unit = lru_cache(maxsize=4096)(self._make_hanzi_unit)
        self._heard_words = lexicon.as_heard()
        self._number = {concept: n for n, concept in enumerate(concepts)}
        self._english = {word: ENGLISH_PLANE + n for n, word in enumerate(english)}
        spelled = {word for text in lexicon.words if text.isascii() for word in text.split()}
        self._spelled = sorted({*spelled, *map(stem, spelled), *english})
        self._meant = lru_cache(maxsize=1024)(self._find_meant)
        self._spelled_set = set(self._spelled)

    def read(self, words: str) -> list[Reading]:
        """All readings of what was typed; none if there is nothing to find in it."""
        runs = _RUN.findall(plain(words))
        latin = [run for run in runs if run[0].isascii() and run[0].isalpha()]
        if not runs:
            return []
        if not latin:
            return [self._reading("hanzi", runs, None)]
        readings = [self._reading("pinyin", runs, lambda run: cut(_letters(run))[0][1])]
        if any(_doubtful(run) for run in latin):
            readings.append(self._reading("pinyin", runs, lambda run: cut(_letters(run))[-1][1]))
        first = any(part.kind != "whole" for run in latin for part in cut(_letters(run))[0][1])
        if sum(map(len, latin)) <= MOST_FIRST_LETTERS and (first or len(latin[0]) < 5):
            readings.append(self._reading("initials", runs, _as_first_letters))
        if any(len(run) > 1 for run in latin):
            english = self._in_english(latin, [run for run in runs if run not in latin])
            if any(unit.codes for unit in english.units) or any(one.concepts for one in english.segments):
                readings.append(english)
        unique = {tuple((unit.kind, unit.text) for unit in one.units): one for one in reversed(readings)}
        return [one for one in reversed(unique.values()) if one.units]

    # --------------------------------------------------------------------------------------- hanzi and pinyin

    def _reading(self, how: str, runs: list[str], letters: Callable[[str], list[Typed]] | None) -> Reading:
        units: list[Unit] = []
        segments: list[Segment] = []
        for run in runs:
            start = len(units)
            if letters is not None and run[0].isascii() and run[0].isalpha():
                units += [_typed(part) for part in letters(run)]
                segments += self._heard(units, start)
            else:
                run = self._without_particles(run)  # noqa: PLW2901 a run is read once
                units += [self._hanzi_unit(one) for one in run]
                segments += _segments(self._lexicon.cut(run), start)
        if any(one.kind == CONCEPT for one in segments):
            _sound_less(units, segments)
        return Reading(how, tuple(units), tuple(segments), tuple(self._terms(units, segments)))

    def _without_particles(self, run: str) -> str:
        """Words that particles stand in are words again: 找个工作, 离了婚."""
        stretches = self._lexicon.cut(run)
        kept = [one for one in stretches if not self._is_particle(run, one)]
        return "".join(run[one.start : one.end] for one in kept) or run

    def _is_particle(self, run: str, one: Stretch) -> bool:
        """Whether it is a particle, and begins no word that the cut has missed (要个税单 is about 个税)."""
        following = self._lexicon.words.get(run[one.start : one.end + 1])
        return run[one.start : one.end] in PARTICLES and (following is None or following.kind == FILLER)

    def _make_hanzi_unit(self, character: str) -> Unit:
        sound = self._sound(character)
        return Unit("hanzi", character, ((ord(character), 1.0),), sounding(sound) if sound else None)

    def _sound(self, character: str) -> int:
        place = ord(character) - FIRST_HANZI
        return int(self._hanzi[place]) if 0 <= place < len(self._hanzi) else loner(character)

    def _heard(self, units: list[Unit], start: int) -> Iterator[Segment]:
        """Typed syllables as words of the table by their sound; what is in no word stays together."""
        sounds = [NUMBERS[unit.text] if unit.kind == "whole" else 0 for unit in units[start:]]
        for stretch in self._heard_words.cut(spelt(sounds)):
            yield _segment(stretch, start)

    def _terms(self, units: list[Unit], segments: list[Segment]) -> Iterator[tuple[str, float]]:
        weight = {
            n: (0.15 if one.kind == FILLER else 1.0) for one in segments for n in range(one.start, one.end)
        }
        for n, unit in enumerate(units):
            for code, credit in unit.codes:
                yield f"h{chr(code)}", credit * weight[n]
        sounds = [self._sound(one.text) if one.kind == "hanzi" else _number(one) for one in units]
        for n, (first, second) in enumerate(pairwise(sounds)):
            if first and second:
                yield f"s{CLASSES[first]},{CLASSES[second]}", 1.2 * min(weight[n], weight[n + 1])
        if sounds and sounds[0]:
            yield f"s0,{CLASSES[sounds[0]]}", 0.3 * weight[0]
        if sounds and sounds[-1]:
            yield f"s{CLASSES[sounds[-1]]},0", 0.3 * weight[len(units) - 1]
        if any(unit.kind not in {"hanzi", "word"} for unit in units):
            letters = [_first_letter(unit, sound) for unit, sound in zip(units, sounds, strict=True)]
            yield f"i^{letters[0]}", 0.3
            yield from ((f"i{one}{other}", 0.7) for one, other in pairwise(letters))
        for segment in segments:
            share = 0.4 if segment.kind == LIGHT else 1.5
            yield from ((f"c{self._number[one]}", share) for one in sorted(segment.concepts))
            if segment.kind == CONCEPT:
                yield from ((f"t{self._number[one]}", 0.3) for one in sorted(segment.concepts))

    # ------------------------------------------------------------------------------------------------ English

    def _in_english(self, latin: list[str], others: list[str]) -> Reading:
        words = [self._base(word) for run in latin for word in latin_words(run)]
        units = [self._word(word, last=n == len(words) - 1) for n, word in enumerate(words)]
        segments = list(self._english_segments(words, units))
        for run in others:  # hanzi beside English words
            start = len(units)
            units += [self._hanzi_unit(one) for one in run]
            segments += _segments(self._lexicon.cut(run), start)
        return Reading("english", tuple(units), tuple(segments), tuple(self._terms(units, segments)))

    def _base(self, word: str) -> str:
        """The word as the table or the names know it."""
        return word if word in self._spelled_set else stem(word)

    def _word(self, word: str, *, last: bool) -> Unit:
        codes: dict[int, float] = {}
        if word in self._english:
            codes[self._english[word]] = 1.0
        elif word not in self._spelled_set:
            for meant, credit in self._meant(word, last=last):
                if meant in self._english:
                    codes[self._english[meant]] = credit
        return Unit("word", word, tuple(codes.items()))

    def _find_meant(self, word: str, *, last: bool) -> list[tuple[str, float]]:
        """The known English words that this one may be: unfinished, or with wrong keys."""
        if len(word) < 3:
            return []
        place = bisect_left(self._spelled, word)
        begun = takewhile(lambda one: one.startswith(word), self._spelled[place : place + 6])
        if last and (known := [(one, BEGUN) for one in begun]):
            return known
        found = process.extract(
            word, self._spelled, scorer=OSA.normalized_similarity, score_cutoff=0.8, limit=2
        )
        return [(meant, 0.9 * credit) for meant, credit, _ in found if len(word) > 3 and meant[0] == word[0]]

    def _english_segments(self, words: list[str], units: list[Unit]) -> Iterator[Segment]:
        known = [
            word
            if word in self._spelled_set
            else next((meant for meant, _ in self._meant(word, last=False)), word)
            for word in words
        ]
        start = 0
        while start < len(words):
            for end in range(min(len(words), start + 5), start, -1):
                entry = self._lexicon.words.get(" ".join(known[start:end]))
                if entry is not None:
                    yield _segment(Stretch(start, end, entry), 0)
                    start = end
                    break
            else:
                yield Segment(start, start + 1, UNKNOWN)
                start += 1


def _sound_less(units: list[Unit], segments: list[Segment]) -> None:
    """Beside a word that is known, unknown hanzi are hardly homophones of something: they are the story."""
    for segment in segments:
        if segment.kind == UNKNOWN:
            for n in range(segment.start, segment.end):
                credits_ = units[n].credits
                if units[n].kind == "hanzi" and credits_ is not None:
                    units[n] = replace(units[n], credits=STORY * credits_)


def _segments(stretches: list[Stretch], offset: int) -> Iterator[Segment]:
    return (_segment(stretch, offset) for stretch in stretches)


def _segment(stretch: Stretch, offset: int) -> Segment:
    word = stretch.word
    return Segment(
        offset + stretch.start,
        offset + stretch.end,
        word.kind if word else UNKNOWN,
        word.concepts if word else frozenset(),
        bool(word and word.text.isascii()),
    )


def _letters(run: str) -> str:
    return re.sub(r"[^a-z]", "", run)


def _doubtful(run: str) -> bool:
    """Whether a second way to cut the letters is about as likely as the first."""
    ways = cut(_letters(run))
    return len(ways) > 1 and ways[1][0] - ways[0][0] < 1.4


def _as_first_letters(run: str) -> list[Typed]:
    return [Typed(letter, "first") for letter in _letters(run)]


def _typed(part: Typed) -> Unit:
    return Unit(part.kind, part.letters, (), typed_credits(part.letters, part.kind))


def _number(unit: Unit) -> int:
    if unit.kind == "whole":
        return NUMBERS[unit.text]
    if unit.kind == "wrong":
        meant = near(unit.text)
        return NUMBERS[meant[0]] if meant else 0
    return 0


def _first_letter(unit: Unit, sound: int) -> str:
    return unit.text[0] if unit.kind != "hanzi" else INITIALS[sound]
