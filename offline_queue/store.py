"""The queue itself: one SQLite database whose content is sealed before it is written."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

import structlog

from offline_queue import clocks
from offline_queue.custody import Custody
from offline_queue.delivery import Delivery
from offline_queue.errors import ContentConflict, NoRecipient, SpaceLow
from offline_queue.model import Envelope, QueueStats, Sealer, State
from offline_queue.rows import content_digest
from offline_queue.schema import PARTS, checksum
from offline_queue.table import OPEN

log = structlog.get_logger(__name__)

RESERVE: Final = 100_000_000
"""Bytes of the disk that intake leaves free, so that delivery and everything else goes on working."""

_LARGE: Final = 200_000  # bytes


class OfflineQueue(Delivery, Custody):
    """A durable, sealed outbox in one folder; safe to use from several threads of one process.

    ``clock`` gives seconds since 1970. ``sealer`` may be set or replaced later; without one nothing can be
    put. ``reserve`` is the space in bytes that ``put`` leaves free. ``keeper`` owns what is held, and has
    ``hold_for`` seconds to see to it. ``on_work`` is called, in the thread that caused it, when there is
    something new to deliver or somebody begins to wait.

    Every method may raise ``StorageFailed``; the next one opens the database anew, for after an error of the
    disk nothing that was open can be trusted. A damaged database is set aside and salvaged on the way
    (``incidents``). Opening raises ``QueueInUse`` and ``QueueTooNew`` besides.
    """

    def __init__(
        self,
        folder: Path,
        sealer: Sealer | None,
        clock: Callable[[], float] = time.time,
        *,
        reserve: int = RESERVE,
        keeper: str = "",
        hold_for: float = 3 * 86400.0,
    ) -> None:
        self.sealer = sealer
        self._reserve = reserve
        self._keeper = keeper
        self._hold_for = hold_for
        self._digesting = ThreadPoolExecutor(1, "queue-digest")
        super().__init__(folder, clock, reserve)

    def close(self) -> None:
        """Close the database and give the lock back; harmless the second time."""
        super().close()
        self._digesting.shutdown()

    def put(
        self,
        item_id: UUID,
        kind: str,
        payload: bytes,
        attachments: Sequence[bytes] = (),
        *,
        schema: int = 1,
        priority: int = 0,
        clock_offset: float | None = None,
        blinding: bytes = b"",
    ) -> Envelope:
        """Seal ``payload`` and ``attachments`` and store them; returns once they are synced to disk.

        Blocks for as long as the disk needs. The same id with the same content is success and changes
        nothing. To tell, a digest of the content in the clear is kept: payloads that could be guessed whole
        should carry a random field, or come with the same random ``blinding`` each time. Raises
        ``ContentConflict`` for other content under a known id, ``NoRecipient`` without a sealer, ``SpaceLow``
        when the disk is down to its reserve.
        """
        sealer = self.sealer
        if sealer is None:
            raise NoRecipient("there is no recipient key to seal to; nothing was stored")
        if len(attachments) >= PARTS:
            raise ValueError(f"an item has at most {PARTS - 1} attachments")
        digesting: Callable[[], bytes] = partial(content_digest, kind, schema, payload, attachments, blinding)
        if sum(map(len, attachments), len(payload)) > _LARGE:  # digested on the other core while it is sealed
            digesting = self._digesting.submit(digesting).result
        contents = [
            sealer.seal(content, item_id=item_id, kind=kind, schema=schema, part=part)
            for part, content in enumerate((payload, *attachments))
        ]
        digest = digesting()
        names = [hashlib.sha256(content).hexdigest() for content in contents]
        id_, size, now = str(item_id), sum(map(len, contents)), self._clock()
        check = checksum(id_, kind, schema, digest, now, names)
        with self.together() as execute:
            known = execute("SELECT digest FROM items WHERE id = ?", (id_,))
            if known:
                if known[0][0] != digest:
                    log.error("queue_content_conflict", id=id_, kind=kind)
                    raise ContentConflict(item_id)
                return self.get(item_id)
            if not self.has_room(size):
                raise SpaceLow("the disk is down to its reserve; nothing was stored")
            boot, uptime = clocks.boot(), clocks.uptime()
            n = execute(
                "INSERT INTO items (id, kind, schema, digest, checksum, created, clock_offset, boot, uptime,"
                " size, priority, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending') RETURNING n",
                (id_, kind, schema, digest, check, now, clock_offset, boot, uptime, size, priority),
            )[0][0]
            for part, content in enumerate(contents):
                execute("INSERT INTO parts VALUES (?, ?, ?)", (n * PARTS + part, names[part], content))
            self._connection.acknowledge(id_)
            self._work = True
        return Envelope(
            item_id,
            kind,
            schema,
            State.PENDING,
            now,
            size,
            0,
            None,
            None,
            None,
            priority,
            clock_offset,
            boot,
            uptime,
        )

    def has_room(self, size: int = 0) -> bool:
        """Whether ``size`` bytes can be put without touching the reserve."""
        return shutil.disk_usage(self._folder).free - 2 * size >= self._reserve

    def wait_delivered(self, item_id: UUID, timeout: float) -> Envelope:
        """Wait up to ``timeout`` seconds until the item is delivered or held; its envelope as it is then.

        While somebody waits for an item it goes before all others. Raises ``UnknownItem``.
        """
        settled = {State.DELIVERED, State.HELD}
        with self._changed:
            self._awaited[str(item_id)] += 1
        try:
            self.on_work()
            with self._changed:
                self._changed.wait_for(
                    lambda: self._connection.closed or self.get(item_id).state in settled, timeout
                )
                return self.get(item_id)
        finally:
            with self._changed:
                self._awaited[str(item_id)] -= 1
                self._awaited += Counter()

    def envelopes(self, state: State | None = None) -> list[Envelope]:
        """All envelopes, or those in one state, oldest first."""
        return self._envelopes("state = ?", state.value) if state else self._envelopes("1")

    def ids(self) -> list[str]:
        """The ids of all items as text, newest first: quick where the envelopes of 100,000 are not."""
        return [id_ for (id_,) in self._read("SELECT id FROM items ORDER BY n DESC")]

    def stats(self) -> QueueStats:
        """How many items are in each state, how old the oldest undelivered one is, and what is overdue."""
        with self._changed:
            states = {
                state: (count, oldest)
                for state, count, oldest in self._read(
                    f"SELECT state, count(*), min(created) FROM items WHERE {OPEN} GROUP BY state"
                    " UNION ALL SELECT 'held', count(*), min(created) FROM items WHERE state = 'held'"
                )
            }
            ((every,),) = self._read("SELECT count(*) FROM items")
            ((overdue,),) = self._read(
                "SELECT count(*) FROM items WHERE state = 'held' AND deadline < ?", self._clock()
            )
            ((incidents,),) = self._read("SELECT count(*) FROM incidents")
        pending, leased, held = (
            states.get(state.value, (0, None))[0] for state in (State.PENDING, State.LEASED, State.HELD)
        )
        oldest = min((oldest for _, oldest in states.values() if oldest is not None), default=None)
        return QueueStats(pending, leased, every - pending - leased - held, held, oldest, overdue, incidents)
