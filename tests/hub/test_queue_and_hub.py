"""Queue and hub together on bad lines: nothing twice, nothing lost, nothing kept waiting for long."""

from __future__ import annotations

import itertools
import json
import random
import socket
import sqlite3
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from kiosk.enrolment import KioskIdentity, enrol, load_identity, renewed
from kiosk.hub_answers import Answer, HubRefused
from kiosk.hub_client import HubClient
from kiosk.queue_export import write_export
from kiosk.wire import (
    PLAIN,
    TROUBLE_KIND,
    HeldItem,
    HpkeOpener,
    QueueReport,
    SubmissionReceipt,
    TroubleReport,
    check_code,
    new_private_key,
)
from offline_queue import (
    Batches,
    Delivered,
    OfflineQueue,
    Refused,
    RetryLater,
    State,
    Uploader,
    Waits,
    new_id,
)
from tests.hub.conftest import PATIENCE, HubProcess, hub_command
from tests.hub.faulty_network import AnswerDropper, answering
from tests.hub.filings import PAGE, put
from tests.hub.test_kiosks_at_the_hub import sign_of_life
from tests.seeded import give_empty_hub

OpenClient = Callable[[str], HubClient]
SHORT = Waits(first=0.02, longest=0.05, pause_first=0.02, pause_longest=0.05)


@contextmanager
def uploading(queue: OfflineQueue, client: HubClient, batches: Batches | None = None) -> Iterator[Uploader]:
    uploader = Uploader(queue, client.deliver, SHORT, batches=batches)
    uploader.start()
    try:
        yield uploader
    finally:
        assert uploader.stop(PATIENCE)


def put_ticket(queue: OfflineQueue, item_id: UUID | None = None) -> UUID:
    report = TroubleReport(
        page="card", journey="submit", reason="other", language="zh", at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    return queue.put(item_id or new_id(), TROUBLE_KIND, report.model_dump_json().encode()).id


def drained(queue: OfflineQueue, patience: float = 90.0) -> bool:
    """Whether nothing is open any more, within ``patience`` seconds."""
    done = threading.Event()
    for _ in range(int(patience / 0.05)):
        stats = queue.stats()
        if not stats.pending + stats.leased:
            return True
        done.wait(0.05)
    return False


def arrived(hub: HubProcess, ids: list[UUID]) -> list[str]:
    """The ids of these items that the hub has tickets for, once for each ticket."""
    with closing(sqlite3.connect(hub.data / "hub.sqlite3")) as database:
        rows = database.execute("SELECT id FROM evaluations_troubleticket").fetchall()
    wanted = {item_id.hex for item_id in ids}
    return sorted(row for (row,) in rows if row in wanted)


def test_a_thousand_uploads_with_three_in_ten_answers_lost_are_a_thousand_records(
    hub: HubProcess, open_client: OpenClient, queue: OfflineQueue
) -> None:
    ids = [put_ticket(queue) for _ in range(1000)]
    chance = random.Random(1)
    with AnswerDropper(hub.port).running() as relay:
        relay.loses = lambda: chance.random() < 0.3
        client = open_client(relay.url)
        with uploading(queue, client, Batches(items=1)):
            assert drained(queue, patience=160)
        client.close()
        assert relay.dropped >= 300
    assert queue.stats().delivered == 1000
    assert arrived(hub, ids) == sorted(item_id.hex for item_id in ids)


def test_a_line_that_comes_and_goes_makes_no_duplicates(
    hub: HubProcess, open_client: OpenClient, queue: OfflineQueue
) -> None:
    ids = [put_ticket(queue) for _ in range(300)]
    with AnswerDropper(hub.port).running() as relay:
        client = open_client(relay.url)
        with uploading(queue, client, Batches(items=5)) as uploader:
            for _ in range(8):
                relay.flap(down=True)
                threading.Event().wait(0.05)
                relay.flap(down=False)
                uploader.wake()
                threading.Event().wait(0.1)
            assert drained(queue)
        client.close()
    assert arrived(hub, ids) == sorted(item_id.hex for item_id in ids)


def test_one_bad_item_of_a_batch_is_held_and_the_others_arrive(
    client: HubClient, queue: OfflineQueue
) -> None:
    good = [put_ticket(queue) for _ in range(3)]
    bad = queue.put(new_id(), TROUBLE_KIND, b"this is no report").id
    good += [put_ticket(queue) for _ in range(3)]
    outcomes = client.deliver(queue.lease(10, room=1_000_000))
    assert [type(outcome) for outcome in outcomes] == [Delivered] * 3 + [Refused] + [Delivered] * 3
    assert [queue.get(item_id).attempts for item_id in [*good, bad]] == [0] * 7


def test_a_submission_goes_in_a_batch_with_its_photographs(client: HubClient, queue: OfflineQueue) -> None:
    ids = [put(queue, PAGE, bytes([n]) * 1000) for n in range(3)]
    outcomes = client.deliver(queue.lease(3, room=1_000_000))
    for item_id, outcome in zip(ids, outcomes, strict=True):
        assert isinstance(outcome, Delivered)
        assert SubmissionReceipt.model_validate_json(outcome.receipt).id == item_id


def test_answers_of_a_batch_that_name_other_items_do_not_count(
    open_client: OpenClient, queue: OfflineQueue
) -> None:
    for _ in range(2):
        put_ticket(queue)
    stranger = {"id": str(new_id()), "receipt": {"id": str(new_id())}, "problem": None}
    body = json.dumps({"answers": [stranger, stranger]}).encode()
    with answering(lambda _path: (200, {"Content-Type": "application/json"}, body)) as url:
        client = open_client(url)
        outcomes = client.deliver(queue.lease(2, room=1_000_000))
        client.close()
    assert outcomes == [RetryLater("the answer does not name this item")] * 2


class TestResumableUploads:
    def test_a_large_photograph_goes_on_where_the_line_broke(
        self, hub: HubProcess, open_client: OpenClient, queue: OfflineQueue
    ) -> None:
        page = random.Random(2).randbytes(1_500_000)
        item_id = put(queue, page)
        with AnswerDropper(hub.port).running() as relay:
            client = open_client(relay.url)
            sent: list[int] = []
            relay.cut_after = 900_000
            send = client._exchange.session.send

            def counted(request, **options):  # type: ignore[no-untyped-def]
                if request.method == "PATCH":
                    sent.append(int(request.headers["Upload-Offset"]))
                return send(request, **options)

            client._exchange.session.send = counted  # type: ignore[method-assign]
            with uploading(queue, client):
                assert queue.wait_delivered(item_id, PATIENCE).state is State.DELIVERED
            client.close()
        again = [offset for offset in sent if sent.count(offset) > 1]
        assert sorted(set(sent)) == list(range(0, 1_501_148, 256_000))
        assert len(set(again)) == 1  # only the piece that was cut is sent once more

    def test_what_is_there_already_is_not_sent_again(self, client: HubClient, queue: OfflineQueue) -> None:
        put(queue, random.Random(3).randbytes(600_000))
        [leased] = queue.lease()
        assert client.deliver([leased]) == client.deliver([leased])

    def test_the_server_speaks_tus(self, hub: HubProcess, client: HubClient) -> None:
        tus = {"Tus-Resumable": "1.0.0"}
        metadata = {"Upload-Metadata": "sha256 " + "MDAw" * 21 + "MA=="}
        with pytest.raises(HubRefused, match="412"):
            client._exchange("POST", "/api/v1/uploads", b"", {"Upload-Length": "5", **metadata})
        with pytest.raises(HubRefused, match="400 Upload-Length"):
            client._exchange("POST", "/api/v1/uploads", b"", {**tus, **metadata})
        with pytest.raises(HubRefused, match="400 Upload-Metadata"):
            client._exchange("POST", "/api/v1/uploads", b"", {**tus, "Upload-Length": "5"})
        with pytest.raises(HubRefused, match="413"):
            client._exchange("POST", "/api/v1/uploads", b"", {**tus, "Upload-Length": "9" * 12, **metadata})
        made = client._exchange("POST", "/api/v1/uploads", b"", {**tus, "Upload-Length": "5", **metadata})
        found = client._exchange("POST", "/api/v1/uploads", b"", {**tus, "Upload-Length": "5", **metadata})
        assert made.headers["Location"] == found.headers["Location"]
        path = made.headers["Location"]
        piece = {**tus, "Content-Type": "application/offset+octet-stream", "Upload-Offset": "3"}
        with pytest.raises(HubRefused, match="409"):
            client._exchange("PATCH", path, b"xx", piece)
        assert client._exchange("HEAD", path, b"", tus).headers["Upload-Offset"] == "0"
        with pytest.raises(HubRefused, match="another SHA-256"):
            client._exchange("PATCH", path, b"hello", {**piece, "Upload-Offset": "0"})
        with pytest.raises(HubRefused, match="404"):
            client._exchange("PATCH", path, b"hello", {**piece, "Upload-Offset": "0"})


class TestCheckCodes:
    def test_the_code_of_a_filing_leads_to_its_case_at_any_kiosk(
        self, hub: HubProcess, client: HubClient, queue: OfflineQueue, tmp_path: Path
    ) -> None:
        item_id = put(queue)
        code = check_code(item_id)
        assert client.progress(code) is None
        [outcome] = client.deliver(queue.lease())
        assert isinstance(outcome, Delivered)
        receipt = SubmissionReceipt.model_validate_json(outcome.receipt)
        other = enrol(tmp_path / "other", hub.url, hub.new_code())
        with closing(HubClient(hub.url, other.credentials)) as elsewhere:
            found = elsewhere.progress(code.lower().replace("-", " "))
        assert found is not None
        assert (found.what, found.state, found.number) == ("case", "received", receipt.case_no)
        assert found.promised_by == receipt.promised_by

    def test_the_code_of_a_ticket_leads_to_it(self, client: HubClient, queue: OfflineQueue) -> None:
        item_id = put_ticket(queue)
        client.deliver(queue.lease())
        found = client.progress(check_code(item_id))
        assert found is not None
        assert (found.what, found.number) == ("ticket", None)

    def test_what_is_no_check_code_is_said_so(self, client: HubClient) -> None:
        with pytest.raises(HubRefused, match="no check code"):
            client.progress("AAAA-BBBB-CCC")


def test_a_new_intake_key_reaches_the_kiosk_and_nothing_sealed_before_is_lost(tmp_path: Path) -> None:
    hub = HubProcess(tmp_path / "hub")
    hub.start()
    try:
        identity = enrol(tmp_path / "kiosk", hub.url, hub.new_code())
        with closing(OfflineQueue(tmp_path / "queue", identity.sealer())) as queue:
            before = put_ticket(queue)
            assert hub.stop() == 0
            hub_command("rotate-key", "--data", str(hub.data), "--suite", PLAIN)
            hub.start()
            with closing(HubClient(hub.url, identity.credentials)) as client:
                keys = client.check_in(sign_of_life()).intake_keys
                assert len(keys) == 2
                assert identity.intake_keys[0] == keys[1]
                identity = renewed(tmp_path / "kiosk", identity, keys, identity.publishers)
                kept = load_identity(tmp_path / "kiosk")
                assert kept is not None
                assert kept.intake_keys == keys
                queue.sealer = identity.sealer()
                during = put_ticket(queue)
                hub.stop()
                hub_command("rotate-key", "--data", str(hub.data), "--finish")
                hub.start()
                keys = client.check_in(sign_of_life()).intake_keys
                assert len(keys) == 1
                queue.sealer = renewed(tmp_path / "kiosk", identity, keys, identity.publishers).sealer()
                after = put_ticket(queue)
                outcomes = client.deliver(queue.lease(3, room=1_000_000))
        assert [type(outcome) for outcome in outcomes] == [Delivered] * 3
        assert len(arrived(hub, [before, during, after])) == 3
    finally:
        hub.stop()


def test_an_item_carried_by_hand_arrives_like_one_that_was_sent(
    hub: HubProcess, identity: KioskIdentity, client: HubClient, queue: OfflineQueue, tmp_path: Path
) -> None:
    item_id = put(queue, PAGE)
    item = queue.content(item_id, "technician", "no line for weeks")
    file = write_export(item, identity.kiosk_id, tmp_path)
    assert b"PAGE" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    receipt = json.loads(hub_command("receive", "--data", str(hub.data), str(file)))
    [outcome] = client.deliver(queue.lease())
    assert isinstance(outcome, Delivered)
    told = SubmissionReceipt.model_validate_json(outcome.receipt)
    assert (str(told.id), told.case_no) == (receipt["id"], receipt["case_no"])


def test_a_file_that_is_no_carried_item_is_refused_in_words(tmp_path: Path) -> None:
    give_empty_hub(tmp_path / "h")
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(AssertionError, match="no item that `queue export` wrote"):
        hub_command("receive", "--data", str(tmp_path / "h"), str(tmp_path / "x.json"))


def test_the_hub_learns_how_long_an_item_lay_whatever_the_clocks_say(
    hub: HubProcess, client: HubClient, queue: OfflineQueue
) -> None:
    item_id = put_ticket(queue)
    client.deliver(queue.lease())
    with closing(sqlite3.connect(hub.data / "hub.sqlite3")) as database:
        [age] = database.execute(
            "SELECT age_seconds FROM intake_receiveditem WHERE id = ?", [item_id.hex]
        ).fetchone()
    assert 0 <= age < 600


STATUSES = [400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503]
BODIES: dict[str, tuple[str, Callable[[int], str]]] = {
    "problem": ("application/problem+json", lambda status: json.dumps({"title": "No", "status": status})),
    "page": ("text/html", lambda _status: "<html>the proxy says no</html>"),
    "nothing": ("text/plain", lambda _status: ""),
}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("body", BODIES)
def test_every_kind_of_no_has_its_rule(
    open_client: OpenClient, queue: OfflineQueue, status: int, body: str
) -> None:
    put_ticket(queue)
    kind, text = BODIES[body]
    with answering(lambda _path: (status, {"Content-Type": kind}, text(status).encode())) as url:
        client = open_client(url)
        [outcome] = client.deliver(queue.lease())
        client.close()
    if body == "problem" and status in {400, 404, 409, 413, 422}:
        assert isinstance(outcome, Refused)  # only the hub itself may say "never"
    else:
        assert isinstance(outcome, RetryLater)
        # A 500 that is the hub's own may be this item's; everything else is everybody's.
        assert outcome.systemic == (body != "problem" or status != 500)


def test_a_hub_that_dribbles_its_answer_is_given_up(identity: KioskIdentity, queue: OfflineQueue) -> None:
    put_ticket(queue)
    slow = threading.Event()

    def answer(_path: str) -> tuple[int, dict[str, str], bytes]:
        slow.wait(PATIENCE)
        return 200, {}, b""

    with answering(answer) as url:
        with closing(HubClient(url, identity.credentials, timeout=0.1)) as client:
            [outcome] = client.deliver(queue.lease())
        slow.set()
    assert outcome == RetryLater("no answer from the hub (ReadTimeout)", systemic=True)


ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n"


@contextmanager
def dribbling(at_once: bytes, then: bytes, pause: float) -> Iterator[str]:
    """A server that answers ``at_once``, then byte by byte for ever, never silent for long; its address."""
    stop = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError), listener.accept()[0] as line:
            line.recv(65536)
            line.sendall(at_once)
            for byte in itertools.cycle(then):
                if stop.wait(pause):
                    break
                line.sendall(bytes([byte]))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stop.set()
        listener.close()
        thread.join()


@pytest.mark.parametrize(
    ("at_once", "then"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\n", b"X-Slow: loris\r\n"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (ANSWER, b" "),
    ],
)
def test_an_answer_that_comes_byte_by_byte_is_given_up(
    identity: KioskIdentity, queue: OfflineQueue, at_once: bytes, then: bytes
) -> None:
    put_ticket(queue)
    with (
        dribbling(at_once, then, 0.02) as url,
        closing(HubClient(url, identity.credentials, timeout=0.1)) as client,
    ):
        [outcome] = client.deliver(queue.lease())
    assert isinstance(outcome, RetryLater)
    assert outcome.systemic
    assert outcome.reason in {
        "no answer from the hub (ReadTimeout)",
        "no answer from the hub (ReadTimeoutError)",
    }


def test_a_certificate_nobody_vouches_for_is_as_good_as_no_network(
    identity: KioskIdentity, queue: OfflineQueue, tmp_path: Path
) -> None:
    put_ticket(queue)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    now = datetime.now(UTC)
    made = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    file = tmp_path / "stranger.pem"
    file.write_bytes(
        made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with context.wrap_socket(socket.create_server(("127.0.0.1", 0)), server_side=True) as listener:

        def shake_hands() -> None:
            with suppress(OSError):
                listener.accept()

        thread = threading.Thread(target=shake_hands)
        thread.start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        with closing(HubClient(url, identity.credentials, timeout=5)) as client:
            [outcome] = client.deliver(queue.lease())
        thread.join(PATIENCE)
    assert outcome == RetryLater("no answer from the hub (SSLError)", systemic=True)


@pytest.mark.parametrize("year", [1970, 2038, 2060])
def test_a_clock_that_is_years_off_does_not_keep_items_here(
    hub: HubProcess, identity: KioskIdentity, tmp_path: Path, year: int
) -> None:
    wrong = datetime(year, 2, 1, tzinfo=UTC).timestamp()
    shift = wrong - datetime.now(UTC).timestamp()

    def clock() -> float:
        return datetime.now(UTC).timestamp() + shift

    with (
        closing(OfflineQueue(tmp_path / "q", identity.sealer(), clock)) as queue,
        closing(HubClient(hub.url, identity.credentials, clock=clock)) as client,
    ):
        first = put_ticket(queue)
        with uploading(queue, client):
            assert queue.wait_delivered(first, PATIENCE).state is State.DELIVERED
            shift += timedelta(days=3650).total_seconds()  # the clock is set while the uploader runs
            second = put_ticket(queue)
            assert queue.wait_delivered(second, PATIENCE).state is State.DELIVERED
    assert len(arrived(hub, [first, second])) == 2


def test_a_plain_key_opens_what_was_sealed_to_it() -> None:
    opener = HpkeOpener.from_texts([new_private_key(PLAIN)])
    item_id = new_id()
    sealed = opener.sealers[0].seal(b"content", item_id=item_id, kind="submission", schema=1)
    assert opener.open(sealed, item_id=item_id, kind="submission", schema=1) == b"content"
    assert len(sealed) == len(b"content") + 4 + 8 + 32 + 16


@pytest.mark.parametrize(
    ("told", "after"),
    [
        ("77", 77.0),
        ("Sun, 22 Nov 2026 08:02:00 GMT", 120.0),
        ("Sun, 22 Nov 2026 07:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
    ],
)
def test_being_asked_to_wait_is_understood_as_seconds_and_as_a_date(told: str, after: float | None) -> None:
    headers = {"Retry-After": told, "Date": "Sun, 22 Nov 2026 08:00:00 GMT"}
    assert Answer(503, headers, b"").after == after


def test_what_is_held_at_a_kiosk_is_known_at_the_hub(
    hub: HubProcess, identity: KioskIdentity, client: HubClient
) -> None:
    held = HeldItem(
        id=new_id(),
        kind="submission",
        reason="422 no",
        owner="老周",
        deadline=datetime(2026, 12, 1, tzinfo=UTC),
    )
    queue = QueueReport(pending=0, held=1, overdue=1, incidents=2, held_items=(held,))
    client.check_in(sign_of_life().model_copy(update={"queue": queue}))
    with closing(sqlite3.connect(hub.data / "hub.sqlite3")) as database:
        [status] = database.execute(
            "SELECT status FROM kiosks_kiosk WHERE id = ?", [identity.kiosk_id]
        ).fetchone()
    assert QueueReport.model_validate(json.loads(status)["queue"]) == queue


def test_files_that_no_case_names_are_removed_after_a_week(tmp_path: Path) -> None:
    hub = HubProcess(tmp_path / "hub")
    hub.start()
    try:
        identity = enrol(tmp_path / "kiosk", hub.url, hub.new_code())
        with (
            closing(OfflineQueue(tmp_path / "queue", identity.sealer())) as queue,
            closing(HubClient(hub.url, identity.credentials)) as client,
        ):
            put(queue, PAGE)
            assert isinstance(client.deliver(queue.lease())[0], Delivered)
            put(queue, b"a page whose case never came")
            [orphan] = queue.lease()
            client._upload_files(orphan)
            assert _stored_files(hub) == 2
            hub.stop()
            with closing(sqlite3.connect(hub.data / "hub.sqlite3")) as database, database:
                database.execute("UPDATE intake_sealedfile SET received_at = '2026-01-01 00:00:00'")
            hub.start()
            client.check_in(sign_of_life())
            assert _stored_files(hub) == 1
            assert isinstance(client.deliver([orphan])[0], Delivered)  # the kiosk sends it again
            assert _stored_files(hub) == 2
    finally:
        hub.stop()


def _stored_files(hub: HubProcess) -> int:
    with closing(sqlite3.connect(hub.data / "hub.sqlite3")) as database:
        return int(database.execute("SELECT count(*) FROM intake_sealedfile").fetchone()[0])
