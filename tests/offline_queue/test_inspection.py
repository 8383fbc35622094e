"""Once a night: the journal moved, everything looked at, what is wrong told, nobody kept waiting."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from offline_queue import LeasedItem, OfflineQueue, Outcome, RetryLater, State, Uploader, Waits, new_id
from tests.offline_queue.power import small_journal
from tests.offline_queue.sealers import Scrambler

PATIENCE = 20.0
HOUR = 3600.0


@pytest.fixture(autouse=True)
def _small_journal() -> Iterator[None]:
    with small_journal():
        yield


class Time:
    """A clock on the wall and the seconds that pass, both set by hand; it is five in the afternoon."""

    def __init__(self) -> None:
        self.wall = time.mktime((2026, 11, 21, 17, 0, 0, 0, 0, -1))
        self.elapsed = 0.0

    def passes(self, hours: float) -> None:
        self.wall += hours * HOUR
        self.elapsed += hours * HOUR


def no_network(items: Sequence[LeasedItem]) -> list[Outcome]:
    return [RetryLater("no network", systemic=True)] * len(items)


class Turns:
    """Counts how often the uploader has nothing to do, and what the inspections found."""

    def __init__(self, queue: OfflineQueue, monkeypatch: pytest.MonkeyPatch) -> None:
        self.found: list[list[str]] = []
        self._idle = threading.Semaphore(0)
        inspect, wants = queue.inspect, queue.wants_checkpoint

        def inspected(go_on: Callable[[], bool]) -> list[str]:
            self.found.append(inspect(go_on))
            return self.found[-1]

        def idles() -> bool:
            self._idle.release()
            return wants()

        monkeypatch.setattr(queue, "inspect", inspected)
        monkeypatch.setattr(queue, "wants_checkpoint", idles)

    def after_two(self, uploader: Uploader) -> int:
        """The number of inspections, when the uploader has been through a whole turn."""
        while self._idle.acquire(blocking=False):
            pass
        for _ in range(2):
            uploader._look()
            assert self._idle.acquire(timeout=PATIENCE)
        return len(self.found)


@contextmanager
def uploading(queue: OfflineQueue, now: Time) -> Iterator[Uploader]:
    waits = Waits(pause_first=1000, pause_longest=1000)
    uploader = Uploader(queue, no_network, waits, clock=lambda: now.wall, elapsed=lambda: now.elapsed)
    uploader.start()
    try:
        yield uploader
    finally:
        assert uploader.stop(PATIENCE)


def test_it_is_done_once_each_night_with_the_hub_away_or_not(
    queue: OfflineQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.put(new_id(), "submission", b"content")
    now, turns = Time(), Turns(queue, monkeypatch)
    with uploading(queue, now) as uploader:
        assert turns.after_two(uploader) == 0
        now.passes(9.9)  # six minutes to three
        assert turns.after_two(uploader) == 0
        now.passes(0.2)
        assert turns.after_two(uploader) == 1
        now.passes(0.5)
        assert turns.after_two(uploader) == 1
        now.passes(23.5)
        assert turns.after_two(uploader) == 2
        now.wall = 0.0  # a clock that always says the same
        now.elapsed += 25 * HOUR
        assert turns.after_two(uploader) == 3
    assert turns.found == [[], [], []]


def test_an_altered_item_is_held_for_its_owner_and_the_others_are_left_alone(tmp_path: Path) -> None:
    with closing(OfflineQueue(tmp_path, Scrambler(), reserve=0)) as queue:
        ids = [queue.put(new_id(), "submission", bytes([n]) * 3000).id for n in range(5)]
    with closing(sqlite3.connect(tmp_path / "queue.db")) as database, database:
        database.execute("UPDATE parts SET sealed = zeroblob(3000) WHERE place = 3 * 1024")
    with closing(OfflineQueue(tmp_path, Scrambler(), reserve=0, keeper="老周")) as queue:
        assert queue.inspect() == [f"item {ids[2]} is not as it was put"]
        assert [one.state for one in queue.envelopes()] == [State.PENDING] * 2 + [State.HELD] + [
            State.PENDING
        ] * 2
        held = queue.get(ids[2])  # what the sign of life tells the hub
        assert (held.owner, held.reason) == ("老周", "its content on this disk is not as it was put")
        assert held.deadline is not None


def test_damaged_tables_are_salvaged_the_same_night_and_counted_for_the_hub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = Time()
    with closing(OfflineQueue(tmp_path, Scrambler(), reserve=0)) as queue:
        for n in range(40):
            queue.put(new_id(), "submission", bytes([n]) * 3000)
        queue.checkpoint()
        turns = Turns(queue, monkeypatch)
        with uploading(queue, now) as uploader:
            assert turns.after_two(uploader) == 0
            file = tmp_path / "queue.db"
            with file.open("r+b") as handle:
                handle.seek(file.stat().st_size // 2 // 4096 * 4096)
                handle.write(bytes(9000))
            now.passes(10.5)
            assert turns.after_two(uploader) == 1
        [[fault]] = turns.found
        assert "damaged" in fault
        stats = queue.stats()
        assert stats.incidents == 1
        assert stats.pending >= 30
        assert queue.verify() == []
        assert queue.put(new_id(), "submission", b"life goes on").state is State.PENDING


def test_whoever_files_meanwhile_does_not_wait_for_its_end(queue: OfflineQueue) -> None:
    with queue.together():
        for _ in range(1000):
            queue.put(new_id(), "submission", bytes(100))
    seen, begun, over = 0, threading.Event(), threading.Event()

    def go_on() -> bool:
        nonlocal seen
        seen += 1
        begun.set()
        return True

    def inspect() -> None:
        assert queue.inspect(go_on) == []
        over.set()

    inspection = threading.Thread(target=inspect)
    inspection.start()
    assert begun.wait(PATIENCE)
    item_id = queue.put(new_id(), "submission", b"mine").id
    [item] = queue.lease(1)
    queue.settle_delivered(item.envelope.id, "receipt")
    seen_then, was_over = seen, over.is_set()
    inspection.join(PATIENCE)
    assert not was_over
    assert seen_then < 500
    assert queue.get(item_id).state is State.PENDING
