"""One named thread owns one device: blocking I/O happens in it and nowhere else.

Everything that may block takes a `Turn` and asks it, at least every 0.1 s, whether to go on. So a caller
that is cancelled has its device back at once, and a device that hangs never hangs the kiosk.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from devices.errors import CompletionCode, DeviceBusy, DeviceCancelled, DeviceTimeout, KeeperAction
from devices.status import DeviceState

_LOOK = 0.25
"""Seconds between two looks whether the work has come to a stage with another limit."""

P = ParamSpec("P")
T = TypeVar("T")


class Turn:
    """One piece of work: how long it may take, and whether anybody still wants it.

    Args:
        seconds: time allowed from now.
    """

    def __init__(self, seconds: float) -> None:
        self.deadline = time.monotonic() + seconds
        self.patience = self.deadline
        """Until when the caller waits, but for a hook's allowed overrun."""
        self._cancelled = threading.Event()

    def within(self, seconds: float) -> Turn:
        """A part of this work with its own limit, ``seconds`` from now; cancelled together with the whole."""
        part = Turn(seconds)
        part._cancelled = self._cancelled  # one flag, seen through two turns
        return part

    def next_stage(self, seconds: float) -> Turn:
        """The rest of this work, with a new limit for which the caller waits, be it later or sooner.

        E.g. a minute to lay a card, and from then on five seconds to read it.
        """
        rest = self.within(seconds)
        self.patience = rest.deadline
        return rest

    def cancel(self) -> None:
        """Ask the work to stop; callable from any thread."""
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        """Nobody waits for the result any more."""
        return self._cancelled.is_set()

    @property
    def remaining(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self.deadline - time.monotonic())

    def check(self, detail: str = "timed-out") -> None:
        """Go on only while there is time and somebody waits.

        Raises:
            DeviceCancelled: the caller gave up.
            DeviceTimeout: the time is over; ``detail`` says what was waited for.
        """
        if self.cancelled:
            raise DeviceCancelled
        if self.remaining <= 0:
            raise DeviceTimeout(detail)

    def pause(self, seconds: float, detail: str = "timed-out") -> None:
        """Wait, but no longer than the turn lasts. Raises like `check`, the moment there is a reason."""
        self._cancelled.wait(min(seconds, self.remaining))
        self.check(detail)


@dataclass
class _Job:
    turn: Turn
    work: Callable[[], Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    started: bool = False

    def do(self) -> Any:
        self.started = True
        if self.turn.cancelled:
            raise DeviceCancelled
        return self.work()


class DeviceThread:
    """The thread of one device. It starts with the first call and works through its calls one by one.

    Args:
        name: thread name, as it shows in logs and in the process list.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._waiting: set[Turn] = set()

    @property
    def busy(self) -> bool:
        """Somebody waits for this thread."""
        return bool(self._waiting)

    async def call(
        self,
        seconds: float,
        overrun: float,
        function: Callable[Concatenate[Turn, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run ``function(turn, *args)`` in the thread; it has ``seconds`` and may run over by ``overrun``.

        Raises:
            KeeperAction: the function did not come back in time: the device hangs.
            DeviceBusy: the thread was held by earlier work for the whole time.
            asyncio.CancelledError: the awaiting task was cancelled; the turn is cancelled with it.
        """
        turn = Turn(seconds)
        loop = asyncio.get_running_loop()
        job = _Job(turn, lambda: function(turn, *args, **kwargs), loop.create_future(), loop)
        self._waiting.add(turn)
        try:
            self._start()
            self._jobs.put(job)
            while not job.future.done():
                left = turn.patience + overrun - time.monotonic()
                if left <= 0:
                    raise _hangs() if job.started else DeviceBusy
                await asyncio.wait({job.future}, timeout=min(left, _LOOK))
            return cast("T", job.future.result())
        finally:
            turn.cancel()
            job.future.cancel()
            self._waiting.discard(turn)

    async def stop(self, within: float = 2.0) -> bool:
        """End the thread after cancelling what it does. True when it ended within ``within`` seconds."""
        thread, self._thread = self._thread, None
        if thread is None:
            return True
        for turn in tuple(self._waiting):
            turn.cancel()
        self._jobs.put(None)
        until = time.monotonic() + within
        while thread.is_alive() and time.monotonic() < until:  # noqa: ASYNC110 - a thread sets no asyncio event
            await asyncio.sleep(0.005)
        return not thread.is_alive()

    def _start(self) -> None:
        if self._thread is None:
            # Each thread has its own queue: one that hangs can never take the work of its successor.
            self._jobs = queue.SimpleQueue()
            self._thread = threading.Thread(target=_work, args=(self._jobs,), name=self.name, daemon=True)
            self._thread.start()


def _work(jobs: queue.SimpleQueue[_Job | None]) -> None:
    while (job := jobs.get()) is not None:
        try:
            result = job.do()
        except BaseException as error:  # noqa: BLE001 - it is handed to the awaiting task, whatever it is
            settle = _refuse(job.future, error)
        else:
            settle = _fulfil(job.future, result)
        # The loop may have been closed while the device worked: then nobody is left to be told.
        with contextlib.suppress(RuntimeError):
            job.loop.call_soon_threadsafe(settle)


def _hangs() -> KeeperAction:
    return KeeperAction(CompletionCode.HARDWARE_ERROR, "device-hangs", state=DeviceState.HARDWARE_ERROR)


def _fulfil(future: asyncio.Future[Any], result: object) -> Callable[[], None]:
    return lambda: None if future.done() else future.set_result(result)


def _refuse(future: asyncio.Future[Any], error: BaseException) -> Callable[[], None]:
    return lambda: None if future.done() else future.set_exception(error)
