"""The queue itself: one SQLite table whose content is sealed before it is written."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import structlog
from sqlite_utils import Database

from offline_queue.database import lock_folder, open_database, storage_error
from offline_queue.errors import ContentConflict, NoRecipient, QueueError, UnknownItem
from offline_queue.model import Attachment, Envelope, LeasedItem, QueueStats, Sealer, State

log = structlog.get_logger(__name__)

LONGEST_WAIT: Final = 6 * 3600.0
"""Seconds an item, or the whole queue, may be put off; a time further away comes from a clock that jumped."""

LEASE: Final = 300.0
"""Seconds after which a lease ends by itself; longer than any delivery may take."""

_ENVELOPE = "id, kind, schema, state, created, size, attempts, not_before, reason, receipt"


class OfflineQueue:
    """A durable, sealed outbox in one folder; safe to use from several threads of one process.

    ``clock`` gives seconds since 1970. ``sealer`` may be set or replaced later; without one nothing can be
    put. Every method may raise ``StorageFailed`` or ``QueueDamaged``. Opening raises ``QueueInUse`` besides.
    """

    def __init__(self, folder: Path, sealer: Sealer | None, clock: Callable[[], float] = time.time) -> None:
        self.sealer = sealer
        self._clock = clock
        self._changed = threading.Condition(threading.RLock())
        self._awaited: Counter[str] = Counter()
        self._closed = False
        self._lock_file = lock_folder(folder)
        try:
            self._database = open_database(folder)
            # The lock is ours alone, so a lease in the table is one that a crash left behind.
            with self._write() as db:
                db.execute("UPDATE items SET state = 'pending', not_before = 0 WHERE state = 'leased'")
        except QueueError:
            self._lock_file.close()
            raise

    def close(self) -> None:
        """Close the database and give the lock back; harmless the second time."""
        with self._changed:
            if not self._closed:
                self._closed = True
                self._database.close()
                self._lock_file.close()
                self._changed.notify_all()

    # ------------------------------------------------------------------------------------------ for the kiosk

    def put(
        self, item_id: UUID, kind: str, payload: bytes, attachments: Sequence[bytes] = (), *, schema: int = 1
    ) -> Envelope:
        """Seal ``payload`` and ``attachments`` and store them; returns once they are synced to disk.

        Blocks for as long as the disk needs. The same id with the same content is success and changes
        nothing. A digest of the content in the clear is kept to tell: payloads that could be guessed whole
        should carry a random field. Raises ``ContentConflict`` for other content under a known id,
        ``NoRecipient`` without a sealer.
        """
        digest = _digest(kind, schema, payload, attachments)
        sealer = self.sealer
        if sealer is None:
            raise NoRecipient("there is no recipient key to seal to; nothing was stored")
        sealed, *files = [
            sealer.seal(content, item_id=item_id, kind=kind, schema=schema, part=part)
            for part, content in enumerate([payload, *attachments])
        ]
        with self._write() as db:
            known = db.execute("SELECT digest FROM items WHERE id = ?", [str(item_id)]).fetchone()
            if known is not None and known[0] != digest:
                log.error("queue_content_conflict", id=str(item_id), kind=kind)
                raise ContentConflict(item_id)
            if known is None:
                self._insert(db, item_id, kind, schema, digest, sealed, files)
        return self.get(item_id)

    def get(self, item_id: UUID) -> Envelope:
        """The envelope of an item; raises ``UnknownItem``."""
        rows = self._envelopes("id = ?", str(item_id))
        if not rows:
            raise UnknownItem(item_id)
        return rows[0]

    def wait_delivered(self, item_id: UUID, timeout: float) -> Envelope:
        """Wait up to ``timeout`` seconds until the item is delivered or held; its envelope as it is then.

        While somebody waits for an item it goes before all others. Raises ``UnknownItem``.
        """
        settled = {State.DELIVERED, State.HELD}
        with self._changed:
            self._awaited[str(item_id)] += 1
            try:
                self._changed.wait_for(lambda: self._closed or self.get(item_id).state in settled, timeout)
                return self.get(item_id)
            finally:
                self._awaited[str(item_id)] -= 1

    def envelopes(self, state: State | None = None) -> list[Envelope]:
        """All envelopes, or those in one state, oldest first."""
        return self._envelopes("state = ?", state.value) if state else self._envelopes()

    def stats(self) -> QueueStats:
        """How many items are in each state, and how old the oldest undelivered one is."""
        rows = self._read("SELECT state, count(*), min(created) FROM items GROUP BY state")
        count = {state: number for state, number, _ in rows}
        oldest = [created for state, _, created in rows if state != State.DELIVERED]
        return QueueStats(
            **{state.value: count.get(state.value, 0) for state in State}, oldest=min(oldest, default=None)
        )

    # --------------------------------------------------------------------------------------- for the uploader

    def lease(self) -> LeasedItem | None:
        """Take the next item that is due, or ``None``.

        Items somebody waits for come first, then the one never tried or tried longest ago: an item that fails
        again and again cannot stand before the others.
        """
        with self._write() as db:
            item_id = self._next_due(db)
            if item_id is None:
                return None
            db.execute(
                "UPDATE items SET state = 'leased', not_before = ?, turn = 1 + (SELECT max(turn) FROM items"
                " WHERE state IN ('pending', 'leased')) WHERE id = ?",
                [self._clock() + LEASE, item_id],
            )
            row = next(db.table("items").rows_where("id = ?", [item_id]))
            files = db.table("attachments").rows_where(
                "item_id = ?", [item_id], order_by="position", select="sha256, sealed"
            )
            return LeasedItem(_envelope(row), row["sealed"], tuple(Attachment(**file) for file in files))

    def settle_delivered(self, item_id: UUID, receipt: str) -> None:
        """Record the other end's receipt and erase the content in the same transaction."""
        with self._write() as db:
            db.execute("DELETE FROM attachments WHERE item_id = ?", [str(item_id)])
            db.execute(
                "UPDATE items SET state = 'delivered', receipt = ?, reason = NULL, sealed = NULL,"
                " attempts = attempts + 1 WHERE id = ?",
                [receipt, str(item_id)],
            )

    def settle_held(self, item_id: UUID, reason: str) -> None:
        """Hold a refused item for a person."""
        with self._write() as db:
            db.execute(
                "UPDATE items SET state = 'held', reason = ?, attempts = attempts + 1 WHERE id = ?",
                [reason, str(item_id)],
            )

    def put_off(self, item_id: UUID, seconds: float, reason: str) -> None:
        """Let one item wait ``seconds`` (at most ``LONGEST_WAIT``) before it is tried again."""
        with self._write() as db:
            db.execute(
                "UPDATE items SET state = 'pending', not_before = ?, reason = ?, attempts = attempts + 1"
                " WHERE id = ?",
                [self._clock() + min(seconds, LONGEST_WAIT), reason, str(item_id)],
            )

    def pause(self, item_id: UUID, seconds: float, reason: str) -> None:
        """Let the whole queue wait ``seconds``; it is not counted against the item that met the cause."""
        with self._write() as db:
            db.execute(
                "UPDATE items SET state = 'pending', not_before = 0, reason = ? WHERE id = ?",
                [reason, str(item_id)],
            )
            until = self._clock() + min(seconds, LONGEST_WAIT)
            db.execute("UPDATE pause SET until = ?, streak = streak + 1", [until])

    def resume(self) -> None:
        """End the pause: the other end answers."""
        if self.pause_streak():
            with self._write() as db:
                db.execute("UPDATE pause SET until = 0, streak = 0")

    def pause_streak(self) -> int:
        """How many systemic failures came in a row."""
        return int(self._read("SELECT streak FROM pause")[0][0])

    def seconds_until_due(self) -> float | None:
        """Seconds until the pause is over and an item is due, 0 when one is; ``None`` when none is open."""
        now = self._clock()
        due = self._read("SELECT min(not_before) FROM items WHERE state IN ('pending', 'leased')")[0][0]
        if due is None:
            return None
        until = self._read("SELECT until FROM pause")[0][0]
        return max(seconds if seconds <= LONGEST_WAIT else 0.0 for seconds in (0.0, due - now, until - now))

    def checkpoint(self) -> None:
        """Move the journal into the database and cut it, so that erased content is gone from there too."""
        with self._changed:
            self._read("PRAGMA wal_checkpoint(TRUNCATE)")

    # ------------------------------------------------------------------------------------------------- inside

    def _insert(
        self,
        db: Database,
        item_id: UUID,
        kind: str,
        schema: int,
        digest: bytes,
        sealed: bytes,
        files: list[bytes],
    ) -> None:
        size = len(sealed) + sum(map(len, files))
        db.execute(
            "INSERT INTO items (id, kind, schema, digest, created, size, state, sealed)"
            " VALUES (?, ?, ?, ?, ?, ?, 'pending', ?)",
            [str(item_id), kind, schema, digest, self._clock(), size, sealed],
        )
        for position, file in enumerate(files):
            db.execute(
                "INSERT INTO attachments (item_id, position, sha256, sealed) VALUES (?, ?, ?, ?)",
                [str(item_id), position, hashlib.sha256(file).hexdigest(), file],
            )

    def _next_due(self, db: Database) -> str | None:
        # A time further away than the longest wait was written by a clock that has jumped: due as well.
        now = self._clock()
        due = "state IN ('pending', 'leased') AND NOT (not_before > ? AND not_before <= ?)"
        values = [now, now + LONGEST_WAIT]
        items = db.table("items")
        for awaited in [item_id for item_id, waiting in self._awaited.items() if waiting > 0]:
            if list(items.rows_where(f"id = ? AND {due}", [awaited, *values], select="id")):
                return awaited
        rows = list(items.rows_where(due, values, order_by="turn, created", select="id", limit=1))
        return str(rows[0]["id"]) if rows else None

    def _envelopes(self, where: str | None = None, *values: str) -> list[Envelope]:
        with self._reading() as db:
            rows = db.table("items").rows_where(where, values, order_by="created, id", select=_ENVELOPE)
            return [_envelope(row) for row in rows]

    @contextmanager
    def _write(self) -> Iterator[Database]:
        with self._changed:
            self._refuse_if_closed()
            try:
                with self._database.atomic():
                    yield self._database
            except sqlite3.Error as error:
                raise storage_error(error) from error
            self._changed.notify_all()

    @contextmanager
    def _reading(self) -> Iterator[Database]:
        with self._changed:
            self._refuse_if_closed()
            try:
                yield self._database
            except sqlite3.Error as error:
                raise storage_error(error) from error

    def _read(self, sql: str) -> list[Any]:
        with self._reading() as db:
            return db.execute(sql).fetchall()

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise QueueError("the queue is closed")


def _digest(kind: str, schema: int, payload: bytes, attachments: Sequence[bytes]) -> bytes:
    digest = hashlib.sha256(f"{kind}|{schema}|{len(attachments)}|".encode())
    for content in (payload, *attachments):
        digest.update(hashlib.sha256(content).digest())
    return digest.digest()


def _envelope(row: Mapping[str, Any]) -> Envelope:
    state = State(row["state"])
    return Envelope(
        id=UUID(row["id"]),
        kind=row["kind"],
        schema=row["schema"],
        state=state,
        created=row["created"],
        size=row["size"],
        attempts=row["attempts"],
        next_attempt=row["not_before"] if state is State.PENDING and row["not_before"] else None,
        reason=row["reason"],
        receipt=row["receipt"],
    )
