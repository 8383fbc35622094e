"""Plays a recording: the device's end of it, over the real transport, and the verbs that were run."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.settings import DeviceSettings
from devices.contract import ChipCardReader, CodeScanner, Device, IdCardReader
from devices.recordings.recorder import Recorder
from devices.recordings.traffic import Began, Ended, Event, Recording, Traffic
from devices.registry import build
from devices.simulators.pcsc_service import PcscService
from devices.simulators.social_card import Chip, SimulatedSocialCard
from devices.simulators.wire import PtyWire, TcpWire

READ_LIMIT = 30.0
"""Seconds for which a card or a code is waited for."""

_LINE_LOST = {"port-lost", "connection-lost"}
_LAST_WORDS = 1.0
"""Seconds within which what a driver said last has come to the far end."""

_GOING = 0.2
"""Seconds between the last byte and the pulling of the plug."""


class NotPlayable(Exception):
    """There is no far end for recordings of this driver; the message says so in words."""


class Script:
    """What the device said, waiting for what it was asked.

    Args:
        events: the recording's.
        paced: keep the recorded time between two pieces.
    """

    def __init__(self, events: tuple[Event, ...], *, paced: bool = False) -> None:
        self._rest = deque(event for event in events if not _nobody_asked(event))
        self._paced = paced
        self._asked = b""
        self.strayed = ""
        """In words, where the driver said something else than in the recording; empty while it did not."""

    @property
    def left(self) -> int:
        """Pieces of traffic that were recorded and not played."""
        return sum(isinstance(event, Traffic) for event in self._rest)

    def hear(self, data: bytes) -> Iterator[bytes]:
        """Take what the driver sends; give, in time, what the device answered then."""
        self._asked += data
        while not self.strayed and (expected := self._next("sent")) is not None:
            size = len(expected.data)
            if len(self._asked) < size:
                return
            if not expected.matches(self._asked[:size]):
                self.strayed = f"after {expected.at:.3f} s the driver said something else than recorded"
                return
            self._asked = self._asked[size:]
            self._rest.popleft()
            if self._asked or self._next("sent") is None:
                yield from self._answers(expected.at)

    @property
    def unplugged_now(self) -> bool:
        """At this point the line was lost."""
        return bool(self._rest) and isinstance(self._rest[0], Ended) and self._rest[0].outcome in _LINE_LOST

    def _answers(self, since: float) -> Iterator[bytes]:
        while (heard := self._next("heard")) is not None:
            if self._paced:
                time.sleep(max(0.0, heard.at - since))
            since = heard.at
            self._rest.popleft()
            yield heard.data

    def _next(self, direction: str) -> Traffic | None:
        """The next piece of traffic if it goes this way; verbs that ended well do not stand between."""
        while self._rest and isinstance(self._rest[0], Ended) and not self.unplugged_now:
            self._rest.popleft()
        first = self._rest[0] if self._rest else None
        return first if isinstance(first, Traffic) and first.direction == direction else None


def _nobody_asked(event: Event) -> bool:
    return isinstance(event, Began) or (isinstance(event, Traffic) and event.direction == "dropped")


class _PlayedPty(PtyWire):
    def __init__(self, script: Script, link: Path) -> None:
        super().__init__(lambda _: b"", "replay", link)
        self._script = script

    def _reply(self, data: bytes, send: Callable[[bytes], object]) -> None:
        _play(self._script, data, send, self._unplug)


class _PlayedTcp(TcpWire):
    def __init__(self, script: Script) -> None:
        super().__init__(lambda _: b"", "replay", "127.0.0.1", 0)
        self._script = script

    def _reply(self, data: bytes, send: Callable[[bytes], object]) -> None:
        _play(self._script, data, send, self._unplug)


def _play(script: Script, data: bytes, send: Callable[[bytes], object], unplug: Callable[[], None]) -> None:
    for answer in script.hear(data):
        send(answer)
    if script.unplugged_now:
        time.sleep(_GOING)
        unplug()


class _PlayedChip(Chip):
    """The chip of a card that says what a real one said."""

    def __init__(self, script: Script) -> None:
        super().__init__({}, by_tag=False)
        self._script = script

    def answer(self, command: bytes) -> bytes:
        return b"".join(self._script.hear(command)) or b"\x6f\x00"


@dataclass(frozen=True)
class Outcome:
    """How a verb went when it was played."""

    verb: str
    recorded: str
    played: str

    @property
    def same(self) -> bool:
        """As recorded."""
        return self.recorded == self.played


@dataclass(frozen=True)
class Played:
    """A recording, played: its verbs, and in words where the driver strayed from what it had said then."""

    outcomes: tuple[Outcome, ...]
    strayed: str

    @property
    def same(self) -> bool:
        """Everything went as recorded."""
        return not self.strayed and all(outcome.same for outcome in self.outcomes)


async def play(recording: Recording, *, paced: bool = False, results: list[object] | None = None) -> Played:
    """Run the recorded verbs of a recording's driver against the device's end of it.

    Args:
        recording: what to play.
        paced: keep the recorded time between two pieces.
        results: takes what each verb returned.

    Raises:
        NotPlayable: there is no far end for this driver.
        SettingsError: the driver does not understand the recorded options any more.
    """
    script = Script(recording.events, paced=paced)
    recorded = [event for event in recording.events if isinstance(event, Ended)]
    outcomes = []
    with (
        tempfile.TemporaryDirectory(prefix="yedeng-replay-") as folder,
        _far_end(recording.driver, script, Path(folder)) as place,
    ):
        settings = DeviceSettings.model_validate({"driver": recording.driver, **recording.options, **place})
        device = build("replay", settings, Path(folder))
        played = Recorder()
        try:
            for event in recorded:
                outcome = await played.run(event.verb, lambda: _do(device, event.verb, results))  # noqa: B023
                outcomes.append(Outcome(event.verb, event.outcome, outcome))
            until = time.monotonic() + _LAST_WORDS
            while script.left and not script.strayed and time.monotonic() < until:  # noqa: ASYNC110 - a thread's
                await asyncio.sleep(0.01)
        finally:
            await device.close()
    strayed = script.strayed or (
        f"{script.left} pieces of traffic were never asked for" if script.left else ""
    )
    return Played(tuple(outcomes), strayed)


async def _do(device: Device, verb: str, results: list[object] | None) -> None:
    result = await work(device, verb)
    if results is not None:
        results.append(result)


def work(device: Device, verb: str) -> Awaitable[object]:
    """One of the verbs that can be recorded: ``open``, ``check``, ``test``, ``read``, ``close``."""
    if verb == "read" and isinstance(device, IdCardReader | ChipCardReader | CodeScanner):
        return device.read(READ_LIMIT)
    verbs: dict[str, Callable[[], Awaitable[object]]] = {
        "open": device.open,
        "check": device.check,
        "test": device.test,
        "close": device.close,
    }
    if verb not in verbs:
        raise NotPlayable(f"a {device.family} does not know the verb {verb!r}")
    return verbs[verb]()


@contextmanager
def _far_end(driver: str, script: Script, folder: Path) -> Iterator[dict[str, Any]]:
    """The device's end, and the option that says where it is."""
    if driver == "pcsc-social-card":
        service, card = PcscService(), SimulatedSocialCard()
        service.start()
        try:
            card.lay_chip(_PlayedChip(script))
            yield {"reader": "Virtual PCD 00 00"}
        finally:
            card.stop()
            service.stop()
    elif driver == "escpos-tcp":
        tcp = _PlayedTcp(script)
        tcp.start()
        try:
            yield {"host": tcp.host, "port": tcp.port}
        finally:
            tcp.stop()
    elif driver in {"sam-serial", "gm65-serial", "escpos-serial", "escpos-usb"}:
        pty = _PlayedPty(script, folder / "port")
        pty.start()
        try:
            yield {"port": "port"}
        finally:
            pty.stop()
    else:
        raise NotPlayable(f"recordings of the driver {driver!r} cannot be played, only read")
