"""What a kiosk tells its hub of itself with every sign of life."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from config.version import VERSION
from devices.supervisor import Supervisor
from kiosk.guide import Guide
from kiosk.service import CLOSED, Service
from kiosk.settings_in_force import SettingsInForce
from kiosk.wire import (
    PROTOCOL,
    CheckIn,
    DeviceCounts,
    DeviceReport,
    HeldItem,
    Lack,
    QueueReport,
    ServiceItem,
)
from offline_queue import Envelope, OfflineQueue, State

_HELD_TOLD: Final = 50
_LONGEST_REASON: Final = 400
_LONGEST_PHONE: Final = 40


class SelfReport:
    """Makes check-ins, numbered within one session: from the start of the software to its end.

    ``lacks`` tells what is missing for the items it is given.
    """

    def __init__(
        self,
        queue: OfflineQueue,
        guide: Guide,
        devices: Supervisor,
        settings: SettingsInForce,
        service: Service,
    ) -> None:
        self._queue = queue
        self._guide = guide
        self._devices = devices
        self._settings = settings
        self._service = service
        self._session = uuid4()
        self._sequence = 0
        self._began = time.monotonic()
        self.lacks: Callable[[tuple[ServiceItem, ...]], tuple[Lack, ...]] | None = None

    @property
    def up_seconds(self) -> float:
        """How long the software has run."""
        return time.monotonic() - self._began

    @property
    def settings_version(self) -> str:
        """Version of the desired settings taken last, empty before the first."""
        return self._settings.report().version

    def check_in(self) -> CheckIn:
        """The next sign of life. Raises ``QueueError``."""
        self._sequence += 1
        return CheckIn(
            protocol=PROTOCOL,
            session=self._session,
            sequence=self._sequence,
            sent_at=datetime.now(UTC),
            software=VERSION,
            catalogue_version=self._guide.version,
            devices=self.devices(),
            queue=self.queue(),
            out_of_service=CLOSED if self._service.closed is not None else None,
            lacks=self.lacks(self._guide.items) if self.lacks is not None and self._guide.version else None,
            up_seconds=self.up_seconds,
            keeper_phone=self._settings.site.kiosk.keeper_phone[:_LONGEST_PHONE],
            settings=self._settings.report(),
        )

    def devices(self) -> tuple[DeviceReport, ...]:
        """Every device's state and counts."""
        return tuple(
            DeviceReport(
                name=device.name,
                family=device.family,
                driver=device.driver,
                device=device.status.device,
                media=device.status.media,
                paper=device.status.paper,
                fitness=device.status.fitness,
                supply=device.status.supply,
                reasons=device.status.reasons,
                counts=DeviceCounts.model_validate(device.counters.model_dump(exclude={"driver"})),
            )
            for device in map(self._devices.get, self._devices.status())
        )

    def queue(self) -> QueueReport:
        """How the outbox stands. Raises ``QueueError``."""
        stats = self._queue.stats()
        return QueueReport(
            pending=stats.pending + stats.leased,
            held=stats.held,
            oldest_seconds=None if stats.oldest is None else max(0.0, time.time() - stats.oldest),
            overdue=stats.overdue,
            incidents=stats.incidents,
            held_items=tuple(map(_held, self._queue.envelopes(State.HELD)[:_HELD_TOLD])),
        )


def _held(envelope: Envelope) -> HeldItem:
    deadline = envelope.deadline
    return HeldItem(
        id=envelope.id,
        kind=envelope.kind,
        reason=(envelope.reason or "")[:_LONGEST_REASON],
        owner=envelope.owner or "",
        deadline=None if deadline is None else datetime.fromtimestamp(deadline, UTC),
    )
