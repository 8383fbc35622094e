"""A journal that is altered before it was moved into the database: found out, mended, never silent."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest

from offline_queue import OfflineQueue, State, new_id
from offline_queue.database import PAGE
from tests.offline_queue.power import in_memory, small_journal
from tests.offline_queue.sealers import Scrambler
from tests.offline_queue.test_damage import contents

FRAME = 24 + PAGE
FILES = ("queue.db", "queue.db-wal", "queue.ledger")


@pytest.fixture(autouse=True)
def _small_journal() -> Iterator[None]:
    with small_journal():
        yield


@pytest.fixture
def crashed(tmp_path: Path) -> tuple[dict[str, bytes], dict[UUID, tuple[bytes, ...]]]:
    """What a crash leaves of a queue whose items are all in the journal still; and the items."""
    chance = random.Random(5)
    with closing(OfflineQueue(tmp_path / "queue", Scrambler(), reserve=0)) as queue:
        for _ in range(6):
            queue.put(new_id(), "submission", chance.randbytes(3000), [chance.randbytes(3000)])
        files = {name: (tmp_path / "queue" / name).read_bytes() for name in FILES}
        return files, contents(queue)


def places(files: dict[str, bytes]) -> list[int]:
    """Where the frames of the journal begin that hold something."""
    journal = files["queue.db-wal"]
    return [at for at in range(32, len(journal) - FRAME, FRAME) if any(journal[at : at + 24])]


def left(folder: Path, files: dict[str, bytes], at: int, damage: bytes) -> Path:
    """The files with their journal altered (xor) at a place."""
    folder.mkdir()
    altered = bytearray(files["queue.db-wal"])
    for place, byte in enumerate(damage, at):
        altered[place] ^= byte
    for name in FILES:
        (folder / name).write_bytes(files[name])
    (folder / "queue.db-wal").write_bytes(altered)
    return folder


def test_a_bit_that_flips_anywhere_in_the_journal_is_told_and_hardly_ever_costs_an_item(
    crashed: tuple[dict[str, bytes], dict[UUID, tuple[bytes, ...]]],
) -> None:
    files, before = crashed
    chance = random.Random(13)
    heads = [*range(32), *(at + chance.randrange(24) for at in places(files))]
    pages = [at + 24 + chance.randrange(PAGE) for at in places(files)]
    assert len(pages) >= 30
    costs = dict.fromkeys([*heads, *pages], 0)
    with in_memory() as memory:
        for number, at in enumerate(costs):
            folder = left(memory / str(number), files, at, bytes([1 << chance.randrange(8)]))
            with closing(OfflineQueue(folder, Scrambler(), reserve=0)) as queue:
                assert len(queue.incidents()) == 1
                assert queue.verify() == []
                there = contents(queue)
                for item_id, parts in before.items():  # each is whole, or told to be lost
                    if there[item_id] != parts:
                        assert queue.get(item_id).state is State.HELD
                        costs[at] += 1
            assert list(folder.glob("damaged-*"))
            with closing(OfflineQueue(folder, Scrambler(), reserve=0)) as queue:
                assert (contents(queue), len(queue.incidents())) == (there, 1)
    assert sum(cost > 0 for cost in costs.values()) < len(costs) / 4
    assert sum(costs.values()) < len(costs) / 2


def test_what_no_mending_brings_back_is_held_for_its_owner_by_its_id(
    crashed: tuple[dict[str, bytes], dict[UUID, tuple[bytes, ...]]],
) -> None:
    files, before = crashed
    chance = random.Random(17)
    lost = 0
    with in_memory() as memory:
        for number, frame in enumerate(places(files)):
            folder = left(memory / str(number), files, frame + 24 + 1024, chance.randbytes(512))
            with closing(OfflineQueue(folder, Scrambler(), reserve=0, keeper="老周")) as queue:
                assert queue.stats().incidents
                leased = {item.envelope.id for item in queue.lease(100, room=10_000_000)}
                for item_id, parts in before.items():  # each is there, or somebody has to see to it
                    envelope = queue.get(item_id)
                    if item_id in leased:
                        item = queue.content(item_id, "test")
                        assert (item.sealed, *(file.sealed for file in item.attachments)) == parts
                    else:
                        assert (envelope.state, envelope.owner) == (State.HELD, "老周")
                        assert envelope.deadline is not None
                        lost += 1
    assert 0 < lost < 2 * len(places(files))  # of six items in each of so many queues


def test_an_item_that_is_nowhere_any_more_is_named(
    crashed: tuple[dict[str, bytes], dict[UUID, tuple[bytes, ...]]], tmp_path: Path
) -> None:
    files, before = crashed
    folder = left(tmp_path / "damaged", files, 0, b"")
    (folder / "queue.db-wal").unlink()
    with closing(OfflineQueue(folder, Scrambler(), reserve=0)) as queue:
        assert [(one.id, one.state) for one in queue.envelopes()] == [(one, State.HELD) for one in before]
        assert {one.reason for one in queue.envelopes()} == {
            "acknowledged, then lost by this disk: unless the other end has it, it has to be filed again"
        }
        assert [(one.saved, one.lost) for one in queue.incidents()] == [(0, 6)]
        assert queue.stats().held == 6
        assert queue.verify() == []  # it was told once and is held: no alarm for ever


def test_a_torn_end_of_the_ledger_alarms_nobody(
    crashed: tuple[dict[str, bytes], dict[UUID, tuple[bytes, ...]]], tmp_path: Path
) -> None:
    files, before = crashed
    ledger = files["queue.ledger"]
    torn = [
        ledger[: len(ledger) - 20],
        ledger[:10] + ledger[56:],
        ledger + bytes(46),
        ledger[:-46] + b"\xff" * 46,
    ]
    for number, content in enumerate(torn):
        folder = left(tmp_path / str(number), files | {"queue.ledger": content}, 0, b"")
        with closing(OfflineQueue(folder, Scrambler(), reserve=0)) as queue:
            assert (contents(queue), queue.incidents()) == (before, [])
