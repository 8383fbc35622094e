"""A queue in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from offline_queue import OfflineQueue
from tests.offline_queue.sealers import Scrambler


class Clock:
    """Seconds since 1970, set by hand."""

    def __init__(self) -> None:
        self.now = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reopen(tmp_path: Path, clock: Clock) -> Iterator[Callable[[], OfflineQueue]]:
    """Open the queue; again, as after a restart, when it was open."""
    with ExitStack() as stack:
        opened: list[OfflineQueue] = []

        def _reopen() -> OfflineQueue:
            if opened:
                opened[-1].close()
            opened.append(stack.enter_context(closing(OfflineQueue(tmp_path / "queue", Scrambler(), clock))))
            return opened[-1]

        yield _reopen


@pytest.fixture
def queue(reopen: Callable[[], OfflineQueue]) -> OfflineQueue:
    return reopen()
