"""Enrolment, signatures, signs of life, results and the catalogue, over real HTTP."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests

from kiosk.enrolment import IdentityDamaged, KioskIdentity, enrol, load_identity
from kiosk.hub_client import HubClient, HubRefused
from kiosk.wire import (
    COPY_REPORT_KIND,
    TROUBLE_KIND,
    CheckIn,
    CopyReceipt,
    CopyReport,
    CopyRequest,
    NotPublished,
    QueueReport,
    ResultQuery,
    ResultSummary,
    TroubleReceipt,
    TroubleReport,
    check_code,
)
from offline_queue import Delivered, OfflineQueue, RetryLater, new_id
from tests.hub.conftest import HubProcess
from tests.hub.filings import put

HER = ResultQuery(document="resident_id", number="11010519491231002X", name="李桂兰")


def sign_of_life() -> CheckIn:
    return CheckIn(
        sent_at=datetime.now(UTC), software="0.1", catalogue_version=0, queue=QueueReport(pending=0, held=0)
    )


class TestEnrolment:
    def test_the_kiosk_is_known_after_a_restart(self, hub: HubProcess, tmp_path: Path) -> None:
        assert load_identity(tmp_path) is None
        identity = enrol(tmp_path, hub.url, hub.new_code().lower())
        again = load_identity(tmp_path)
        assert again is not None
        assert (again.kiosk_id, again.intake_keys) == (identity.kiosk_id, identity.intake_keys)
        assert (tmp_path / "identity" / "kiosk.key").stat().st_mode & 0o077 == 0

    def test_a_code_is_good_for_one_kiosk(self, hub: HubProcess, tmp_path: Path) -> None:
        code = hub.new_code()
        first = enrol(tmp_path / "one", hub.url, code)
        with pytest.raises(HubRefused, match="used already"):
            enrol(tmp_path / "two", hub.url, code)
        assert enrol(tmp_path / "one", hub.url, code).kiosk_id == first.kiosk_id

    def test_a_wrong_code_is_refused_in_words(self, hub: HubProcess, tmp_path: Path) -> None:
        with pytest.raises(HubRefused, match="403 The enrolment code is not valid"):
            enrol(tmp_path, hub.url, "0000-0000-0000")
        assert load_identity(tmp_path) is None

    def test_a_damaged_identity_is_said_so(self, hub: HubProcess, tmp_path: Path) -> None:
        enrol(tmp_path, hub.url, hub.new_code())
        (tmp_path / "identity" / "enrolment.json").write_text("{")
        with pytest.raises(IdentityDamaged, match=r"enrolment\.json"):
            load_identity(tmp_path)


class TestSignatures:
    def test_a_request_without_signature_is_refused(self, hub: HubProcess) -> None:
        answer = requests.post(f"{hub.url}/api/v1/check-in", json={}, timeout=5)
        assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")

    def test_the_same_request_counts_once(self, hub: HubProcess, client: HubClient) -> None:
        captured = _captured(client)
        client.check_in(sign_of_life())
        with requests.Session() as session:
            again = session.send(captured[0], timeout=5)
        assert (again.status_code, again.json()["title"]) == (401, "This request was made before")

    @pytest.mark.parametrize("change", ["body", "path", "query", "method"])
    def test_a_changed_request_is_refused(self, client: HubClient, change: str) -> None:
        captured = _captured(client)
        client.check_in(sign_of_life())
        request = captured[0]
        assert request.url
        if change == "body":
            assert isinstance(request.body, bytes)
            request.body = request.body.replace(b'"software":"0.1"', b'"software":"6.6"')
        elif change == "path":
            request.url = request.url.replace("check-in", "results/search")
        elif change == "query":
            request.url += "?all=1"
        else:
            request.method = "PUT"
            request.url = request.url.replace("check-in", "attachments/" + "0" * 64)
        with requests.Session() as session:
            assert session.send(request, timeout=5).status_code == 401

    def test_a_kiosk_whose_clock_is_years_off_is_heard(
        self, hub: HubProcess, identity: KioskIdentity
    ) -> None:
        lost = HubClient(hub.url, identity.credentials, timeout=5, clock=lambda: 100.0)
        with closing(lost):
            assert lost.check_in(sign_of_life()).kiosk_id == identity.kiosk_id
            assert lost.clock_offset is not None
            assert lost.clock_offset == pytest.approx(datetime.now(UTC).timestamp() - 100, abs=30)

    def test_a_revoked_kiosk_loses_nothing(self, hub: HubProcess, tmp_path: Path) -> None:
        identity = enrol(tmp_path, hub.url, hub.new_code())
        with closing(sqlite3.connect(hub.data / "hub.sqlite3")) as database, database:
            database.execute("UPDATE kiosks_kiosk SET revoked = 1 WHERE id = ?", [identity.kiosk_id])
        with (
            closing(HubClient(hub.url, identity.credentials, timeout=5)) as client,
            closing(OfflineQueue(tmp_path / "queue", identity.sealer())) as queue,
        ):
            put(queue)
            [leased] = queue.lease()
            assert client.deliver([leased]) == [RetryLater("403 This kiosk is revoked", systemic=True)]


class TestResults:
    def found(self, client: HubClient) -> ResultSummary:
        """The one that waits from the beginning: cases that others have decided give her more."""
        waiting = client.find_results(HER).results
        [found] = [one for one in waiting if one.title.zh == "社会保险参保证明"]
        return found

    def test_her_result_waits_for_her_alone(self, client: HubClient) -> None:
        self.found(client)
        for stranger in (
            HER.model_copy(update={"name": "李桂芳"}),
            HER.model_copy(update={"number": "440524188001010014"}),
        ):
            assert client.find_results(stranger).results == ()

    def test_copies_are_numbered_and_asking_again_gives_the_same(self, client: HubClient) -> None:
        result = self.found(client)
        first = CopyRequest(copy_id=new_id(), result_id=result.result_id, holder=HER)
        second = CopyRequest(copy_id=new_id(), result_id=result.result_id, holder=HER)
        one, two, again = client.make_copy(first), client.make_copy(second), client.make_copy(first)
        assert again == one
        assert two.copy_no == one.copy_no + 1
        assert two.verification_code != one.verification_code
        assert ("姓名", "李桂兰") in [(line.label.zh, line.value) for line in one.lines]
        assert "李桂兰" not in repr(one)

    def test_nobody_else_gets_a_copy(self, client: HubClient) -> None:
        result = self.found(client)
        other = ResultQuery(document="resident_id", number="440524188001010014", name="王䶮")
        with pytest.raises(HubRefused, match="404"):
            client.make_copy(CopyRequest(copy_id=new_id(), result_id=result.result_id, holder=other))
        with pytest.raises(HubRefused, match="404"):
            client.make_copy(CopyRequest(copy_id=new_id(), result_id=uuid4(), holder=HER))

    def test_what_became_of_the_paper_is_noted(
        self, hub: HubProcess, client: HubClient, queue: OfflineQueue
    ) -> None:
        copy_id = new_id()
        client.make_copy(CopyRequest(copy_id=copy_id, result_id=self.found(client).result_id, holder=HER))
        assert _copy(hub, copy_id)["outcome"] is None
        printed, taken = datetime(2026, 1, 1, 8, 0, tzinfo=UTC), datetime(2026, 1, 1, 8, 1, tzinfo=UTC)
        client.report_copy(CopyReport(copy_id=copy_id, outcome="taken", at=taken))
        late = CopyReport(copy_id=copy_id, outcome="printed", at=printed)
        item_id = queue.put(new_id(), COPY_REPORT_KIND, late.model_dump_json().encode()).id
        outcome = _deliver(queue, client)
        assert CopyReceipt.model_validate_json(outcome.receipt).id == item_id
        assert _copy(hub, copy_id)["outcome"] == "taken"

    def test_a_ticket_arrives(self, client: HubClient, queue: OfflineQueue) -> None:
        report = TroubleReport(
            page="card", journey="submit", reason="card-not-read", language="zh", at=datetime.now(UTC)
        )
        item_id = queue.put(new_id(), TROUBLE_KIND, report.model_dump_json().encode()).id
        receipt = TroubleReceipt.model_validate_json(_deliver(queue, client).receipt)
        assert (receipt.id, receipt.check_code) == (item_id, check_code(item_id))


def test_the_published_catalogue_is_signed_and_found_by_its_digest(
    hub: HubProcess, client: HubClient, identity: KioskIdentity
) -> None:
    notice = client.publication()
    assert notice is not None
    assert notice.version == client.check_in(sign_of_life()).catalogue_version
    notice.verify(identity.publishers)
    content = client.catalogue_file(notice.sha256)
    assert (hashlib.sha256(content).hexdigest(), len(content)) == (notice.sha256, notice.size)
    with pytest.raises(HubRefused, match="404"):
        client.catalogue_file("0" * 64)
    with pytest.raises(NotPublished):
        notice.model_copy(update={"version": notice.version + 1}).verify(identity.publishers)


def _captured(client: HubClient) -> list[requests.PreparedRequest]:
    """The requests that a client sends from now on."""
    captured: list[requests.PreparedRequest] = []
    send: Callable[..., requests.Response] = client._exchange.session.send

    def _send(request: requests.PreparedRequest, **options: Any) -> requests.Response:
        captured.append(request.copy())
        return send(request, **options)

    client._exchange.session.send = _send  # type: ignore[method-assign]  # what a wire-tapper sees
    return captured


def _copy(hub: HubProcess, copy_id: object) -> dict[str, Any]:
    copies = [copy for row in hub.rows("results") for copy in row["copies"]]
    return next(copy for copy in copies if copy["copy_id"] == str(copy_id))


def _deliver(queue: OfflineQueue, client: HubClient) -> Delivered:
    [leased] = queue.lease()
    [outcome] = client.deliver([leased])
    assert isinstance(outcome, Delivered)
    return outcome
