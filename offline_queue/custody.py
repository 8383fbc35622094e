"""What a technician does: look, check, hurry, release, carry by hand. Every act is kept with who and why."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, Final
from uuid import UUID

import structlog

from offline_queue.errors import NotHeld, QueueDamaged
from offline_queue.model import AuditEntry, Envelope, Incident, LeasedItem, State
from offline_queue.rows import ENVELOPE, LOST_DIGEST, envelope, intact
from offline_queue.table import NOT_AS_PUT, Table

log = structlog.get_logger(__name__)

_GAP: Final = 0.0005  # seconds in which another thread can take the lock: nobody is woken for it in order


class Custody(Table):
    """The queue as a technician meets it."""

    def incidents(self) -> list[Incident]:
        """What happened to the database so far, oldest first."""
        return [
            Incident(*row) for row in self._read("SELECT at, what, saved, lost FROM incidents ORDER BY at")
        ]

    def retry(self, item_id: UUID, who: str, reason: str = "") -> Envelope:
        """Let a waiting item be tried at once. Raises ``UnknownItem``, ``NotHeld`` if it is not waiting."""
        return self._act(item_id, State.PENDING, "retry", who, reason)

    def release(self, item_id: UUID, who: str, reason: str) -> Envelope:
        """Let a held item go to the other end again; ``reason`` says why it should be taken now.

        Raises ``UnknownItem``, ``NotHeld``, and ``ValueError`` without a reason.
        """
        if not reason.strip():
            raise ValueError("a release needs a reason")
        return self._act(item_id, State.HELD, "release", who, reason)

    def audit(self, item_id: UUID | None = None) -> list[AuditEntry]:
        """What people did, to one item or to all, oldest first."""
        where, values = ("item_id = ?", [str(item_id)]) if item_id else ("1", [])
        rows = self._read(
            f"SELECT at, action, item_id, who, reason FROM audit WHERE {where} ORDER BY rowid", *values
        )
        return [AuditEntry(at, action, UUID(id_), who, reason) for at, action, id_, who, reason in rows]

    def content(self, item_id: UUID, who: str, reason: str = "") -> LeasedItem:
        """An item with its sealed parts, to be carried by hand, and noted so. Raises ``UnknownItem``."""
        with self.together() as execute:
            found = self.get(item_id)
            self._note(execute, "export", item_id, who, reason)
            return self._item(found, self._connection.parts(self._number(item_id)))

    def verify(self) -> list[str]:
        """Everything that is wrong with the database, one fault a line; empty when it is whole."""
        with self._changed:
            return self._connection.faults()

    def inspect(self, go_on: Callable[[], bool] = lambda: True) -> list[str]:
        """Move the journal into the database, look at all of it, mend what is wrong; the faults found.

        A damaged database is salvaged at once (``incidents``); an item that is not as it was put is held for
        its owner. Whoever wants to put or settle gets in between any two items; ends early when ``go_on``
        says so.
        """
        try:
            with self._changed:
                self._connection.checkpoint()
                self._connection.check()
            return list(self._faulty_items(go_on))
        except QueueDamaged as error:
            self._read("SELECT 1")  # opens what could be salvaged
            return [str(error)]

    def _faulty_items(self, go_on: Callable[[], bool]) -> Iterator[str]:
        n = 0
        while go_on():
            with self._changed:
                rows = self._read(
                    f"SELECT n, digest, checksum, {ENVELOPE} FROM items WHERE n > ? ORDER BY n LIMIT 1", n
                )
                if not rows:
                    return
                n, digest, check, *row = rows[0]
                with self._connection.told():
                    found = envelope(row)
                whole = digest == LOST_DIGEST or intact(found, digest, check, self._connection.parts(n))
                if not whole:
                    self._hold(found.id, NOT_AS_PUT)
            if not whole:
                yield f"item {found.id} is not as it was put"
            time.sleep(_GAP)

    def _act(self, item_id: UUID, state: State, action: str, who: str, reason: str) -> Envelope:
        with self.together() as execute:
            if self.get(item_id).state is not state:
                raise NotHeld(f"item {item_id} is {self.get(item_id).state}, not {state}")
            self._note(execute, action, item_id, who, reason)
            execute(
                "UPDATE items SET state = 'pending', not_before = 0, owner = NULL, deadline = NULL"
                " WHERE id = ?",
                (str(item_id),),
            )
            self._work = True
            return self.get(item_id)

    def _note(self, execute: Callable[..., Any], action: str, item_id: UUID, who: str, reason: str) -> None:
        execute(
            "INSERT INTO audit VALUES (?, ?, ?, ?, ?)", (self._clock(), action, str(item_id), who, reason)
        )
        log.warning("queue_item_handled", action=action, id=str(item_id), who=who)
