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
    damage,
    journal_of,
    lock_folder,
    open_database,
    storage_error,
)
from offline_queue.errors import QueueDamaged, QueueError, StorageFailed
from offline_queue.journal import wipe, write_ahead
from offline_queue.ledger import Ledger
from offline_queue.rows import Parts, Unreadable, ask, read_parts
from offline_queue.salvage import finish_salvage, mend_journal, salvage
from offline_queue.spare import Spare

log = structlog.get_logger(__name__)

_JOURNAL: Final = 8_000_000  # bytes written in advance
_LONG_JOURNAL: Final = 2 * _JOURNAL  # bytes from which on it is cut, where there is room to write it anew
_JOURNAL_ROOM: Final = 2 * _JOURNAL  # bytes free below which it is not cut: its place would be lost
_MARGIN: Final = 100_000  # bytes that even then are left

OnOpen = Callable[[Callable[..., list[Any]], Sequence[str], Sequence[str], bool], None]
"""Called in the first transaction after each opening: what executes a statement, the ids of acknowledged
items that a damaged journal had hidden and that were found again, those that are lost, and whether an
incident tells of them already."""


class Connection:
    """The database of one locked folder; its owner lets one thread in at a time.

    After an error of the disk the open database is given up: a sync that failed once may succeed the second
    time without having written anything. Closing it moves what was acknowledged into the database file and
    removes the journal with whatever was not; then it is opened again. ``reserve``: bytes of the disk that
    its user leaves free; some of them are held for the day on which others did not.
    """

    def __init__(self, folder: Path, clock: Callable[[], float], on_open: OnOpen, reserve: int) -> None:
        self._folder = folder
        self._file = folder / NAME
        self._clock = clock
        self._on_open = on_open
        self._spare = Spare(folder, reserve)
        self._ledger: Ledger | None = None
        self._acknowledged: list[str] = []
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
        if self._ledger is not None:
            self._ledger.close()
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
                self._note_acknowledged()
            finally:
                self._in_transaction = False
                self._acknowledged.clear()
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

    def acknowledge(self, id_: str) -> None:
        """Note an id in the ledger as soon as the open transaction is durable."""
        self._acknowledged.append(id_)

    def checkpoint(self) -> None:
        """Move the journal into the database and overwrite it.

        Its place stays ours, so that a disk which others fill up still takes what is settled.
        """
        database = self._open()
        with self.told():
            long = self._journal_size() > _LONG_JOURNAL
            if long and shutil.disk_usage(self._folder).free > _JOURNAL_ROOM:
                write_ahead(database.conn, self._file, _JOURNAL)
            else:
                wipe(database.conn, self._file, whole=long)
        self._ledger_clear()
        with self.told():
            self._spare.keep()

    def wants_checkpoint(self) -> bool:
        """Whether something was put since the last one, or the journal has grown long."""
        noted = self._ledger is not None and self._ledger.holds_ids()
        return noted or self._journal_size() > _LONG_JOURNAL

    def faults(self) -> list[str]:
        """Everything that is wrong with the database; empty when all is well."""
        return list(faults(self._open()))

    def check(self) -> None:
        """Let SQLite check the database. Raises ``QueueDamaged``; its next use opens what can be salvaged."""
        database = self._open()
        with self.told():
            database.execute("PRAGMA shrink_memory").fetchall()  # else it is asked what it remembers
            found = damage(database)
        if found:
            self._broken = QueueDamaged(f"the queue's database is damaged ({found})")
            raise self._broken

    def _open(self) -> Database:
        if self._broken is None and self._database is not None:
            return self._database
        if self._in_transaction and self._database is not None:
            return self._database
        if self.closed:
            raise QueueError("the queue is closed")
        try:
            self._spare.give_back_if_full()  # before closing, which may have to move a journal
            self._give_up()
            finish_salvage(self._folder)
            self._ledger = self._ledger or Ledger(self._folder)
            return self._begun()
        except QueueDamaged:  # met at the first use of it: now it is set aside
            self._give_up()
            return self._begun()
        except OSError as error:
            raise StorageFailed(f"the disk did not take it ({error.strerror})") from error

    def _begun(self) -> Database:
        missing: list[str] = []
        self._database, salvaged = self._opened(missing)
        self._broken = None
        lost = self._missing(self._database)
        with self.transaction() as execute:
            self._on_open(execute, [id_ for id_ in missing if id_ not in lost], lost, salvaged)
        with self.told():
            if ahead := self._ahead():
                write_ahead(self._database.conn, self._file, ahead)
                self._ledger_clear()
            self._spare.keep()
        return self._database

    def _opened(self, missing: list[str]) -> tuple[Database, bool]:
        """The database, and whether it had to be salvaged."""
        try:
            if isinstance(self._broken, QueueDamaged):
                raise self._broken  # met while it was open: the check at opening may not see it
            return self._opened_whole(missing), False
        except QueueDamaged as error:
            salvage(self._folder, str(error), self._clock())
            return open_database(self._file), True

    def _opened_whole(self, missing: list[str]) -> Database:
        """The database with all that the ledger knows of, as far as the journal can be mended."""
        database = open_database(self._file)
        missing += self._missing(database)
        if missing:
            log.critical("queue_journal_damaged", missing=len(missing))
            mend_journal(self._folder, database.conn)
            database = open_database(self._file)
            for fault in faults(database):  # not all of it could be turned back
                close_quietly(database.conn)
                raise QueueDamaged(fault)
        return database

    def _missing(self, database: Database) -> list[str]:
        assert self._ledger is not None, "it is opened before the database"
        with self.told():
            return self._ledger.missing(partial(ask, database.conn))

    def _note_acknowledged(self) -> None:
        if self._acknowledged and self._ledger is not None:
            self._ledger.add(self._acknowledged)

    def _ledger_clear(self) -> None:
        if self._ledger is not None:
            self._ledger.clear()

    def _journal_size(self) -> int:
        journal = journal_of(self._file)
        return journal.stat().st_size if journal.exists() else 0

    def _ahead(self) -> int:
        """Bytes of the journal to write in advance: where little is left, all that erasing may take."""
        free = shutil.disk_usage(self._folder).free
        if free > _JOURNAL_ROOM:
            return _JOURNAL
        return max(0, min(max(_JOURNAL, self._spare.size), free - _MARGIN))

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
        except OSError as error:
            self._broken = StorageFailed(f"the disk did not take it ({error.strerror})")
            raise self._broken from error

    def _give_up(self) -> None:
        if self._database is not None:
            close_quietly(self._database.conn)
            self._database = None
            if self._broken is None and not journal_of(self._file).exists():
                self._ledger_clear()  # all of it was moved into the database
