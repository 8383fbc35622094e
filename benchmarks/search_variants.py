"""Queries made by machine from the names of a catalogue, as fingers and ears change them; and noise.

They show whether a figure of the written queries is luck. Every kind has its own fixed seed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pydoc_data.topics import topics
from random import Random
from typing import Final

import opencc
from pypinyin import Style, lazy_pinyin
from pypinyin.phrases_dict import phrases_dict

from kiosk.search.folding import fold
from kiosk.search.index import Entry
from kiosk.search.sounds import alike

KEYS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
FRAMES: Final = (
    "我想办{}要带什么", "请问{}怎么弄", "{}在哪里办", "怎么办理{}啊", "我妈要办{}需要什么材料",
    "{}多少钱", "帮我查一下{}", "{}要多久才能好",
)  # fmt: skip


@dataclass(frozen=True)
class Query:
    """A query, its class, and the items of which one must come: none if nothing may be found."""

    words: str
    kind: str
    expected: frozenset[str]


def variants(entries: Sequence[Entry], each: int) -> Iterator[Query]:
    """``each`` queries of every kind."""
    owners: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        for name in (*entry.names, *entry.common_names):
            owners[fold(name)].add(entry.id)
    names = sorted(name for name in owners if 3 <= len(name) <= 12 and re.fullmatch(r"[一-鿿]+", name))
    for kind, change in CHANGES.items():
        random = Random(f"search {kind}")
        made = 0
        while made < each:
            name = random.choice(names)
            words = change(name, random)
            if not words:
                continue
            made += 1
            part = fold(words)
            meant = owners[name] if kind != "prefix" else _that_hold(owners, part)
            yield Query(words, f"made: {kind}", frozenset(meant))


def noise(entries: Iterable[Entry], each: int) -> Iterator[Query]:
    """Queries that no item answers: letters, English words, hanzi, Chinese phrases without a common pair."""
    pairs = set()
    vocabulary = set()
    for entry in entries:
        for name in (*entry.names, *entry.common_names):
            pairs |= {name[n : n + 2] for n in range(len(name) - 1)}
        vocabulary |= set(re.findall(r"[a-z]+", " ".join(entry.english).lower()))
    random = Random("search noise")
    phrases = sorted(
        one
        for one in phrases_dict
        if 3 <= len(one) <= 5 and not any(one[n : n + 2] in pairs for n in range(len(one) - 1))
    )
    words = sorted(set(re.findall(r"\b[a-z]{5,9}\b", " ".join(topics.values()))) - vocabulary)
    for _ in range(each):
        yield Query(
            "".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=random.randint(5, 10))),
            "noise: letters",
            frozenset(),
        )
        yield Query(" ".join(random.sample(words, 2)), "noise: English", frozenset())
        yield Query("".join(random.choices(_hanzi(), k=random.randint(3, 5))), "noise: hanzi", frozenset())
        yield Query(random.choice(phrases), "noise: phrases", frozenset())
        framed = random.choice(FRAMES).format(random.choice(phrases))
        yield Query(framed, "noise: questions", frozenset())


def _that_hold(owners: dict[str, set[str]], part: str) -> set[str]:
    return {one for name, ids in owners.items() if part in name for one in ids}


@cache
def _hanzi() -> tuple[str, ...]:
    """The 3755 common hanzi, level 1 of GB 2312."""
    cells = (bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    return tuple(one for cell in cells if (one := cell.decode("gb2312", errors="ignore")))


@cache
def _by_sound() -> dict[str, list[str]]:
    found = defaultdict(list)
    for one in _hanzi():
        found[lazy_pinyin(one, style=Style.NORMAL)[0]].append(one)
    return found


def _spelled(name: str) -> list[str]:
    return lazy_pinyin(name, style=Style.NORMAL)


def _wrong_key(letters: str, random: Random) -> str:
    at = random.randrange(len(letters))
    match random.randrange(4):
        case 0:
            return letters[:at] + letters[at + 1 :]
        case 1:
            return letters[:at] + letters[at] + letters[at:]
        case 2 if at + 1 < len(letters):
            return letters[:at] + letters[at + 1] + letters[at] + letters[at + 2 :]
        case _:
            row = next((row for row in KEYS if letters[at] in row), None)
            if row is None:
                return letters
            beside = row[max(0, row.index(letters[at]) - 1) : row.index(letters[at]) + 2].replace(
                letters[at], ""
            )
            return letters[:at] + random.choice(beside) + letters[at + 1 :]


def _homophone(name: str, random: Random) -> str | None:
    at = random.randrange(len(name))
    others = [one for one in _by_sound().get(_spelled(name)[at], ()) if one != name[at]]
    return name[:at] + random.choice(others) + name[at + 1 :] if others else None


def _fuzzy(name: str, random: Random) -> str | None:
    sounds = _spelled(name)
    at = random.randrange(len(name))
    others = [
        one for one in _by_sound() if one.isalpha() and one != sounds[at] and alike(one) == alike(sounds[at])
    ]
    if not others:
        return None
    other = random.choice(sorted(others))
    if random.random() < 0.5:
        return "".join([*sounds[:at], other, *sounds[at + 1 :]])
    return name[:at] + random.choice(_by_sound()[other]) + name[at + 1 :]


def _mixed(name: str, random: Random) -> str:
    cut = random.randrange(1, len(name))
    ways = (name[:cut] + "".join(_spelled(name[cut:])), "".join(_spelled(name[:cut])) + name[cut:])
    initials = name[:cut] + "".join(one[0] for one in _spelled(name[cut:]))
    return random.choice((*ways, initials))


def _wrong_hanzi(name: str, random: Random) -> str | None:
    at = random.randrange(len(name))
    match random.randrange(4):
        case 0 if len(name) > 3:
            return name[:at] + name[at + 1 :]
        case 1:
            return name[:at] + name[at] + name[at:]
        case 2 if at + 1 < len(name) and len(name) > 3:
            return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
        case 3 if len(name) > 3:
            return name[:at] + random.choice(_hanzi()) + name[at + 1 :]
        case _:
            return None


def _prefix(name: str, random: Random) -> str:
    return name[: random.randint(min(len(name), max(2, len(name) // 2)), len(name))]


@cache
def _traditional() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")


CHANGES: Final[dict[str, Callable[[str, Random], str | None]]] = {
    "pinyin": lambda name, _: "".join(_spelled(name)),
    "initials": lambda name, _: "".join(one[0] for one in _spelled(name)),
    "wrong key": lambda name, random: _wrong_key("".join(_spelled(name)), random),
    "mixed": _mixed,
    "homophone": _homophone,
    "fuzzy": _fuzzy,
    "wrong hanzi": _wrong_hanzi,
    "prefix": _prefix,
    "traditional": lambda name, _: str(_traditional().convert(name)),
    "question": lambda name, random: random.choice(FRAMES).format(name),
}
