"""What every device promises, whatever its maker.

Public verbs are coroutines that keep the promises: the device is open, the time is limited, a cancelled
caller is free at once, one log line tells how it went (names and numbers only), and nothing but `DeviceError`
comes out. Drivers fill the private hooks. A hook runs in the device's own thread, takes the `Turn` it must
keep asking, may block, and raises `DeviceError`; an error whose ``state`` is set says that the device itself
is no longer well.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, Concatenate, ParamSpec, TypeVar

import structlog
from pydantic import BaseModel, ConfigDict

from devices.counters import Counters
from devices.errors import CompletionCode, DeviceError, KeeperAction
from devices.selftest import Finding, judged
from devices.status import DeviceState, DeviceStatus, Fitness
from devices.worker import DeviceThread

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from devices.transports.line import Tap
    from devices.worker import Turn

P = ParamSpec("P")
T = TypeVar("T")

log = structlog.get_logger("yedeng.devices")


class DriverOptions(BaseModel):
    """What a ``[devices.NAME]`` table may say beside ``driver``; every driver nests its own subclass."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Device(ABC):
    """One device of the kiosk.

    Args:
        name: its name in the site file.
        options: its options, already validated as this class's ``Options``.
        base: the folder that relative paths in the options resolve against.
    """

    family: ClassVar[str]
    driver: ClassVar[str]
    unknown: ClassVar[DeviceStatus] = DeviceStatus(DeviceState.STARTING)
    """The status before anything is known; families give the axes they have."""

    open_limit: ClassVar[float] = 5.0
    check_limit: ClassVar[float] = 5.0
    test_limit: ClassVar[float] = 45.0
    """Seconds that opening, one check and one self-test may take."""

    overrun: ClassVar[float] = 0.5
    """Seconds a hook may overrun its turn before its caller is told without it."""

    Options: ClassVar[type[BaseModel]] = DriverOptions

    def __init__(self, name: str, options: BaseModel, base: Path) -> None:
        self.name = name
        self.options = options
        self.base = base
        self._status = self._snapshot(DeviceState.STARTING, Fitness.UNKNOWN)
        self._open_now = False
        self._thread = DeviceThread(f"device-{name}")
        self.counters = Counters(driver=self.driver)
        """What was counted of it; `Supervisor` keeps it across restarts."""
        self.tap: Tap | None = None
        """Listens on the way to the device, if somebody records; drivers hand it to their transport."""
        self.lost: DeviceError | None = None
        """The error since which the device must be closed and opened again; ``None`` while it is well."""
        self.on_status: Callable[[], object] = lambda: None
        """Called when the status has changed, from whatever thread noticed it."""

    @property
    def status(self) -> DeviceStatus:
        """The last snapshot. Only `check` asks the device."""
        return self._status

    @property
    def busy(self) -> bool:
        """A verb is running."""
        return self._thread.busy

    async def open(self) -> None:
        """Open the way to the device; `check` then asks it. Opening an open device does nothing."""
        if not self._open_now:
            self._open_now, self.lost = True, None
            try:
                await self._run("open", self.open_limit, self._open)
            except BaseException:
                await self.close()
                raise

    async def close(self) -> None:
        """Let go of the device: what runs is cancelled, its thread ends. Never raises a `DeviceError`."""
        if self._open_now:
            self._open_now = False
            try:
                await self._thread.call(1.0, 0.2, self._close)
            except Exception as error:  # noqa: BLE001 - a device that is gone cannot be closed any better
                log.info("device.close_failed", device=self.name, error=type(error).__name__)
        await self._thread.stop()

    async def check(self) -> DeviceStatus:
        """Ask the device how it is, by a real exchange.

        Raises:
            DeviceError: it did not answer as it should; `status` then says so, too.
        """
        self._report(await self._run("check", self.check_limit, self._check))
        return self._status

    async def test(self) -> tuple[Finding, ...]:
        """The family's self-test: what a technician would try first, with the real device.

        Raises:
            DeviceError: it cannot even be begun.
        """
        return await self._run("test", self.test_limit, self._test)

    @abstractmethod
    def _open(self, turn: Turn) -> None:
        """Open the way to the device."""

    @abstractmethod
    def _close(self, turn: Turn) -> None:
        """Close what `_open` opened; called after a failed `_open` as well."""

    @abstractmethod
    def _check(self, turn: Turn) -> DeviceStatus:
        """Ask the device and say what it answered."""

    def _test(self, turn: Turn) -> tuple[Finding, ...]:
        """Try what the device is for; families and drivers do more than to ask it how it is."""
        return judged(self._check(turn))

    def _snapshot(self, device: DeviceState, fitness: Fitness, *reasons: str) -> DeviceStatus:
        """A status of which only this much is known, as of now."""
        now = datetime.now(UTC)
        return replace(self.unknown, device=device, fitness=fitness, reasons=reasons, since=now)

    def _report(self, status: DeviceStatus) -> None:
        """Set the snapshot; a repeated one keeps the time at which it was first seen."""
        if status != self._status:
            self._status = status
            self.on_status()

    async def _run(
        self,
        verb: str,
        seconds: float,
        hook: Callable[Concatenate[Turn, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run one hook with every promise of the contract. ``seconds`` is the time its turn gets."""
        if not self._open_now:
            raise KeeperAction(CompletionCode.DEVICE_NOT_READY, "not-open")
        started = time.monotonic()
        outcome, detail = "success", ""
        try:
            result = await self._thread.call(seconds, self.overrun, hook, *args, **kwargs)
            self.counters.good(verb)
            if verb not in {"open", "check", "test"} and self._status.device is not DeviceState.ONLINE:
                self._report(self._snapshot(DeviceState.ONLINE, Fitness.OK))
        except DeviceError as error:
            outcome, detail = error.completion_code.value, error.detail
            self.counters.bad(verb, error)
            self._note(error)
            raise
        except Exception as error:  # noqa: BLE001 - the contract: a driver's mistake is a DeviceError, too
            # Neither message nor traceback goes on: either could hold what the device had read.
            outcome, detail = CompletionCode.INTERNAL_ERROR.value, type(error).__name__
            failed = DeviceState.HARDWARE_ERROR
            failure = KeeperAction(CompletionCode.INTERNAL_ERROR, "driver-failed", state=failed)
            self.counters.bad(verb, failure)
            self._note(failure)
            raise failure from None
        except BaseException:
            outcome = CompletionCode.CANCELED.value
            raise
        finally:
            ms = round((time.monotonic() - started) * 1000)
            level = log.debug if verb in {"open", "check"} else log.info
            level(f"device.{verb}", device=self.name, outcome=outcome, detail=detail, ms=ms)
        return result

    def _note(self, error: DeviceError) -> None:
        if error.state is not None:
            self.lost = error
            fitness = Fitness.UNKNOWN if error.state is DeviceState.DEVICE_BUSY else Fitness.FAILED
            self._report(self._snapshot(error.state, fitness, error.detail))
