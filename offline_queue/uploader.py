"""The thread that empties the queue: patient with the network, impatient for a resident who waits."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from offline_queue.errors import QueueError
from offline_queue.model import Delivered, LeasedItem, Outcome, Refused, RetryLater
from offline_queue.store import OfflineQueue

log = structlog.get_logger(__name__)

_AFTER_STORAGE_FAILURE = 5.0
_LONGEST_EXPONENT = 32
_LONGEST_SLEEP = 60.0  # then the clock is looked at again: it may have been set meanwhile


@dataclass(frozen=True)
class Waits:
    """Seconds of back-off, doubled with each failure and then drawn by full jitter between 0 and that.

    ``first`` and ``longest`` are for one item; the ``pause`` pair for the whole queue while the other end
    cannot be reached.
    """

    first: float = 2.0
    longest: float = 900.0
    pause_first: float = 1.0
    pause_longest: float = 30.0


class Uploader:
    """Delivers the items of a queue in a thread of its own.

    ``deliver`` blocks until it can say what became of an item and bounds its own time. What it raises is
    logged by type and counts as "retry later". ``jitter(low, high)`` draws the wait.
    """

    def __init__(
        self,
        queue: OfflineQueue,
        deliver: Callable[[LeasedItem], Outcome],
        waits: Waits | None = None,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._queue = queue
        self._deliver = deliver
        self._waits = waits or Waits()
        self._jitter = jitter
        self._wake = threading.Event()
        self._ignore_pause = False
        self._stopping = False
        self._untidy = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread; the queue must stay open until ``stop``."""
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="queue-uploader", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 30.0) -> bool:
        """Ask the thread to end after the item in hand, wait up to ``timeout`` seconds; whether it ended."""
        self._stopping = True
        self._wake.set()
        if self._thread is None:
            return True
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def wake(self) -> None:
        """Try at once, pause or not: something new was put, or the network is back."""
        self._ignore_pause = True
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                wait = self._step()
            except QueueError as error:
                log.critical("queue_storage_failed", error=str(error))
                wait = _AFTER_STORAGE_FAILURE
            if wait > 0:
                self._wake.wait(wait)

    def _step(self) -> float:
        """Deliver one item if one is due; seconds to wait before the next step."""
        ignore_pause, self._ignore_pause = self._ignore_pause, False
        wait = self._queue.seconds_until_due()
        item = self._queue.lease() if ignore_pause or wait == 0 else None
        if item is None:
            self._tidy()
            return min(wait or _LONGEST_SLEEP, _LONGEST_SLEEP)
        self._settle(item, self._outcome(item))
        return 0

    def _outcome(self, item: LeasedItem) -> Outcome:
        try:
            return self._deliver(item)
        except Exception as error:  # noqa: BLE001 - whatever it raises, the item stays and the thread lives
            log.critical("queue_deliver_raised", id=str(item.envelope.id), error=type(error).__name__)
            return RetryLater(f"delivery failed: {type(error).__name__}")

    def _settle(self, item: LeasedItem, outcome: Outcome) -> None:
        item_id = item.envelope.id
        match outcome:
            case RetryLater(reason, after, systemic=True):
                streak = self._queue.pause_streak()
                wait = self._draw(self._waits.pause_first, self._waits.pause_longest, streak, after)
                self._queue.pause(item_id, wait, reason)
                if streak == 0:
                    log.warning("queue_paused", reason=reason)
                return
            case RetryLater(reason, after):
                wait = self._draw(self._waits.first, self._waits.longest, item.envelope.attempts, after)
                self._queue.put_off(item_id, wait, reason)
                log.info("queue_item_put_off", id=str(item_id), reason=reason, seconds=round(wait, 1))
            case Refused(reason):
                self._queue.settle_held(item_id, reason)
                log.error("queue_item_held", id=str(item_id), reason=reason)
            case Delivered(receipt):
                self._queue.settle_delivered(item_id, receipt)
                self._untidy = True
                log.info("queue_item_delivered", id=str(item_id), kind=item.envelope.kind)
        self._queue.resume()

    def _draw(self, first: float, longest: float, failures: int, after: float | None) -> float:
        ceiling = min(longest, first * 2 ** min(failures, _LONGEST_EXPONENT))
        # Never before the other end asked to be left alone, and not all kiosks in the very same second.
        return (after or 0.0) + self._jitter(0.0, ceiling)

    def _tidy(self) -> None:
        if self._untidy:
            self._queue.checkpoint()
            self._untidy = False
