"""How a kiosk becomes known to its hub, and what it reports of itself."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Base64Bytes, Field

from kiosk.wire.base import Message, Name, Report

PROTOCOL = 2
"""Version of the handshake and of everything in ``kiosk.wire``, as this software speaks it (decision 022).

2 added check-ins with a session, desired settings, commands, and rolling of keys.
"""

OLDEST_PROTOCOL = 1
"""The oldest version that a hub of this software still speaks with a kiosk."""

Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
"""A number of things that happened."""


class EnrolmentRequest(Report):
    """A kiosk's first words: the one-time code and its own Ed25519 public key (32 raw bytes).

    The request itself is signed with that key (RFC 9421), which proves that the kiosk holds it.
    """

    protocol: int = PROTOCOL
    code: str = Field(min_length=4, max_length=64)
    public_key: Base64Bytes
    place: str = Field(default="", max_length=120)
    software: str = Field(default="", max_length=64)


class EnrolmentReply(Message):
    """Who the kiosk is from now on, and to whom it seals.

    ``intake_keys`` are the texts of the hub's public key files: everything is sealed to all of them.
    ``publishers`` are the public keys (Ed25519, base64) whose catalogues count, ``command_keys`` those whose
    commands do.
    """

    protocol: int
    kiosk_id: str
    region: str
    intake_keys: tuple[str, ...] = Field(min_length=1)
    publishers: tuple[str, ...] = ()
    command_keys: tuple[str, ...] = ()
    hub_time: AwareDatetime


class DeviceCounts(Report):
    """What a kiosk has counted of one device: keys and numbers, nothing of what was read.

    ``done`` counts by verb, ``failed`` by the error's key.
    """

    since: AwareDatetime
    done: dict[str, Count] = Field(default_factory=dict)
    failed: dict[str, Count] = Field(default_factory=dict)
    reopened: Count = 0
    last_good: AwareDatetime | None = None


class DeviceReport(Report):
    """One device's status, in the words of XFS4IoT; null where it does not apply."""

    name: str
    family: str
    driver: str
    device: str
    media: str | None = None
    paper: str | None = None
    fitness: str | None = None
    supply: str | None = None
    reasons: tuple[str, ...] = ()
    counts: DeviceCounts | None = None


class HeldItem(Report):
    """An item the hub refused for good: who at the kiosk has to see to it, by when."""

    id: UUID
    kind: Name
    reason: str = Field(max_length=400)
    owner: str = ""
    deadline: AwareDatetime | None = None


class QueueReport(Report):
    """How the outbox stands; ``oldest_seconds`` is the age of the oldest undelivered item, null if none.

    ``incidents`` counts how often its database was damaged; ``held_items`` are the oldest held ones.
    """

    pending: Count
    held: Count
    oldest_seconds: float | None = None
    overdue: Count = 0
    incidents: Count = 0
    held_items: tuple[HeldItem, ...] = Field(default=(), max_length=50)


class Lack(Report):
    """Something that is missing at a kiosk now, and the items that it costs.

    ``cause`` is what is missing: a need of the items, such as ``id_card``, or ``storage``. ``device`` names
    the device that should serve it, as in the devices' reports; it is empty where the kiosk has none.
    ``stops``: the items cannot be done; otherwise they can, with something less, such as no paper receipt.
    """

    cause: Name
    device: str = Field(default="", max_length=64)
    stops: bool
    items: tuple[Name, ...] = Field(min_length=1, max_length=100_000)
