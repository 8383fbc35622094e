"""The 24-hour ledger: what became of every minute of a day for one item at one kiosk. Pure.

A kiosk promises 24 hours. What is known of a day is painted in layers, the strongest first: time that has not
come yet, the hub's own absence, the kiosk's silence, the keeper's closing, a catalogue that does not hold the
item yet, something missing. What no layer covers was really available. The parts always add up to the day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from hub.kiosks.state import Stretch

MINUTES: Final = 24 * 60


class Share(StrEnum):
    """What a part of a day went to."""

    AVAILABLE = "available"
    DEVICE = "device"
    PAPER = "paper"
    STORAGE = "storage"
    CATALOGUE = "catalogue"
    CLOSED = "closed"
    QUARANTINE = "quarantine"
    NETWORK = "network"
    KIOSK_OFF = "kiosk_off"
    HUB_DOWN = "hub_down"
    NOT_KNOWN = "not_known"
    TO_COME = "to_come"


ORDER: Final = tuple(Share)
"""The order in which shares are listed."""


@dataclass(frozen=True)
class Layer:
    """A stretch of time that something took away; ``until`` is ``None`` while it lasts.

    ``cause`` says it more exactly than the share: a device, what is missing.
    """

    since: datetime
    until: datetime | None
    share: Share
    cause: str = ""

    def covers(self, at: datetime) -> bool:
        """Whether it holds at this moment."""
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True)
class Part:
    """A part of the day: from, to, what it went to and why."""

    stretch: Stretch
    share: Share
    cause: str = ""


def parts_of(day: Stretch, layers: Sequence[Layer]) -> list[Part]:
    """The day in parts, without gap or overlap; of the layers that cover a moment, the first one counts."""
    edges = {day.since, day.until}
    for layer in layers:
        edges |= {at for at in (layer.since, layer.until) if at is not None and day.since < at < day.until}
    parts: list[Part] = []
    for since, until in pairwise(sorted(edges)):
        found = next((layer for layer in layers if layer.covers(since)), None)
        share, cause = (found.share, found.cause) if found else (Share.AVAILABLE, "")
        if parts and (parts[-1].share, parts[-1].cause) == (share, cause):
            parts[-1] = Part(Stretch(parts[-1].stretch.since, until), share, cause)
        else:
            parts.append(Part(Stretch(since, until), share, cause))
    return parts


def minutes(parts: Iterable[Part], total: int = MINUTES) -> dict[Share, int]:
    """Whole minutes by share; they add up to ``total`` exactly (rounded by largest remainder)."""
    spent: dict[Share, timedelta] = {}
    for part in parts:
        spent[part.share] = spent.get(part.share, timedelta(0)) + part.stretch.length
    whole = sum(spent.values(), timedelta(0))
    if not whole:
        return {}
    exact = {share: length / whole * total for share, length in spent.items()}
    rounded = {share: int(value) for share, value in exact.items()}
    lost = sorted(exact, key=lambda share: (exact[share] - rounded[share], share), reverse=True)
    for share in lost[: total - sum(rounded.values())]:
        rounded[share] += 1
    return {share: rounded[share] for share in ORDER if rounded.get(share)}
