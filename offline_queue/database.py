"""Opening the queue's database: one process at a time, durable commits, erased content overwritten."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from pathlib import Path
from typing import IO

from sqlite_utils import Database

from offline_queue.errors import QueueDamaged, QueueInUse, StorageFailed

_VERSION = 1
_SCHEMA = """
CREATE TABLE items (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    schema INTEGER NOT NULL,
    digest BLOB NOT NULL,            -- SHA-256 of the content in the clear: decides "same" or "other" content
    created REAL NOT NULL,
    size INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'leased', 'delivered', 'held')),
    attempts INTEGER NOT NULL DEFAULT 0,
    turn INTEGER NOT NULL DEFAULT 0, -- grows with every lease: the item tried longest ago goes first
    not_before REAL NOT NULL DEFAULT 0, -- next attempt of a pending item, end of the lease of a leased one
    reason TEXT,
    receipt TEXT,
    sealed BLOB                      -- null once delivered; last, so that envelopes are read without it
) STRICT;
CREATE INDEX items_open ON items (turn, created) WHERE state IN ('pending', 'leased');
CREATE INDEX items_state ON items (state, created);
CREATE TABLE attachments (
    item_id TEXT NOT NULL REFERENCES items (id),
    position INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (item_id, position)
) STRICT;
CREATE TABLE pause (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    until REAL NOT NULL,
    streak INTEGER NOT NULL
) STRICT;
INSERT INTO pause VALUES (1, 0, 0);
"""


def lock_folder(folder: Path) -> IO[str]:
    """Make ``folder`` durable and private, and take its lock; the lock lasts while the returned file is open.

    Raises ``QueueInUse`` if another process holds it, ``StorageFailed`` if the folder cannot be used.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sync_folder(folder.parent)
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
    handle.truncate(0)
    handle.write(f"{os.getpid()}\n")
    handle.flush()
    return handle


def open_database(folder: Path) -> Database:
    """Open, and if new create, the database in a locked folder.

    Raises ``QueueDamaged`` if it cannot be read, ``StorageFailed`` if the disk refuses.
    """
    try:
        connection = sqlite3.connect(folder / "queue.db", check_same_thread=False)
    except sqlite3.Error as error:
        raise storage_error(error) from error
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # NORMAL loses acknowledged rows when the power goes
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(
            "PRAGMA wal_autocheckpoint = 4000"
        )  # pages; the uploader checkpoints when it idles
        database = Database(connection, execute_plugins=False)
        _migrate(database, folder)
        (folder / "queue.db").chmod(0o600)
        _sync_folder(folder)
    except sqlite3.Error as error:
        connection.close()
        raise storage_error(error) from error
    except QueueDamaged:
        connection.close()
        raise
    return database


def storage_error(error: sqlite3.Error) -> QueueDamaged | StorageFailed:
    """What an error of SQLite means for the caller: damaged for good, or not stored this time."""
    name = getattr(error, "sqlite_errorname", "") or type(error).__name__
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return QueueDamaged(f"the queue's database is damaged ({name})")
    return StorageFailed(f"the disk did not take it ({name})")


def _migrate(database: Database, folder: Path) -> None:
    version = int(database.execute("PRAGMA user_version").fetchone()[0])
    if version > _VERSION:
        raise QueueDamaged(f"the queue in {folder} was written by a newer version ({version} > {_VERSION})")
    if version == 0:
        with database.atomic():
            for statement in _SCHEMA.split(";\n"):
                if statement.strip():
                    database.execute(statement)
            database.execute(f"PRAGMA user_version = {_VERSION}")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
