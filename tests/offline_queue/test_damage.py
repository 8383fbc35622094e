"""A damaged database: set aside, salvaged, reported; never a crash loop, never other content for an id."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import pytest

from offline_queue import OfflineQueue, QueueDamaged, QueueTooNew, State, check_folder, migrate_folder, new_id
from offline_queue.schema import VERSION
from tests.offline_queue.power import in_memory, small_journal
from tests.offline_queue.sealers import Scrambler

Answer = TypeVar("Answer")


@pytest.fixture(autouse=True)
def _small_journal() -> Iterator[None]:
    with small_journal():
        yield


def filled(folder: Path, items: int, size: int = 3000) -> dict[UUID, tuple[bytes, ...]]:
    """A closed queue; the sealed parts of its items."""
    chance = random.Random(5)
    with closing(OfflineQueue(folder, Scrambler(), reserve=0)) as queue:
        for _ in range(items):
            queue.put(new_id(), "submission", chance.randbytes(size), [chance.randbytes(size)])
        return contents(queue)


def told_once(act: Callable[[], Answer]) -> Answer:
    """Do something that may meet the damage: told of it once, then it goes on."""
    try:
        return act()
    except QueueDamaged:
        return act()


def contents(queue: OfflineQueue) -> dict[UUID, tuple[bytes, ...]]:
    """The sealed parts of all items that are not delivered."""
    every = [one.id for one in queue.envelopes() if one.state is not State.DELIVERED]
    items = [queue.content(item_id, "test") for item_id in every]
    return {one.envelope.id: (one.sealed, *(file.sealed for file in one.attachments)) for one in items}


def test_a_thousand_flipped_bytes_are_survived_one_by_one(tmp_path: Path) -> None:
    before = filled(tmp_path / "queue", 12)
    whole = (tmp_path / "queue" / "queue.db").read_bytes()
    chance = random.Random(11)
    salvages = 0
    with in_memory() as memory:
        for number in range(1000):
            folder = memory / str(number)
            folder.mkdir()
            place, bit = chance.randrange(len(whole)), 1 << chance.randrange(8)
            damaged = bytearray(whole)
            damaged[place] ^= bit
            (folder / "queue.db").write_bytes(damaged)
            with closing(OfflineQueue(folder, Scrambler(), reserve=0)) as queue:
                given: dict[UUID, tuple[bytes, ...]] = {}
                while items := told_once(lambda: queue.lease(100, room=10_000_000)):
                    for item in items:
                        given[item.envelope.id] = (item.sealed, *(file.sealed for file in item.attachments))
                        queue.settle_delivered(item.envelope.id, "receipt")
                stats = told_once(queue.stats)
                salvages += stats.incidents
                # Nothing is delivered that is not as it was put; what is missing has been told of.
                assert all(before[item_id] == parts for item_id, parts in given.items())
                assert len(given) == len(before) or stats.incidents or stats.held
            if stats.incidents:
                with closing(OfflineQueue(folder, Scrambler(), reserve=0)) as queue:
                    assert queue.stats().incidents == stats.incidents  # what was salvaged is whole
    assert salvages >= 10


def test_what_is_whole_is_saved_and_the_rest_is_counted(tmp_path: Path) -> None:
    before = filled(tmp_path, 40)
    file = tmp_path / "queue.db"
    image = bytearray(file.read_bytes())
    middle = len(image) // 2
    image[middle : middle + 9000] = bytes(9000)
    file.write_bytes(image)
    assert check_folder(tmp_path) != []
    assert file.read_bytes() == bytes(image)  # a check repairs nothing
    with closing(OfflineQueue(tmp_path, Scrambler(), reserve=0)) as queue:
        [incident] = queue.incidents()
        saved = contents(queue)
        assert incident.saved == len(saved) >= 30
        assert incident.lost == 40 - incident.saved
        assert all(before[item_id] == parts for item_id, parts in saved.items())
        assert queue.verify() == []
        queue.put(new_id(), "submission", b"life goes on")
    [aside] = tmp_path.glob("damaged-*")
    assert (aside / "queue.db").read_bytes() == bytes(image)
    assert check_folder(tmp_path) == []


@pytest.mark.parametrize("length", [16, 100, 2000, 4096])
def test_a_table_of_contents_that_is_gone_does_not_cost_the_items(tmp_path: Path, length: int) -> None:
    before = filled(tmp_path, 20)
    with (tmp_path / "queue.db").open("r+b") as handle:
        handle.write(b"\xff" * length)
    with closing(OfflineQueue(tmp_path, Scrambler(), reserve=0)) as queue:
        assert contents(queue) == before
        assert [(one.saved, one.lost) for one in queue.incidents()] == [(20, 0)]


def test_damage_met_while_running_is_salvaged_without_a_restart(tmp_path: Path) -> None:
    filled(tmp_path, 60, size=40_000)
    with closing(OfflineQueue(tmp_path, Scrambler(), reserve=0)) as queue:
        file = tmp_path / "queue.db"
        with file.open("r+b") as handle:
            handle.seek(8192 * 4)
            handle.write(b"\xff" * (file.stat().st_size - 8192 * 4))
        told_once(queue.envelopes)
        told_once(lambda: queue.lease(100, room=10_000_000))
        item_id = told_once(lambda: queue.put(new_id(), "submission", b"after the damage")).id
        assert queue.get(item_id).state is State.PENDING
        assert queue.stats().incidents + queue.stats().held > 0


def test_five_hundred_sealed_items_go_back_and_forth_between_versions(tmp_path: Path) -> None:
    before = filled(tmp_path, 500, size=700)
    with closing(OfflineQueue(tmp_path, Scrambler(), reserve=0)) as queue:
        delivered, held, *_ = [one.id for one in queue.envelopes()]
        queue.settle_delivered(delivered, "receipt")
        queue.settle_held(held, "no")
        queue.release(held, "technician", "told by phone")
        queue.settle_held(held, "no")
        audit, states = queue.audit(), [(one.id, one.state) for one in queue.envelopes()]
        before = contents(queue)
    migrate_folder(tmp_path, 1)
    with closing(sqlite3.connect(tmp_path / "queue.db")) as old:  # as version 1 wrote and read it
        rows = dict(old.execute("SELECT id, sealed FROM items WHERE state != 'delivered'"))
        assert {UUID(id_): sealed for id_, sealed in rows.items()} == {
            item_id: parts[0] for item_id, parts in before.items()
        }
        assert old.execute("SELECT count(*) FROM attachments").fetchone() == (499,)
        assert old.execute("PRAGMA user_version").fetchone() == (1,)
    with closing(OfflineQueue(tmp_path, Scrambler(), reserve=0)) as queue:
        assert [(one.id, one.state) for one in queue.envelopes()] == states
        assert contents(queue) == before
        assert queue.audit()[: len(audit)] == audit
        assert queue.verify() == []
        queue.put(new_id(), "submission", b"one more")


def test_an_item_put_by_version_1_is_known_again(tmp_path: Path) -> None:
    item_id = new_id()
    with closing(OfflineQueue(tmp_path, Scrambler(), reserve=0)) as queue:
        queue.put(item_id, "submission", b"content", [b"page"])
    migrate_folder(tmp_path, 1)
    with closing(OfflineQueue(tmp_path, Scrambler(), reserve=0)) as queue:
        assert queue.put(item_id, "submission", b"content", [b"page"]).id == item_id
        assert queue.stats().pending == 1


def test_a_version_nobody_knows_is_refused(tmp_path: Path) -> None:
    filled(tmp_path, 1)
    with pytest.raises(QueueTooNew):
        migrate_folder(tmp_path, VERSION + 1)
