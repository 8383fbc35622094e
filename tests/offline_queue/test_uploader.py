from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

import pytest

from offline_queue import (
    Batches,
    Delivered,
    LeasedItem,
    OfflineQueue,
    Outcome,
    Refused,
    RetryLater,
    State,
    Uploader,
    Waits,
    new_id,
)
from tests.offline_queue.conftest import Clock

PATIENCE = 20.0
ONE_BY_ONE = Batches(lanes=1, items=1)


class OtherEnd:
    """Answers as told, item by item, and remembers what it was offered."""

    def __init__(self, answer: Callable[[LeasedItem], Outcome]) -> None:
        self._answer = answer
        self.offered: list[UUID] = []
        self._asked = threading.Semaphore(0)

    def __call__(self, items: Sequence[LeasedItem]) -> list[Outcome]:
        self.offered += [item.envelope.id for item in items]
        self._asked.release(len(items))
        return [self._answer(item) for item in items]

    def wait_asked(self, times: int = 1) -> None:
        for _ in range(times):
            assert self._asked.acquire(timeout=PATIENCE), "it was not asked"


@contextmanager
def running(
    queue: OfflineQueue, other_end: OtherEnd, waits: Waits | None = None, batches: Batches = ONE_BY_ONE
) -> Iterator[Uploader]:
    """An uploader whose waits are always the longest that jitter allows."""
    uploader = Uploader(queue, other_end, waits, jitter=lambda _low, high: high, batches=batches)
    uploader.start()
    try:
        yield uploader
    finally:
        assert uploader.stop(PATIENCE)


def put(queue: OfflineQueue, content: bytes = b"content") -> UUID:
    return queue.put(new_id(), "submission", content).id


def test_items_are_delivered_oldest_first_with_their_receipts(queue: OfflineQueue, clock: Clock) -> None:
    ids = []
    for n in range(5):
        ids.append(put(queue, bytes([n])))
        clock.now += 1
    other_end = OtherEnd(lambda item: Delivered(f"receipt for {item.envelope.id}"))
    with running(queue, other_end):
        for item_id in ids:
            assert queue.wait_delivered(item_id, PATIENCE).receipt == f"receipt for {item_id}"
    assert other_end.offered == ids


def test_an_item_put_later_wakes_it(queue: OfflineQueue) -> None:
    with running(queue, OtherEnd(lambda _item: Delivered("receipt"))) as uploader:
        item_id = put(queue)
        uploader.wake()
        assert queue.wait_delivered(item_id, PATIENCE).state is State.DELIVERED


def test_one_bad_item_never_blocks_the_next(queue: OfflineQueue) -> None:
    bad, good = put(queue, b"bad"), put(queue, b"good")
    other_end = OtherEnd(lambda item: RetryLater("no") if item.envelope.id == bad else Delivered(""))
    with running(queue, other_end, Waits(first=1000, longest=1000)):
        assert queue.wait_delivered(good, PATIENCE).state is State.DELIVERED
        other_end.wait_asked(2)
    envelope = queue.get(bad)
    assert (envelope.state, envelope.attempts, envelope.reason) == (State.PENDING, 1, "no")


def test_waits_double_up_to_the_longest(queue: OfflineQueue, clock: Clock) -> None:
    item_id = put(queue)
    other_end = OtherEnd(lambda _item: RetryLater("no"))
    seen: list[float] = []
    with running(queue, other_end, Waits(first=2, longest=10)) as uploader:
        for _ in range(5):
            other_end.wait_asked()
            while (waiting := queue.get(item_id)).state is not State.PENDING or waiting.attempts <= len(seen):
                threading.Event().wait(0.001)
            assert waiting.next_attempt is not None
            seen.append(waiting.next_attempt - clock.now)
            clock.now = waiting.next_attempt
            uploader.wake()
    assert seen[:4] == pytest.approx([2, 4, 8, 10])


def test_being_asked_to_wait_is_honoured(queue: OfflineQueue, clock: Clock) -> None:
    item_id = put(queue)
    other_end = OtherEnd(lambda _item: RetryLater("busy", after=120.0))
    with running(queue, other_end):
        other_end.wait_asked()
    next_attempt = queue.get(item_id).next_attempt
    assert next_attempt is not None
    assert next_attempt >= clock.now + 120


def test_a_refusal_is_held_with_its_reason_and_never_tried_again(queue: OfflineQueue) -> None:
    item_id = put(queue)
    other_end = OtherEnd(lambda _item: Refused("422 it cannot be taken"))
    with running(queue, other_end) as uploader:
        held = queue.wait_delivered(item_id, PATIENCE)
        uploader.wake()
    assert (held.state, held.reason) == (State.HELD, "422 it cannot be taken")
    assert other_end.offered == [item_id]


def test_no_network_pauses_the_queue_instead_of_being_met_by_every_item(queue: OfflineQueue) -> None:
    ids = [put(queue, bytes([n])) for n in range(20)]
    online = threading.Event()

    def answer(_item: LeasedItem) -> Outcome:
        return Delivered("") if online.is_set() else RetryLater("no network", systemic=True)

    other_end = OtherEnd(answer)
    with running(queue, other_end, Waits(pause_first=5000, pause_longest=5000)) as uploader:
        other_end.wait_asked()
        online.set()
        uploader.wake()
        for item_id in ids:
            assert queue.wait_delivered(item_id, PATIENCE).state is State.DELIVERED
    assert len(other_end.offered) == len(ids) + 1
    assert queue.pause_streak() == 0


def test_an_item_that_only_looks_like_no_network_does_not_block_the_others(queue: OfflineQueue) -> None:
    poison, *ids = (put(queue, bytes([n])) for n in range(4))

    def answer(item: LeasedItem) -> Outcome:
        return RetryLater("broken off", systemic=True) if item.envelope.id == poison else Delivered("")

    with running(queue, OtherEnd(answer), Waits(pause_first=0, pause_longest=0)):
        for item_id in ids:
            assert queue.wait_delivered(item_id, PATIENCE).state is State.DELIVERED
    assert queue.get(poison).state in {State.PENDING, State.LEASED}


def test_whoever_waits_on_the_screen_goes_first(queue: OfflineQueue, clock: Clock) -> None:
    for n in range(30):
        put(queue, bytes([n]))
        clock.now += 1
    mine = put(queue, b"mine")
    other_end = OtherEnd(lambda _item: Delivered(""))
    started = threading.Event()
    waited: list[State] = []

    def wait() -> None:
        started.set()
        waited.append(queue.wait_delivered(mine, PATIENCE).state)

    visit = threading.Thread(target=wait)
    visit.start()
    started.wait(PATIENCE)
    while not queue._awaited[str(mine)]:
        threading.Event().wait(0.001)
    with running(queue, other_end):
        visit.join(PATIENCE)
    assert waited == [State.DELIVERED]
    assert other_end.offered[0] == mine


def test_whatever_delivery_raises_the_item_stays_and_the_rest_goes_on(queue: OfflineQueue) -> None:
    bad, good = put(queue, b"bad"), put(queue, b"good")

    def answer(item: LeasedItem) -> Outcome:
        if item.envelope.id == bad:
            raise ZeroDivisionError("the name of a resident")
        return Delivered("")

    other_end = OtherEnd(answer)
    with running(queue, other_end, Waits(first=1000, longest=1000)):
        assert queue.wait_delivered(good, PATIENCE).state is State.DELIVERED
        other_end.wait_asked(2)
    assert queue.get(bad).reason == "delivery failed: ZeroDivisionError"
