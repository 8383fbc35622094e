"""Power cuts: the queue runs on a disk that writes down every operation; the power goes after each of them.

SQLite's own operations come through a VFS of apsw, those of Python through the functions of ``os``; the
product's code is the real one. What was not synced when the power goes survives by coin toss: every 512-byte
sector, every cut of a file, every entry of the folder (a new name, a removed one, a changed one) for itself.

``python -m tests.offline_queue.power 100000`` tries that many points and says what was found.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import UUID

import apsw

from offline_queue import OfflineQueue, State, StorageFailed, new_id
from tests.offline_queue.sealers import Scrambler

SECTOR = 512


@dataclass
class Op:
    """One operation on the disk, or a thing the outside world was told in between."""

    what: str
    name: str = ""
    offset: int = 0
    data: bytes = b""
    about: Any = None


class Recorder:
    """The disk's diary; may be told to fail: ``fail(op)`` decides, before anything is written."""

    def __init__(self) -> None:
        self.ops: list[Op] = []
        self.fail: Callable[[Op], bool] = lambda _op: False

    def note(self, what: str, name: str = "", offset: int = 0, data: bytes = b"", about: Any = None) -> None:
        """Write an operation down; raises ``OSError`` if it is to fail."""
        op = Op(what, name, offset, bytes(data), about)
        if self.fail(op):
            self.ops.append(Op("failed", name, about=what))
            raise OSError(5, "Input/output error")
        self.ops.append(op)


class _Vfs(apsw.VFS):
    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.vfs_name = f"recording-{id(self)}"
        super().__init__(self.vfs_name, "")

    def xOpen(self, name: Any, flags: list[int]) -> _File:  # noqa: N802 - SQLite's name
        return _File(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 - SQLite's
        super().xDelete(filename, syncdir)
        self.recorder.note("unlink", Path(filename).name)
        if syncdir:
            self.recorder.note("syncdir")


class _File(apsw.VFSFile):
    def __init__(self, vfs: _Vfs, name: Any, flags: list[int]) -> None:
        self._recorder = vfs.recorder
        path = Path(name.filename() if isinstance(name, apsw.URIFilename) else name)
        self._name = path.name
        fresh = not path.exists()
        super().__init__("", name, flags)
        # SQLite then syncs the folder with a new journal's first sync: strace shows it, apsw does not.
        self._names_unsynced = fresh and path.name.endswith(("-journal", "-wal"))
        if fresh:
            self._recorder.note("create", self._name)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._recorder.note("write", self._name, offset, data)
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self._recorder.note("truncate", self._name, size)
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._recorder.note("sync", self._name)
        super().xSync(flags)
        if self._names_unsynced:
            self._recorder.note("syncdir")
            self._names_unsynced = False


class _Rows:
    description = None

    def __init__(self, rows: list[Any]) -> None:
        self._rows = rows

    def fetchall(self) -> list[Any]:
        return self._rows

    def close(self) -> None:
        pass

    def fetchone(self) -> Any:
        return self._rows[0] if self._rows else None


class _Connection:
    """An apsw connection as the queue uses one of the standard library's."""

    def __init__(self, file: Path, vfs: _Vfs) -> None:
        with _told():
            self._connection = apsw.Connection(str(file), vfs=vfs.vfs_name)

    def execute(self, sql: str, values: Any = ()) -> _Rows:
        with _told():
            return _Rows(list(self._connection.execute(sql, values)))

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    def rollback(self) -> None:
        self.execute("ROLLBACK")

    def close(self) -> None:
        with _told():
            self._connection.close()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (apsw.Error, OSError) as error:
        told = sqlite3.OperationalError(str(error))
        codes: dict[type, str] = {apsw.FullError: "SQLITE_FULL", apsw.CorruptError: "SQLITE_CORRUPT"}
        told.sqlite_errorname = codes.get(type(error), "SQLITE_IOERR")
        raise told from error


@contextmanager
def recording(recorder: Recorder) -> Iterator[None]:
    """Within, every database of the queue and every file operation of Python is written down."""
    vfs = _Vfs(recorder)
    fsync, pwrite, unlink, replace = os.fsync, os.pwrite, os.unlink, os.replace
    ftruncate = os.ftruncate

    def _fsync(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        recorder.note("syncdir" if path.is_dir() else "sync", path.name)
        fsync(descriptor)

    def _pwrite(descriptor: int, data: bytes, offset: int) -> int:
        recorder.note("write", Path(f"/proc/self/fd/{descriptor}").readlink().name, offset, data)
        return pwrite(descriptor, data, offset)

    def _ftruncate(descriptor: int, size: int) -> None:
        recorder.note("truncate", Path(f"/proc/self/fd/{descriptor}").readlink().name, size)
        ftruncate(descriptor, size)

    def _unlink(path: Any, **options: Any) -> None:
        unlink(path, **options)
        recorder.note("unlink", Path(path).name)

    def _replace(source: Any, target: Any, **options: Any) -> None:
        replace(source, target, **options)
        recorder.note("rename", Path(source).name, data=Path(target).name.encode())

    def connect(file: Path) -> Any:
        return _Connection(file, vfs)

    with (
        mock.patch("offline_queue.database.connect", connect),
        mock.patch("offline_queue.salvage.connect", connect),
        mock.patch("os.fsync", _fsync),
        mock.patch("os.pwrite", _pwrite),
        mock.patch("os.ftruncate", _ftruncate),
        mock.patch("os.unlink", _unlink),
        mock.patch("os.replace", _replace),
        small_journal(),
    ):
        yield
    vfs.unregister()


@contextmanager
def small_journal() -> Iterator[None]:
    """Write less of the journal in advance: a thousand openings should not write gigabytes."""
    with mock.patch("offline_queue.connection._JOURNAL", 40_000):
        yield


@dataclass
class _Inode:
    durable: bytearray = field(default_factory=bytearray)
    pending: list[Op] = field(default_factory=list)

    def sync(self) -> None:
        for op in self.pending:
            _apply(self.durable, op)
        self.pending.clear()

    def after(self, toss: Callable[[], bool]) -> bytes:
        image = bytearray(self.durable)
        for op in self.pending:
            if op.what == "truncate":
                if toss():
                    _apply(image, op)
                continue
            for start in range(0, len(op.data), SECTOR):
                # A sector that two writes share is kept or lost as the later one says.
                if toss():
                    piece = op.data[start : start + SECTOR]
                    _apply(image, Op("write", offset=op.offset + start, data=piece))
        return bytes(image)


def _apply(image: bytearray, op: Op) -> None:
    if op.what == "truncate":
        del image[op.offset :]
        return
    if len(image) < op.offset:
        image.extend(bytes(op.offset - len(image)))
    image[op.offset : op.offset + len(op.data)] = op.data


class Disk:
    """What is durable after the operations fed to it, and what may or may not be."""

    def __init__(self) -> None:
        self._entries: dict[str, _Inode] = {}
        self._live: dict[str, _Inode] = {}
        self._changes: list[tuple[str, str, _Inode | None]] = []

    def feed(self, op: Op) -> None:
        """Do one operation."""
        match op.what:
            case "create":
                self._change("link", op.name, _Inode())
            case "write" | "truncate":
                self._file(op.name).pending.append(op)
            case "sync":
                self._file(op.name).sync()
            case "failed" if op.about == "sync":
                self._file(op.name).pending.clear()  # the kernel has thrown it away and will not say so again
            case "unlink":
                self._change("unlink", op.name, None)
            case "rename":
                inode = self._file(op.name)
                self._change("link", op.data.decode(), inode)
                self._change("unlink", op.name, None)
            case "syncdir":
                self._entries = dict(self._live)
                self._changes.clear()

    def after_power_cut(self, folder: Path, toss: Callable[[], bool]) -> None:
        """Lay out in ``folder`` what the disk may hold when it is read again."""
        entries = dict(self._entries)
        for what, name, inode in self._changes:
            if toss():
                if what == "link" and inode is not None:
                    entries[name] = inode
                else:
                    entries.pop(name, None)
        for name, inode in entries.items():
            (folder / name).write_bytes(inode.after(toss))

    def _change(self, what: str, name: str, inode: _Inode | None) -> None:
        self._changes.append((what, name, inode))
        if inode is not None:
            self._live[name] = inode
        else:
            self._live.pop(name, None)

    def _file(self, name: str) -> _Inode:
        if name not in self._live:
            self._change("link", name, _Inode())
        return self._live[name]


@dataclass
class Told:
    """What the outside world was told so far."""

    put: set[UUID] = field(default_factory=set)
    received: dict[UUID, tuple[bytes, ...]] = field(default_factory=dict)
    settled: set[UUID] = field(default_factory=set)

    def feed(self, op: Op) -> None:
        """Learn what an operation told, if it told anything."""
        match op.what:
            case "put":
                self.put.add(op.about)
            case "received":
                self.received.setdefault(op.about[0], op.about[1])
            case "settled":
                self.settled.add(op.about)


def visits(folder: Path, recorder: Recorder, times: int = 8, seed: int = 0) -> None:
    """Put, upload, settle and erase as kiosk and uploader do, with two restarts; sealed content is random."""
    chance = random.Random(seed)
    for _ in range(3):
        with closing(again(lambda: OfflineQueue(folder, Scrambler(), reserve=0), recorder)) as queue:
            for _ in range(times):
                item_id = new_id()
                pages = [chance.randbytes(chance.randrange(100, 30_000)) for _ in range(chance.randrange(3))]
                again(lambda: queue.put(item_id, "submission", chance.randbytes(3000), pages), recorder)  # noqa: B023
                recorder.note("put", about=item_id)
                if chance.random() < 0.7:
                    upload_one(queue, recorder, chance)
            again(queue.checkpoint, recorder)
            while upload_one(queue, recorder, chance) and chance.random() < 0.8:
                pass


def upload_one(queue: OfflineQueue, recorder: Recorder, chance: random.Random) -> bool:
    """Lease, upload, settle one item; now and then it is held or put off."""
    for item in again(queue.lease, recorder):
        item_id, draw = item.envelope.id, chance.random()
        if draw < 0.1:
            again(lambda: queue.settle_held(item_id, "no"), recorder)  # noqa: B023
        elif draw < 0.2:
            again(lambda: queue.put_off(item_id, 0, "later"), recorder)  # noqa: B023
        else:
            sealed = (item.sealed, *(file.sealed for file in item.attachments))
            recorder.note("received", about=(item_id, sealed))
            again(lambda: queue.settle_delivered(item_id, "receipt"), recorder)  # noqa: B023
            recorder.note("settled", about=item_id)
        return True
    return False


def again(act: Callable[[], Any], recorder: Recorder) -> Any:
    """Do something, again as long as the disk refuses (the same id is kept: that is the point of it)."""
    for _ in range(20):
        try:
            return act()
        except StorageFailed:
            recorder.note("refused")
    raise AssertionError("the disk refuses for ever")


def recovered(folder: Path, told: Told) -> list[str]:
    """Open what the power cut left, by the product's code; every promise that is broken."""
    broken: list[str] = []
    with closing(OfflineQueue(folder, Scrambler(), reserve=0)) as queue:
        broken += [f"corrupt: {one.what}" for one in queue.incidents()]
        broken += [f"corrupt: {fault}" for fault in queue.verify()]
        states = {envelope.id: envelope.state for envelope in queue.envelopes()}
        broken += [f"lost: {item_id}" for item_id in told.put - states.keys()]
        broken += [
            f"forgotten to be delivered: {item_id}"
            for item_id in told.settled
            if states.get(item_id) is not State.DELIVERED
        ]
        while items := queue.lease():
            for item in items:
                sealed = (item.sealed, *(file.sealed for file in item.attachments))
                if told.received.get(item.envelope.id, sealed) != sealed:
                    broken.append(f"other content under the same id: {item.envelope.id}")
                queue.settle_delivered(item.envelope.id, "receipt")
    return broken


def cut_everywhere(ops: list[Op], seed: int, every: int = 1) -> tuple[int, list[str]]:
    """The power goes after each operation (or each ``every``-th); how often, and every broken promise."""
    with in_memory() as folder:
        return _cut_everywhere(ops, folder, seed, every)


@contextmanager
def in_memory() -> Iterator[Path]:
    """A folder for disks that never were, in memory where there is such a place."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        yield Path(name)


def _cut_everywhere(ops: list[Op], folder: Path, seed: int, every: int) -> tuple[int, list[str]]:
    toss = random.Random(seed)
    disk, told, points, broken = Disk(), Told(), 0, list[str]()
    for number, op in enumerate(ops):
        disk.feed(op)
        told.feed(op)
        if number % every:
            continue
        points += 1
        image = folder / "image"
        image.mkdir()
        disk.after_power_cut(image, lambda: toss.random() < 0.5)
        broken += [f"after operation {number}: {fault}" for fault in recovered(image, told)]
        shutil.rmtree(image)
    return points, broken


def main(wanted: int) -> int:
    """Try ``wanted`` points with ever new sessions and coins; how many promises were broken."""
    began, points, seed, broken = time.monotonic(), 0, 0, list[str]()
    with in_memory() as memory:
        while points < wanted:
            folder = memory / str(seed)
            recorder = Recorder()
            with recording(recorder):
                visits(folder / "queue", recorder, seed=seed)
            with small_journal():
                tried, found = cut_everywhere(recorder.ops, seed)
            points, broken, seed = points + tried, broken + found, seed + 1
            shutil.rmtree(folder)
    sys.stdout.write(f"{points} power cuts in {seed} sessions, {time.monotonic() - began:.0f} s: ")
    sys.stdout.write(f"{len(broken)} promises broken\n" + "".join(f"{fault}\n" for fault in broken[:20]))
    return len(broken)


if __name__ == "__main__":
    sys.exit(1 if main(int(sys.argv[1])) else 0)
