"""A queue seen from outside: checked without repairing anything, taken back for older software."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlite_utils import Database

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
from offline_queue.errors import QueueDamaged, StorageFailed
from offline_queue.ledger import Ledger
from offline_queue.rows import ENVELOPE, LOST_DIGEST, ask, envelope, intact, read_parts
from offline_queue.schema import VERSION, migrate, version_of

_SECOND_NAMES: Final = "looked-at"


def check_folder(folder: Path) -> list[str]:
    """Everything that is wrong with the queue in ``folder``, one fault a line; empty when it is whole.

    What is damaged is left as it is, the journal included: the next ordinary opening sets it aside and saves
    what can be saved. Raises ``QueueInUse``, ``QueueTooNew``, ``StorageFailed``.
    """
    with lock_folder(folder):
        return _found(folder)


def faults(database: Database) -> Iterator[str]:
    """What SQLite's own check finds, then every item that is not as it was put."""
    try:
        found = damage(database)
        if found:
            yield found
            return
        rows = database.execute(f"SELECT n, digest, checksum, {ENVELOPE} FROM items").fetchall()
        for n, digest, check, *row in rows:
            if digest == LOST_DIGEST:  # told of when it was found missing, and held for its owner
                continue
            try:
                whole = intact(envelope(row), digest, check, read_parts(database, n))
            except (ValueError, TypeError):
                whole = False
            if not whole:
                yield f"item {row[0]} is not as it was put"
    except FAILURES as error:
        yield str(storage_error(error))


def migrate_folder(folder: Path, version: int) -> None:
    """Bring the tables of the queue in ``folder`` to ``version``, for software that knows no newer one.

    Raises what ``check_folder`` raises, and ``QueueDamaged``, when nothing has changed: what can still be
    saved has to be saved first, by opening the queue.
    """
    with lock_folder(folder):
        for fault in _found(folder):
            raise QueueDamaged(f"{fault}; so its tables were left as they are")
        database = open_database(folder / NAME)
        try:
            migrate(database, version)
        except sqlite3.Error as error:
            raise storage_error(error) from error
        finally:
            close_quietly(database.conn)


def _found(folder: Path) -> list[str]:
    try:
        if not (folder / NAME).exists():  # nothing was ever put here, or all of it is gone
            return _missing(folder, lambda *_: [])
        with _open_to_read(folder) as database:
            version = version_of(database)
            # Version 1 has no checksums to compare with.
            found = list(faults(database)) if version == VERSION else list(filter(None, [damage(database)]))
            return found or (_missing(folder, partial(ask, database.conn)) if version else [])
    except FAILURES as error:
        return [str(storage_error(error))]
    except OSError as error:
        raise StorageFailed(f"the disk did not take it ({error.strerror})") from error


@contextmanager
def _open_to_read(folder: Path) -> Iterator[Database]:
    """The database of a locked folder, journal included, and no byte of either is changed.

    SQLite, as it closes, moves the journal into the database as far as it can be read, and removes the rest.
    So the database is opened for reading only, under second names: what is removed then is a name. Raises
    ``OSError`` and ``FAILURES``.
    """
    names = folder / _SECOND_NAMES
    shutil.rmtree(names, ignore_errors=True)  # of somebody who was killed while looking
    names.mkdir(mode=0o700)
    try:
        for file in (folder / NAME, journal_of(folder / NAME)):
            if file.exists():
                (names / file.name).hardlink_to(file)
        # SQLite's own locks want a file that may be written to; the folder's lock is enough.
        address = f"{(names / NAME).absolute().as_uri()}?mode=ro&vfs=unix-none"
        with closing(sqlite3.connect(address, uri=True, timeout=0, isolation_level=None)) as connection:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()
            yield Database(connection, execute_plugins=False, recursive_triggers=False)
    finally:
        shutil.rmtree(names)


def _missing(folder: Path, question: Callable[..., list[Any]]) -> list[str]:
    with closing(Ledger(folder)) as ledger:
        missing = ledger.missing(question)
    return [f"item {id_} was acknowledged and cannot be read: the journal is damaged" for id_ in missing]
