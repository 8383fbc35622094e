"""The link to the hub: enrol once, say that we live, fetch what is new, know whether it can be reached."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Final

import structlog
from pydantic import ValidationError

from config.settings import Site
from config.version import VERSION
from kiosk.catalogue.file import CatalogueDamaged
from kiosk.enrolment import (
    IdentityDamaged,
    KioskIdentity,
    enrol,
    load_identity,
    next_key,
    renewed,
    with_next_key,
)
from kiosk.guide import Guide
from kiosk.hub_client import HubClient, HubError, HubRefused
from kiosk.hub_report import SelfReport
from kiosk.pacing import Pace
from kiosk.remote_commands import RemoteCommands
from kiosk.settings_in_force import SettingsInForce
from kiosk.wire import CheckInReply, KeyRequest, KeyUnreadable, NotPublished
from offline_queue import LeasedItem, OfflineQueue, Outcome, QueueError, RetryLater

log = structlog.get_logger(__name__)

#: Seconds between two tries while the hub cannot be reached. A silent line takes time itself: the kernel asks
#: again ever more seldom, and then the timeout has to pass. So the return is noticed within five seconds.
RETRY: Final = 3.0

#: What a report of a command is answered that is of no use there: it is not repeated for ever.
_NEVER_TAKEN: Final = {
    HTTPStatus.NOT_FOUND,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}


class HubLink:
    """Keeps one kiosk in touch with its hub; everything else goes on without it.

    ``on_return`` is called when the hub answers again after it did not; ``commands`` takes what the hub asks
    for.
    """

    def __init__(
        self, settings: SettingsInForce, queue: OfflineQueue, guide: Guide, report: SelfReport
    ) -> None:
        self._settings = settings
        self._site = settings.site
        self._queue = queue
        self._guide = guide
        self._report = report
        self._pace = Pace(settings.site.queue.bandwidth)
        self._look_now = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.on_return: Callable[[], None] = lambda: None
        self.commands: RemoteCommands | None = None
        self.client: HubClient | None = None
        self.identity: KioskIdentity | None = None
        self.online = False

    @property
    def clock_offset(self) -> float | None:
        """Seconds the hub's clock is ahead of ours, None before its first answer."""
        return self.client.clock_offset if self.client else None

    @property
    def _ca(self) -> Path | None:
        """The file of the authority to trust instead of the system's."""
        ca = self._site.hub.ca
        return self._site.path(ca) if ca else None

    def hub_time(self) -> datetime:
        """Now, by the hub's clock as far as it is known."""
        return datetime.now(UTC) + timedelta(seconds=self.clock_offset or 0.0)

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
        reply: CheckInReply | None = None
        try:
            if self.client is None and not await asyncio.to_thread(self._enrol):
                return RETRY
            assert self.client is not None
            reply = await asyncio.to_thread(self.client.check_in, self._report.check_in())
            self._set_online(True, "")  # before what may take minutes on a slow line
            await self._heed(reply, self.client)
            if reply.catalogue_version > self._guide.version:
                await asyncio.to_thread(self._fetch_catalogue, self.client)
            await asyncio.to_thread(self._fetch_files, self.client)
        except HubError as error:
            after: float | None = getattr(error, "after", None)
            if after is not None:
                # It is there and has much to do. Not all of us come again in the same second.
                return max(RETRY, after * random.uniform(1.0, 1.5))  # noqa: S311 spreading load, not secrecy
            self._set_online(False, str(error))
            return RETRY * random.uniform(0.8, 1.0)  # noqa: S311 spreading load, not secrecy
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
            if reply is None:
                self._set_online(False, type(error).__name__)
            return RETRY
        # Ten thousand kiosks do not come in the same second.
        return reply.next_in_seconds * random.uniform(0.8, 1.0)  # noqa: S311 spreading load, not secrecy

    async def _heed(self, reply: CheckInReply, client: HubClient) -> None:
        """Take the keys, settings and commands of an answer; tell what became of earlier commands."""
        self._take_keys(reply)
        if reply.settings is not None:
            self._settings.take(reply.settings)
        if reply.renew_key:
            await self.roll_key()
        if self.commands is None or self.identity is None:
            return
        self.commands.take(reply.commands, self.identity.command_keys, self.identity.kiosk_id)
        for id_, report in self.commands.untold().items():
            try:
                await asyncio.to_thread(client.report_command, id_, report)
            except HubRefused as error:
                if error.problem.status not in _NEVER_TAKEN:
                    raise
                log.warning("commands.report_refused", status=error.problem.status)
            self.commands.told(id_)

    async def roll_key(self) -> None:
        """Go over to a new key; the old one counts until the new one is used.

        Broken off anywhere, it goes on with the same new key. Raises ``HubError``, ``IdentityDamaged``,
        ``OSError``.
        """
        if self.client is None or self.identity is None:
            return
        key = await asyncio.to_thread(next_key, self._site.data)
        await asyncio.to_thread(self.client.roll_key, KeyRequest.of(self.identity.kiosk_id, key))
        self.identity = with_next_key(self._site.data, self.identity, key)
        self.client.take_credentials(self.identity.credentials)
        log.info("hub.key_rolled")

    async def fetch_catalogue(self) -> None:
        """Fetch the newest catalogue and its files. Raises ``HubError``, ``NotPublished``, ``OSError``."""
        if self.client is not None:
            await asyncio.to_thread(self._fetch_catalogue, self.client)
            await asyncio.to_thread(self._fetch_files, self.client)

    def settle(self, site: Site) -> None:
        """Take what of the settings concerns the line."""
        self._pace.rate = site.queue.bandwidth

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
                self._site.data,
                settings.url,
                code,
                place=place,
                software=VERSION,
                timeout=settings.timeout,
                ca=self._ca,
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
                ca=str(self._ca) if self._ca else None,
                pace=self._pace,
            )

    def _take_keys(self, reply: CheckInReply) -> None:
        """Seal to the keys the hub names from now on; what is sealed already stays as it is."""
        if self.identity is None or not reply.intake_keys:
            return
        told = (reply.intake_keys, reply.publishers, reply.command_keys or self.identity.command_keys)
        if told == (self.identity.intake_keys, self.identity.publishers, self.identity.command_keys):
            return
        try:
            identity = renewed(self._site.data, self.identity, *told)
        except (KeyUnreadable, OSError) as error:
            log.critical("hub.keys_not_taken", error=type(error).__name__)
            return
        self.identity = identity
        self._queue.sealer = identity.sealer()
        log.info("hub.keys_taken", keys=len(reply.intake_keys))

    def _fetch_catalogue(self, client: HubClient) -> None:
        publication = client.publication()
        if publication is None or self.identity is None or publication.version == self._guide.version:
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
