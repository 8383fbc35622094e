"""Opens a site's devices, watches them, and brings them back when they were gone."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import structlog

from devices import counters
from devices.errors import DeviceBusy, DeviceError

if TYPE_CHECKING:
    from devices.contract import Device
    from devices.status import DeviceStatus

D = TypeVar("D", bound="Device")

log = structlog.get_logger("yedeng.devices")

CHECK_EVERY = 5.0
"""Seconds between two looks at a device that is well and not in use."""

FIRST_WAIT = 0.25
LONGEST_WAIT = 2.5
"""Seconds between two tries to reach a device: the first pause, and the longest one it grows to."""

COUNTED_EVERY = 60.0
"""Seconds between two times that the counters are written."""

FIRST_LOOK = 4.0
"""Seconds that `Supervisor.start` waits for the devices to be looked at once."""


class Supervisor:
    """Keeps every device of a kiosk open as long as it can be. Used from one event loop.

    Args:
        devices: the devices by name, not opened yet.
        on_change: called in the event loop with the name of a device whose status has changed.
        check_every: seconds between two looks at an idle device.
        counted: file that keeps what is counted of the devices; ``None``: it is forgotten.
    """

    def __init__(
        self,
        devices: Mapping[str, Device],
        on_change: Callable[[str], None] = lambda _: None,
        check_every: float = CHECK_EVERY,
        counted: Path | None = None,
    ) -> None:
        self._watches = {name: _Watch(device, on_change, check_every) for name, device in devices.items()}
        self._counted = counted
        self._keeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to watch. Returns when every device was looked at once, or has used up its time for that."""
        if self._counted is not None:
            self._remember(self._counted)
            self._keeping = asyncio.create_task(self._keep_counters(), name="device-counters")
        for watch in self._watches.values():
            watch.start()
        looks = [asyncio.ensure_future(watch.looked.wait()) for watch in self._watches.values()]
        if looks:
            _, pending = await asyncio.wait(looks, timeout=FIRST_LOOK)
            for look in pending:
                look.cancel()

    async def stop(self) -> None:
        """Stop watching and close every device."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.wait({self._keeping})
        await asyncio.gather(*(watch.stop() for watch in self._watches.values()))
        await self._write_counters()

    def status(self) -> dict[str, DeviceStatus]:
        """The last snapshot of every device, by name."""
        return {name: watch.device.status for name, watch in self._watches.items()}

    def get(self, name: str) -> Device:
        """The device of that name. Raises KeyError when there is none."""
        return self._watches[name].device

    def first(self, family: type[D]) -> D | None:
        """The first usable device of a family; if none is usable the first one; ``None`` if there is none."""
        found = [watch.device for watch in self._watches.values() if isinstance(watch.device, family)]
        return next((device for device in found if device.status.usable), found[0] if found else None)

    def _remember(self, path: Path) -> None:
        """Go on counting where the last run ended."""
        known = counters.load(path)
        for name, watch in self._watches.items():
            if name in known and known[name].driver == watch.device.driver:
                watch.device.counters = known[name]

    async def _keep_counters(self) -> None:
        while True:
            await asyncio.sleep(COUNTED_EVERY)
            await self._write_counters()

    async def _write_counters(self) -> None:
        if self._counted is not None:
            counted = {
                name: watch.device.counters.model_copy(deep=True) for name, watch in self._watches.items()
            }
            await asyncio.to_thread(counters.save, self._counted, counted)


class _Watch:
    """Looks after one device."""

    def __init__(self, device: Device, on_change: Callable[[str], None], check_every: float) -> None:
        self.device = device
        self.looked = asyncio.Event()
        self._on_change = on_change
        self._check_every = check_every
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._lost = False

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        self.device.on_status = lambda: loop.call_soon_threadsafe(self._tell)
        self._task = asyncio.create_task(self._run(), name=f"watch-{self.device.name}")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        await self.device.close()
        self.device.on_status = lambda: None

    def _tell(self) -> None:
        self._changed.set()
        self._on_change(self.device.name)

    async def _run(self) -> None:
        wait = FIRST_WAIT
        while True:
            try:
                await self.device.open()
                await self.device.check()
                self._note_return()
                wait = FIRST_WAIT
                self._note_loss(await self._until_lost())  # the verb that met it has counted it
            except DeviceError as error:
                if not self._lost:
                    self.device.counters.lost(error)
                self._note_loss(error)
            await self.device.close()
            # Jitter: machines that lost power together do not ask their hubs and ports in step.
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))  # noqa: S311 - nothing to guess here
            wait = min(2 * wait, LONGEST_WAIT)

    async def _until_lost(self) -> DeviceError:
        """Look at the device every now and then; give what a verb met when it found the device unwell.

        Raises:
            DeviceError: a look met it.
        """
        while (lost := self.device.lost) is None:
            self._changed.clear()
            try:
                async with asyncio.timeout(self._check_every * random.uniform(0.8, 1.2)):  # noqa: S311
                    await self._changed.wait()
            except TimeoutError:
                # A device in use is asked by its user.
                if not self.device.busy:
                    try:
                        await self.device.check()
                    except DeviceBusy:
                        continue
        return lost

    def _note_return(self) -> None:
        if self._lost:
            log.info("device.returned", device=self.device.name)
            self.device.counters.reopened += 1
        self._lost = False
        self.looked.set()

    def _note_loss(self, error: DeviceError) -> None:
        if not self._lost:
            log.warning("device.lost", device=self.device.name, detail=error.detail)
        self._lost = True
        self.looked.set()
