"""What a benchmark gives: tables of figures, and the page of the docs that holds them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True)
class Aim:
    """What was aimed at: ``value`` is to be at most ``limit``, both in ``unit``; at ``least`` it, if so."""

    value: float
    limit: float
    unit: str
    least: bool = False

    @property
    def kept(self) -> bool:
        """Whether the aim is kept."""
        return self.value >= self.limit if self.least else self.value <= self.limit

    def __str__(self) -> str:
        verdict = "kept" if self.kept else "**missed**"
        sign = "≥" if self.least else "≤"
        return f"{self.value:.3g}{self.unit} (aim {sign} {self.limit:g}{self.unit}): {verdict}"


@dataclass
class Subject:
    """One subject as measured: a table, the aims, and what a reader must know to judge it."""

    name: str
    title: str
    columns: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    aims: dict[str, Aim] = field(default_factory=dict)
    how: str = ""
    conditions: str = ""

    def markdown(self) -> str:
        """The section of the docs, from its heading on."""
        lines = [f"## {self.title}", "", f"`python -m benchmarks {self.name}` · {self.conditions}", ""]
        lines += table(self.columns, self.rows)
        lines += [""] + [f"- {what}: {aim}" for what, aim in self.aims.items()]
        return "\n".join([*lines, "", self.how.strip(), ""])


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table."""
    return [f"| {' | '.join(cells)} |" for cells in (columns, ["---"] * len(columns), *rows)]


def spread(values: Sequence[float], unit: str = "", digits: int = 2) -> str:
    """Median, and the least and greatest value if there are several."""
    text = f"{median(values):.{digits}f}{unit}"
    if len(values) > 1:
        text += f" ({min(values):.{digits}f}–{max(values):.{digits}f})"
    return text


def ratios(values: Sequence[float], floors: Sequence[float]) -> list[float]:
    """Each value against the floor of its own round, so that a busy minute of the machine weighs on both."""
    return [value / floor for value, floor in zip(values, floors, strict=True) if floor > 0]


def replaced(page: str, head: str, subjects: Iterable[Subject], order: Sequence[str]) -> str:
    """The page with a new head and new sections; sections that were not measured now stay as they are."""
    sections = {match[1]: match[0] for match in re.finditer(r"(?ms)^## ([^\n]+)\n.*?(?=^## |\Z)", page)}
    sections |= {subject.title: subject.markdown() for subject in subjects}
    kept = [sections[title].strip() for title in order if title in sections]
    return "\n\n".join([head.strip(), *kept]) + "\n"
