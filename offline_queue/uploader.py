"""The threads that empty the queue: patient with the network, impatient for a resident who waits."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog

from offline_queue.errors import QueueError, StorageFailed
from offline_queue.model import Delivered, LeasedItem, Outcome, Refused, RetryLater
from offline_queue.store import OfflineQueue

log = structlog.get_logger(__name__)

_AFTER_STORAGE_FAILURE: Final = 5.0
_LONGEST_EXPONENT: Final = 32
_LONGEST_SLEEP: Final = 60.0  # then the clock is looked at again: it may have been set meanwhile
_DAY: Final = 86400.0
_NIGHT: Final = 3  # o'clock

Deliver = Callable[[Sequence[LeasedItem]], Sequence[Outcome]]


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


@dataclass(frozen=True)
class Batches:
    """How much is on its way at once: ``lanes`` deliveries, each of ``items`` items or ``room`` bytes.

    One lane is kept for items somebody waits for. An item larger than ``room`` goes alone.
    """

    lanes: int = 4
    items: int = 20
    room: int = 500_000


class Uploader:
    """Delivers the items of a queue, in threads of its own.

    ``deliver`` blocks until it can say, item by item, what became of them, and bounds its own time. What it
    raises, or another number of outcomes than of items, is logged by type and counts as "retry later".
    ``jitter(low, high)`` draws the wait. While the other end cannot be reached a single item is tried at a
    time, whatever the number of lanes. Once a night by ``clock`` (seconds since 1970), or after a day of
    ``elapsed`` seconds where the clock never says that it is night, the whole queue is inspected.
    """

    def __init__(
        self,
        queue: OfflineQueue,
        deliver: Deliver,
        waits: Waits | None = None,
        jitter: Callable[[float, float], float] = random.uniform,
        batches: Batches | None = None,
        clock: Callable[[], float] = time.time,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._queue = queue
        self._deliver = deliver
        self._waits = waits or Waits()
        self._jitter = jitter
        self._batches = batches or Batches()
        self._changed = threading.Condition()
        self._news = 0
        self._ignore_pause = False
        self._stopping = False
        self._in_flight = 0
        self._untidy = False
        self._clock = clock
        self._elapsed = elapsed
        self._inspected = elapsed()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the threads; the queue must stay open until ``stop``."""
        self._stopping = False
        self._queue.on_work = self._look
        self._threads = [
            threading.Thread(target=self._run, args=(lane,), name=f"queue-uploader-{lane}", daemon=True)
            for lane in range(self._batches.lanes)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float = 30.0) -> bool:
        """Ask the threads to end after what is in hand, wait up to ``timeout`` seconds; whether they did."""
        self._stopping = True
        self._look()
        ends = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, ends - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def wake(self) -> None:
        """Try at once, pause or not: something new was put, or the network is back."""
        self._ignore_pause = True
        self._look()

    def _look(self) -> None:
        with self._changed:
            self._news += 1
            self._changed.notify_all()

    def _run(self, lane: int) -> None:
        while not self._stopping:
            news = self._news
            try:
                wait = self._step(lane)
            except QueueError as error:
                log.critical("queue_storage_failed", error=str(error))
                wait = _AFTER_STORAGE_FAILURE
            if wait > 0:
                with self._changed:
                    self._changed.wait_for(lambda: self._stopping or self._news != news, wait)  # noqa: B023

    def _step(self, lane: int) -> float:
        """Deliver what is due and fits; seconds to wait before the next step."""
        items, wait = self._take(awaited=lane == 0 and self._batches.lanes > 1)
        if items:
            try:
                self._settle(items, self._outcomes(items))
            finally:
                with self._changed:
                    self._in_flight -= 1
                self._look()
            return 0
        if lane == self._batches.lanes - 1:
            self._tidy()
        return min(wait or _LONGEST_SLEEP, _LONGEST_SLEEP)

    def _take(self, *, awaited: bool) -> tuple[list[LeasedItem], float | None]:
        with self._changed:
            streak = self._queue.pause_streak()
            if streak and self._in_flight:
                return [], None  # its outcome will wake us
            if not self._ignore_pause and (left := self._queue.seconds_of_pause()):
                return [], left
            limit = 1 if streak or awaited else self._batches.items
            items = self._queue.lease(limit, room=self._batches.room, awaited=awaited)
            if items or not awaited:
                self._ignore_pause = False
            self._in_flight += bool(items)
        return items, None if items or awaited else self._queue.seconds_until_due()

    def _outcomes(self, items: list[LeasedItem]) -> Sequence[Outcome]:
        try:
            outcomes = self._deliver(items)
            if len(outcomes) != len(items):
                raise ValueError("not one outcome for each item")  # noqa: TRY301 as bad as raising itself
        except Exception as error:  # noqa: BLE001 - whatever it raises, the items stay and the thread lives
            log.critical("queue_deliver_raised", items=len(items), error=type(error).__name__)
            if len(items) > 1:  # whichever it was, the others must not suffer for it
                return [outcome for item in items for outcome in self._outcomes([item])]
            return [RetryLater(f"delivery failed: {type(error).__name__}")]
        return outcomes

    def _settle(self, items: list[LeasedItem], outcomes: Sequence[Outcome]) -> None:
        try:
            self._settle_together(items, outcomes)
        except StorageFailed:  # the queue is opened anew, on a full disk with the room it has held for this
            self._settle_together(items, outcomes)

    def _settle_together(self, items: list[LeasedItem], outcomes: Sequence[Outcome]) -> None:
        pauses = [one for one in outcomes if isinstance(one, RetryLater) and one.systemic]
        met = [item.envelope.id for item, one in zip(items, outcomes, strict=True) if one in pauses]
        with self._queue.together():
            for item, outcome in zip(items, outcomes, strict=True):
                if outcome not in pauses:
                    self._settle_one(item, outcome)
            if pauses:
                self._pause(met, pauses[0])
            else:
                self._queue.resume()

    def _pause(self, met: list[UUID], cause: RetryLater) -> None:
        streak = self._queue.pause_streak()
        wait = self._draw(self._waits.pause_first, self._waits.pause_longest, streak, cause.after)
        self._queue.pause(met, wait, cause.reason)
        if streak == 0:
            log.warning("queue_paused", reason=cause.reason)

    def _settle_one(self, item: LeasedItem, outcome: Outcome) -> None:
        item_id = item.envelope.id
        match outcome:
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

    def _draw(self, first: float, longest: float, failures: int, after: float | None) -> float:
        ceiling = min(longest, first * 2 ** min(failures, _LONGEST_EXPONENT))
        # Never before the other end asked to be left alone, and not all kiosks in the very same second.
        return (after or 0.0) + self._jitter(0.0, ceiling)

    def _tidy(self) -> None:
        """With nothing to do: wipe the journal, so that erased content is gone; once a night look at all."""
        if self._untidy or self._queue.wants_checkpoint():
            self._untidy = False
            self._queue.checkpoint()
        since = self._elapsed() - self._inspected
        if since > _DAY or (since > _DAY / 4 and time.localtime(self._clock()).tm_hour == _NIGHT):
            self._inspected = self._elapsed()
            faults = self._queue.inspect(go_on=lambda: not self._stopping)
            if faults:
                log.critical("queue_damaged", faults=len(faults), first=faults[0])
