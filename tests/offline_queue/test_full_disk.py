"""A disk that somebody else has filled up to its last byte: what is here still goes out, once."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
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
    SpaceLow,
    State,
    Uploader,
    Waits,
    new_id,
)
from tests.offline_queue.sealers import Scrambler

PATIENCE = 20.0
DISK = 90_000_000
RESERVE = 30_000_000


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a small disk to fill up")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(disk: Path) -> int:
    """Take every byte that is left; how many there were."""
    taken = 0
    with (disk / "somebody-elses.log").open("ab", buffering=0) as log:
        for size in (1_000_000, 4096, 1):
            try:
                while True:
                    taken += log.write(bytes(size))
            except OSError:
                continue
    return taken


def put_some(queue: OfflineQueue) -> list[UUID]:
    """Items as residents file them, one with more pages than the journal can hold."""
    chance = random.Random(3)
    sizes = [100, 3000, 100_000, 200_000] * 5 + [9_000_000]
    return [queue.put(new_id(), "submission", b"form", [chance.randbytes(size)]).id for size in sizes]


@pytest.mark.parametrize("restarted", [False, True])
def test_with_no_byte_left_everything_is_still_delivered_once_held_put_off_and_erased(
    disk: Path, *, restarted: bool
) -> None:
    given: list[UUID] = []

    def deliver(items: Sequence[LeasedItem]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for item in items:
            given.append(item.envelope.id)
            first_time = given.count(item.envelope.id) == 1
            outcomes.append(
                Refused("no")
                if item.envelope.id == ids[2]
                else RetryLater("later")
                if item.envelope.id == ids[3] and first_time
                else Delivered("receipt")
            )
        fill(disk)  # whoever fills it up takes every byte that is given back, too
        return outcomes

    folder = disk / "queue"
    with closing(OfflineQueue(folder, Scrambler(), reserve=RESERVE)) as queue:
        ids = put_some(queue)
        queue.checkpoint()  # as the uploader does whenever it idles
        assert fill(disk) > RESERVE / 2
        assert not queue.has_room()
        with pytest.raises(SpaceLow, match="down to its reserve; nothing was stored"):
            queue.put(new_id(), "submission", b"one more")
        if not restarted:
            emptied(queue, deliver, ids)
    if restarted:
        with closing(OfflineQueue(folder, Scrambler(), reserve=RESERVE)) as queue:
            fill(disk)
            emptied(queue, deliver, ids)
    assert sorted(given) == sorted([*ids, ids[3]])
    with closing(OfflineQueue(folder, Scrambler(), reserve=RESERVE)) as queue:
        assert queue.verify() == []
        assert queue.stats().delivered == len(ids) - 1
        (disk / "somebody-elses.log").unlink()
        assert queue.put(new_id(), "submission", b"one more").state is State.PENDING
    with closing(OfflineQueue(folder, Scrambler(), reserve=RESERVE)):
        assert (folder / "queue.spare").stat().st_blocks * 512 >= RESERVE / 3  # held again


def emptied(queue: OfflineQueue, deliver, ids: list[UUID]) -> None:  # type: ignore[no-untyped-def]
    """Let the uploader work until all is delivered or held."""
    # One lane: with more, what one of them is given back is taken while another delivers.
    uploader = Uploader(queue, deliver, Waits(first=0.01, longest=0.01), batches=Batches(lanes=1))
    uploader.start()
    try:
        states = [queue.wait_delivered(item_id, PATIENCE).state for item_id in ids]
    finally:
        assert uploader.stop(PATIENCE)
    assert set(states) == {State.DELIVERED, State.HELD}
    assert queue.get(ids[2]).state is State.HELD
