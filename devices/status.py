"""The one vocabulary in which every device says how it is.

Names and values are those of XFS4IoT (Common.Status, Printer.Status, CardReader.Status), so that the hub,
field staff and suppliers share one language. Two axes are kept apart: *fitness* (can the device work?) and
*supply* (has it what it consumes?). Silence is ``unknown``, never "fine" and never "empty".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum


class DeviceState(StrEnum):
    """Whether the device is there and answers (XFS4IoT Common.Status ``device``)."""

    ONLINE = "online"
    OFFLINE = "offline"  # the way to it exists, but it does not answer
    POWER_OFF = "powerOff"
    NO_DEVICE = "noDevice"  # there is no port, reader or camera of that name
    HARDWARE_ERROR = "hardwareError"  # it answers, and what it says is a fault or garbage
    USER_ERROR = "userError"
    DEVICE_BUSY = "deviceBusy"
    STARTING = "starting"  # not opened yet


class Media(StrEnum):
    """What lies in, on or before the device: a card, a sheet (XFS4IoT Printer and CardReader ``media``)."""

    PRESENT = "present"
    NOT_PRESENT = "notPresent"
    ENTERING = "entering"
    JAMMED = "jammed"
    LATCHED = "latched"
    UNKNOWN = "unknown"


class Paper(StrEnum):
    """The paper of a printer (XFS4IoT Printer.Status ``paper``)."""

    FULL = "full"
    LOW = "low"
    OUT = "out"
    JAMMED = "jammed"
    UNKNOWN = "unknown"


class Fitness(StrEnum):
    """Whether the device can do its work, supplies aside."""

    OK = "ok"
    DEGRADED = "degraded"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Supply(StrEnum):
    """Whether the device has enough of what it consumes."""

    OK = "ok"
    LOW = "low"
    OUT = "out"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """One typed snapshot of a device. ``None`` on an axis means that the device has no such axis.

    ``reasons`` are keys such as ``cover-open`` that screens and the hub turn into words. ``since`` (UTC)
    tells when this state was first seen; it takes no part in comparing two snapshots.
    """

    device: DeviceState
    media: Media | None = None
    paper: Paper | None = None
    fitness: Fitness = Fitness.UNKNOWN
    supply: Supply | None = None
    reasons: tuple[str, ...] = ()
    since: datetime = field(default_factory=lambda: datetime.now(UTC), compare=False)

    @property
    def usable(self) -> bool:
        """The device answers and does not say that it cannot work."""
        return (
            self.device is DeviceState.ONLINE
            and self.fitness is not Fitness.FAILED
            and self.supply is not Supply.OUT
        )
