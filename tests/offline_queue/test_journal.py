"""A journal that is altered before it was moved into the database: found out, mended, never silent."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from offline_queue import OfflineQueue, QueueDamaged, State, check_folder, migrate_folder, new_id
from offline_queue.database import PAGE
from tests.offline_queue.flips import NAMES, Crashed, cost, crashed
from tests.offline_queue.power import Recorder, in_memory, recording, small_journal
from tests.offline_queue.sealers import Scrambler
from tests.offline_queue.test_damage import contents


@pytest.fixture(autouse=True)
def _small_journal() -> Iterator[None]:
    with small_journal():
        yield


@pytest.fixture
def crash(tmp_path: Path) -> Crashed:
    return crashed(tmp_path / "crashed")


def test_a_bit_that_flips_anywhere_in_the_journal_is_told_and_hardly_ever_costs_an_item(
    crash: Crashed,
) -> None:
    chance = random.Random(13)
    places = [
        *range(32),
        *(at + chance.randrange(24) for at in crash.frames),
    ]  # the header, all frames' heads
    places += [at + 24 + chance.randrange(PAGE) for at in crash.frames]  # and their pages
    assert len(crash.frames) >= 30
    costs = []
    with in_memory() as memory:
        for number, at in enumerate(places):
            folder = crash.left(memory / str(number), at, bytes([1 << chance.randrange(8)]))
            costs.append(cost(crash, folder))
            assert list(folder.glob("damaged-*"))
            with closing(OfflineQueue(folder, Scrambler(), reserve=0)) as queue:
                assert len(queue.incidents()) == 1  # told once
    lost = [one for one in costs if one is not None]
    assert len(lost) == len(places)
    assert sum(one > 0 for one in lost) < len(places) / 4
    assert sum(lost) < len(places) / 2


def test_what_no_mending_brings_back_is_held_for_its_owner_by_its_id(crash: Crashed) -> None:
    chance = random.Random(17)
    costs = []
    with in_memory() as memory:
        for number, frame in enumerate(crash.frames):
            folder = crash.left(memory / str(number), frame + 24 + 1024, chance.randbytes(512))
            costs.append(cost(crash, folder))
    lost = [one for one in costs if one is not None]
    assert len(lost) == len(crash.frames)
    assert 0 < sum(lost) < 2 * len(lost)  # of six items in each of so many queues


def test_an_item_that_is_nowhere_any_more_is_named(crash: Crashed, tmp_path: Path) -> None:
    folder = crash.left(tmp_path / "damaged", 0, b"")
    (folder / "queue.db-wal").unlink()
    with closing(OfflineQueue(folder, Scrambler(), reserve=0, keeper="老周")) as queue:
        found = queue.envelopes()
        assert [one.id for one in found] == list(crash.items)
        assert {(one.state, one.owner) for one in found} == {(State.HELD, "老周")}
        assert {one.reason for one in found} == {
            "acknowledged, then lost by this disk: unless the other end has it, it has to be filed again"
        }
        assert all(one.deadline for one in found)
        assert [(one.saved, one.lost) for one in queue.incidents()] == [(0, 6)]
        assert queue.verify() == []  # it was told once and is held: no alarm for ever


def test_who_looks_at_a_damaged_journal_from_outside_is_told_and_takes_nothing_from_it(
    crash: Crashed, tmp_path: Path
) -> None:
    for frame in (crash.frames[3], crash.frames[-3]):  # with nothing of it readable, and with most of it
        folder = crash.left(tmp_path / str(frame), frame + 1024, b"\x01")
        left = {name: (folder / name).read_bytes() for name in NAMES}
        faults = check_folder(folder)
        assert faults
        assert all("the journal is damaged" in fault for fault in faults)
        with pytest.raises(QueueDamaged):
            migrate_folder(folder, 1)
        assert {name: (folder / name).read_bytes() for name in NAMES} == left
        assert cost(crash, folder) == 0, "what the journal still held is found by whoever opens it"
        assert check_folder(folder) == []
    (tmp_path / "new").mkdir()
    assert check_folder(tmp_path / "new") == []


def test_a_torn_end_of_the_ledger_alarms_nobody(crash: Crashed, tmp_path: Path) -> None:
    ledger = crash.files["queue.ledger"]
    torn = [ledger[:-20], ledger[:10] + ledger[56:], ledger + bytes(46), ledger[:-46] + b"\xff" * 46]
    for number, content in enumerate(torn):
        folder = crash.left(tmp_path / str(number), 0, b"")
        (folder / "queue.ledger").write_bytes(content)
        with closing(OfflineQueue(folder, Scrambler(), reserve=0)) as queue:
            assert (contents(queue), queue.incidents()) == (crash.items, [])


def test_the_journal_is_empty_again_whenever_the_uploader_idles(tmp_path: Path) -> None:
    with closing(OfflineQueue(tmp_path, Scrambler(), reserve=0)) as queue:
        kept = queue.put(new_id(), "submission", b"content")
        assert queue.wants_checkpoint()
        queue.checkpoint()
        assert not queue.wants_checkpoint()
        assert not any((tmp_path / "queue.db-wal").read_bytes())
        assert queue.get(kept.id) == kept


def test_the_header_of_a_journal_is_wiped_and_synced_before_anything_else_of_it(tmp_path: Path) -> None:
    # A beginning of old frames behind their header would be replayed, and take pages back to what they were.
    recorder = Recorder()
    with recording(recorder), closing(OfflineQueue(tmp_path, Scrambler(), reserve=0)) as queue:
        queue.put(new_id(), "submission", b"content")
        recorder.ops.clear()
        queue.checkpoint()
        wiped = [(op.what, op.offset, len(op.data)) for op in recorder.ops if op.name == "queue.db-wal"]
    assert wiped[-4:-1] == [("write", 0, 32), ("sync", 0, 0), ("write", 32, wiped[-2][2])]
    assert wiped[-1] == ("sync", 0, 0)
