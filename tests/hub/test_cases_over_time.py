"""What a kiosk is told of a case that was refused, and what is left of one whose data was erased."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from uuid import UUID

import pytest

from kiosk.hub_client import HubClient
from kiosk.wire import (
    Progress,
    ResultQuery,
    check_code,
)
from offline_queue import OfflineQueue
from tests.hub.clerk import Clerk, at_work
from tests.hub.conftest import HubProcess, hub_command
from tests.hub.filings import PAGE, put

PERSON = ResultQuery(document="resident_id", number="11010519491231002X", name="李桂兰")
STRANGER = ResultQuery(document="resident_id", number="11010519491231002X", name="李桂芳")


@pytest.fixture(scope="module")
def clerk(hub: HubProcess) -> Iterator[Clerk]:
    with at_work(hub.data) as one:
        yield one


def deliver(client: HubClient, queue: OfflineQueue) -> object:
    [leased] = queue.lease()
    [outcome] = client.deliver([leased])
    return outcome


def seen(client: HubClient, item_id: UUID) -> Progress:
    found = client.progress(check_code(item_id))
    assert found is not None
    return found


def own(client: HubClient, item_id: UUID) -> Progress:
    return next(one for one in client.matters(PERSON).matters if one.check_code == check_code(item_id))


def test_why_it_was_refused_is_told_to_the_person_and_nobody_else(
    client: HubClient, queue: OfflineQueue, clerk: Clerk
) -> None:
    item_id = put(queue, PAGE)
    deliver(client, queue)
    number = seen(client, item_id).number
    assert number is not None
    clerk("claim", number)
    clerk("refuse", number)
    by_code, by_card = seen(client, item_id), own(client, item_id)
    assert by_code.outcome == by_card.outcome == "refused"
    assert by_code.explanation is None
    assert by_card.explanation is not None
    assert by_card.explanation.reason == "不符合参保条件"
    assert "不符合" not in repr(by_card)


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="what PostgreSQL keeps until VACUUM is in the docs")
def test_what_was_erased_is_nowhere_in_the_databases_files(
    hub: HubProcess, client: HubClient, queue: OfflineQueue, clerk: Clerk
) -> None:
    item_id = put(queue, PAGE)
    deliver(client, queue)
    number = seen(client, item_id).number
    assert number is not None
    clerk("claim", number)
    clerk("refuse", number)
    with closing(sqlite3.connect(hub.data / "hub.sqlite3")) as database:
        closed = database.execute(
            "SELECT resident, explanation, resident_index FROM cases_case WHERE case_no = ?", [number]
        ).fetchone()
        [sealed] = database.execute(
            "SELECT sealed FROM intake_sealedfile f JOIN cases_material m ON m.file_id = f.sha256"
            " JOIN cases_case c ON c.id = m.case_id WHERE c.case_no = ?",
            [number],
        ).fetchone()
    resident, explanation, _index = closed
    # The look-up key is that of every other case of this person, and stays there.
    pieces = [one[40:72] for one in (resident, explanation, sealed)]
    assert all(held(hub, one) for one in pieces)
    hub_command("erase", "--data", str(hub.data), "--case", number, "--reason", "本人申请")
    assert not [one for one in pieces if held(hub, one)]
    assert seen(client, item_id).state == "decided", "the number and what became of it stay"
    assert not [one for one in client.matters(PERSON).matters if one.number == number]


def held(hub: HubProcess, piece: bytes) -> bool:
    return any(piece in file.read_bytes() for file in hub.data.glob("hub.sqlite3*"))
