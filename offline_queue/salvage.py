"""A damaged database: a copy set aside, what is whole in it carried over, and no crash on the way.

At every moment the folder holds either the damaged database or one that is complete: the new one is built as
``queue.db.new``, becomes ``queue.db.ready`` once it is synced, and only then takes the place of the old one.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog
from sqlite_utils import Database

from offline_queue.database import (
    FAILURES,
    NAME,
    PAGE,
    close_quietly,
    connect,
    journal_of,
    open_database,
    sync_folder,
)
from offline_queue.errors import QueueError, StorageFailed
from offline_queue.journal import mended
from offline_queue.model import Incident
from offline_queue.rows import ENVELOPE, Parts, envelope, intact, read_parts
from offline_queue.schema import PARTS, migrate

log = structlog.get_logger(__name__)

_MISSES = 20_000  # items in a row that are not there: the end, where no table can say where it is
_KEPT = 3
_SIZE_FIELD = slice(28, 32)  # of the database header: pages in the file (sqlite.org/fileformat.html, 1.3)
_FREE_FIELDS = slice(32, 40)  # first free page, and how many there are


def finish_salvage(folder: Path) -> None:
    """Take up a salvage that the power interrupted; nothing to do otherwise. Raises ``OSError``."""
    (folder / f"{NAME}.new").unlink(missing_ok=True)
    (folder / f"{NAME}.new-wal").unlink(missing_ok=True)
    ready = folder / f"{NAME}.ready"
    if ready.exists():
        (folder / f"{NAME}-wal").unlink(missing_ok=True)  # of the old database: it must not meet the new one
        sync_folder(folder)
        ready.replace(folder / NAME)
        sync_folder(folder)


def salvage(folder: Path, what: str, now: float) -> Incident:
    """Set the damaged database aside in ``damaged-…`` and open a fresh one with all items still whole.

    Raises ``StorageFailed`` when there is no room for it; the damaged database is then left as it is.
    """
    try:
        _set_aside(folder)
        incident = _rebuild(folder, what, now)
        (folder / f"{NAME}.new").replace(folder / f"{NAME}.ready")
        sync_folder(folder)
        finish_salvage(folder)
    except (OSError, sqlite3.Error) as error:
        raise StorageFailed(f"the damaged queue cannot be set aside now ({error})") from error
    log.critical("queue_salvaged", what=what, saved=incident.saved, lost=incident.lost)
    return incident


def mend_journal(folder: Path, connection: sqlite3.Connection) -> None:
    """Close a database whose journal ended early, and let its next opening read all of that journal.

    What could be read of it goes into the database before, as it does whenever one is closed; read a second
    time it changes nothing. Raises ``StorageFailed`` when there is no room for it; nothing has changed then.
    """
    journal = journal_of(folder / NAME)
    try:
        _set_aside(folder)
        pages = (folder / NAME).stat().st_size // PAGE
        content = mended(journal.read_bytes(), pages) if journal.exists() else b""
        close_quietly(connection)
        with journal.open("wb") as writer:
            writer.write(content)
            writer.flush()
            os.fsync(writer.fileno())
        sync_folder(folder)
    except OSError as error:
        close_quietly(connection)
        raise StorageFailed(f"the damaged journal cannot be set aside now ({error.strerror})") from error


def _set_aside(folder: Path) -> None:
    aside = folder / time.strftime("damaged-%Y%m%dT%H%M%S", time.gmtime())
    if aside.exists():
        return
    for oldest in sorted(folder.glob("damaged-*"))[: -_KEPT + 1]:
        shutil.rmtree(oldest)
    aside.mkdir(mode=0o700)
    for name in (NAME, f"{NAME}-wal"):
        if (folder / name).exists():
            _copy(folder / name, aside / name)
    sync_folder(aside)
    sync_folder(folder)


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as reader, target.open("wb") as writer:
        target.chmod(0o600)
        shutil.copyfileobj(reader, writer)
        writer.flush()
        os.fsync(writer.fileno())


def _rebuild(folder: Path, what: str, now: float) -> Incident:
    fresh = open_database(folder / f"{NAME}.new")
    saved = lost = 0
    try:
        with fresh.atomic():
            columns = [column.name for column in fresh.table("items").columns]
            for item in _items(folder / NAME, columns):
                if item is None:
                    lost += 1
                    continue
                row, parts = item
                fresh.table("items").insert(row)
                for part, (sha256, sealed) in enumerate(parts):
                    fresh.execute(
                        "INSERT INTO parts VALUES (?, ?, ?)", [row["n"] * PARTS + part, sha256, sealed]
                    )
                saved += 1
            for table in ("audit", "incidents"):
                fresh.table(table).insert_all(_rows(folder / NAME, table))
            incident = Incident(now, what, saved, lost)
            fresh.table("incidents").insert(vars(incident))
        fresh.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        fresh.conn.close()
    return incident


def _items(file: Path, columns: list[str]) -> Iterator[tuple[dict[str, Any], Parts] | None]:
    """Every item that is whole, with its parts; ``None`` for one that is there and is not."""
    old = _open_damaged(file)
    if old is None:
        return
    try:
        top, n, misses = _top(old), 0, 0
        while n < top if top else misses < _MISSES:
            n += 1
            try:
                values = old.execute("SELECT * FROM items NOT INDEXED WHERE n = ?", [n]).fetchone()
                if values is not None:
                    parts = read_parts(old, n)
                    row = _mended(dict(zip(columns, values, strict=True)), parts)
                    found = envelope([row[column] for column in ENVELOPE.split(", ")])
                    yield (row, parts) if intact(found, row["digest"], row["checksum"], parts) else None
                misses = 0 if values else misses + 1
            except (sqlite3.Error, ValueError, TypeError):
                misses += 1
                if top:
                    yield None
    finally:
        close_quietly(old.conn)


def _open_damaged(file: Path) -> Database | None:
    """The damaged database, if SQLite can make anything of it, with a new first page if need be."""
    old = _open_as_it_is(file)
    if old is None:
        _lend_first_page(file)
        old = _open_as_it_is(file)
    return old


def _lend_first_page(file: Path) -> None:
    """Give the damaged database the header and the table of contents of a new one.

    Both were made by the same statements, so the tables begin at the same pages. Where that is not so, no
    checksum will fit, and nothing is taken for what it is not.
    """
    lender = file.with_name(f"{NAME}.lender")
    lender.unlink(missing_ok=True)
    open_database(lender).conn.close()
    page = bytearray(lender.read_bytes()[:PAGE])
    lender.unlink()
    with file.open("r+b") as handle:
        page[_SIZE_FIELD] = (file.stat().st_size // PAGE).to_bytes(4, "big")
        page[_FREE_FIELDS] = bytes(8)
        handle.write(page)


def _open_as_it_is(file: Path) -> Database | None:
    connection = connect(file)
    connection.text_factory = _readable
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()
        old = Database(connection, execute_plugins=False, recursive_triggers=False)
        migrate(old)
        old.execute("SELECT * FROM items LIMIT 1").fetchall()
        old.execute("SELECT place, sha256, sealed FROM parts LIMIT 1").fetchall()
    except (*FAILURES, QueueError):
        close_quietly(connection)
        return None
    return old


def _readable(text: bytes) -> str:
    return text.decode("utf-8", errors="replace")  # its checksum will tell whether that matters


def _top(old: Database) -> int | None:
    """The number of the last item, by the first table or index that can still say it."""
    for question in (
        "SELECT max(n) FROM items",
        f"SELECT max(place) / {PARTS} FROM parts",
    ):
        try:
            top = old.execute(question).fetchone()[0]
        except FAILURES:
            continue
        if isinstance(top, int):
            return top
    return None


def _rows(file: Path, table: str) -> list[dict[str, Any]]:
    """What can be read of one of the small tables, from its beginning."""
    old = _open_damaged(file)
    rows: list[dict[str, Any]] = []
    if old is not None:
        with suppress(*FAILURES):
            rows.extend(old.table(table).rows)
        close_quietly(old.conn)
    return rows


def _mended(row: dict[str, Any], parts: Parts) -> dict[str, Any]:
    """The row with a state that fits its parts: without any it was delivered, a broken lease begins anew."""
    state = row["state"] if row["state"] in {"held", "pending"} else "pending"
    return {**row, "state": state if parts else "delivered", "turn": 0, "not_before": 0.0}
