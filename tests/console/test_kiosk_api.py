"""Kiosks at the hub, from inside: who they are, replays, copies of them, keys, settings, commands."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory
from django.utils import timezone
from pydantic import JsonValue

from hub.audit.models import Entry
from hub.intake.models import ReceivedItem
from hub.kiosks import desired
from hub.kiosks.desired import DesiredSetting, difference
from hub.kiosks.enrolment import new_code
from hub.kiosks.keys import revoke
from hub.kiosks.models import Kiosk, KioskCommand, Label
from hub.kiosks.quarantine import release
from hub.kiosks.remote_commands import issue
from hub.kiosks.signatures import KioskSignature
from hub.problems import ProblemError
from kiosk.wire import (
    CLOCK_PROBLEM,
    SUBMISSION_KIND,
    CheckIn,
    CheckInReply,
    CommandReport,
    DesiredSettings,
    EnrolmentTicket,
    KeyRequest,
    Open,
    QueueReport,
    RefusedSetting,
    Restart,
    SettingsReport,
    SignedCommand,
)
from tests.console.conftest import Organisations
from tests.hub.signed import Signer

NOBODY = {"document": "resident_id", "number": "11010519491231002X", "name": "李桂兰"}
Answer = Any
"""Django's test client answers with more than its types say."""


def public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


class Machine:
    """A kiosk as the hub meets it: a key, a number, a session."""

    def __init__(self, kiosk: Kiosk, key: Ed25519PrivateKey, address: str = "10.0.0.5") -> None:
        self.kiosk = kiosk
        self.key = key
        self.session = uuid4()
        self.sequence = 0
        self.client = Client(REMOTE_ADDR=address)

    def copy(self) -> Machine:
        """Another machine with a copy of this one's disk."""
        return Machine(self.kiosk, self.key, "10.0.0.9")

    def send(
        self, method: str, path: str, body: object = None, *, key: Ed25519PrivateKey | None = None, **how: Any
    ) -> Answer:
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        signer = Signer(self.kiosk.pk, key or self.key)
        return self.replay(method, path, content, signer.headers(method, path, content, **how))

    def replay(self, method: str, path: str, content: bytes, headers: dict[str, str]) -> Answer:
        return self.client.generic(method, path, content, content_type="application/json", headers=headers)

    def report(self, **also: Any) -> dict[str, Any]:
        self.sequence += 1
        report = CheckIn(
            protocol=2,
            session=self.session,
            sequence=self.sequence,
            sent_at=datetime.now(UTC),
            software="0.1",
            catalogue_version=0,
            queue=QueueReport(pending=0, held=0),
        )
        return report.model_dump(mode="json") | also

    def check_in(self, *, created: int | None = None, **also: Any) -> CheckInReply:
        answer = self.send("POST", "/api/v1/check-in", self.report(**also), created=created)
        assert answer.status_code == 200, answer.content
        return CheckInReply.model_validate_json(answer.content)

    def asks_for_a_person(self) -> int:
        return int(self.send("POST", "/api/v1/results/search", NOBODY).status_code)


@pytest.fixture
def machine(kiosk: Kiosk) -> Iterator[Machine]:
    key = Ed25519PrivateKey.generate()
    kiosk.public_key = public(key)
    kiosk.save()
    desired.forget()
    yield Machine(kiosk, key)
    desired.forget()


def audited(action: str) -> int:
    return Entry.objects.filter(action=action).count()


def test_of_a_thousand_captured_requests_none_is_accepted_again(machine: Machine) -> None:
    signer, gate, factory = Signer(machine.kiosk.pk, machine.key), KioskSignature(), RequestFactory()
    captured = []
    for n in range(1000):
        path = f"/api/v1/cases/by-code/{n}"
        captured.append(factory.get(path, headers=signer.headers("GET", path)))
    assert all(gate(request) == machine.kiosk for request in captured)
    for request in captured:
        with pytest.raises(ProblemError, match="made before"):
            gate(request)


def test_a_captured_request_is_good_for_nothing_else_either(machine: Machine) -> None:
    content = json.dumps(machine.report()).encode()
    headers = Signer(machine.kiosk.pk, machine.key).headers("POST", "/api/v1/check-in", content)

    def status(path: str = "/api/v1/check-in", body: bytes = content, covered: str = "") -> int:
        changed = headers | ({"Signature-Input": covered} if covered else {})
        return int(machine.replay("POST", path, body, changed).status_code)

    assert status() == 200
    other_nonce = headers["Signature-Input"].replace(';nonce="', ';nonce="x')
    unsigned = headers["Signature-Input"].replace(' "content-digest"', "")
    assert {
        status(),
        status(path="/api/v1/check-in?again=1"),
        status(path="/api/v1/keys"),
        status(body=content.replace(b"0.1", b"0.2")),
        status(covered=other_nonce),
        status(covered=unsigned),
    } == {401}
    # When the nonces of old are forgotten, their time is over.
    old = machine.send("POST", "/api/v1/check-in", machine.report(), created=int(time.time()) - 301)
    assert (old.status_code, old.json()["type"]) == (401, CLOCK_PROBLEM)


def test_a_repeated_enrolment_is_no_replay_but_its_capture_is(machine: Machine) -> None:
    key = Ed25519PrivateKey.generate()
    wanted = json.dumps(
        {"protocol": 2, "code": new_code("test"), "public_key": base64.b64encode(public(key)).decode()}
    ).encode()
    signer = Signer("not-enrolled", key)
    headers = signer.headers("POST", "/api/v1/enrolment", wanted)
    assert machine.replay("POST", "/api/v1/enrolment", wanted, headers).status_code == 200
    assert machine.replay("POST", "/api/v1/enrolment", wanted, headers).status_code == 401
    fresh = signer.headers("POST", "/api/v1/enrolment", wanted)
    assert machine.replay("POST", "/api/v1/enrolment", wanted, fresh).status_code == 200


@pytest.mark.parametrize(("protocol", "status"), [(0, 426), (1, 200), (2, 200), (3, 426)])
def test_who_speaks_another_version_is_told_so_in_words(machine: Machine, protocol: int, status: int) -> None:
    key = Ed25519PrivateKey.generate()
    wanted = {
        "protocol": protocol,
        "code": new_code("test"),
        "public_key": base64.b64encode(public(key)).decode(),
    }
    content = json.dumps(wanted | {"something": "new"}).encode()
    headers = Signer("not-enrolled", key).headers("POST", "/api/v1/enrolment", content)
    answer = machine.replay("POST", "/api/v1/enrolment", content, headers)
    assert answer.status_code == status
    told = answer.json()
    if status == 426:
        assert f"version {protocol}" in told["detail"]
        assert "1 to 2" in told["detail"]
        assert "Update" in told["detail"]
    else:
        # Protocol 1 was closed to what it does not know.
        assert ("command_keys" in told) == (protocol == 2)


def test_a_kiosk_of_protocol_1_is_answered_as_it_understands(machine: Machine) -> None:
    report = machine.report()
    for later in ("protocol", "session", "sequence", "lacks", "up_seconds", "keeper_phone", "settings"):
        del report[later]
    answer = machine.send("POST", "/api/v1/check-in", report).json()
    assert set(answer) == {
        "kiosk_id",
        "hub_time",
        "catalogue_version",
        "next_in_seconds",
        "intake_keys",
        "publishers",
    }


def test_what_a_newer_kiosk_adds_to_its_report_is_left_out(machine: Machine) -> None:
    machine.check_in(mood="good")
    machine.kiosk.refresh_from_db()
    assert machine.kiosk.status is not None
    assert "mood" not in machine.kiosk.status


class TestCopies:
    def test_a_copied_kiosk_is_noticed_as_soon_as_the_first_is_heard_again(self, machine: Machine) -> None:
        copy = machine.copy()
        machine.check_in()
        machine.check_in()
        assert not copy.check_in().quarantined
        later = int(time.time()) + 5
        assert machine.check_in(created=later).quarantined
        machine.kiosk.refresh_from_db()
        assert machine.kiosk.quarantine_addresses == "10.0.0.5, 10.0.0.9"
        assert audited("kiosk.quarantined") == 1
        # Nobody knows which of them is the kiosk: neither is told anything about a person.
        assert (machine.asks_for_a_person(), copy.asks_for_a_person()) == (403, 403)
        release("test", machine.kiosk, "the copy was switched off")
        assert machine.check_in(created=later + 1).quarantined is False
        assert machine.asks_for_a_person() == 200

    def test_a_copy_of_a_running_machine_counts_the_same_numbers(self, machine: Machine) -> None:
        machine.check_in()
        copy = machine.copy()
        copy.session, copy.sequence = machine.session, machine.sequence
        machine.check_in()
        assert copy.check_in().quarantined

    def test_a_kiosk_that_starts_again_and_a_late_request_are_no_copies(self, machine: Machine) -> None:
        now = int(time.time())
        machine.check_in(created=now)
        before = machine.copy()
        before.session, before.sequence = machine.session, machine.sequence
        machine.session, machine.sequence = uuid4(), 0
        assert not machine.check_in(created=now + 8).quarantined
        machine.kiosk.refresh_from_db()
        seen = machine.kiosk.status
        # Sent before the restart, and on its way since then.
        assert not before.check_in(created=now + 1, software="late").quarantined
        machine.kiosk.refresh_from_db()
        assert machine.kiosk.status == seen

    def test_in_quarantine_submissions_are_taken_and_marked(self, machine: Machine) -> None:
        Kiosk.objects.filter(pk=machine.kiosk.pk).update(quarantined_at=timezone.now())
        envelope = {"id": str(uuid4()), "kind": SUBMISSION_KIND, "payload_schema": 1, "sealed": ""}
        answer = machine.send("POST", "/api/v1/intake", envelope)
        assert answer.status_code == 422, "heard; only its seal is not one of ours"
        assert machine.send("GET", "/api/v1/catalogue").status_code == 404
        assert machine.send("POST", "/api/v1/keys", {}).status_code == 403
        assert ReceivedItem._meta.get_field("quarantined").default is False

    def test_no_command_is_told_in_quarantine(self, machine: Machine) -> None:
        issue("test", machine.kiosk, Open(), "why not")
        Kiosk.objects.filter(pk=machine.kiosk.pk).update(quarantined_at=timezone.now())
        assert machine.check_in().commands == ()


class TestKeys:
    def test_both_keys_count_until_the_new_one_was_used(self, machine: Machine) -> None:
        old, new = machine.key, Ed25519PrivateKey.generate()
        wanted = KeyRequest.of(machine.kiosk.pk, new).model_dump(mode="json")
        for _ in range(2):  # the first answer was lost
            assert machine.send("POST", "/api/v1/keys", wanted).status_code == 200
        assert machine.asks_for_a_person() == 200
        machine.key = new
        assert machine.asks_for_a_person() == 200
        assert machine.send("POST", "/api/v1/results/search", NOBODY, key=old).status_code == 401
        assert machine.asks_for_a_person() == 200
        assert audited("kiosk.key-rolled") == 1

    def test_nobody_takes_a_key_they_do_not_hold(self, machine: Machine) -> None:
        new = Ed25519PrivateKey.generate()
        wanted = KeyRequest.of(machine.kiosk.pk, new).model_dump(mode="json")
        stolen = KeyRequest.of("K7777777", new).model_dump(mode="json")
        for wrong in (stolen, wanted | {"proof": wanted["public_key"]}):
            assert machine.send("POST", "/api/v1/keys", wrong).status_code == 422
        Kiosk.objects.create(id="K0000002", public_key=public(new))
        assert machine.send("POST", "/api/v1/keys", wanted).status_code == 409

    def test_a_kiosk_is_asked_for_a_new_key_at_two_thirds_of_its_life(self, machine: Machine) -> None:
        for days, asked in ((119, False), (121, True), (400, True)):
            since = timezone.now() - timedelta(days=days)
            Kiosk.objects.filter(pk=machine.kiosk.pk).update(key_since=since)
            assert machine.check_in().renew_key is asked, days

    def test_a_revoked_kiosk_comes_back_under_its_number_with_a_code_of_its_own(
        self, machine: Machine
    ) -> None:
        revoke("test", machine.kiosk, "stolen")
        assert machine.asks_for_a_person() == 403
        new = Ed25519PrivateKey.generate()
        for renews, expected in ((None, False), (machine.kiosk, True)):
            content = json.dumps(
                {
                    "code": new_code("test", renews=renews),
                    "public_key": base64.b64encode(public(new if renews else machine.key)).decode(),
                }
            ).encode()
            signer = Signer("not-enrolled", new if renews else machine.key)
            headers = signer.headers("POST", "/api/v1/enrolment", content)
            answer = machine.replay("POST", "/api/v1/enrolment", content, headers)
            assert answer.json()["kiosk_id"] == machine.kiosk.pk
            machine.key = new if renews else machine.key
            assert (machine.asks_for_a_person() == 200) is expected
        assert audited("kiosk.revoked") == 1


class TestDesiredSettings:
    def want(self, value: JsonValue, place: Any, **only: Any) -> None:
        wish = DesiredSetting(name="kiosk.keeper_phone", value=value, organisation=place, **only)
        wish.full_clean()
        wish.save()

    def told(self, machine: Machine) -> JsonValue:
        found = desired.desired(machine.kiosk)
        return found.values.get("kiosk.keeper_phone")

    def test_the_closest_wish_counts(self, machine: Machine, organisations: Organisations) -> None:
        label = Label.objects.create(name="银行")
        self.want("west", organisations.west)
        assert self.told(machine) is None
        self.want("city", organisations.city)
        assert self.told(machine) == "city"
        self.want("branch", organisations.branch)
        self.want("east", organisations.east)
        assert self.told(machine) == "branch"
        self.want("labelled", organisations.city, label=label)
        assert self.told(machine) == "branch"
        machine.kiosk.labels.add(label)
        desired.forget()
        assert self.told(machine) == "labelled"
        self.want("own", organisations.city, kiosk=machine.kiosk)
        assert self.told(machine) == "own"

    def test_a_kiosk_is_told_once_and_what_it_refuses_is_seen(
        self, machine: Machine, organisations: Organisations
    ) -> None:
        assert machine.check_in().settings is None
        self.want("0531-5550199", organisations.city)
        wanted = machine.check_in().settings
        assert wanted == DesiredSettings.of({"kiosk.keeper_phone": "0531-5550199"})
        report = SettingsReport(
            version=wanted.version,
            in_force={"kiosk.keeper_phone": ""},
            refused=(RefusedSetting(name="kiosk.keeper_phone", reason="too long"),),
        )
        assert machine.check_in(settings=report.model_dump(mode="json")).settings is None
        machine.kiosk.refresh_from_db()
        [found] = difference(machine.kiosk)
        assert (found.desired, found.reported, found.reason) == (
            "0531-5550199",
            "",
            "too long",
        )
        DesiredSetting.objects.get().delete()
        back = machine.check_in(settings=report.model_dump(mode="json")).settings
        assert back == DesiredSettings.of({}), "back to its site file"

    @pytest.mark.parametrize(
        ("name", "value"), [("hub.url", "https://elsewhere"), ("visit.warning", 5), ("panel.theme", "pink")]
    )
    def test_what_no_kiosk_could_take_is_not_wanted(
        self, organisations: Organisations, name: str, value: JsonValue
    ) -> None:
        with pytest.raises(ValidationError):
            DesiredSetting(name=name, value=value, organisation=organisations.city).full_clean()


class TestCommands:
    def report(self, machine: Machine, command_id: UUID, outcome: str = "done") -> Answer:
        report = CommandReport.model_validate({"outcome": outcome, "at": datetime.now(UTC)})
        path = f"/api/v1/commands/{command_id}/outcome"
        return machine.send("POST", path, report.model_dump(mode="json"))

    def test_a_command_is_told_until_it_is_answered_for(self, machine: Machine) -> None:
        command = issue("test", machine.kiosk, Restart(), "它卡住了")
        for _ in range(2):
            [signed] = machine.check_in().commands
            read = SignedCommand.model_validate(signed.model_dump()).read(settings.DATA.command_keys)
            assert (read.id, read.reason, read.kiosk_id) == (command.id, "它卡住了", machine.kiosk.pk)
        for outcome in ("done", "failed"):  # asked again, the first answer stays
            answer = self.report(machine, command.id, outcome)
            assert (answer.status_code, answer.json()["outcome"]) == (200, "done")
        assert machine.check_in().commands == ()
        assert (audited("kiosk.commanded"), audited("kiosk.command-answered")) == (1, 1)

    def test_nobody_commands_without_a_reason(self, machine: Machine) -> None:
        with pytest.raises(ValueError, match="reason"):
            issue("test", machine.kiosk, Restart(), "  ")

    def test_a_command_nobody_took_in_time_expires(self, machine: Machine) -> None:
        command = issue("test", machine.kiosk, Open(), "为试", timedelta(seconds=-1))
        assert machine.check_in().commands == ()
        command.refresh_from_db()
        assert command.outcome == KioskCommand.Outcome.EXPIRED

    def test_a_kiosk_answers_for_its_own_commands_alone(self, machine: Machine) -> None:
        other = Kiosk.objects.create(id="K0000002", public_key=b"2" * 32)
        command = issue("test", other, Open(), "为试")
        assert self.report(machine, command.id).status_code == 404


def test_a_ticket_is_read_as_it_was_written_and_nothing_else_is() -> None:
    made = EnrolmentTicket(hub="https://hub.example:8443", code="7K3M-9QX2-P4C1", ca="0" * 64)
    assert EnrolmentTicket.read(f" {made.text}\n") == made
    for wrong in (
        "https://hub.example",
        "yedeng-enrol:?hub=ftp://hub&code=7K3M-9QX2-P4C1",
        "yedeng-enrol:?code=7K3M-9QX2-P4C1",
        "yedeng-enrol:?hub=https://hub.example/../x&code=7K3M",
    ):
        with pytest.raises(ValueError, match="enrolment code"):
            EnrolmentTicket.read(wrong)
