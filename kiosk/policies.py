"""Which policies fit: conditions held against answers, and what is worth asking next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from kiosk.wire import Benefit, Condition, ServiceItem

_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: without I, O, S, V, Z
_WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)

Verdict = Literal["fits", "perhaps", "nearly", "no"]


@dataclass(frozen=True)
class Match:
    """One policy held against what is known: conditions that hold, that do not, that nobody can tell yet."""

    item: ServiceItem
    benefit: Benefit
    met: tuple[Condition, ...]
    failed: tuple[Condition, ...]
    unknown: tuple[Condition, ...]

    @property
    def verdict(self) -> Verdict:
        """``nearly``: all but one hold, which is worth knowing; ``perhaps``: something was not said."""
        if len(self.failed) > 1 or (self.failed and not self.met):
            return "no"
        if self.failed:
            return "no" if self.unknown else "nearly"
        return "perhaps" if self.unknown else "fits"


def match(item: ServiceItem, answers: Mapping[str, str]) -> Match | None:
    """A policy held against answers (fact id → answer); None: the item is no policy."""
    if item.benefit is None:
        return None
    held: dict[bool | None, list[Condition]] = {True: [], False: [], None: []}
    for condition in item.benefit.conditions:
        held[condition.holds(answers)].append(condition)
    return Match(item, item.benefit, tuple(held[True]), tuple(held[False]), tuple(held[None]))


def match_all(items: Iterable[ServiceItem], about: str, answers: Mapping[str, str]) -> list[Match]:
    """Every policy about a person or a business, those that fit first."""
    found = [one for one in (match(item, answers) for item in items) if one and one.benefit.about == about]
    return sorted(found, key=lambda one: ("fits", "perhaps", "nearly", "no").index(one.verdict))


def next_fact(matches: Iterable[Match], asked: Collection[str]) -> str | None:
    """The fact that most policies wait for that are not ruled out yet; None: nothing is left to ask."""
    waiting = Counter(
        condition.fact
        for one in matches
        if not one.failed
        for condition in one.unknown
        if condition.fact not in asked
    )
    return max(sorted(waiting), key=lambda fact: waiting[fact]) if waiting else None


def normalise_credit_code(typed: str) -> str:
    """A unified social credit code from what was typed (GB 32100-2015). Raises ``ValueError``."""
    code = "".join(typed.split()).replace("-", "").upper().translate(str.maketrans("OI", "01"))
    if len(code) != len(_WEIGHTS) + 1 or not set(code) <= set(_ALPHABET):
        raise ValueError("a credit code has eighteen digits and letters")
    total = sum(_ALPHABET.index(one) * weight for one, weight in zip(code, _WEIGHTS, strict=False))
    if _ALPHABET[-total % 31] != code[-1]:
        raise ValueError("the check character does not fit")
    return code


def business_kind(code: str) -> str | None:
    """What a credit code says of the kind of business: 92 an individual one, 91 a company; None: another."""
    return {"91": "company", "92": "individual"}.get(code[:2])
