"""What a kiosk counts of its devices: how often they worked, failed and had to be opened again.

Keys and numbers only, nothing of what was read. The file is small and written now and then without waiting
for the disk: a power cut costs the last minute of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import structlog
from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError

from devices.errors import DeviceCancelled, DeviceError, DeviceTimeout

log = structlog.get_logger("yedeng.devices")

FILE = "device-counters.json"
"""Its name in the data folder."""

_MOST_KEYS = 40
"""Kinds of failure that are told apart; what comes after them is counted as ``other``."""

_ASKING = {"open", "check", "test"}
"""Verbs that only ask a device how it is: they are no work done, and their failure is a loss."""


class Counters(BaseModel):
    """What was counted of one device.

    Attributes:
        driver: whose counts these are: another driver under the same name starts anew.
        since: when counting began, UTC.
        done: how often each verb came to a good end, e.g. ``read``.
        failed: how often something went wrong, by the error's key; a device that stays away counts once.
        reopened: how often it came back after it had been lost.
        last_good: when it last answered as it should.
    """

    model_config = ConfigDict(extra="forbid")

    driver: str
    since: datetime = Field(default_factory=lambda: datetime.now(UTC))
    done: Counter[str] = Field(default_factory=Counter)
    failed: Counter[str] = Field(default_factory=Counter)
    reopened: int = Field(default=0, ge=0)
    last_good: datetime | None = None

    def good(self, verb: str) -> None:
        """A verb came to a good end."""
        self.last_good = datetime.now(UTC)
        if verb not in _ASKING:
            self.done[verb] += 1

    def bad(self, verb: str, error: DeviceError) -> None:
        """A verb failed. Nobody came, nobody waited any more: no failure of the device."""
        nobody = isinstance(error, DeviceTimeout | DeviceCancelled) and error.state is None
        if verb not in _ASKING and not nobody:
            self.lost(error)

    def lost(self, error: DeviceError) -> None:
        """Something went wrong."""
        known = error.detail in self.failed or len(self.failed) < _MOST_KEYS
        self.failed[error.detail if known else "other"] += 1

    @property
    def words(self) -> str:
        """One line for a technician."""
        failures = ", ".join(f"{key} {count}" for key, count in self.failed.most_common(5))
        parts = [
            f"{self.done.total()} done",
            f"{self.failed.total()} failed" + (f" ({failures})" if failures else ""),
        ]
        parts.append(f"opened again {self.reopened}")
        if self.last_good is not None:
            parts.append(f"last good {self.last_good:%Y-%m-%d %H:%M} UTC")
        return f"since {self.since:%Y-%m-%d}: " + ", ".join(parts)


class _File(RootModel[dict[str, Counters]]):
    pass


def load(path: Path) -> dict[str, Counters]:
    """The counters of every device by name; none when there is no file, or none that can be read."""
    try:
        return _File.model_validate_json(path.read_bytes()).root
    except FileNotFoundError:
        return {}
    except (OSError, ValidationError) as error:
        log.warning("device.counters_unreadable", error=type(error).__name__)
        return {}


def save(path: Path, counters: Mapping[str, Counters]) -> None:
    """Write the counters, whole or not at all. A full disk costs the counters and nothing else."""
    fresh = path.with_suffix(".new")
    try:
        fresh.write_text(_File(dict(counters)).model_dump_json(), encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        log.warning("device.counters_not_kept", error=type(error).__name__)
