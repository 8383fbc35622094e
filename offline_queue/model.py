"""The words of the queue: states, envelopes, outcomes, and the sealer it is handed."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class State(StrEnum):
    """Where an item is on its way.

    ``PENDING`` waits for its turn; ``LEASED`` is being delivered until its lease ends by itself;
    ``DELIVERED`` was answered for by the other end, its content is erased, its envelope stays; ``HELD`` was
    refused for good and waits, content and all, for a person. Nothing ever leaves the table.
    """

    PENDING = "pending"
    LEASED = "leased"
    DELIVERED = "delivered"
    HELD = "held"


@dataclass(frozen=True)
class Envelope:
    """What may be read of an item without any key. Times are seconds since 1970 by the queue's clock.

    ``created`` is when it was put; ``clock_offset`` how many seconds the other end's clock was then ahead
    of ours (null if not known); ``boot`` and ``uptime`` name the start of the machine it was put in and the
    seconds since. ``size`` is the sealed size in bytes, attachments included; ``reason`` says why it was
    last put off or held; ``receipt`` is the other end's answer, as text, once delivered. ``owner`` is who
    has to see to a held item, by ``deadline``.
    """

    id: UUID
    kind: str
    schema: int
    state: State
    created: float
    size: int
    attempts: int
    next_attempt: float | None
    reason: str | None
    receipt: str | None
    priority: int = 0
    clock_offset: float | None = None
    boot: str = ""
    uptime: float | None = None
    owner: str | None = None
    deadline: float | None = None

    @property
    def lost(self) -> bool:
        """Whether it was acknowledged and then lost by this disk: held, and nothing but its id is known."""
        return self.state is State.HELD and not self.size


@dataclass(frozen=True)
class Attachment:
    """A sealed file of an item, named by the SHA-256 (hexadecimal) of its sealed bytes."""

    sha256: str
    sealed: bytes = field(repr=False)


@dataclass(frozen=True)
class LeasedItem:
    """An item handed out for delivery: its envelope, its sealed payload, its sealed attachments in order.

    ``age`` is the seconds since it was put, by a clock that cannot be set; null after a restart of the
    machine. ``awaited``: somebody stands before the screen and waits for it.
    """

    envelope: Envelope
    sealed: bytes = field(repr=False)
    attachments: tuple[Attachment, ...]
    age: float | None = None
    awaited: bool = False


@dataclass(frozen=True)
class Delivered:
    """The other end has it for good and said so; ``receipt`` is its answer as text."""

    receipt: str


@dataclass(frozen=True)
class RetryLater:
    """Not now. ``after``: seconds the other end asked to wait, if it did.

    ``systemic``: the cause is not this item (no network, server down), so the whole queue pauses.
    """

    reason: str
    after: float | None = None
    systemic: bool = False


@dataclass(frozen=True)
class Refused:
    """Never, as it is: the item is held for a person."""

    reason: str


Outcome = Delivered | RetryLater | Refused


@dataclass(frozen=True)
class QueueStats:
    """Items by state; ``oldest`` is when the oldest undelivered item was put (seconds since 1970), if any.

    ``overdue`` held items are past their deadline; ``incidents`` counts how often the database was damaged.
    """

    pending: int
    leased: int
    delivered: int
    held: int
    oldest: float | None
    overdue: int = 0
    incidents: int = 0


@dataclass(frozen=True)
class Incident:
    """A damage and what became of it: how many items were saved, how many could not be read."""

    at: float
    what: str
    saved: int
    lost: int


@dataclass(frozen=True)
class AuditEntry:
    """What a person did to an item, and why."""

    at: float
    action: str
    item_id: UUID
    who: str
    reason: str


class Sealer(Protocol):
    """Closes content so that only the recipient can open it, bound to id, kind, schema and part."""

    def seal(self, content: bytes, *, item_id: UUID, kind: str, schema: int, part: int) -> bytes:
        """The sealed content; ``part`` is 0 for the payload, n for the n-th attachment."""
        ...
