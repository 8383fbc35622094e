"""A journal that is altered before it was moved into the database.

``python -m tests.offline_queue.flips 1000`` flips one bit at a time, anywhere in it, and says what that cost.
"""

from __future__ import annotations

import logging
import random
import shutil
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import structlog

from offline_queue import OfflineQueue, State, new_id
from offline_queue.database import PAGE
from tests.offline_queue.power import in_memory, small_journal
from tests.offline_queue.sealers import Scrambler
from tests.offline_queue.test_damage import contents

FRAME = 24 + PAGE
NAMES = ("queue.db", "queue.db-wal", "queue.ledger")


@dataclass(frozen=True)
class Crashed:
    """What a crash leaves of a queue whose items are all in the journal still; and the items."""

    files: dict[str, bytes]
    items: dict[UUID, tuple[bytes, ...]]

    @property
    def frames(self) -> list[int]:
        """Where the frames of the journal begin that hold something."""
        journal = self.files["queue.db-wal"]
        return [at for at in range(32, len(journal) - FRAME, FRAME) if any(journal[at : at + 24])]

    def left(self, folder: Path, at: int, damage: bytes) -> Path:
        """The files in ``folder``, the journal altered (xor) at a place."""
        folder.mkdir()
        altered = bytearray(self.files["queue.db-wal"])
        for place, byte in enumerate(damage, at):
            altered[place] ^= byte
        for name in NAMES:
            (folder / name).write_bytes(self.files[name])
        (folder / "queue.db-wal").write_bytes(altered)
        return folder


def crashed(folder: Path) -> Crashed:
    """Six items, each with a page, in a queue that was never closed."""
    chance = random.Random(5)
    with closing(OfflineQueue(folder, Scrambler(), reserve=0)) as queue:
        for _ in range(6):
            queue.put(new_id(), "submission", chance.randbytes(3000), [chance.randbytes(3000)])
        return Crashed({name: (folder / name).read_bytes() for name in NAMES}, contents(queue))


def cost(crash: Crashed, folder: Path) -> int | None:
    """How many items a damaged journal has cost; None when something was not told."""
    with closing(OfflineQueue(folder, Scrambler(), reserve=0)) as queue:
        there = contents(queue)
        lost = [item_id for item_id, parts in crash.items.items() if there.get(item_id) != parts]
        told = queue.incidents() and all(queue.get(item_id).state is State.HELD for item_id in lost)
        return len(lost) if told and not queue.verify() else None


def main(times: int) -> int:
    """Flip so many bits; how many of the flips were not told of."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    logging.disable()
    chance = random.Random(1)
    costs: list[int | None] = []
    with in_memory() as memory, small_journal():
        crash = crashed(memory / "crashed")
        for number in range(times):
            place = chance.randrange(crash.frames[-1] + FRAME)
            folder = crash.left(memory / str(number), place, bytes([1 << chance.randrange(8)]))
            costs.append(cost(crash, folder))
            shutil.rmtree(folder)
    lost = [one for one in costs if one]
    sys.stdout.write(
        f"{times} flipped bits: {costs.count(None)} not told of, {costs.count(0)} cost nothing,"
        f" {len(lost)} cost {sum(lost)} of {6 * len(lost)} items\n"
    )
    return costs.count(None)


if __name__ == "__main__":
    sys.exit(1 if main(int(sys.argv[1])) else 0)
