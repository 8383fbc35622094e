"""What everything the queue does is made of: its database, one thread at a time, transactions, envelopes."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import structlog

from offline_queue import clocks
from offline_queue.connection import Connection
from offline_queue.errors import UnknownItem
from offline_queue.model import Attachment, Envelope, LeasedItem
from offline_queue.rows import ENVELOPE, LOST_DIGEST, Parts, envelope

log = structlog.get_logger(__name__)

OPEN: Final = "state IN ('pending', 'leased')"
"""The items that are still on their way."""

NOT_AS_PUT: Final = "its content on this disk is not as it was put"
"""Why an item is held whose checksum does not fit any more."""

_LOST: Final = "acknowledged, then lost by this disk: unless the other end has it, it has to be filed again"


class Table:
    """The rows of one queue, and whoever waits for a change of them.

    ``_keeper`` owns what is held, and has ``_hold_for`` seconds to see to it.
    """

    _keeper: str
    _hold_for: float

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time, reserve: int = 0) -> None:
        self.on_work: Callable[[], None] = lambda: None
        self._folder = folder
        self._clock = clock
        self._changed = threading.Condition(threading.RLock())
        self._awaited: Counter[str] = Counter()
        self._turn = 0
        self._depth = 0
        self._work = False
        self._opened_before = False
        self._connection = Connection(folder, clock, self._on_open, reserve)

    def close(self) -> None:
        """Close the database and give the lock back; harmless the second time."""
        with self._changed:
            self._connection.close()
            self._changed.notify_all()

    def get(self, item_id: UUID) -> Envelope:
        """The envelope of an item; raises ``UnknownItem``."""
        rows = self._envelopes("id = ?", str(item_id))
        if not rows:
            raise UnknownItem(item_id)
        return rows[0]

    @contextmanager
    def together(self, *, synced: bool = True) -> Iterator[Callable[..., Any]]:
        """Do several things at once or not at all: one transaction, synced when it ends."""
        with self._changed:
            self._depth += 1
            try:
                with self._connection.transaction(synced=synced) as execute:
                    yield execute
            finally:
                self._depth -= 1
            self._changed.notify_all()
            work, self._work = self._work and not self._depth, self._work and self._depth > 0
        if work:  # told once it is durable, and never with the lock in hand: whoever is told may want it
            self.on_work()

    def _on_open(
        self, execute: Callable[..., Any], found: Sequence[str], lost: Sequence[str], told: bool
    ) -> None:
        if not self._opened_before:
            # The lock is ours alone, so a lease in the table is one that a crash left behind.
            execute("UPDATE items SET state = 'pending', not_before = 0 WHERE state = 'leased'")
            self._opened_before = True
        self._turn = execute(f"SELECT ifnull(max(turn), 0) FROM items WHERE {OPEN}")[0][0]
        now = self._clock()
        for id_ in lost:
            execute(
                "INSERT INTO items (id, kind, schema, digest, checksum, created, size, state, reason, owner,"
                " deadline) VALUES (?, 'unknown', 0, ?, x'', ?, 0, 'held', ?, ?, ?)",
                (id_, LOST_DIGEST, now, _LOST, self._keeper, now + self._hold_for),
            )
        if found or lost:
            log.critical("queue_items_missing", found=len(found), lost=list(lost))
        if (found or lost) and not told:
            what = "acknowledged items were missing: the journal is damaged"
            execute("INSERT INTO incidents VALUES (?, ?, ?, ?)", (now, what, len(found), len(lost)))

    def _hold(self, item_id: UUID, reason: str) -> None:
        with self.together() as execute:
            execute(
                "UPDATE items SET state = 'held', reason = ?, owner = ?, deadline = ?,"
                f" attempts = attempts + 1 WHERE id = ? AND {OPEN}",
                (reason, self._keeper, self._clock() + self._hold_for, str(item_id)),
            )

    def _item(self, found: Envelope, parts: Parts) -> LeasedItem:
        (_, sealed), *files = parts or [("", b"")]
        same_boot = found.uptime is not None and found.boot == clocks.boot()
        age = clocks.uptime() - (found.uptime or 0.0) if same_boot else None
        attachments = tuple(Attachment(name, file) for name, file in files)
        return LeasedItem(found, sealed, attachments, age, self._awaited[str(found.id)] > 0)

    def _number(self, item_id: UUID) -> int:
        rows = self._read("SELECT n FROM items WHERE id = ?", str(item_id))
        if not rows:
            raise UnknownItem(item_id)
        return int(rows[0][0])

    def _envelopes(self, where: str, *values: Any) -> list[Envelope]:
        rows = self._read(f"SELECT {ENVELOPE} FROM items WHERE {where} ORDER BY n", *values)
        with self._changed, self._connection.told():
            return [envelope(row) for row in rows]

    def _read(self, sql: str, *values: Any) -> list[Any]:
        with self._changed:
            return self._connection.read(sql, values)
