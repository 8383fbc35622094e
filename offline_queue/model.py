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

    ``size`` is the sealed size in bytes, attachments included; ``reason`` says why it was last put off or
    held; ``receipt`` is the other end's answer, as text, once delivered.
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


@dataclass(frozen=True)
class Attachment:
    """A sealed file of an item, named by the SHA-256 (hexadecimal) of its sealed bytes."""

    sha256: str
    sealed: bytes = field(repr=False)


@dataclass(frozen=True)
class LeasedItem:
    """An item handed out for delivery: its envelope, its sealed payload, its sealed attachments in order."""

    envelope: Envelope
    sealed: bytes = field(repr=False)
    attachments: tuple[Attachment, ...]


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
    """Items by state; ``oldest`` is when the oldest undelivered item was put (seconds since 1970), if any."""

    pending: int
    leased: int
    delivered: int
    held: int
    oldest: float | None


class Sealer(Protocol):
    """Closes content so that only the recipient can open it, bound to id, kind, schema and part."""

    def seal(self, content: bytes, *, item_id: UUID, kind: str, schema: int, part: int) -> bytes:
        """The sealed content; ``part`` is 0 for the payload, n for the n-th attachment."""
        ...
