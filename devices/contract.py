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
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Concatenate, ParamSpec, TypeVar

import structlog
from pydantic import BaseModel, ConfigDict

from devices.errors import CompletionCode, DeviceError, KeeperAction
from devices.status import DeviceState, DeviceStatus, Fitness, Media, Paper, Supply
from devices.worker import DeviceThread

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from devices.identity import IdCard, SocialSecurityCard
    from devices.receipt import Receipt
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
    """Seconds that opening, and one check, may take."""

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

    @abstractmethod
    def _open(self, turn: Turn) -> None:
        """Open the way to the device."""

    @abstractmethod
    def _close(self, turn: Turn) -> None:
        """Close what `_open` opened; called after a failed `_open` as well."""

    @abstractmethod
    def _check(self, turn: Turn) -> DeviceStatus:
        """Ask the device and say what it answered."""

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
            if verb not in {"open", "check"} and self._status.device is not DeviceState.ONLINE:
                self._report(self._snapshot(DeviceState.ONLINE, Fitness.OK))
        except DeviceError as error:
            outcome, detail = error.completion_code.value, error.detail
            self._note(error)
            raise
        except Exception as error:  # noqa: BLE001 - the contract: a driver's mistake is a DeviceError, too
            # Neither message nor traceback goes on: either could hold what the device had read.
            outcome, detail = CompletionCode.INTERNAL_ERROR.value, type(error).__name__
            failed = DeviceState.HARDWARE_ERROR
            failure = KeeperAction(CompletionCode.INTERNAL_ERROR, "driver-failed", state=failed)
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


class _CardReader(Device):
    """What readers of every kind of card share."""

    unknown = DeviceStatus(DeviceState.STARTING, media=Media.UNKNOWN)

    async def wait_removed(self, timeout: float) -> None:
        """Return when the card has left the reader, at once if none is there.

        Raises:
            DeviceTimeout: it still lies there after ``timeout`` seconds.
        """
        await self._run("wait_removed", timeout, self._wait_removed)

    @abstractmethod
    def _wait_removed(self, turn: Turn) -> None:
        """Return when the card has left; the turn's end is the time-out."""


class IdCardReader(_CardReader):
    """Reads ID cards that the reader itself has authenticated: proof of who somebody is."""

    family = "IdCardReader"

    async def read(self, timeout: float) -> IdCard:
        """Wait up to ``timeout`` seconds for a card, then read it.

        Raises:
            DeviceTimeout: no card was laid in time.
            ResidentAction: there was a card, but it cannot be read: pulled, damaged, of another kind.
            KeeperAction: the reader itself does not work.
        """
        return await self._run("read", timeout, self._read)

    @abstractmethod
    def _read(self, turn: Turn) -> IdCard:
        """Wait for a card while the turn lasts; a card found is read to its end."""


class ChipCardReader(_CardReader):
    """Reads social-security cards: fine for filling in a form, no proof of who somebody is."""

    family = "ChipCardReader"

    async def read(self, timeout: float) -> SocialSecurityCard:
        """Wait up to ``timeout`` seconds for a card, then read it. Raises like `IdCardReader.read`."""
        return await self._run("read", timeout, self._read)

    @abstractmethod
    def _read(self, turn: Turn) -> SocialSecurityCard:
        """Wait for a card while the turn lasts; a card found is read to its end."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One live picture of a camera.

    Attributes:
        number: counts up by at least one for every new picture of the device.
        at: when it was taken, seconds of `time.monotonic`.
        rgb: uint8 array of shape (height, width, 3), red first, top row first.
    """

    number: int
    at: float
    rgb: NDArray[np.uint8]

    @property
    def width(self) -> int:
        """Pixels in a row."""
        return int(self.rgb.shape[1])

    @property
    def height(self) -> int:
        """Number of rows."""
        return int(self.rgb.shape[0])

    def rgb_bytes(self) -> bytes:
        """The picture as height x width x 3 bytes."""
        return self.rgb.tobytes()

    def __repr__(self) -> str:
        return f"Frame({self.number}, {self.width}x{self.height})"


@dataclass(frozen=True, slots=True)
class Capture:
    """One page as photographed, found and straightened.

    Attributes:
        jpeg: the picture.
        width: pixels in a row.
        height: number of rows.
        verdicts: keys of what is wrong with it, e.g. ``blurred``; empty: good.
    """

    jpeg: bytes
    width: int
    height: int
    verdicts: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Capture({self.width}x{self.height}, {len(self.jpeg)} bytes, verdicts={self.verdicts})"


class Camera(Device):
    """Sees pages or faces."""

    family = "Camera"

    @abstractmethod
    def latest(self) -> Frame | None:
        """The newest picture, ``None`` while there is none. Never blocks."""

    async def capture(self, timeout: float) -> Capture:
        """Take one page: found, straightened, judged. A page with verdicts is a result, not an error."""
        return await self._run("capture", timeout, self._capture)

    @abstractmethod
    def _capture(self, turn: Turn) -> Capture:
        """Take one page while the turn lasts."""


class PrintProof(StrEnum):
    """What is known once a document has been handed to a printer."""

    PRINTED = "printed"  # the printer itself confirmed it, behind the last line
    SENT = "sent"  # every byte was taken; this printer cannot confirm more


class ReceiptPrinter(Device):
    """Prints slips on a roll."""

    family = "ReceiptPrinter"
    unknown = DeviceStatus(
        DeviceState.STARTING, media=Media.UNKNOWN, paper=Paper.UNKNOWN, supply=Supply.UNKNOWN
    )

    print_limit: ClassVar[float] = 30.0
    """Seconds that one document may take."""

    @property
    @abstractmethod
    def width_dots(self) -> int:
        """Printable width: 576 dots on 80 mm paper, 384 on 58 mm."""

    async def print_document(self, receipt: Receipt) -> PrintProof:
        """Print one document and say what is known of it.

        Raises:
            KeeperAction: paper out, cover open, printer gone; ``detail`` says which. Nothing is repeated.
            DeviceTimeout: the printer stopped taking bytes.
        """
        return await self._run("print_document", self.print_limit, self._print_document, receipt)

    @abstractmethod
    def _print_document(self, turn: Turn, receipt: Receipt) -> PrintProof:
        """Send the document and look for proof."""


class Speaker(Device):
    """Speaks to the resident."""

    family = "Speaker"

    say_limit: ClassVar[float] = 60.0
    """Seconds that one text may take."""

    async def say(self, text: str, language: str) -> None:
        """Speak ``text`` (``language``: ``zh`` or ``en``) and return when it has been spoken or hushed."""
        await self._run("say", self.say_limit, self._say, text, language)

    @abstractmethod
    def hush(self) -> None:
        """Be silent now. Never blocks."""

    @abstractmethod
    def _say(self, turn: Turn, text: str, language: str) -> None:
        """Speak until the end, until hushed or until the turn is over."""
