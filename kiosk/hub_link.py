"""The link to the hub: enrol once, say that we live, fetch what is new, know whether it can be reached."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

import structlog
from pydantic import ValidationError

from config.settings import Site
from config.version import VERSION
from devices.supervisor import Supervisor
from kiosk.catalogue.file import CatalogueDamaged
from kiosk.enrolment import IdentityDamaged, KioskIdentity, enrol, load_identity, renewed
from kiosk.guide import Guide
from kiosk.hub_client import HubClient, HubError, HubRefused
from kiosk.pacing import Pace
from kiosk.wire import (
    CheckIn,
    CheckInReply,
    DeviceCounts,
    DeviceReport,
    HeldItem,
    KeyUnreadable,
    Lack,
    NotPublished,
    QueueReport,
    ServiceItem,
)
from offline_queue import Envelope, LeasedItem, OfflineQueue, Outcome, QueueError, RetryLater, State

log = structlog.get_logger(__name__)

#: Seconds between two tries while the hub cannot be reached. A silent line takes time itself: the kernel asks
#: again ever more seldom, and then the timeout has to pass. So the return is noticed within five seconds.
RETRY: Final = 3.0

_HELD_TOLD: Final = 50
_LONGEST_REASON: Final = 400
_LONGEST_PHONE: Final = 40


class HubLink:
    """Keeps one kiosk in touch with its hub; everything else goes on without it.

    ``on_return`` is called when the hub answers again after it did not; ``lacks`` tells what is missing for
    the items it is given.
    """

    def __init__(self, site: Site, queue: OfflineQueue, guide: Guide, devices: Supervisor) -> None:
        self._site = site
        self._queue = queue
        self._guide = guide
        self._devices = devices
        self._look_now = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._began = time.monotonic()
        self.on_return: Callable[[], None] = lambda: None
        self.lacks: Callable[[tuple[ServiceItem, ...]], tuple[Lack, ...]] | None = None
        self.client: HubClient | None = None
        self.identity: KioskIdentity | None = None
        self.online = False

    @property
    def clock_offset(self) -> float | None:
        """Seconds the hub's clock is ahead of ours, None before its first answer."""
        return self.client.clock_offset if self.client else None

    def open(self) -> None:
        """Take up the identity kept on this machine, if there is one. Raises ``IdentityDamaged``."""
        identity = load_identity(self._site.data)
        if identity is not None:
            self._become(identity)
            self._guide.load(identity.publishers)

    def close(self) -> None:
        """Let go of kept connections."""
        if self.client is not None:
            self.client.close()

    def deliver(self, items: Sequence[LeasedItem]) -> Sequence[Outcome]:
        """Deliver queued items (called in the uploader's threads)."""
        if self.client is None:
            return [RetryLater("this kiosk is not enrolled yet", systemic=True)] * len(items)
        outcomes = self.client.deliver(items)
        if self._loop is not None and any(isinstance(one, RetryLater) and one.systemic for one in outcomes):
            # Else a short loss would pass unnoticed here, and the queue sleep on after the hub's return.
            self._loop.call_soon_threadsafe(self.doubt)
        return outcomes

    def doubt(self) -> None:
        """Somebody met a silent hub: look again now instead of at the next turn."""
        self._look_now.set()

    def no_answer(self, error: HubError) -> None:
        """Somebody asked and got no answer: look again now, and log a refusal.

        Not its words, which may repeat what was asked.
        """
        if isinstance(error, HubRefused):
            log.warning("hub.refused", status=error.problem.status)
        self.doubt()

    async def keep(self) -> None:
        """Stay in touch until cancelled."""
        self._loop = asyncio.get_running_loop()
        while True:
            self._look_now.clear()
            wait = await self._once()
            try:
                await asyncio.wait_for(self._look_now.wait(), wait)
            except TimeoutError:
                continue

    async def _once(self) -> float:
        """One exchange; the seconds until the next one."""
        try:
            if self.client is None and not await asyncio.to_thread(self._enrol):
                return RETRY
            assert self.client is not None
            reply = await asyncio.to_thread(self.client.check_in, self._report())
            self._take_keys(reply)
            if reply.catalogue_version > self._guide.version:
                await asyncio.to_thread(self._fetch_catalogue, self.client)
            await asyncio.to_thread(self._fetch_files, self.client)
        except HubError as error:
            self._set_online(False, str(error))
            return RETRY
        except (
            ValidationError,
            IdentityDamaged,
            QueueError,
            NotPublished,
            CatalogueDamaged,
            OSError,
        ) as error:
            # A bad code file, a full disk: whatever it is, it may be mended while the kiosk goes on.
            log.error("hub.link_failed", error=type(error).__name__)  # noqa: TRY400 its message may hold the code
            self._set_online(False, type(error).__name__)
            return RETRY
        self._set_online(True, "")
        # Ten thousand kiosks do not come in the same second.
        return reply.next_in_seconds * random.uniform(0.8, 1.0)  # noqa: S311 spreading load, not secrecy

    def _set_online(self, online: bool, why: str) -> None:
        if online == self.online:
            return
        self.online = online
        if online:
            log.info("hub.reached")
            self.on_return()
        else:
            log.warning("hub.lost", reason=why)

    def _enrol(self) -> bool:
        """Enrol with the one-time code, if the site file names one and it is there."""
        file = self._site.hub.enrolment_code_file
        code_file = self._site.path(file) if file else None
        if not self._site.hub.url or code_file is None or not code_file.is_file():
            return False
        settings = self._site.hub
        code = code_file.read_text(encoding="ascii", errors="replace").strip()
        place = self._site.kiosk.place_zh
        self._become(
            enrol(
                self._site.data, settings.url, code, place=place, software=VERSION, timeout=settings.timeout
            )
        )
        log.info("hub.enrolled")
        return True

    def _become(self, identity: KioskIdentity) -> None:
        self.identity = identity
        self._queue.sealer = identity.sealer()
        if self._site.hub.url:
            self.client = HubClient(
                self._site.hub.url,
                identity.credentials,
                self._site.hub.timeout,
                pace=Pace(self._site.queue.bandwidth),
            )

    def _take_keys(self, reply: CheckInReply) -> None:
        """Seal to the keys the hub names from now on; what is sealed already stays as it is."""
        if self.identity is None or not reply.intake_keys:
            return
        if (reply.intake_keys, reply.publishers) == (self.identity.intake_keys, self.identity.publishers):
            return
        try:
            identity = renewed(self._site.data, self.identity, reply.intake_keys, reply.publishers)
        except (KeyUnreadable, OSError) as error:
            log.critical("hub.keys_not_taken", error=type(error).__name__)
            return
        self.identity = identity
        self._queue.sealer = identity.sealer()
        log.info("hub.keys_taken", keys=len(reply.intake_keys))

    def _fetch_catalogue(self, client: HubClient) -> None:
        publication = client.publication()
        if publication is None or self.identity is None:
            return
        if publication.version < self._guide.version:
            raise NotPublished("an older catalogue than the one in force")
        content = client.catalogue_file(publication.sha256)
        self._guide.publish(publication, content, self.identity.publishers)
        log.info("guide.published", version=publication.version, items=publication.items)

    def _fetch_files(self, client: HubClient) -> None:
        """Fetch the forms, cards and videos that have not arrived yet; the guides are read meanwhile."""
        for sha256 in self._guide.missing_files():
            self._guide.keep_file(sha256, client.catalogue_file(sha256))

    def _report(self) -> CheckIn:
        stats = self._queue.stats()
        now = datetime.now(UTC)
        return CheckIn(
            sent_at=now,
            software=VERSION,
            catalogue_version=self._guide.version,
            devices=tuple(
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
            ),
            queue=QueueReport(
                pending=stats.pending + stats.leased,
                held=stats.held,
                oldest_seconds=None if stats.oldest is None else max(0.0, now.timestamp() - stats.oldest),
                overdue=stats.overdue,
                incidents=stats.incidents,
                held_items=tuple(map(_held, self._queue.envelopes(State.HELD)[:_HELD_TOLD])),
            ),
            lacks=self.lacks(self._guide.items) if self.lacks is not None and self._guide.version else None,
            up_seconds=time.monotonic() - self._began,
            keeper_phone=self._site.kiosk.keeper_phone[:_LONGEST_PHONE],
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
