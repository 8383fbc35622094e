"""The tables, and the way from each version of them to the next and back.

Version 1 kept the sealed payload in the item's own row. Version 2 keeps all sealed parts in a table of their
own (an envelope is read without them), a checksum of each row, the evidence of when it was put, who owns a
held item until when, what people did (``audit``), and what the disk did (``incidents``).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any, Final

from sqlite_utils import Database

from offline_queue.errors import QueueTooNew

VERSION: Final = 2

PARTS: Final = 1024
"""An item has at most this many parts: the payload and 1023 attachments."""

_V1 = """
CREATE TABLE items (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    schema INTEGER NOT NULL,
    digest BLOB NOT NULL,
    created REAL NOT NULL,
    size INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'leased', 'delivered', 'held')),
    attempts INTEGER NOT NULL DEFAULT 0,
    turn INTEGER NOT NULL DEFAULT 0,
    not_before REAL NOT NULL DEFAULT 0,
    reason TEXT,
    receipt TEXT,
    sealed BLOB
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

_V2 = """
CREATE TABLE items (
    n INTEGER PRIMARY KEY,              -- in the order they were put
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    schema INTEGER NOT NULL,
    digest BLOB NOT NULL,               -- of the content in the clear: decides "same" or "other" content
    checksum BLOB NOT NULL,             -- of what never changes in this row, and of its sealed parts
    created REAL NOT NULL,
    clock_offset REAL,                  -- the other end's clock minus ours, seconds, when it was put
    boot TEXT NOT NULL DEFAULT '',      -- the start of the machine in which it was put ...
    uptime REAL,                        -- ... and the seconds since then: no clock is set
    size INTEGER NOT NULL,
    priority INTEGER NOT NULL DEFAULT 0, -- a higher one goes first
    state TEXT NOT NULL CHECK (state IN ('pending', 'leased', 'delivered', 'held')),
    attempts INTEGER NOT NULL DEFAULT 0,
    turn INTEGER NOT NULL DEFAULT 0,    -- grows with every lease: the item tried longest ago goes first
    not_before REAL NOT NULL DEFAULT 0, -- next attempt of a pending item, end of the lease of a leased one
    reason TEXT,
    owner TEXT,                         -- who has to see to a held item ...
    deadline REAL,                      -- ... until when
    receipt TEXT
) STRICT;
CREATE INDEX items_open ON items (priority DESC, turn, n) WHERE state IN ('pending', 'leased');
CREATE INDEX items_held ON items (n) WHERE state = 'held';
CREATE TABLE parts (
    place INTEGER PRIMARY KEY,          -- 1024 n + part: 0 is the payload, the others the attachments
    sha256 TEXT NOT NULL,               -- of the sealed bytes
    sealed BLOB NOT NULL                -- the whole row is gone once the item is delivered
) STRICT;
CREATE TABLE IF NOT EXISTS audit (
    at REAL NOT NULL,
    action TEXT NOT NULL,
    item_id TEXT NOT NULL,
    who TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS incidents (
    at REAL NOT NULL,
    what TEXT NOT NULL,
    saved INTEGER NOT NULL,
    lost INTEGER NOT NULL
) STRICT;
"""

_PAUSE = """
CREATE TABLE pause (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    until REAL NOT NULL,
    streak INTEGER NOT NULL
) STRICT;
INSERT INTO pause VALUES (1, 0, 0);
"""

_SHARED = "id, kind, schema, digest, created, size, state, attempts, turn, not_before, reason, receipt"


def migrate(database: Database, to: int = VERSION) -> None:
    """Bring the tables to version ``to``, forward or back, in one transaction.

    Raises ``QueueTooNew`` for a version this code does not know.
    """
    version = version_of(database)
    if not 1 <= to <= VERSION:
        raise QueueTooNew(f"there are no tables of version {to}: this software knows 1 to {VERSION}")
    if version == to:
        return
    with database.atomic():
        if version == 0:
            run(database, _V1 if to == 1 else _V2 + _PAUSE)
        elif version < to:
            _to_2(database)
        else:
            _to_1(database)
        database.execute(f"PRAGMA user_version = {to}")


def version_of(database: Database) -> int:
    """The version of the tables, 0 before there are any. Raises ``QueueTooNew`` for one not known here."""
    version = int(database.execute("PRAGMA user_version").fetchone()[0])
    if version > VERSION:
        raise QueueTooNew(f"the queue has tables of version {version}, this software knows {VERSION}")
    return version


def run(database: Database, script: str) -> None:
    """Run statements one by one within the open transaction (``executescript`` would commit it).

    Without their comments: the table of contents has to fit on the first page (``salvage``).
    """
    for statement in re.sub(r"\s*--[^\n]*", "", script).split(";\n"):
        if statement.strip():
            database.execute(statement)


def checksum(id_: str, kind: str, schema: int, digest: bytes, created: float, parts: Sequence[str]) -> bytes:
    """What never changes in an item's row, and the SHA-256 of its sealed parts, in 16 bytes."""
    line = f"{id_}|{kind}|{schema}|{digest.hex()}|{float(created)!r}|{'|'.join(parts)}"
    return hashlib.sha256(line.encode()).digest()[:16]


def _to_2(database: Database) -> None:
    run(database, "DROP INDEX items_open;\nDROP INDEX items_state;\nALTER TABLE items RENAME TO old;\n" + _V2)
    rows: list[Any] = database.execute("SELECT rowid, id, kind, schema, digest, created FROM old").fetchall()
    for n, id_, kind, schema, digest, created in rows:
        sealed = database.execute("SELECT sealed FROM old WHERE rowid = ?", [n]).fetchone()[0]
        files = database.execute(
            "SELECT sealed FROM attachments WHERE item_id = ? ORDER BY position", [id_]
        ).fetchall()
        contents = [] if sealed is None else [sealed, *(file for (file,) in files)]
        names = [hashlib.sha256(content).hexdigest() for content in contents]
        database.execute(
            f"INSERT INTO items (n, checksum, {_SHARED}) SELECT rowid, ?, {_SHARED} FROM old WHERE rowid = ?",
            [checksum(id_, kind, schema, digest, created, names), n],
        )
        for part, (name, content) in enumerate(zip(names, contents, strict=True)):
            database.execute("INSERT INTO parts VALUES (?, ?, ?)", [n * PARTS + part, name, content])
    run(database, "DROP TABLE attachments;\nDROP TABLE old;\n")


def _to_1(database: Database) -> None:
    old = _V1.partition("CREATE TABLE pause")[0]
    run(
        database,
        "DROP INDEX items_open;\nDROP INDEX items_held;\nALTER TABLE items RENAME TO new;\n"
        "ALTER TABLE parts RENAME TO new_parts;\n" + old,
    )
    # Version 1 has no place for owners, deadlines and evidence; it leaves alone what people and disk did.
    run(
        database,
        f"INSERT INTO items (rowid, {_SHARED}, sealed) SELECT n, {_SHARED},"
        f" (SELECT sealed FROM new_parts WHERE place = {PARTS} * n) FROM new;\n"
        f"INSERT INTO attachments SELECT id, place % {PARTS} - 1, sha256, sealed FROM new_parts"
        f" JOIN new ON n = place / {PARTS} WHERE place % {PARTS} > 0;\n"
        "DROP TABLE new_parts;\nDROP TABLE new;\n",
    )
