"""A queue seen from outside: checked without repairing anything, taken back for older software."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

from offline_queue.database import (
    FAILURES,
    NAME,
    close_quietly,
    damage,
    lock_folder,
    open_database,
    storage_error,
)
from offline_queue.errors import QueueDamaged
from offline_queue.rows import ENVELOPE, LOST_DIGEST, envelope, intact, read_parts
from offline_queue.schema import migrate


def check_folder(folder: Path) -> list[str]:
    """Everything that is wrong with the queue in ``folder``, one fault a line; empty when it is whole.

    A damaged database is left as it is: the next ordinary opening sets it aside. Raises ``QueueInUse``,
    ``QueueTooNew``, ``StorageFailed``.
    """
    with lock_folder(folder):
        try:
            database = open_database(folder / NAME)
        except QueueDamaged as error:
            return [str(error)]
        try:
            return list(faults(database))
        finally:
            close_quietly(database.conn)


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

    Raises what ``check_folder`` raises, and ``QueueDamaged``.
    """
    with lock_folder(folder):
        database = open_database(folder / NAME)
        try:
            migrate(database, version)
        except sqlite3.Error as error:
            raise storage_error(error) from error
        finally:
            close_quietly(database.conn)
