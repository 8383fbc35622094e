"""How a kiosk stands, in four words, by the hub's own clock. Pure: no database, no clock of its own.

A kiosk is judged by how long the hub has heard nothing from it *while the hub was there to hear*: after the
hub was down nobody is called offline for its fault. What a kiosk says about its own time counts for nothing.

=========  ==================================================================================
online     heard within two check-in periods
recent     heard within ten minutes: what it said last is still believed
stale      heard within a day: what can be done there is no longer known
offline    silent for longer than a day, or never heard
=========  ==================================================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

PERIOD: Final = timedelta(seconds=30)
"""Time between two check-ins that kiosks are told to keep."""

RECENT: Final = timedelta(minutes=10)
STALE: Final = timedelta(hours=24)


class LiveState(StrEnum):
    """The four words."""

    ONLINE = "online"
    RECENT = "recent"
    STALE = "stale"
    OFFLINE = "offline"

    @property
    def believed(self) -> bool:
        """Whether what the kiosk said last still counts as what holds there now."""
        return self in {LiveState.ONLINE, LiveState.RECENT}


@dataclass(frozen=True)
class Stretch:
    """A stretch of time, from ``since`` up to and without ``until``."""

    since: datetime
    until: datetime

    @property
    def length(self) -> timedelta:
        """How long it is; never negative."""
        return max(self.until - self.since, timedelta(0))

    def within(self, other: Stretch) -> Stretch:
        """The part of it that lies in ``other``; of length 0 if there is none."""
        since = max(self.since, other.since)
        return Stretch(since, max(since, min(self.until, other.until)))


@dataclass(frozen=True)
class Cutoffs:
    """The moments that part the states: heard at or after ``online`` is online, and so on."""

    online: datetime
    recent: datetime
    stale: datetime

    @classmethod
    def at(cls, now: datetime, down: Sequence[Stretch] = (), period: timedelta = PERIOD) -> Cutoffs:
        """As of ``now``; ``down`` are the times at which the hub itself was down."""
        return cls(*(heard_by(now, silence, down) for silence in (2 * period, RECENT, STALE)))

    def state(self, last_seen: datetime | None) -> LiveState:
        """The state of a kiosk that was heard last at ``last_seen``, ``None`` for never."""
        if last_seen is None or last_seen < self.stale:
            return LiveState.OFFLINE
        if last_seen < self.recent:
            return LiveState.STALE
        return LiveState.ONLINE if last_seen >= self.online else LiveState.RECENT


def heard_by(now: datetime, silence: timedelta, down: Sequence[Stretch]) -> datetime:
    """The moment since which the hub has listened for just ``silence``, the times it was down left out."""
    at = now
    for stretch in sorted(down, key=lambda one: one.since, reverse=True):
        listened = at - min(stretch.until, at)
        if listened >= silence:
            break
        silence -= listened
        at = min(at, stretch.since)
    return at - silence


def listened(stretch: Stretch, down: Sequence[Stretch]) -> timedelta:
    """How much of a stretch the hub was there to hear; ``down`` does not overlap itself."""
    return stretch.length - sum((one.within(stretch).length for one in down), timedelta(0))
