"""Listens while a device works."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from devices.errors import DeviceError
from devices.recordings.traffic import Began, Direction, Ended, Event, Recording, Traffic

if TYPE_CHECKING:
    from devices.device import Device

PLACES = {"port", "host", "source", "reader", "metre", "url"}
"""Options that say where a device is, or keep something there: they are no part of a recording."""


class Recorder:
    """Writes down, in memory, what passes on a device's way (a `Tap`) and which verbs were run."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._started = time.monotonic()

    def sent(self, data: bytes) -> None:
        """These bytes went to the device."""
        self._note("sent", data)

    def heard(self, data: bytes) -> None:
        """These bytes came from it."""
        self._note("heard", data)

    def dropped(self, data: bytes) -> None:
        """These bytes came from it unasked, or too late, and were thrown away."""
        self._note("dropped", data)

    async def run(self, verb: str, work: Callable[[], Awaitable[object]]) -> str:
        """Run one verb and write down how it ended: ``success``, or the key of its error."""
        self.events.append(Began(self._now, verb))
        try:
            await work()
        except DeviceError as error:
            outcome = error.detail
        else:
            outcome = "success"
        self.events.append(Ended(self._now, verb, outcome))
        return outcome

    def recording(self, device: Device) -> Recording:
        """What was heard so far, with nothing hidden."""
        options = device.options.model_dump(mode="json", exclude_defaults=True, exclude=PLACES)
        today = datetime.now(UTC).date().isoformat()
        return Recording(device.driver, options, today, tuple(self.events), hidden=False)

    @property
    def _now(self) -> float:
        return time.monotonic() - self._started

    def _note(self, direction: Direction, data: bytes) -> None:
        self.events.append(Traffic(self._now, direction, data))
