"""The labelled queries, and the demonstration catalogue's index they are asked of."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kiosk.search import Entry, Search, entry_of, search_in_memory
from tests.kiosk.items import demonstration

QUERIES = Path(__file__).with_name("queries.csv")


@dataclass(frozen=True)
class Labelled:
    words: str
    kind: str
    expected: frozenset[str]
    half: str


def labelled() -> list[Labelled]:
    with QUERIES.open(encoding="utf-8", newline="") as file:
        return [
            Labelled(
                row["query"], row["class"], frozenset(filter(None, row["expected"].split(";"))), row["half"]
            )
            for row in csv.DictReader(file)
        ]


@cache
def entries() -> tuple[Entry, ...]:
    return tuple(map(entry_of, demonstration().items))


@cache
def search() -> Search:
    return search_in_memory(entries())
