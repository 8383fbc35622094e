from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline_queue import (
    ContentConflict,
    NoRecipient,
    OfflineQueue,
    QueueInUse,
    QueueTooNew,
    State,
    StorageFailed,
    UnknownItem,
    new_id,
)
from tests.offline_queue.conftest import Clock
from tests.offline_queue.sealers import Scrambler, unscramble

Reopen = Callable[[], OfflineQueue]


def test_what_was_put_is_there_after_a_restart(reopen: Reopen) -> None:
    item_id = new_id()
    put = reopen().put(item_id, "submission", b"content", [b"page one", b"page two"], schema=3)
    assert (put.id, put.kind, put.schema, put.state, put.attempts) == (
        item_id,
        "submission",
        3,
        State.PENDING,
        0,
    )

    queue = reopen()
    assert queue.get(item_id) == put
    [leased] = queue.lease()
    assert unscramble(leased.sealed.rpartition(b"|")[2]) == b"content"
    assert leased.sealed.startswith(f"{item_id}|submission|3|0|".encode())
    assert [file.sealed.partition(b"|3|")[2][:2] for file in leased.attachments] == [b"1|", b"2|"]


def test_the_same_id_with_the_same_content_is_success_and_changes_nothing(reopen: Reopen) -> None:
    item_id = new_id()
    first = reopen().put(item_id, "submission", b"content", [b"page"])
    queue = reopen()
    assert queue.put(item_id, "submission", b"content", [b"page"]) == first
    assert queue.stats().pending == 1


@pytest.mark.parametrize(
    ("kind", "content", "pages"),
    [
        ("submission", b"other", [b"page"]),
        ("submission", b"content", [b"other"]),
        ("submission", b"content", []),
        ("submission", b"content", [b"page", b"page"]),
        ("report", b"content", [b"page"]),
    ],
)
def test_the_same_id_with_other_content_is_refused(
    queue: OfflineQueue, kind: str, content: bytes, pages: list[bytes]
) -> None:
    item_id = new_id()
    first = queue.put(item_id, "submission", b"content", [b"page"])
    with pytest.raises(ContentConflict, match=str(item_id)):
        queue.put(item_id, kind, content, pages)
    assert queue.envelopes() == [first]


def test_other_content_is_refused_even_after_delivery(queue: OfflineQueue) -> None:
    item_id = new_id()
    queue.put(item_id, "submission", b"content")
    queue.settle_delivered(item_id, "receipt")
    assert queue.put(item_id, "submission", b"content").state is State.DELIVERED
    with pytest.raises(ContentConflict):
        queue.put(item_id, "submission", b"other")


def test_nothing_is_stored_without_a_recipient(queue: OfflineQueue) -> None:
    queue.sealer = None
    with pytest.raises(NoRecipient, match="nothing was stored"):
        queue.put(new_id(), "submission", b"content")
    assert queue.envelopes() == []


def test_delivered_content_is_erased_and_the_envelope_stays(queue: OfflineQueue, tmp_path: Path) -> None:
    item_id = new_id()
    queue.put(item_id, "submission", b"content of the item", [b"the photographed page"])
    assert _on_disk(tmp_path, unscramble(b"content of the item"))
    queue.settle_delivered(item_id, '{"case_no": "3701-2026-000001"}')
    queue.checkpoint()
    assert not _on_disk(tmp_path, unscramble(b"content of the item"))
    assert not _on_disk(tmp_path, unscramble(b"the photographed page"))
    envelope = queue.get(item_id)
    assert (envelope.state, envelope.receipt) == (State.DELIVERED, '{"case_no": "3701-2026-000001"}')
    assert queue.lease() == []


def test_nothing_readable_reaches_the_disk(queue: OfflineQueue, tmp_path: Path) -> None:
    for person in range(20):
        queue.put(new_id(), "submission", f"canary-{person}".encode() * 50, [b"canary-page" * 50])
    assert not _on_disk(tmp_path, b"canary")
    queue.close()
    assert not _on_disk(tmp_path, b"canary")


def test_the_folder_is_for_its_owner_alone(queue: OfflineQueue, tmp_path: Path) -> None:
    assert (tmp_path / "queue").stat().st_mode & 0o077 == 0
    assert (tmp_path / "queue" / "queue.db").stat().st_mode & 0o077 == 0


def test_a_second_process_is_refused_in_words(queue: OfflineQueue, tmp_path: Path) -> None:
    with pytest.raises(QueueInUse, match="in use by another process"):
        OfflineQueue(tmp_path / "queue", Scrambler())


def test_a_lease_keeps_an_item_from_others_until_it_ends_by_itself(queue: OfflineQueue, clock: Clock) -> None:
    item_id = queue.put(new_id(), "submission", b"content").id
    assert _leased(queue) == item_id
    assert queue.get(item_id).state is State.LEASED
    assert _leased(queue) is None
    clock.now += 301
    assert _leased(queue) == item_id


def test_a_lease_ends_with_the_process_that_took_it(reopen: Reopen) -> None:
    queue = reopen()
    item_id = queue.put(new_id(), "submission", b"content").id
    assert _leased(queue) == item_id
    assert _leased(reopen()) == item_id


def test_the_wait_of_an_item_survives_a_restart(reopen: Reopen, clock: Clock) -> None:
    queue = reopen()
    item_id = queue.put(new_id(), "submission", b"content").id
    queue.put_off(item_id, 600, "the hub asked to wait")
    queue = reopen()
    envelope = queue.get(item_id)
    assert (envelope.next_attempt, envelope.attempts) == (clock.now + 600, 1)
    assert envelope.reason == "the hub asked to wait"
    assert _leased(queue) is None
    assert queue.seconds_until_due() == pytest.approx(600)
    clock.now += 600
    assert _leased(queue) == item_id


def test_a_pause_survives_a_restart(reopen: Reopen) -> None:
    queue = reopen()
    item_id = queue.put(new_id(), "submission", b"content").id
    queue.pause([item_id], 40, "no network")
    queue = reopen()
    assert queue.seconds_until_due() == pytest.approx(40)
    assert queue.pause_streak() == 1
    assert queue.get(item_id).attempts == 0
    queue.resume()
    assert queue.seconds_until_due() == 0


@pytest.mark.parametrize("year_1970", [0.0, 100.0])
def test_a_clock_that_falls_back_to_1970_does_not_strand_an_item(
    queue: OfflineQueue, clock: Clock, year_1970: float
) -> None:
    item_id = queue.put(new_id(), "submission", b"content").id
    queue.put_off(item_id, 600, "later")
    queue.pause([queue.put(new_id(), "submission", b"other").id], 600, "later")
    clock.now = year_1970
    assert queue.seconds_until_due() == 0
    assert {_leased(queue), _leased(queue)} >= {item_id}


def test_an_item_that_fails_again_and_again_does_not_stand_before_the_others(queue: OfflineQueue) -> None:
    bad, good, better = (queue.put(new_id(), "submission", bytes([n])).id for n in range(3))
    assert _leased(queue) == bad
    queue.put_off(bad, 0, "no")
    assert _leased(queue) == good
    queue.put_off(good, 0, "no")
    assert [_leased(queue), _leased(queue), _leased(queue)] == [better, bad, good]


def test_a_held_item_keeps_its_content_and_its_reason(queue: OfflineQueue, tmp_path: Path) -> None:
    item_id = queue.put(new_id(), "submission", b"content of the item").id
    queue.settle_held(item_id, "422 the item cannot be taken")
    assert queue.get(item_id).state is State.HELD
    assert queue.envelopes(State.HELD)[0].reason == "422 the item cannot be taken"
    assert queue.lease() == []
    queue.checkpoint()
    assert _on_disk(tmp_path, unscramble(b"content of the item"))


def test_figures(queue: OfflineQueue, clock: Clock) -> None:
    assert queue.stats().oldest is None
    first = clock.now
    ids = []
    for n in range(4):
        ids.append(queue.put(new_id(), "submission", bytes([n])).id)
        clock.now += 10
    queue.settle_delivered(ids[0], "receipt")
    queue.settle_held(ids[1], "no")
    queue.lease()
    stats = queue.stats()
    assert (stats.pending, stats.leased, stats.delivered, stats.held) == (1, 1, 1, 1)
    assert stats.oldest == first + 10


def test_waiting_gives_what_is_known_when_the_time_is_up(queue: OfflineQueue) -> None:
    item_id = queue.put(new_id(), "submission", b"content").id
    assert queue.wait_delivered(item_id, 0.01).state is State.PENDING
    queue.settle_delivered(item_id, "receipt")
    assert queue.wait_delivered(item_id, 30).receipt == "receipt"
    with pytest.raises(UnknownItem):
        queue.wait_delivered(uuid4(), 30)


def test_who_is_told_of_work_may_use_the_queue_from_another_thread(queue: OfflineQueue) -> None:
    seen: list[int] = []

    def look() -> None:
        thread = threading.Thread(target=lambda: seen.append(queue.stats().pending))
        thread.start()
        thread.join(5)

    queue.on_work = look
    item_id = queue.put(new_id(), "submission", b"content").id
    with queue.together():
        queue.put(new_id(), "submission", b"other")
        queue.put(new_id(), "submission", b"content")
    queue.retry(item_id, "technician")
    assert seen == [1, 3, 3]


def test_a_full_disk_is_an_error_and_never_a_false_success(queue: OfflineQueue) -> None:
    kept = queue.put(new_id(), "submission", b"content").id
    pages = execute(queue, "PRAGMA page_count").fetchone()[0]
    execute(queue, f"PRAGMA max_page_count = {pages + 2}")
    lost = new_id()
    with pytest.raises(StorageFailed, match="SQLITE_FULL"):
        queue.put(lost, "submission", b"x" * 100_000)
    assert [envelope.id for envelope in queue.envelopes()] == [kept]
    execute(queue, "PRAGMA max_page_count = 1000000")
    assert queue.put(lost, "submission", b"x" * 100_000).id == lost


def test_what_is_no_database_is_set_aside_and_reported(tmp_path: Path) -> None:
    (tmp_path / "queue.db").write_bytes(b"this is no database at all" * 100)
    with closing(OfflineQueue(tmp_path, Scrambler())) as queue:
        assert [(one.saved, one.lost) for one in queue.incidents()] == [(0, 0)]
        assert queue.put(new_id(), "submission", b"content").state is State.PENDING
        assert queue.stats().incidents == 1
    [aside] = tmp_path.glob("damaged-*/queue.db")
    assert aside.read_bytes().startswith(b"this is no database")
    with closing(OfflineQueue(tmp_path, Scrambler())) as queue:
        assert (queue.stats().pending, queue.stats().incidents) == (1, 1)


def test_a_database_of_a_newer_version_is_left_alone(reopen: Reopen) -> None:
    execute(reopen(), "PRAGMA user_version = 99")
    with pytest.raises(QueueTooNew, match="version 99"):
        reopen()


PUT_FOR_EVER = """
import sys
from pathlib import Path
from offline_queue import OfflineQueue, new_id
from tests.offline_queue.sealers import Scrambler

queue = OfflineQueue(Path(sys.argv[1]), Scrambler())
while True:
    print(queue.put(new_id(), "submission", b"content" * 500, [b"page" * 5000]).id, flush=True)
"""


@pytest.mark.parametrize("told", [1, 7, 40])
def test_what_was_told_survives_a_kill_in_the_middle(tmp_path: Path, told: int) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", PUT_FOR_EVER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    with child:
        assert child.stdout is not None
        acknowledged = [UUID(child.stdout.readline().strip()) for _ in range(told)]
        child.kill()
    queue = OfflineQueue(tmp_path, Scrambler())
    try:
        assert {envelope.id for envelope in queue.envelopes()} >= set(acknowledged)
        assert execute(queue, "PRAGMA integrity_check").fetchone()[0] == "ok"
    finally:
        queue.close()


@given(st.floats(min_value=0, max_value=2**44 / 1000))
def test_ids_are_version_7_and_in_the_order_of_time(now: float) -> None:
    first, later = new_id(now), new_id(now + 0.002)
    assert (first.version, first.variant) == (7, "specified in RFC 4122")
    assert first < later
    assert first.int >> 80 == int(now * 1000)


def execute(queue: OfflineQueue, sql: str) -> Any:
    """Ask the queue's own database."""
    return queue._connection._open().execute(sql)


def _leased(queue: OfflineQueue) -> UUID | None:
    leased = queue.lease()
    return leased[0].envelope.id if leased else None


def _on_disk(folder: Path, needle: bytes) -> bool:
    return any(needle in file.read_bytes() for file in folder.rglob("*") if file.is_file())
