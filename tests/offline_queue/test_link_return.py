"""The link is back: noticed within five seconds whatever way it was lost, and the queue goes at once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from config.settings import HubSettings
from kiosk.hub_client import HubUnreachable
from kiosk.hub_link import HubLink
from kiosk.wire import CheckIn, CheckInReply
from offline_queue import (
    Batches,
    Delivered,
    LeasedItem,
    OfflineQueue,
    Outcome,
    RetryLater,
    Uploader,
    Waits,
    new_id,
)

PATIENCE = 20.0
AT = datetime(2026, 11, 21, tzinfo=UTC)
TIMEOUT = HubSettings.model_fields["timeout"].default

# When the kernel asks again over a line that swallows everything, seconds after the first time (Linux: a
# connection is begun anew after 1, 3, 7 s; on one that was open the first repetition comes after 0.2 s).
REFUSED, NEW, OPEN = [0.0], [0.0, 1.0, 3.0, 7.0], [0.0, 0.2, 0.6, 1.4, 3.0, 6.2]


class Line:
    """A line that comes back at ``back``, in seconds of a time of its own that passes only here."""

    def __init__(self, back: float, asked: list[float]) -> None:
        self.now = 0.0
        self.back = back
        self._asked = asked
        self.clock_offset = 0.0

    def check_in(self, _report: CheckIn) -> CheckInReply:
        for after in self._asked:
            if self.now + after >= self.back:
                self.now += after
                return CheckInReply(kiosk_id="K", hub_time=AT, next_in_seconds=60, catalogue_version=0)
        self.now += TIMEOUT if len(self._asked) > 1 else 0.0
        raise HubUnreachable("no answer")

    async def wait_for(self, nothing: Awaitable[Any], seconds: float) -> None:
        nothing.close()  # type: ignore[attr-defined]  # a coroutine
        await asyncio.sleep(0)
        self.now += seconds
        raise TimeoutError


class Link(HubLink):
    """A link that only keeps in touch: nothing to heed, nothing to fetch."""

    async def _heed(self, *_reply: Any) -> None:
        pass

    def _fetch_files(self, *_client: Any) -> None:
        pass


def link_over(line: Line, queue: OfflineQueue) -> HubLink:
    settings = SimpleNamespace(site=SimpleNamespace(queue=SimpleNamespace(bandwidth=0)))
    report = SimpleNamespace(check_in=lambda: None)
    parts: Any = (settings, queue, SimpleNamespace(version=0), report)
    link = Link(*parts)
    link.client = line  # type: ignore[assignment]
    return link


@pytest.mark.parametrize("asked", [REFUSED, NEW, OPEN], ids=["refused", "swallowed", "swallowed while open"])
def test_the_return_is_noticed_within_five_seconds(
    queue: OfflineQueue, monkeypatch: pytest.MonkeyPatch, asked: list[float]
) -> None:
    async def noticed_after(back: float) -> float:
        line = Line(back, asked)
        monkeypatch.setattr("kiosk.hub_link.asyncio.wait_for", line.wait_for)
        link = link_over(line, queue)
        seen: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        link.on_return = lambda: seen.set_result(line.now)
        keeping = asyncio.create_task(link.keep())
        both: set[asyncio.Future[Any]] = {seen, keeping}
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping
        return seen.result() - back

    async def worst() -> float:
        return max([await noticed_after(20 + tenth / 10) for tenth in range(150)])

    assert 0 < asyncio.run(worst()) <= 5.0


def test_the_queue_goes_at_once_and_does_not_wait_for_its_own_back_off(queue: OfflineQueue) -> None:
    with queue.together():
        ids = [queue.put(new_id(), "submission", bytes(100)).id for _ in range(1000)]
    line = Line(1.0, REFUSED)
    link = link_over(line, queue)
    offers, failed = 0, threading.Event()

    def deliver(items: Sequence[LeasedItem]) -> list[Outcome]:
        nonlocal offers
        offers += len(items)
        if line.now < line.back:
            failed.set()
            return [RetryLater("no network", systemic=True)] * len(items)
        return [Delivered("receipt")] * len(items)

    never = Waits(first=5000, longest=5000, pause_first=5000, pause_longest=5000)
    uploader = Uploader(queue, deliver, never, lambda _low, high: high, Batches(lanes=2))
    uploader.start()
    link.on_return = uploader.wake
    try:
        assert failed.wait(PATIENCE)
        assert asyncio.run(link._once()) <= 5.0  # away: it looks again soon
        line.now = 1.0
        asyncio.run(link._once())
        for item_id in ids:
            assert queue.wait_delivered(item_id, PATIENCE).receipt == "receipt"
    finally:
        assert uploader.stop(PATIENCE)
    assert offers <= len(ids) + 20  # nothing but the batch that met the outage went twice
