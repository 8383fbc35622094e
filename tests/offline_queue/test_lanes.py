"""Several deliveries at once: in batches, in order of priority, and never before somebody who waits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.hub_client import Credentials, HubClient
from kiosk.pacing import Pace, PacedBody
from offline_queue import (
    Batches,
    Delivered,
    LeasedItem,
    OfflineQueue,
    Outcome,
    RetryLater,
    State,
    Uploader,
    Waits,
    new_id,
)
from tests.offline_queue.conftest import Clock
from tests.offline_queue.hub_stand_in import hub_stand_in

PATIENCE = 30.0
CREDENTIALS = Credentials("K0000000", Ed25519PrivateKey.generate())


def put_many(queue: OfflineQueue, count: int, priority: int = 0) -> list[UUID]:
    with queue.together():
        return [queue.put(new_id(), "submission", bytes(200), priority=priority).id for _ in range(count)]


def finished(queue: OfflineQueue) -> bool:
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.01)):
        if not queue.stats().pending + queue.stats().leased:
            return True
        pause.wait(0.01)
    return False


def test_ten_thousand_items_after_an_outage_go_by_priority_and_a_visit_goes_first(
    queue: OfflineQueue, clock: Clock
) -> None:
    low, high = put_many(queue, 5000), put_many(queue, 5000, priority=2)
    clock.now += 30 * 86400
    begun, go_on, mine = threading.Event(), threading.Event(), new_id()

    def before(ids: list[UUID]) -> None:
        begun.set()
        if ids != [mine]:
            go_on.wait(PATIENCE)

    with hub_stand_in() as hub, closing(HubClient(hub.url, CREDENTIALS)) as client:
        hub.before = before
        uploader = Uploader(queue, client.deliver)
        uploader.start()
        try:
            assert begun.wait(PATIENCE)
            # Every lane but one waits for the hub with the backlog; the visit's item arrives all the same.
            queue.put(mine, "submission", b"mine")
            assert queue.wait_delivered(mine, PATIENCE).state is State.DELIVERED
            assert len(hub.records) == 1
            go_on.set()
            assert finished(queue)
        finally:
            go_on.set()
            assert uploader.stop(PATIENCE)
        offered = [item_id for ids in hub.requests for item_id in ids]
        assert sorted(offered) == sorted([*low, *high, mine])  # each once
        assert hub.records.keys() == {*low, *high, mine}
        assert hub.faults == []
    assert queue.stats().delivered == 10_001
    places = {item_id: place for place, item_id in enumerate(offered)}
    assert max(places[item_id] for item_id in high) < min(places[item_id] for item_id in low) + 80


def test_four_are_on_their_way_at_once_and_no_more(queue: OfflineQueue) -> None:
    put_many(queue, 40)
    under_way, most, lock = 0, 0, threading.Lock()
    three = threading.Barrier(3)

    def deliver(items: Sequence[LeasedItem]) -> list[Outcome]:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        if len(seen) < 3:
            seen.append(1)
            three.wait(PATIENCE)  # they meet: three lanes are busy at the same time
        with lock:
            under_way -= 1
        return [Delivered("")] * len(items)

    seen: list[int] = []
    uploader = Uploader(queue, deliver, batches=Batches(items=1))
    uploader.start()
    assert finished(queue)
    assert uploader.stop(PATIENCE)
    assert most == 3  # the fourth lane is for those who wait before the screen


def test_while_nobody_answers_one_item_at_a_time_is_tried(queue: OfflineQueue) -> None:
    put_many(queue, 100)
    sizes: list[int] = []
    online = threading.Event()

    def deliver(items: Sequence[LeasedItem]) -> list[Outcome]:
        if online.is_set():
            return [Delivered("")] * len(items)
        sizes.append(len(items))
        return [RetryLater("no network", systemic=True)] * len(items)

    uploader = Uploader(queue, deliver, Waits(pause_first=0, pause_longest=0))
    uploader.start()
    while len(sizes) < 12:
        threading.Event().wait(0.005)
    online.set()
    assert finished(queue)
    assert uploader.stop(PATIENCE)
    assert set(sizes[3:]) == {1}  # after the first of each lane have met it
    assert all(envelope.attempts == 1 for envelope in queue.envelopes())  # nobody pays for the network


@pytest.mark.parametrize("raises", [True, False])
def test_one_that_makes_delivery_fall_over_does_not_take_its_batch_along(
    queue: OfflineQueue, raises: bool
) -> None:
    ids = put_many(queue, 10)

    def deliver(items: Sequence[LeasedItem]) -> list[Outcome]:
        if any(item.envelope.id == ids[4] for item in items):
            if raises:
                raise ZeroDivisionError
            return [Delivered("")] * (len(items) - 1)  # nobody can tell for which of them
        return [Delivered("")] * len(items)

    uploader = Uploader(queue, deliver, Waits(first=1000, longest=1000), batches=Batches(lanes=1))
    uploader.start()
    for item_id in ids[:4] + ids[5:]:
        assert queue.wait_delivered(item_id, PATIENCE).state is State.DELIVERED
    assert uploader.stop(PATIENCE)
    assert queue.get(ids[4]).state is State.PENDING


@pytest.mark.parametrize("rate", [10_000, 250_000])
def test_the_line_is_not_filled_beyond_what_is_allowed(rate: int) -> None:
    now = [100.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    read: Callable[[], float] = lambda: now[0]  # noqa: E731
    pace = Pace(rate, clock=read, sleep=sleep)
    body = PacedBody(bytes(1_000_000), pace)
    assert len(b"".join(body)) == len(body) == 1_000_000
    assert now[0] - 100.0 >= 1_000_000 / rate - 1.0
    assert now[0] - 100.0 <= 1_000_000 / rate + 1.0
