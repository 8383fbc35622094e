"""Between rows and the words of the queue."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlite_utils import Database

from offline_queue.model import Envelope, State
from offline_queue.schema import PARTS, checksum


class Unreadable(ValueError):
    """A row that no version of this queue has written."""


Parts = list[tuple[str, bytes]]
"""The sealed parts of an item, payload first: their SHA-256 and their bytes."""

ENVELOPE: Final = (
    "id, kind, schema, state, created, size, attempts, not_before, reason, receipt, priority, clock_offset, "
    "boot, uptime, owner, deadline"
)
"""The columns ``envelope`` reads."""


LOST_DIGEST: Final = b""
"""In place of the digest of an item that was acknowledged and then lost: only its id is known any more."""


def content_digest(
    kind: str, schema: int, payload: bytes, attachments: Sequence[bytes], blinding: bytes
) -> bytes:
    """What tells the same content from other content without keeping either."""
    digest = hashlib.sha256(f"{kind}|{schema}|{len(attachments)}|".encode() + blinding)
    for content in (payload, *attachments):
        digest.update(hashlib.sha256(content).digest())
    return digest.digest()


def envelope(row: Sequence[Any]) -> Envelope:
    """The envelope in a row of the columns ``ENVELOPE``; raises ``Unreadable``."""
    (id_, kind, schema, state, created, size, attempts, not_before, reason, receipt, *rest) = row
    try:
        item_id, state = UUID(id_), State(state)
    except ValueError:
        raise Unreadable("a row makes no sense") from None
    return Envelope(
        item_id,
        kind,
        schema,
        state,
        float(created),  # SQLite's RETURNING gives whole numbers as integers
        size,
        attempts,
        not_before if state is State.PENDING and not_before else None,
        reason,
        receipt,
        *rest,
    )


def ask(connection: sqlite3.Connection, sql: str, values: Sequence[Any] = ()) -> list[Any]:
    """All rows a statement gives. Its cursor is closed even when it fails: it would keep the file locked."""
    cursor = connection.execute(sql, values)
    try:
        return cursor.fetchall()
    finally:
        cursor.close()


def read_parts(database: Database, n: int) -> Parts:
    """The sealed parts of item ``n`` as they are on disk."""
    return ask(
        database.conn,
        "SELECT sha256, sealed FROM parts WHERE place BETWEEN ? AND ? ORDER BY place",
        (n * PARTS, n * PARTS + PARTS - 1),
    )


def intact(found: Envelope, digest: bytes, check: bytes, parts: Parts) -> bool:
    """Whether an item is as it was put: every part, and everything that never changes in its row.

    Of a delivered item the parts are gone, so only its receipt can be looked for.
    """
    if not parts:
        return found.receipt is not None
    names = [hashlib.sha256(sealed).hexdigest() for _, sealed in parts]
    whole = checksum(str(found.id), found.kind, found.schema, digest, found.created, names)
    return names == [name for name, _ in parts] and check == whole
