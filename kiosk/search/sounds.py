"""The sounds of Mandarin as people type them: syllables, what is taken for what, and typed letters cut up.

Source: the syllables of ISO 7098 (Hanyu Pinyin) without tones, ü written v. Two syllables are of one class
when a speaker of a southern or north-eastern dialect may not tell them apart: zh/z, ch/c, sh/s, n/l/r, f/h,
-n/-ng.
No input or output.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final

_FINALS_BY_INITIAL: Final = """
: a ai an ang ao e ei en eng er o ou wa wai wan wang wei wen weng wo wu
: yi ya yan yang yao ye yin ying yo yong you yu yuan yue yun
b: a ai an ang ao ei en eng i ian iao ie in ing o u
p: a ai an ang ao ei en eng i ian iao ie in ing o ou u
m: a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u
f: a an ang ei en eng o ou u
d: a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo
t: a ai an ang ao e eng i ian iao ie ing ong ou u uan ui un uo
n: a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan uo v ve
l: a ai an ang ao e ei eng i ia ian iang iao ie in ing iu o ong ou u uan un uo v ve
g: a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo
k: a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo
h: a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo
j: i ia ian iang iao ie in ing iong iu u uan ue un
q: i ia ian iang iao ie in ing iong iu u uan ue un
x: i ia ian iang iao ie in ing iong iu u uan ue un
zh: a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo
ch: a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo
sh: a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo
r: an ang ao e en eng i ong ou u ua uan ui un uo
z: a ai an ang ao e ei en eng i ong ou u uan ui un uo
c: a ai an ang ao e en eng i ong ou u uan ui un uo
s: a ai an ang ao e en eng i ong ou u uan ui un uo
"""


def _inventory() -> Iterator[str]:
    for line in _FINALS_BY_INITIAL.strip().splitlines():
        initial, _, finals = line.partition(":")
        for final in finals.split():
            yield initial + final


#: Every toneless syllable. Letters and digits stand behind them as sounds of their own.
SYLLABLES: Final = tuple(_inventory())
_LONERS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
#: Number of a sound by its spelling. 0 is no sound: the gap between two names.
NUMBERS: Final = {spelling: n for n, spelling in enumerate((*SYLLABLES, *(f"={one}" for one in _LONERS)), 1)}
#: Spelling of a sound by its number.
SPELLINGS: Final = ("", *SYLLABLES, *_LONERS)
LONGEST: Final = max(map(len, SYLLABLES))


def alike(syllable: str) -> str:
    """The class of a syllable: equal for those that are taken for each other.

    >>> alike("sheng") == alike("sen"), alike("hun") == alike("fen"), alike("lan") == alike("ran")
    (True, True, True)
    """
    initial, final = _halves(syllable)
    initial = {"zh": "z", "ch": "c", "sh": "s", "n": "l", "r": "l", "f": "h"}.get(initial, initial)
    if initial == "h":  # huang is said fang, hui fei, hun fen where f and h are one
        final = {"ua": "a", "uan": "an", "uang": "an", "ui": "ei", "un": "en", "uo": "o"}.get(final, final)
    final = final.replace("v", "u")
    if final.endswith("ng") and final not in {"ong", "iong"}:
        final = final[:-1]
    return initial + final


def _halves(syllable: str) -> tuple[str, str]:
    cut = 2 if syllable[:2] in {"zh", "ch", "sh"} else int(syllable[0] not in "aeoyw")
    return syllable[:cut], syllable[cut:]


_CLASS_NAMES: Final = {name: n for n, name in enumerate(dict.fromkeys(map(alike, SYLLABLES)), 1)}
#: The syllables by what they begin with.
BEGINNINGS: Final = {
    begun: tuple(one for one in SYLLABLES if one.startswith(begun))
    for begun in sorted({one[:n] for one in SYLLABLES for n in range(1, len(one) + 1)})
}
#: Number of the class by the number of the sound; a letter or digit is a class of its own.
CLASSES: Final = (
    0,
    *(_CLASS_NAMES[alike(one)] for one in SYLLABLES),
    *range(len(_CLASS_NAMES) + 1, len(_CLASS_NAMES) + 1 + len(_LONERS)),
)
#: First letter by the number of the sound.
INITIALS: Final = tuple(spelling[:1] for spelling in SPELLINGS)


def loner(character: str) -> int:
    """The sound of a letter or digit that stands in a name, 0 for anything else."""
    return NUMBERS.get(f"={character}", 0)


def close(one: str, other: str) -> bool:
    """Whether one wrong, missing, doubled or swapped key turns one spelling into the other.

    >>> close("zehng", "zheng"), close("shn", "shen"), close("ban", "bao"), close("li", "liao")
    (True, True, True, False)
    """
    if abs(len(one) - len(other)) > 1:
        return False
    if len(one) == len(other):
        wrong = [n for n, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        if len(wrong) == 2:
            first, second = wrong
            return second == first + 1 and one[first] == other[second] and one[second] == other[first]
        return len(wrong) <= 1
    long, short = (one, other) if len(one) > len(other) else (other, one)
    return any(long[:n] + long[n + 1 :] == short for n in range(len(long)))


@cache
def _by_gap() -> dict[str, list[str]]:
    """Syllables by what is left of them without one letter: two that are close share such a rest."""
    gaps: dict[str, list[str]] = {}
    for syllable in SYLLABLES:
        for rest in _rests(syllable):
            gaps.setdefault(rest, []).append(syllable)
    return gaps


def _rests(letters: str) -> set[str]:
    return {letters, *(letters[:n] + letters[n + 1 :] for n in range(len(letters)))}


@lru_cache(maxsize=4096)
def near(letters: str) -> tuple[str, ...]:
    """The syllables that are one wrong key away from these letters (not they themselves)."""
    if not letters.isascii() or len(letters) > LONGEST + 1:
        return ()
    found = {syllable for rest in _rests(letters) for syllable in _by_gap().get(rest, ())}
    return tuple(sorted(one for one in found if one != letters and close(one, letters)))


@dataclass(frozen=True)
class Typed:
    """A stretch of typed letters and what it is: a whole syllable, one with a wrong key, a first letter."""

    letters: str
    kind: str  # whole | wrong | begun | first


_COST: Final = {"whole": 1.0, "wrong": 2.3, "begun": 1.3, "first": 1.6}


def cut(letters: str) -> list[tuple[float, list[Typed]]]:
    """The two likeliest ways to cut typed letters into syllables, the best first, each with its cost.

    >>> [part.letters for part in cut("shenfenzheng")[0][1]]
    ['shen', 'fen', 'zheng']
    >>> [part.letters for part in cut("sfz")[0][1]]
    ['s', 'f', 'z']
    """
    return [(cost, list(parts)) for cost, parts in _ways(letters, last=True)]


@lru_cache(maxsize=4096)
def _ways(letters: str, *, last: bool) -> tuple[tuple[float, tuple[Typed, ...]], ...]:
    """The best ways to cut; those of the letters before are remembered from the key before."""
    if not letters:
        return ((0.0, ()),)
    found = []
    for start in range(max(0, len(letters) - LONGEST - 1), len(letters)):
        part = _what_is(letters[start:], last=last)
        if part is not None:
            before = _ways(letters[:start], last=False)
            own = (
                _COST["first"] if part.letters in {"a", "o", "e"} else _COST[part.kind]
            )  # they are rare alone
            found += [(cost + own, (*parts, part)) for cost, parts in before]
    return tuple(sorted(found, key=lambda way: way[0])[:2])


@lru_cache(maxsize=4096)
def _what_is(letters: str, *, last: bool) -> Typed | None:
    if f"={letters}" not in NUMBERS and letters in NUMBERS:
        return Typed(letters, "whole")
    if len(letters) == 1 or letters in {"zh", "ch", "sh"}:
        return Typed(letters[0], "first") if letters not in NUMBERS else Typed(letters, "whole")
    if last and letters in BEGINNINGS:
        return Typed(letters, "begun")
    return Typed(letters, "wrong") if len(letters) > 2 and near(letters) else None


def grams(sounds: list[int]) -> Iterator[tuple[int, int]]:
    """Neighbouring sounds, as classes; what stands at either end is marked by class 0."""
    classes = [0, *(CLASSES[one] for one in sounds), 0]
    return (pair for pair in pairwise(classes) if pair != (0, 0))
