"""From the kiosk's queue over real HTTP into the hub's database, through the faults of a real network."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import UUID

import pytest

from kiosk.enrolment import enrol
from kiosk.hub_client import HubClient
from kiosk.wire import (
    SUBMISSION_KIND,
    HpkeOpener,
    ResultQuery,
    SubmissionReceipt,
    check_code,
    new_private_key,
)
from offline_queue import (
    Envelope,
    LeasedItem,
    OfflineQueue,
    Outcome,
    Refused,
    RetryLater,
    State,
    Uploader,
    Waits,
    new_id,
)
from tests.hub.conftest import PATIENCE, HubProcess
from tests.hub.faulty_network import Answer, AnswerDropper, answering
from tests.hub.filings import ITEM, PAGE, payload, put

OpenClient = Callable[[str], HubClient]


@contextmanager
def uploading(
    queue: OfflineQueue, deliver: Callable[[Sequence[LeasedItem]], Sequence[Outcome]]
) -> Iterator[Uploader]:
    uploader = Uploader(queue, deliver, Waits(first=0.05, longest=0.05, pause_first=0.05, pause_longest=0.05))
    uploader.start()
    try:
        yield uploader
    finally:
        assert uploader.stop(PATIENCE)


def receipt_of(envelope: Envelope) -> SubmissionReceipt:
    assert envelope.receipt is not None, envelope
    return SubmissionReceipt.model_validate_json(envelope.receipt)


def test_a_filing_becomes_one_case_with_a_number(
    hub: HubProcess, client: HubClient, queue: OfflineQueue
) -> None:
    item_id = put(queue, PAGE, b"second page")
    with uploading(queue, client.deliver):
        receipt = receipt_of(queue.wait_delivered(item_id, PATIENCE))
    assert receipt.id == item_id
    assert re.fullmatch(r"3701-20\d\d-\d{6}", receipt.case_no)
    assert receipt.check_code == check_code(item_id)
    assert receipt.promised_by is not None
    rows = [row for row in hub.rows("cases") if row["id"] == str(item_id)]
    assert [(row["case_no"], row["item"]) for row in rows] == [(receipt.case_no, ITEM)]


@pytest.mark.parametrize("name", ["王䶮", "𠮷㛃𬴊", "买买提·艾力"])
def test_rare_hanzi_arrive_unchanged(
    hub: HubProcess, client: HubClient, queue: OfflineQueue, name: str
) -> None:
    item_id = put(queue, name=name)
    with uploading(queue, client.deliver):
        assert queue.wait_delivered(item_id, PATIENCE).state is State.DELIVERED
    # Found by number and name both: the hub holds every character of it.
    theirs = client.matters(ResultQuery(document="resident_id", number="11010519491231002X", name=name))
    assert check_code(item_id) in {matter.check_code for matter in theirs.matters}


def test_photographs_stay_sealed_in_the_hub(hub: HubProcess, client: HubClient, queue: OfflineQueue) -> None:
    page = b"a page that nobody may find in the database"
    item_id = put(queue, page)
    with uploading(queue, client.deliver):
        assert queue.wait_delivered(item_id, PATIENCE).state is State.DELIVERED
    assert not any(page in file.read_bytes() for file in hub.data.glob("hub.sqlite3*"))


@pytest.mark.parametrize("answers_lost", [1, 2, 3])
def test_an_answer_lost_after_the_commit_gives_the_same_receipt(
    hub: HubProcess, open_client: OpenClient, queue: OfflineQueue, answers_lost: int
) -> None:
    with AnswerDropper(hub.port).running() as relay:
        client = open_client(relay.url)
        relay.drop_next = answers_lost
        item_id = put(queue, PAGE)
        with uploading(queue, client.deliver):
            receipt = receipt_of(queue.wait_delivered(item_id, PATIENCE))
        client.close()
    assert relay.dropped == answers_lost
    cases = [row["case_no"] for row in hub.rows("cases") if row["id"] == str(item_id)]
    assert cases == [receipt.case_no]


def test_sending_again_after_delivery_gives_the_same_receipt(
    hub: HubProcess, client: HubClient, queue: OfflineQueue
) -> None:
    put(queue, PAGE)
    [leased] = queue.lease()
    assert client.deliver([leased]) == client.deliver([leased])


def test_other_content_under_a_known_id_is_refused_and_held(client: HubClient, queue: OfflineQueue) -> None:
    item_id = put(queue, PAGE)
    [leased] = queue.lease()
    client.deliver([leased])
    sealer = queue.sealer
    assert sealer is not None
    other = payload(name="王五").model_dump_json().encode()
    forged = LeasedItem(
        leased.envelope,
        sealer.seal(other, item_id=item_id, kind=SUBMISSION_KIND, schema=1, part=0),
        leased.attachments,
    )
    [outcome] = client.deliver([forged])
    assert outcome == Refused("409 This id was received with other content")


def test_a_seal_for_somebody_else_is_refused(client: HubClient, queue: OfflineQueue) -> None:
    queue.sealer = HpkeOpener.from_texts([new_private_key()]).sealers[0]
    put(queue)
    assert isinstance(_deliver_next(queue, client), Refused)


def test_content_moved_to_another_id_is_refused(client: HubClient, queue: OfflineQueue) -> None:
    put(queue)
    [leased] = queue.lease()
    fields = {name: getattr(leased.envelope, name) for name in leased.envelope.__dataclass_fields__}
    moved = LeasedItem(Envelope(**{**fields, "id": new_id()}), leased.sealed, leased.attachments)
    [outcome] = client.deliver([moved])
    assert outcome == Refused(
        "422 The item cannot be taken: The seal cannot be opened: altered, or sealed as something else"
    )


def test_a_material_that_did_not_come_with_it_is_said_by_name(client: HubClient, queue: OfflineQueue) -> None:
    content = payload(PAGE).model_dump_json().encode()
    queue.put(new_id(), SUBMISSION_KIND, content, [b"another page"])
    outcome = _deliver_next(queue, client)
    assert outcome == Refused("422 The item cannot be taken: The material hukou did not come with it")


def test_what_is_no_submission_is_refused_without_repeating_it(
    client: HubClient, queue: OfflineQueue
) -> None:
    queue.put(new_id(), SUBMISSION_KIND, '{"applicant": {"name": "李桂兰"}}'.encode())
    outcome = _deliver_next(queue, client)
    assert outcome == Refused("422 The item cannot be taken: The payload is no SubmissionPayload")


def test_a_hub_that_is_down_gets_it_when_it_is_back(tmp_path: Path) -> None:
    hub = HubProcess(tmp_path / "hub")
    hub.start()
    try:
        identity = enrol(tmp_path / "kiosk", hub.url, hub.new_code())
        assert hub.stop() == 0
        with (
            closing(HubClient(hub.url, identity.credentials, timeout=5)) as client,
            closing(OfflineQueue(tmp_path / "queue", identity.sealer())) as queue,
        ):
            item_id = put(queue, PAGE)
            assert _deliver_next(queue, client) == RetryLater(
                "no answer from the hub (ConnectionError)", systemic=True
            )
            queue.put_off(item_id, 0, "no answer")
            with uploading(queue, client.deliver):
                hub.start()
                receipt = receipt_of(queue.wait_delivered(item_id, PATIENCE))
            assert [row["case_no"] for row in hub.rows("cases")] == [receipt.case_no]
    finally:
        assert hub.stop() == 0


def test_a_kind_the_hub_does_not_know_is_held_for_a_person(client: HubClient, queue: OfflineQueue) -> None:
    queue.put(new_id(), "something-else", b"content")
    outcome = _deliver_next(queue, client)
    assert outcome == Refused("422 The item cannot be taken: This kind is not known here")


HTML = {"Content-Type": "text/html"}
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param((200, HTML, b"<html>Please log in to the network</html>"), id="captive portal"),
        pytest.param((302, {"Location": "http://127.0.0.1:9/login"}, b""), id="redirect"),
        pytest.param((200, JSON, b"{}"), id="empty object"),
        pytest.param((200, JSON, b'{"sha256": "'), id="half an answer"),
        pytest.param((200, {**JSON, "Content-Length": "100000"}, b'{"sha'), id="broken off"),
        pytest.param((200, JSON, b'{"sha256": "' + b"0" * 64 + b'"}'), id="another file"),
        pytest.param((204, {}, b""), id="nothing"),
        pytest.param((403, HTML, b"<html>blocked by the proxy</html>"), id="proxy"),
        pytest.param((404, HTML, b"<html>not found</html>"), id="another server"),
        pytest.param((413, HTML, b"<html>too large</html>"), id="proxy limit"),
        pytest.param((500, HTML, b"<html>oops</html>"), id="broken server"),
        pytest.param((502, HTML, b"<html>bad gateway</html>"), id="bad gateway"),
    ],
)
def test_what_is_not_the_hubs_answer_never_counts(
    open_client: OpenClient, queue: OfflineQueue, answer: Answer
) -> None:
    put(queue, PAGE)
    with answering(lambda _path: answer) as url:
        client = open_client(url)
        outcome = _deliver_next(queue, client)
        client.close()
    assert isinstance(outcome, RetryLater)
    assert outcome.systemic


def test_a_receipt_for_another_item_never_counts(open_client: OpenClient, queue: OfflineQueue) -> None:
    put(queue)
    receipt = SubmissionReceipt(
        id=UUID(int=1),
        received_at=payload().captured_at,
        case_no="3701-2026-000001",
        promised_by=None,
        check_code="x",
    )
    with answering(lambda _path: (200, JSON, receipt.model_dump_json().encode())) as url:
        client = open_client(url)
        assert _deliver_next(queue, client) == RetryLater("the answer names another item", systemic=True)
        client.close()


@pytest.mark.parametrize("status", [429, 503])
def test_being_asked_to_wait_is_passed_on(open_client: OpenClient, queue: OfflineQueue, status: int) -> None:
    put(queue)
    with answering(lambda _path: (status, {"Retry-After": "77"}, b"")) as url:
        client = open_client(url)
        outcome = _deliver_next(queue, client)
        client.close()
    assert isinstance(outcome, RetryLater)
    assert (outcome.after, outcome.systemic) == (77, True)


def test_a_failure_of_the_hub_itself_is_not_the_end_of_an_item(
    open_client: OpenClient, queue: OfflineQueue
) -> None:
    put(queue)
    problem = {"Content-Type": "application/problem+json"}
    with answering(lambda _path: (500, problem, b'{"title": "The hub failed", "status": 500}')) as url:
        client = open_client(url)
        assert _deliver_next(queue, client) == RetryLater("500 The hub failed")
        client.close()


def _deliver_next(queue: OfflineQueue, client: HubClient) -> Outcome:
    [leased] = queue.lease()
    return client.deliver([leased])[0]
