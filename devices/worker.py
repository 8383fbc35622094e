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

from devices.errors import DeviceBusy, DeviceCancelled, DeviceTimeout

P = ParamSpec("P")
T = TypeVar("T")

class Turn:
    """One piece of work: how long it may take, and whether anybody still wants it.

    Args:
        seconds: time allowed from now.
    """

    def __init__(self, seconds: float) -> None:
        self.deadline = time.monotonic() + seconds
        self._cancelled = threading.Event()

    def extended(self, seconds: float) -> Turn:
        """The same work with another limit, ``seconds`` from now; cancelled together with this turn."""
        turn = Turn(seconds)
        turn._cancelled = self._cancelled  # one flag, seen through two turns
        return turn

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
        grace: float,
        function: Callable[Concatenate[Turn, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run ``function(turn, *args)`` in the thread; it has ``seconds`` and may overrun them by ``grace``.

        Raises:
            DeviceTimeout: the function did not come back in time.
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
            await asyncio.wait({job.future}, timeout=seconds + grace)
            if not job.future.done():
                raise DeviceTimeout("device-hangs") if job.started else DeviceBusy
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
        if job.turn.cancelled:
            continue
        job.started = True
        try:
            result = job.work()
        except BaseException as error:  # noqa: BLE001 - it is handed to the awaiting task, whatever it is
            settle = _refuse(job.future, error)
        else:
            settle = _fulfil(job.future, result)
        # The loop may have been closed while the device worked: then nobody is left to be told.
        with contextlib.suppress(RuntimeError):
            job.loop.call_soon_threadsafe(settle)


def _fulfil(future: asyncio.Future[Any], result: object) -> Callable[[], None]:
    return lambda: None if future.done() else future.set_result(result)


def _refuse(future: asyncio.Future[Any], error: BaseException) -> Callable[[], None]:
    return lambda: None if future.done() else future.set_exception(error)
