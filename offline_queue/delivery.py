"""What the uploader does: lease what is due, settle what became of it, wait while nobody answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from offline_queue.model import LeasedItem
from offline_queue.rows import ENVELOPE, envelope, intact
from offline_queue.schema import PARTS
from offline_queue.table import NOT_AS_PUT, OPEN, Table

LONGEST_WAIT: Final = 6 * 3600.0
"""Seconds an item, or the whole queue, may be put off; a time further away comes from a clock that jumped."""

LEASE: Final = 300.0
"""Seconds after which a lease ends by itself, and one more for every ``SLOWEST`` bytes of the item."""

SLOWEST: Final = 4000
"""Bytes a second below which a delivery is no longer waited for."""


class Delivery(Table):
    """The queue as the uploader meets it."""

    def lease(self, limit: int = 1, *, room: int = 0, awaited: bool = False) -> list[LeasedItem]:
        """Take the next items that are due: at most ``limit``, all but the first within ``room`` bytes.

        Items somebody waits for come first (with ``awaited`` only they come), then those of higher priority,
        then the one never tried or tried longest ago: what fails again and again stands before no other.
        """
        with self._changed:
            if awaited and not self._awaited:
                return []
            due = self._due(limit, room, awaited=awaited)
        if not due:
            return []
        with self.together(synced=False) as execute:  # a lease does not outlive this process anyway
            leased = []
            for n in due:
                self._turn += 1
                row = execute(
                    "UPDATE items SET state = 'leased', turn = ?, not_before = ? + size / ?"
                    f" WHERE n = ? AND {OPEN} RETURNING digest, checksum, {ENVELOPE}",
                    (self._turn, self._clock() + LEASE, SLOWEST, n),
                )[0]
                found, parts = envelope(row[2:]), self._connection.parts(n)
                if intact(found, row[0], row[1], parts):
                    leased.append(self._item(found, parts))
                else:
                    self._hold(found.id, NOT_AS_PUT)
            return leased

    def settle_delivered(self, item_id: UUID, receipt: str) -> None:
        """Record the other end's receipt and erase the content in the same transaction."""
        with self.together() as execute:
            n = self._number(item_id)
            execute("DELETE FROM parts WHERE place BETWEEN ? AND ?", (n * PARTS, n * PARTS + PARTS - 1))
            execute(
                "UPDATE items SET state = 'delivered', receipt = ?, reason = NULL, owner = NULL,"
                " deadline = NULL, attempts = attempts + 1 WHERE n = ? AND state != 'delivered'",
                (receipt, n),
            )

    def settle_held(self, item_id: UUID, reason: str) -> None:
        """Hold a refused item for its owner."""
        self._hold(item_id, reason)

    def put_off(self, item_id: UUID, seconds: float, reason: str) -> None:
        """Let one item wait ``seconds`` (at most ``LONGEST_WAIT``) before it is tried again."""
        with self.together() as execute:
            execute(
                "UPDATE items SET state = 'pending', not_before = ?, reason = ?, attempts = attempts + 1"
                f" WHERE id = ? AND {OPEN}",
                (self._clock() + min(seconds, LONGEST_WAIT), reason, str(item_id)),
            )

    def pause(self, item_ids: Iterable[UUID], seconds: float, reason: str) -> None:
        """Let the whole queue wait ``seconds``; it is not counted against the items that met the cause."""
        with self.together() as execute:
            for item_id in item_ids:
                execute(
                    f"UPDATE items SET state = 'pending', not_before = 0, reason = ? WHERE id = ? AND {OPEN}",
                    (reason, str(item_id)),
                )
            until = self._clock() + min(seconds, LONGEST_WAIT)
            execute("UPDATE pause SET until = ?, streak = streak + 1", (until,))

    def resume(self) -> None:
        """End the pause: the other end answers."""
        if self.pause_streak():
            with self.together() as execute:
                execute("UPDATE pause SET until = 0, streak = 0")

    def pause_streak(self) -> int:
        """How many systemic failures came in a row."""
        return int(self._read("SELECT streak FROM pause")[0][0])

    def seconds_of_pause(self) -> float:
        """Seconds until the whole queue may be tried again, 0 when it may be now."""
        return self._left(self._read("SELECT until FROM pause")[0][0])

    def seconds_until_due(self) -> float | None:
        """Seconds until the pause is over and an item is due, 0 when one is; ``None`` when none is open."""
        with self._changed:
            due = self._read(f"SELECT min(not_before) FROM items WHERE {OPEN}")[0][0]
            return None if due is None else max(self._left(due), self.seconds_of_pause())

    def work_left(self) -> bool:
        """Whether an item is on its way or due, pause or not."""
        with self._changed:
            return bool(self._due(1, 0, awaited=False)) or bool(
                self._read("SELECT 1 FROM items WHERE state = 'leased' LIMIT 1")
            )

    def checkpoint(self) -> None:
        """Move the journal into the database and wipe it, so that erased content is gone from there too."""
        with self._changed:
            self._connection.checkpoint()

    def wants_checkpoint(self) -> bool:
        """Whether a quiet moment should be used for a checkpoint."""
        return self._connection.wants_checkpoint()

    def _due(self, limit: int, room: int, *, awaited: bool) -> list[int]:
        # A time further away than the longest wait was written by a clock that has jumped: due as well. Only
        # the lease of a very large item may last longer than that.
        now = self._clock()
        due = f"{OPEN} AND NOT (not_before > ? AND not_before <= ? + size / ?)"
        values = [now, now + LONGEST_WAIT, SLOWEST]
        chosen: list[int] = []
        for wanted in list(self._awaited):
            chosen += [
                n for (n,) in self._read(f"SELECT n FROM items WHERE id = ? AND {due}", wanted, *values)
            ]
        if not awaited and len(chosen) < limit:
            rows = self._read(
                f"SELECT n, size FROM items WHERE {due} ORDER BY priority DESC, turn, n LIMIT ?",
                *values,
                limit,
            )
            for n, size in rows:
                room -= size
                if n not in chosen and (not chosen or room >= 0):
                    chosen.append(n)
        return chosen[:limit]

    def _left(self, until: float) -> float:
        seconds = until - self._clock()
        return seconds if 0 < seconds <= LONGEST_WAIT else 0.0
