"""One open database that is opened anew after every error of the disk, and salvaged when it is damaged."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

import structlog
from sqlite_utils import Database

from offline_queue.checking import faults
from offline_queue.database import (
    FAILURES,
    NAME,
    close_quietly,
    lock_folder,
    open_database,
    storage_error,
)
from offline_queue.errors import QueueDamaged, QueueError, StorageFailed
from offline_queue.rows import Parts, Unreadable, ask, read_parts
from offline_queue.salvage import finish_salvage, salvage

log = structlog.get_logger(__name__)

_JOURNAL: Final = 8_000_000  # bytes
_JOURNAL_ROOM: Final = 50_000_000  # bytes free below which the journal has to do without


class Connection:
    """The database of one locked folder; its owner lets one thread in at a time.

    After an error of the disk the open database is given up: a sync that failed once may succeed the second
    time without having written anything. Closing it moves what was acknowledged into the database file and
    removes the journal with whatever was not; then it is opened again.
    """

    def __init__(
        self, folder: Path, clock: Callable[[], float], on_open: Callable[[Callable[..., Any]], None]
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._on_open = on_open
        self._in_transaction = False
        self._database: Database | None = None
        self._broken: QueueError | None = None
        self._lock_file = lock_folder(folder)
        self.closed = False
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the database and give the lock back; harmless the second time."""
        self.closed = True
        self._give_up()
        self._lock_file.close()

    @contextmanager
    def transaction(self, *, synced: bool = True) -> Iterator[Callable[..., list[Any]]]:
        """A transaction, or a part of the one that is open; yields what executes a statement.

        Without ``synced`` it is whole or gone after a power cut, and durable with the next that is synced.
        """
        database = self._open()
        execute = partial(ask, database.conn)
        with self.told():
            if self._in_transaction:
                yield execute
                return
            if not synced:
                execute("PRAGMA synchronous = NORMAL")
            execute("BEGIN IMMEDIATE")
            self._in_transaction = True
            try:
                yield execute
                execute("COMMIT")
            finally:
                self._in_transaction = False
                if database.conn.in_transaction:
                    execute("ROLLBACK")
                if not synced:
                    execute("PRAGMA synchronous = FULL")

    def read(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """All rows of a question."""
        database = self._open()
        with self.told():
            return ask(database.conn, sql, values)

    def parts(self, n: int) -> Parts:
        """The sealed parts of an item."""
        database = self._open()
        with self.told():
            return read_parts(database, n)

    def journal_size(self) -> int:
        """Bytes of the journal as it lies in the folder."""
        journal = self._folder / f"{NAME}-wal"
        return journal.stat().st_size if journal.exists() else 0

    def faults(self) -> list[str]:
        """Everything that is wrong with the database; empty when all is well."""
        return list(faults(self._open()))

    def _open(self) -> Database:
        if self._broken is not None and not self._in_transaction:
            self._give_up()
        if self._database is not None:
            return self._database
        if self.closed:
            raise QueueError("the queue is closed")
        try:
            finish_salvage(self._folder)
            return self._begun()
        except QueueDamaged:  # met at the first use of it: now it is set aside
            self._give_up()
            return self._begun()
        except OSError as error:
            raise StorageFailed(f"the disk did not take it ({error.strerror})") from error

    def _begun(self) -> Database:
        self._database = self._opened()
        self._broken = None
        with self.transaction() as execute:
            self._on_open(execute)
        return self._database

    def _opened(self) -> Database:
        try:
            if isinstance(self._broken, QueueDamaged):
                raise self._broken  # met while it was open: the check at opening may not see it
            return self._opened_whole()
        except QueueDamaged as error:
            salvage(self._folder, str(error), self._clock())
            return self._opened_whole()

    def _opened_whole(self) -> Database:
        room = shutil.disk_usage(self._folder).free > _JOURNAL_ROOM
        return open_database(self._folder / NAME, journal=_JOURNAL if room else 0)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Errors of SQLite, and rows that make no sense, in the queue's own words.

        The database they came from is not used again.
        """
        try:
            yield
        except (*FAILURES, Unreadable) as error:
            self._broken = storage_error(error)
            log.critical("queue_storage_failed", error=str(self._broken))
            raise self._broken from error

    def _give_up(self) -> None:
        if self._database is not None:
            close_quietly(self._database.conn)
            self._database = None
