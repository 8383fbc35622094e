"""How well and how fast guides are found: labelled queries, queries made by machine, and the usual peers."""

from __future__ import annotations

import csv
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figures import Aim, Subject
from benchmarks.lobby import ROOT
from benchmarks.search_growth import grown
from benchmarks.search_peers import MOST, PEERS, Ours, Peer, texts
from benchmarks.search_variants import Query, noise, variants
from kiosk.search import Entry, entry_of, search_in_memory
from kiosk.wire import read_source

TITLE_FOUND = "Search: what is found"
TITLE_SPEED = "Search: one key, beside its peers"

QUERIES = ROOT / "tests" / "kiosk" / "search" / "queries.csv"
SOURCE = ROOT / "hub" / "catalogue" / "demonstration"
SIZES = (120, 20_000, 100_000)
#: Milliseconds a key, by size.
LIMITS = {120: 2.0, 20_000: 5.0, 100_000: 10.0}
MADE = 100
HALVES = {
    "tune": "looked at while tuning",
    "held": "held out",
    "late": "written after the table",
    "last": "written after those",
    "fresh": "written last, of all classes",
}


def entries() -> list[Entry]:
    """The demonstration catalogue."""
    return [entry_of(item) for item in read_source(SOURCE)[0].items]


def labelled() -> list[tuple[str, Query]]:
    """The written queries, each with its half."""
    with QUERIES.open(encoding="utf-8", newline="") as file:
        return [
            (
                row["half"],
                Query(row["query"], row["class"], frozenset(filter(None, row["expected"].split(";")))),
            )
            for row in csv.DictReader(file)
        ]


@dataclass
class Tally:
    """What came of the queries of one kind."""

    asked: int = 0
    first: int = 0
    among: int = 0
    silent: int = 0
    rightly_silent: int = 0
    nothing: int = 0

    def add(self, query: Query, ids: Sequence[str]) -> None:
        """Count one answer."""
        self.silent += not ids
        if not query.expected:
            self.nothing += 1
            self.rightly_silent += not ids
            return
        self.asked += 1
        self.first += bool(ids) and ids[0] in query.expected
        self.among += not query.expected.isdisjoint(ids[:MOST])

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(a + b for a, b in zip(vars(self).values(), vars(other).values(), strict=True)))

    @property
    def cells(self) -> tuple[str, str, str]:
        """Queries, top 1 and recall among five; for what has no answer, how often nothing was said."""
        if self.nothing and not self.asked:
            return str(self.nothing), "–", f"{self.rightly_silent / self.nothing:.3f} silent"
        return str(self.asked), f"{self.first / self.asked:.3f}", f"{self.among / self.asked:.3f}"


def found() -> Subject:
    """What is found of the written and the made queries in the demonstration catalogue."""
    known = entries()
    search = search_in_memory(known)
    tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
    queries = labelled()
    made = [("made", query) for query in (*variants(known, MADE), *noise(known, MADE))]
    for half, query in (*queries, *made):
        tallies[query.kind, half].add(query, [hit.id for hit in search.find(query.words, MOST).hits])
    halves = [half for half in HALVES if any(one == half for one, _ in queries)]
    subject = Subject(
        "search",
        TITLE_FOUND,
        ["class: queries · top 1 · among 5", *(HALVES[half] for half in halves), "made by machine"],
    )
    for kind in dict.fromkeys(query.kind for _, query in queries):
        cells = [" · ".join(tallies[kind, half].cells) if (kind, half) in tallies else "" for half in halves]
        subject.rows.append((kind, *cells, ""))
    for kind in dict.fromkeys(query.kind for _, query in made):
        subject.rows.append((kind, *[""] * len(halves), " · ".join(tallies[kind, "made"].cells)))
    for half in halves:
        total = sum((one for (_, of), one in tallies.items() if of == half), Tally())
        subject.aims |= {
            f"{HALVES[half]}: recall among {MOST}": Aim(total.among / total.asked, 0.97, "", least=True),
            f"{HALVES[half]}: top 1": Aim(total.first / total.asked, 0.85, "", least=True),
            f"{HALVES[half]}: of the silent answers, rightly so (of those that should be silent, "
            f"{total.rightly_silent / total.nothing:.3f} are)": Aim(
                total.rightly_silent / max(total.silent, 1), 0.9, "", least=True
            ),
        }
    subject.how = (
        "The queries are published (`tests/kiosk/search/queries.csv`), each with the items of which one must "
        "come. How they were written, split and used is in [search.md](search.md). Queries made by machine "
        "change a random name with a fixed seed; noise is what no item answers."
    )
    return subject


def speed(sizes: Sequence[int] = SIZES, every: int = 12) -> Subject:
    """Milliseconds a key at every size, in one run; one of ``every`` written queries is typed key by key."""
    known = entries()
    queries = [query for _, query in labelled()]
    keys = [query.words[:n] for query in queries[::every] for n in range(1, len(query.words) + 1)]
    subject = Subject(
        "search",
        TITLE_SPEED,
        [
            "items",
            "engine",
            "p50",
            "p95",
            "slowest",
            "among 5",
            "top 1",
            "rightly silent",
            "built in",
            "size",
        ],
    )
    for size in sizes:
        grew = grown(known, size)
        started = time.perf_counter()
        held = texts(grew)
        reading = time.perf_counter() - started
        with TemporaryDirectory() as folder:
            peers: list[Peer] = [kind() for kind in PEERS]
            built: dict[str, tuple[float, int]] = {}
            for peer in peers:
                started = time.perf_counter()
                path = peer.build(grew, held, Path(folder))
                took = time.perf_counter() - started + (0.0 if isinstance(peer, Ours) else reading)
                built[peer.name] = took, _size(path)
            times = _typed(peers, keys)
            for peer in peers:
                tally = Tally()
                for query in queries:
                    tally.add(query, [grew[no].id for no in peer.find(query.words)])
                spent = sorted(times[peer.name])
                p50, p95 = spent[len(spent) // 2], spent[int(len(spent) * 0.95)]
                took, size_on_disk = built[peer.name]
                subject.rows.append(
                    (
                        f"{size:,}",
                        peer.name,
                        f"{p50:.2f} ms",
                        f"{p95:.2f} ms",
                        f"{spent[-1]:.1f} ms",
                        f"{tally.among / tally.asked:.3f}",
                        f"{tally.first / tally.asked:.3f}",
                        f"{tally.rightly_silent / tally.nothing:.3f}",
                        f"{took:.1f} s",
                        f"{size_on_disk / 1e6:.1f} MB",
                    )
                )
                if isinstance(peer, Ours) and size in LIMITS:
                    subject.aims[f"p95 a key among {size:,} items"] = Aim(p95, LIMITS[size], " ms")
    subject.how = (
        f"{len(keys):,} keys of {len(queries[::every])} written queries, each asked of every engine before "
        "the next. Quality is that of all written queries among so many items; the further ones are put "
        "together like names of public services (`benchmarks/search_growth.py`), and what is right among 120 "
        "need not be the only right one among 100,000. `built in` includes reading every name as pinyin."
    )
    return subject


def _typed(peers: Sequence[Peer], keys: Sequence[str]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = defaultdict(list)
    for key in keys:
        for peer in peers:
            started = time.perf_counter()
            peer.find(key)
            times[peer.name].append(1e3 * (time.perf_counter() - started))
    return times


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def measure(sizes: Sequence[int] = SIZES) -> list[Subject]:
    """Both tables."""
    return [found(), speed(sizes)]
