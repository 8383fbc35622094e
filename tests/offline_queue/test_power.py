"""What the disk may do: lose power at any operation, refuse to write, refuse to sync, be full."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from offline_queue import OfflineQueue, SpaceLow, State, StorageFailed, new_id
from tests.offline_queue.power import (
    Disk,
    Op,
    Recorder,
    Told,
    cut_everywhere,
    recording,
    recovered,
    small_journal,
    visits,
)
from tests.offline_queue.sealers import Scrambler


@pytest.fixture(autouse=True)
def _small_journal() -> Iterator[None]:
    with small_journal():
        yield


def test_no_power_cut_breaks_a_promise(tmp_path: Path) -> None:
    recorder = Recorder()
    with recording(recorder):
        visits(tmp_path / "queue", recorder)
    points, broken = cut_everywhere(recorder.ops, seed=7)
    assert broken == []
    assert points >= 1000


def test_the_simulator_finds_a_queue_that_does_not_sync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pragmas = ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = NORMAL")
    monkeypatch.setattr("offline_queue.database._PRAGMAS", pragmas)
    recorder = Recorder()
    with recording(recorder):
        visits(tmp_path / "queue", recorder, times=3)
    _, broken = cut_everywhere(recorder.ops, seed=7, every=3)
    assert any("lost" in fault for fault in broken)


@pytest.mark.parametrize("nth", range(1, 60, 4))
def test_a_sync_that_fails_once_loses_nothing_that_was_told(tmp_path: Path, nth: int) -> None:
    recorder = Recorder()
    failures = iter([nth])

    def fail(op: Op) -> bool:
        syncs = sum(one.what == "sync" for one in recorder.ops)
        if op.what == "sync" and opened and syncs >= wanted[0]:
            wanted[0] = 10**9
            return True
        return False

    opened, wanted = [True], [next(failures) + 8]  # the first eight are those of a new queue's making
    recorder.fail = fail
    with recording(recorder):
        visits(tmp_path / "queue", recorder, times=6)
    assert any(op.what == "failed" for op in recorder.ops)
    # The power goes at the very end, and nothing that was not synced survives.
    disk, told = Disk(), Told()
    for op in recorder.ops:
        disk.feed(op)
        told.feed(op)
    image = tmp_path / "image"
    image.mkdir()
    disk.after_power_cut(image, lambda: False)
    assert recovered(image, told) == []


@pytest.mark.parametrize("nth", range(0, 60, 3))
def test_a_disk_that_is_full_from_some_write_on_is_no_disaster(tmp_path: Path, nth: int) -> None:
    recorder, full = Recorder(), [False]
    recorder.fail = lambda op: full[0] and op.what == "write" and len(recorder.ops) >= start[0] + nth
    start = [0]
    with recording(recorder), closing(OfflineQueue(tmp_path / "queue", Scrambler(), reserve=0)) as queue:
        kept = [queue.put(new_id(), "submission", bytes(5000)).id for _ in range(3)]
        full[0], start[0] = True, len(recorder.ops)
        refused = []
        for _ in range(6):
            item_id = new_id()
            try:
                kept.append(queue.put(item_id, "submission", bytes(5000)).id)
            except StorageFailed:
                refused.append(item_id)
        full[0] = False
        assert {envelope.id for envelope in queue.envelopes()} >= set(kept)
        # There is room again: no restart is needed.
        kept += [queue.put(item_id, "submission", bytes(5000)).id for item_id in refused]
        assert {envelope.id for envelope in queue.envelopes()} == set(kept)
        assert queue.verify() == []


def test_intake_stops_before_the_disk_does_and_delivery_goes_on(tmp_path: Path) -> None:
    with closing(OfflineQueue(tmp_path / "queue", Scrambler(), reserve=0)) as queue:
        item_id = queue.put(new_id(), "submission", b"content").id
    with closing(OfflineQueue(tmp_path / "queue", Scrambler(), reserve=1 << 60)) as queue:
        assert not queue.has_room()
        with pytest.raises(SpaceLow, match="reserve"):
            queue.put(new_id(), "submission", b"content")
        assert [item.envelope.id for item in queue.lease()] == [item_id]
        queue.settle_delivered(item_id, "receipt")
        assert queue.get(item_id).state is State.DELIVERED
