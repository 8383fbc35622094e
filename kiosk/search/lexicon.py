"""The curated table of words, and cutting a text into the words it knows.

The table itself is ``words.toml``. A catalogue's index carries the table it was built with.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Final

TABLE: Final = Path(__file__).with_name("words.toml")

#: Kinds of words, as in the table's sections.
FILLER: Final = "fillers"
ELSEWHERE: Final = "elsewhere"
PLACE: Final = "places"
LIGHT: Final = "light"
CONCEPT: Final = "concepts"
STATE: Final = "states"
#: What is in no table.
UNKNOWN: Final = "unknown"
KINDS: Final = (CONCEPT, STATE, LIGHT, PLACE, ELSEWHERE, FILLER)


@dataclass(frozen=True)
class Word:
    """A word of the table: its kind, and the concepts it stands for (a filler or foreign topic: none)."""

    text: str
    kind: str
    concepts: frozenset[str]


@dataclass(frozen=True)
class Stretch:
    """A piece of a text, from ``start`` up to ``end``: a word of the table or something unknown."""

    start: int
    end: int
    word: Word | None


@dataclass(frozen=True, eq=False)
class Lexicon:
    """All words of a table, and how each sounds (spelt by one character a syllable, made at publication)."""

    words: Mapping[str, Word]
    heard: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def longest(self) -> int:
        """Characters of the longest word, English aside, which is looked up word by word."""
        return max((len(text) for text in self.words if not text.isascii()), default=1)

    def cut(self, text: str) -> list[Stretch]:
        """The text as words of the table and unknown stretches: as few pieces as possible."""
        longest = self.longest
        best: list[tuple[float, Stretch | None]] = [(0.0, None)]
        for end in range(1, len(text) + 1):
            # An unknown character costs more than a short word, two words more than one long one.
            ways = [(best[end - 1][0] + 1.2, Stretch(end - 1, end, None))]
            for start in range(max(0, end - longest), end):
                word = self.words.get(text[start:end])
                if word is not None:
                    cost = 1.0 + (0.1 if word.kind == FILLER else 0.0)
                    ways.append((best[start][0] + cost, Stretch(start, end, word)))
            best.append(min(ways, key=lambda way: way[0]))
        return _joined(best)

    def inside(self, text: str) -> set[str]:
        """The concepts a name holds: of the words it is cut into, and of longer words anywhere in it."""
        found = {c for stretch in self.cut(text) if stretch.word for c in stretch.word.concepts}
        for start in range(len(text)):
            for end in range(start + 2, min(len(text), start + self.longest) + 1):
                word = self.words.get(text[start:end])
                if word is not None:
                    found |= word.concepts
        return found

    def as_heard(self) -> Lexicon:
        """The same table for texts of sounds."""
        return Lexicon(
            {sounds: replace(self.words[text], text=sounds) for sounds, text in self.heard.items()}
        )

    def dump(self) -> str:
        """The table as text, to be kept with an index."""
        words = [[text, KINDS.index(word.kind), sorted(word.concepts)] for text, word in self.words.items()]
        return json.dumps({"words": words, "heard": dict(self.heard)}, ensure_ascii=False)

    @classmethod
    def load(cls, text: str) -> Lexicon:
        """The table kept with an index."""
        kept = json.loads(text)
        words = {one[0]: Word(one[0], KINDS[one[1]], frozenset(one[2])) for one in kept["words"]}
        return cls(words, kept["heard"])


def _joined(best: list[tuple[float, Stretch | None]]) -> list[Stretch]:
    pieces: list[Stretch] = []
    end = len(best) - 1
    while end > 0:
        piece = best[end][1]
        assert piece is not None, "only the start has no piece before it"
        if piece.word is None and pieces and pieces[-1].word is None:
            pieces[-1] = Stretch(piece.start, pieces[-1].end, None)
        else:
            pieces.append(piece)
        end = piece.start
    return pieces[::-1]


def read_table(path: Path = TABLE) -> Lexicon:
    """The curated table from its file. A word may stand for several concepts; those make it no filler."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    words: dict[str, Word] = {}
    for kind in KINDS:
        for concept, members in table[kind].items():
            for text in _members(members):
                known = words.get(text)
                if known is None:
                    concepts = frozenset() if kind in {FILLER, ELSEWHERE} else frozenset({concept})
                    words[text] = Word(text, kind, concepts)
                elif kind in {CONCEPT, STATE, LIGHT, PLACE}:
                    words[text] = Word(text, known.kind, known.concepts | {concept})
    return Lexicon(words)


def _members(line: str) -> Iterable[str]:
    return (one.replace("_", " ").replace("-", " ") for one in line.split())
