"""Putting items away for good: our queue against its floor and three queues of others, one disk, in turns."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from statistics import median
from typing import Final
from uuid import UUID

from benchmarks.figures import Aim, Subject, ratios, spread
from benchmarks.lobby import ROOT
from kiosk.wire import HpkeOpener, HpkeSealer, new_private_key
from offline_queue import OfflineQueue, new_id

Put = Callable[[bytes], object]
SIZES: Final = {"10 kB": 10_000, "2 MB": 2_000_000}
FLOOR, SEAL, SEALED, BARE = "append + fdatasync", "the seal alone", "Yedeng, sealed", "Yedeng, not sealed"


class Unsealed:
    """Stores content as it is, to compare with queues that do not seal."""

    def seal(self, content: bytes, *, item_id: UUID, kind: str, schema: int, part: int) -> bytes:
        """The content itself."""
        del item_id, kind, schema, part
        return content


@contextmanager
def floor(folder: Path) -> Iterator[Put]:
    """Append to a file and sync it: the least that durability takes."""
    descriptor = os.open(folder / "floor", os.O_CREAT | os.O_WRONLY | os.O_APPEND)

    def put(content: bytes) -> None:
        os.write(descriptor, content)
        os.fdatasync(descriptor)

    yield put
    os.close(descriptor)


@contextmanager
def seal(_folder: Path) -> Iterator[Put]:
    """The seal alone, nothing stored."""
    sealer = _sealer()
    yield lambda content: sealer.seal(content, item_id=new_id(), kind="submission", schema=1)


@contextmanager
def sealed(folder: Path) -> Iterator[Put]:
    """The kiosk's queue as the kiosk uses it."""
    with closing(OfflineQueue(folder / "sealed", _sealer())) as queue:
        yield lambda content: queue.put(new_id(), "submission", content)


@contextmanager
def bare(folder: Path) -> Iterator[Put]:
    """The kiosk's queue without its seal."""
    with closing(OfflineQueue(folder / "bare", Unsealed())) as queue:
        yield lambda content: queue.put(new_id(), "submission", content)


@contextmanager
def persist_queue(folder: Path) -> Iterator[Put]:
    """persist-queue's queue with acknowledgements."""
    from persistqueue import SQLiteAckQueue

    with closing(SQLiteAckQueue(str(folder / "persistqueue"), auto_commit=True)) as queue:
        yield queue.put


@contextmanager
def litequeue(folder: Path) -> Iterator[Put]:
    """litequeue, which stores text."""
    from litequeue import LiteQueue

    with closing(LiteQueue(str(folder / "litequeue.db"))) as queue:
        yield lambda content: queue.put(content.hex())


@contextmanager
def huey(folder: Path) -> Iterator[Put]:
    """Huey's storage in SQLite, with its syncs as they come."""
    from huey.storage import SqliteStorage

    storage = SqliteStorage(filename=str(folder / "huey.db"))
    yield storage.enqueue
    storage.close()


QUEUES: Final[dict[str, Callable[[Path], AbstractContextManager[Put]]]] = {
    FLOOR: floor, SEAL: seal, SEALED: sealed, BARE: bare,
    "persist-queue": persist_queue, "litequeue": litequeue, "huey": huey,
}  # fmt: skip


def put(count: int, folder: Path | None = None) -> Subject:
    """Put ``count`` small items (a tenth as many large ones) into each queue, in turns on the same disk."""
    subject = Subject("put", TITLE, ("queue", *SIZES, "to the floor", "syncs in 100 puts"), how=HOW)
    taken = {size: _take_turns(SIZES[size], times, folder) for size, times in _times(count).items()}
    for name in QUEUES:
        cells = [spread([1000 * one for one in taken[size][name]], " ms") for size in SIZES]
        to_floor = ", ".join(f"{_ratio(taken[size], name):.2f}x" for size in SIZES)
        subject.rows.append((name, *cells, "" if name == SEAL else to_floor, _syncs(name)))
    for size, limit in zip(SIZES, (1.3, 1.3), strict=True):
        subject.aims[f"sealed put of {size}, to floor and seal"] = Aim(
            _ratio(taken[size], SEALED), limit, "x"
        )
    for size, limit in zip(SIZES, (1.3, 1.5), strict=True):
        subject.aims[f"put of {size} without seal, to the floor"] = Aim(_ratio(taken[size], BARE), limit, "x")
    return subject


def _times(count: int) -> dict[str, int]:
    return {"10 kB": count, "2 MB": max(5, count // 10)}


def _ratio(taken: dict[str, list[float]], name: str) -> float:
    floors = taken[FLOOR]
    if name == SEALED:  # whoever seals pays for that as well, stored or not
        floors = [one + seal for one, seal in zip(floors, taken[SEAL], strict=True)]
    return median(ratios(taken[name], floors)) if len(floors) < 2 else median(taken[name]) / median(floors)


def _take_turns(size: int, times: int, folder: Path | None) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {name: [] for name in QUEUES}
    with tempfile.TemporaryDirectory(dir=folder or ROOT) as name, ExitStack() as stack:
        puts = {queue: stack.enter_context(make(Path(name))) for queue, make in QUEUES.items()}
        for turn in range(times + 3):
            for queue, put_one in puts.items():
                content = os.urandom(size)
                started = time.perf_counter()
                put_one(content)
                if turn > 2:  # the first three warm up
                    taken[queue].append(time.perf_counter() - started)
    return taken


def _sealer() -> HpkeSealer:
    return HpkeOpener.from_texts([new_private_key()]).sealers[0]


def _syncs(name: str) -> str:
    """How often a queue syncs in 100 puts, as strace counts it."""
    if shutil.which("strace") is None:
        return "strace is not here"
    counts = [_counted(name, puts) for puts in (20, 120)]
    return str(counts[1] - counts[0])


def _counted(name: str, puts: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        code = (
            f"from pathlib import Path; from benchmarks.queue_put import QUEUES\n"
            f"with QUEUES[{name!r}](Path({folder!r})) as put:\n"
            f"    for _ in range({puts}): put(b'x' * 10000)\n"
        )
        report = Path(folder) / "strace"
        command = [
            "strace",
            "-f",
            "-c",
            "-e",
            "trace=fsync,fdatasync",
            "-o",
            str(report),
            sys.executable,
            "-c",
            code,
        ]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
        lines = re.findall(
            r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+).*\bf(?:data)?sync$", report.read_text(), re.MULTILINE
        )
        return sum(map(int, lines))


TITLE = "Putting an item away for good"
HOW = """
All queues write to the same disk in turns, each turn with fresh random content, so that a busy moment of the
disk weighs on all of them. The floor appends to a file and calls `fdatasync`; a sealed put is compared with
that and the bare HPKE call together. `litequeue` sets `synchronous=NORMAL`: its puts are not synced and may
be lost with the power (its content is stored as text). None of the three knows ids that make a repeated put
harmless, and none seals.
"""
