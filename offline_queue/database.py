"""Opening the queue's database: one process at a time, durable commits, erased content overwritten."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from pathlib import Path
from typing import IO, Final

from sqlite_utils import Database

from offline_queue.errors import QueueDamaged, QueueError, QueueInUse, StorageFailed
from offline_queue.schema import migrate

NAME: Final = "queue.db"

FAILURES: Final = (sqlite3.Error, UnicodeDecodeError)
"""What Python's SQLite raises over a disk or file that is not as it should be; its texts may be no UTF-8."""

PAGE: Final = 4096
"""Bytes of a page."""

_PRAGMAS = (
    f"page_size = {PAGE}",
    # No second process may come in (the lock says so already), and then no shared memory file is needed.
    "locking_mode = EXCLUSIVE",
    "journal_mode = WAL",
    "synchronous = FULL",  # NORMAL loses acknowledged rows when the power goes
    "secure_delete = ON",
    "wal_autocheckpoint = 16384",  # pages, 64 MB; the uploader checkpoints when it idles, long before
)


_DAMAGE = (
    "SQLITE_CORRUPT",
    "SQLITE_NOTADB",
    # Our statements are always the same: where one is not understood or not allowed, the tables are not ours.
    "SQLITE_ERROR",
    "SQLITE_CONSTRAINT",
    "SQLITE_MISMATCH",
)


def lock_folder(folder: Path) -> IO[str]:
    """Make ``folder`` durable and private, and take its lock; the lock lasts while the returned file is open.

    Raises ``QueueInUse`` if another process holds it, ``StorageFailed`` if the folder cannot be used.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        sync_folder(folder.parent)
        handle = (folder / "queue.lock").open("a+", encoding="ascii")
    except OSError as error:
        raise StorageFailed(f"the queue folder {folder} cannot be used: {error.strerror}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.seek(0)
        holder = handle.read().strip() or "unknown"
        handle.close()
        raise QueueInUse(f"the queue in {folder} is in use by another process (number {holder})") from None
    try:
        handle.truncate(0)
        handle.write(f"{os.getpid()}\n")
        handle.flush()
    except OSError:  # a full disk: the number is a courtesy, the lock is what counts
        pass
    return handle


def open_database(file: Path) -> Database:
    """Open, and if new create, the database ``file`` in a locked folder, with today's tables.

    Raises ``QueueDamaged`` if it cannot be read whole, ``QueueTooNew`` if newer software wrote it,
    ``StorageFailed`` if the disk refuses.
    """
    connection: sqlite3.Connection | None = None
    try:
        connection = connect(file)
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").fetchall()
        database = Database(connection, execute_plugins=False, recursive_triggers=False)
        _check(database)
        migrate(database)
        file.chmod(0o600)
        sync_folder(file.parent)
    except FAILURES as error:
        close_quietly(connection)
        raise storage_error(error) from error
    except OSError as error:
        close_quietly(connection)
        raise StorageFailed(f"the disk did not take it ({error.strerror})") from error
    except QueueError:
        close_quietly(connection)
        raise
    return database


def journal_of(file: Path) -> Path:
    """The journal that belongs to the database ``file``."""
    return file.with_name(f"{file.name}-wal")


def connect(file: Path) -> sqlite3.Connection:
    """A connection that begins and ends no transaction by itself; threads take turns outside of it."""
    return sqlite3.connect(file, timeout=0, check_same_thread=False, isolation_level=None)


def close_quietly(connection: sqlite3.Connection | None) -> None:
    """Close what has failed already: a second error of the same disk says nothing new."""
    try:
        if connection is not None:
            connection.close()
    except sqlite3.Error:
        pass


def damage(database: Database) -> str | None:
    """What SQLite's own check of tables and indexes finds, the first fault of it."""
    found = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
    return None if found == "ok" else str(found)


def storage_error(error: Exception) -> QueueDamaged | StorageFailed:
    """What an error means for the caller: damaged for good, or not stored this time."""
    name = getattr(error, "sqlite_errorname", "") or type(error).__name__
    unreadable = not isinstance(error, sqlite3.Error) or "decode" in str(error)  # a text that is no UTF-8
    if name.startswith(_DAMAGE) or unreadable:
        return QueueDamaged(f"the queue's database is damaged ({name})")
    return StorageFailed(f"the disk did not take it ({name})")


def sync_folder(folder: Path) -> None:
    """Make the folder's entries durable: which files are in it, and under which names."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _check(database: Database) -> None:
    found = damage(database)
    if found:
        raise QueueDamaged(f"the queue's database is damaged ({found})")
