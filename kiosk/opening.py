"""Opening a kiosk: its rooms put together, its devices watched, its queue emptied, until it closes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass

from config.settings import Site
from devices import counters
from devices.recordings.two_people import FOLDER, keep_wiping
from devices.registry import build
from devices.supervisor import Supervisor
from kiosk.asides import ASIDE
from kiosk.availability import Availability
from kiosk.command_acts import Acts
from kiosk.counts import FILE as FILE_OF_COUNTS
from kiosk.counts import Counts
from kiosk.daily_counts import keep_telling
from kiosk.enquiries import Enquiries
from kiosk.guide import Guide
from kiosk.house import Kiosk
from kiosk.hub_link import HubLink
from kiosk.hub_report import SelfReport
from kiosk.remote_commands import RemoteCommands
from kiosk.results import Results
from kiosk.service import Service
from kiosk.settings_in_force import SettingsInForce
from kiosk.submissions import Submissions
from offline_queue import OfflineQueue, Uploader
from offline_queue.uploader import Waits


@dataclass(frozen=True)
class Opened:
    """A kiosk in service, its link to the hub, and what the hub may ask of it."""

    kiosk: Kiosk
    link: HubLink
    acts: Acts


@asynccontextmanager
async def open_kiosk(site: Site) -> AsyncIterator[Opened]:
    """Open the kiosk of a site file; everything started here is stopped at the end.

    A device or a hub that is not there does not keep it from opening.

    Raises:
        SettingsError: a device's driver or option is not known.
        QueueInUse: another kiosk runs on the same data folder.
        QueueError, IdentityDamaged, OSError: the data folder cannot be used.
    """
    site.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = SettingsInForce(site)
    site = settings.site
    service = Service(site.data)
    devices = Supervisor(
        {name: build(name, table, site.directory) for name, table in site.devices.items()},
        counted=site.data / counters.FILE,
    )
    async with AsyncExitStack() as stack:
        queue = await asyncio.to_thread(
            OfflineQueue,
            site.data / "queue",
            None,
            keeper=site.kiosk.keeper,
            hold_for=site.queue.hold_days * 86400.0,
        )
        stack.callback(queue.close)
        guide = Guide(site.data / "catalogue")
        report = SelfReport(queue, guide, devices, settings, service)
        link = HubLink(settings, queue, guide, report)
        acts = Acts(site.data, service, devices, guide, link, report)
        commands = RemoteCommands(site.data, service, acts.by_type, link.hub_time)
        link.commands = commands
        settings.listeners.append(link.settle)
        await asyncio.to_thread(link.open)
        stack.callback(link.close)
        uploader = Uploader(queue, link.deliver, Waits(site.queue.first_wait, site.queue.longest_wait))
        uploader.start()
        stack.push_async_callback(asyncio.to_thread, uploader.stop)
        link.on_return = uploader.wake
        submissions = Submissions(
            queue,
            uploader,
            kiosk_id=lambda: link.identity.kiosk_id if link.identity else "",
            clock_offset=lambda: link.clock_offset,
        )
        availability = Availability(devices, is_online=lambda: link.online, may_file=submissions.may_file)
        # What arrives at the hub has found a network, whatever held before it was sent.
        report.lacks = Availability(devices, is_online=lambda: True, may_file=submissions.may_file).lacks
        kiosk = Kiosk(
            settings,
            service,
            devices,
            guide,
            availability,
            submissions,
            Results(link, submissions),
            Enquiries(link, queue),
            ASIDE,
            Counts(site.data / FILE_OF_COUNTS),
        )
        await devices.start()
        stack.push_async_callback(devices.stop)
        recordings = keep_wiping(site.data / FOLDER, site.recordings.keep_days)
        told = keep_telling(kiosk.counts, submissions)
        for endless in (link.keep(), recordings, told, commands.work()):
            stack.push_async_callback(_end, asyncio.create_task(endless))
        yield Opened(kiosk, link, acts)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
