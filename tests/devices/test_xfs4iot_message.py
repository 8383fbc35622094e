"""XFS4IoT without a wire: the envelope, whom a message is for, what codes and status mean; and nonsense."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from devices.errors import (
    CompletionCode,
    DeviceBusy,
    DeviceError,
    DeviceTimeout,
    KeeperAction,
    ResidentAction,
)
from devices.status import DeviceState, Fitness, Media, Paper, Supply
from devices.transports.websocket import Address
from devices.xfs4iot.cards import ChipProtocol, atr_of, choose_protocol, media_of, obstacle
from devices.xfs4iot.common import capabilities, device_status, major_versions
from devices.xfs4iot.conversation import Conversation
from devices.xfs4iot.discovery import PUBLISHER, ports, service_address
from devices.xfs4iot.message import (
    Acknowledge,
    Command,
    Completion,
    Event,
    MalformedMessage,
    Refusal,
    Unsolicited,
    decode,
    decode_bytes,
    encode_bytes,
)
from devices.xfs4iot.outcome import failure, key_of, refused
from devices.xfs4iot.printing import read_look


def said(kind: str, payload: Any = None, **header: Any) -> str:
    head = {"name": "CardReader.ChipIO", "requestId": 7, "type": kind, "version": "2.0", **header}
    return json.dumps({"header": head} if payload is None else {"header": head, "payload": payload})


def test_a_command_is_written_as_the_standard_has_it() -> None:
    command = Command("CardReader.ChipIO", 7, {"chipProtocol": "chipT0"}, 5000, "3.0")
    assert json.loads(command.encode()) == {
        "header": {
            "name": "CardReader.ChipIO",
            "requestId": 7,
            "type": "command",
            "version": "3.0",
            "timeout": 5000,
        },
        "payload": {"chipProtocol": "chipT0"},
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (said("acknowledge"), Acknowledge("CardReader.ChipIO", 7)),
        (
            said("acknowledge", status="tooManyRequests"),
            Acknowledge("CardReader.ChipIO", 7, Refusal.TOO_MANY_REQUESTS),
        ),
        (said("event", {"a": 1}), Event("CardReader.ChipIO", 7, {"a": 1})),
        (said("completion", completionCode="success"), Completion("CardReader.ChipIO", 7)),
        (
            said("completion", {"errorCode": "noMedia"}, completionCode="commandErrorCode"),
            Completion("CardReader.ChipIO", 7, CompletionCode.COMMAND_ERROR_CODE, {"errorCode": "noMedia"}),
        ),
        (said("unsolicited", requestId=None), Unsolicited("CardReader.ChipIO")),
        # the first release: type and place of the status were others
        (said("acknowledgement", {"status": "ok"}), Acknowledge("CardReader.ChipIO", 7)),
        (
            said("completion", {"completionCode": "timeOut"}),
            Completion("CardReader.ChipIO", 7, CompletionCode.TIME_OUT, {"completionCode": "timeOut"}),
        ),
    ],
)
def test_what_a_service_says_is_read(text: str, message: object) -> None:
    assert decode(text) == message


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Not JSON", "json"),
        ("[" * 100_000, "json"),
        ("[]", "header"),
        ('{"payload": {}}', "header"),
        (said("completion", [], completionCode="success"), "payload"),
        (said("completion", name=3, completionCode="success"), "name"),
        (said("command"), "type"),
        (said("acknowledge", requestId="7"), "request-id"),
        (said("acknowledge", requestId=True), "request-id"),
        (said("acknowledge", status="perhaps"), "status"),
        (said("completion"), "completion-code"),
        (said("completion", completionCode="fine"), "completion-code"),
        (said("completion", completionCode=["success"]), "completion-code"),
    ],
)
def test_what_breaks_a_rule_is_named_by_the_rule_alone(text: str, rule: str) -> None:
    with pytest.raises(MalformedMessage) as refusal:
        decode(text)
    assert refusal.value.args == (rule,)


def test_no_message_shows_what_it_carries() -> None:
    payload = {"chipData": "personal"}
    shown = repr([Command("a", 1, payload), Event("a", 1, payload), Completion("a", 1, None, payload)])
    assert "personal" not in shown + repr(Unsolicited("a", payload))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from(["header", "payload", "name", "type", "requestId", "status", "completionCode"])
kinds: st.SearchStrategy[Any] = st.sampled_from(
    ["acknowledge", "event", "completion", "unsolicited", "command", 1, None, [], {}]
)
envelopes = st.fixed_dictionaries(
    {},
    optional={
        "header": json_values
        | st.fixed_dictionaries(
            {"type": kinds},
            optional={
                "name": json_values | st.just("Common.Status"),
                "requestId": json_values | st.just(1),
                "status": json_values,
                "completionCode": json_values | st.just("success"),
            },
        ),
        "payload": json_values | st.dictionaries(names, json_values, max_size=3),
    },
)


@settings(deadline=None)  # a loaded machine may take its time
@given(st.text() | json_values.map(json.dumps) | envelopes.map(json.dumps))
@example(said("completion", {"errorCode": []}, completionCode="commandErrorCode"))
def test_whatever_a_service_says_is_a_message_or_malformed(text: str) -> None:
    conversation = Conversation()
    exchange = conversation.begin("Common.Status", {}, 0)
    try:
        conversation.hear(text)
    except MalformedMessage:
        return
    if exchange.completion is not None and exchange.completion.code is not None:
        assert isinstance(failure(exchange.completion, {}), DeviceError)


def parts(*keys: str) -> st.SearchStrategy[Any]:
    """An object with some of these properties, each of any shape or a word of the standard."""
    words = st.sampled_from(["online", "present", "full", "jammed", "motor", "noCard", "inoperable"])
    return st.fixed_dictionaries({}, optional=dict.fromkeys(keys, words | json_values))


interfaces = st.fixed_dictionaries(
    {},
    optional={"name": st.just("Printer") | json_values, "commands": parts("Printer.PrintRaw") | json_values},
)
statuses = st.fixed_dictionaries(
    {},
    optional={
        "common": parts("device") | json_values,
        "printer": parts("media", "paper", "toner") | json_values,
        "cardReader": parts("media", "chipPower", "chipModule", "type") | json_values,
        "interfaces": st.lists(interfaces, max_size=3) | json_values,
    },
)


@settings(deadline=None)
@given(statuses)
def test_status_and_capabilities_of_any_shape_are_read(payload: dict[str, Any]) -> None:
    able = capabilities(payload)
    major_versions(able.versions(["Printer.PrintRaw"]))
    status, own = device_status(payload, "cardReader")
    assert (status.device is DeviceState.ONLINE) == (status.fitness is Fitness.OK), "nothing is fine unsaid"
    obstacle(own, media_of(own))
    look = read_look(payload)
    assert look.device_status(near_end_sensor=True, taken_sensor=False).paper in set(Paper)
    assert look.obstacle is None or key_of(look.obstacle.replace("-", "")) != "unknown-error-code"


@given(st.binary())
def test_bytes_come_through(data: bytes) -> None:
    assert decode_bytes(encode_bytes(data)) == data


@pytest.mark.parametrize("value", ["a", "äöü=", 5, [], "aGk=\n"])
def test_what_are_no_bytes_is_refused(value: object) -> None:
    with pytest.raises(MalformedMessage):
        decode_bytes(value)


# -- whom a message is for


def test_a_completion_before_its_acknowledge_counts() -> None:
    conversation = Conversation()
    exchange = conversation.begin("CardReader.ChipIO", {}, 0)
    conversation.hear(said("completion", requestId=1, completionCode="success"))
    assert exchange.over
    conversation.hear(said("acknowledge", requestId=1, status="invalidMessage"))
    assert exchange.refusal is None


def test_answers_to_other_questions_are_nobodys() -> None:
    conversation = Conversation()
    exchange = conversation.begin("CardReader.ChipIO", {}, 0)
    conversation.hear(said("completion", requestId=2, completionCode="success"))
    conversation.hear(said("completion", name="Common.Status", requestId=1, completionCode="success"))
    assert not exchange.heard
    assert conversation.strangers == 2


def test_an_answer_that_comes_too_late_reaches_nobody() -> None:
    conversation = Conversation()
    exchange = conversation.begin("CardReader.ChipIO", {}, 0)
    conversation.end(exchange)
    conversation.hear(said("completion", {"chipData": "c2VjcmV0"}, requestId=1, completionCode="success"))
    later = conversation.begin("CardReader.ChipIO", {}, 0)
    assert exchange.completion is later.completion is None


def test_request_ids_are_never_used_twice() -> None:
    conversation = Conversation()
    ids = [conversation.begin("a", {}, 0).command.request_id for _ in range(100)]
    assert len(set(ids)) == 100
    assert min(ids) > 0


# -- what codes mean


@pytest.mark.parametrize(
    ("code", "kind", "detail", "state"),
    [
        ("deviceNotReady", KeeperAction, "device-not-ready", DeviceState.OFFLINE),
        ("hardwareError", KeeperAction, "hardware-error", DeviceState.HARDWARE_ERROR),
        ("fraudAttempt", KeeperAction, "fraud-attempt", DeviceState.HARDWARE_ERROR),
        ("timeOut", DeviceTimeout, "timed-out", None),
        ("userError", ResidentAction, "user-error", None),
        ("unsupportedCommand", KeeperAction, "command-refused", None),
        ("invalidTokenHMAC", KeeperAction, "authorisation-required", None),
        ("canceled", KeeperAction, "canceled", None),  # by the service itself: nobody here had asked for it
    ],
)
def test_completion_codes_tell_what_can_be_done(
    code: str, kind: type[DeviceError], detail: str, state: DeviceState | None
) -> None:
    error = failure(Completion("a", 1, CompletionCode(code)), {})
    assert (type(error), error.detail, error.state) == (kind, detail, state)


def test_a_vendors_own_error_code_becomes_a_key_and_its_prose_does_not() -> None:
    def by(error_code: object) -> str:
        payload = {"errorCode": error_code}
        return failure(Completion("a", 1, CompletionCode.COMMAND_ERROR_CODE, payload), {}).detail

    assert by("blackMark") == "black-mark"
    assert by("李桂兰's card") == by(None) == "unknown-error-code"


def test_too_many_requests_is_a_matter_of_waiting() -> None:
    assert isinstance(refused(Refusal.TOO_MANY_REQUESTS), DeviceBusy)
    assert refused(Refusal.INVALID_MESSAGE).state is DeviceState.HARDWARE_ERROR


# -- capabilities, versions, discovery


def test_the_newest_version_that_both_ends_know_is_chosen() -> None:
    able = capabilities(
        {
            "interfaces": [
                {
                    "name": "Printer",
                    "commands": {
                        "Printer.PrintRaw": {"versions": ["1.0", "2.10", "2.9", "17.0", "x", "9" * 5000]},
                        "Printer.Reset": {"versions": ["99.0"]},
                    },
                },
                {"name": "Common", "commands": ["Common.Status"]},  # as the first release listed them
            ]
        }
    )
    chosen = able.versions(["Printer.PrintRaw", "Printer.Reset", "Common.Status"])
    assert chosen == {"Printer.PrintRaw": "2.10"}
    assert major_versions(chosen) == {"Printer.PrintRaw": 2}
    assert able.supports("Common.Status")
    assert not able.supports("Printer.PrintForm")
    assert not able.supports("CardReader.ChipIO")


def test_publishers_are_looked_for_where_the_standard_has_them() -> None:
    assert ports(secure=False) == (80, *range(5846, 5857))
    assert ports(secure=True) == (443, *range(5846, 5857))


HERE = Address("127.0.0.1", 5846, PUBLISHER)


@pytest.mark.parametrize(
    ("entry", "uri"),
    [
        ({"serviceURI": "ws://ATM1:5850/xfs4iot/v1.0/Printer"}, "ws://127.0.0.1:5850/xfs4iot/v1.0/Printer"),
        ({"serviceURI": "wss://bad.example/xfs4iot/v1.0/A"}, "ws://127.0.0.1:5846/xfs4iot/v1.0/A"),
        ({"serviceURI": "http://127.0.0.1/a"}, None),
        ({"serviceURI": "ws://127.0.0.1:99999/a"}, None),
        ({"serviceURI": "ws://127.0.0.1/a\r\nHost: b"}, None),
        ({"serviceURI": 5}, None),
        ("ws://127.0.0.1/a", None),
    ],
)
def test_a_publisher_cannot_send_the_kiosk_to_another_machine(entry: object, uri: str | None) -> None:
    address = service_address(HERE, entry)
    assert (None if address is None else address.uri) == uri


# -- cards and printers


@pytest.mark.parametrize(
    ("able", "atr", "protocol"),
    [
        ({"chipT0": True, "chipT1": True}, "3B6800005878534853455259", ChipProtocol.T0),  # no TD1: T=0
        ({"chipT0": True, "chipT1": True}, "3B80010011", ChipProtocol.T1),
        ({"chipT0": True, "chipT1": True}, "3BF01100FF0100", ChipProtocol.T1),  # TA1 TB1 TC1 TD1
        ({"chipT0": True}, "3B800100", ChipProtocol.T0),
        ({"chipT1": True}, "", ChipProtocol.T1),
        ({"chipProtocolNotRequired": True, "chipT0": True}, "3B8001", ChipProtocol.ANY),
        ({}, "", ChipProtocol.T0),
    ],
)
def test_the_protocol_is_the_cards_among_the_readers(
    able: dict[str, bool], atr: str, protocol: ChipProtocol
) -> None:
    assert choose_protocol(able, bytes.fromhex(atr)) is protocol


@pytest.mark.parametrize("status", [{}, {"status": None}, {"status": "ok"}])
def test_an_atr_is_read_with_the_status_of_any_release(status: dict[str, Any]) -> None:
    assert atr_of({"chip": [{"data": "O2gA", **status}]}) == b"\x3b\x68\x00"


@pytest.mark.parametrize("chip", [None, [], [{"status": "dataMissing"}], "ok", [5]])
def test_a_chip_that_gave_no_atr_is_mute(chip: object) -> None:
    with pytest.raises(ResidentAction) as mute:
        atr_of({"chip": chip})
    assert mute.value.detail == "card-mute"


@pytest.mark.parametrize(
    ("own", "media"),
    [
        ({"media": "latched"}, Media.LATCHED),
        ({"media": "somewhere"}, Media.UNKNOWN),
        ({"chipPower": "noCard"}, Media.NOT_PRESENT),  # contactless readers have no position to report
        ({"chipPower": "poweredOff"}, Media.PRESENT),
        ({}, None),
    ],
)
def test_what_lies_in_a_reader(own: dict[str, str], media: Media | None) -> None:
    assert media_of(own) is media


@pytest.mark.parametrize(
    ("printer", "paper", "supply", "fitness", "obstacle"),
    [
        ({"paper": {"upper": "full"}}, Paper.FULL, Supply.OK, Fitness.OK, None),
        ({"paper": {"upper": "low"}}, Paper.LOW, Supply.LOW, Fitness.OK, None),
        ({"paper": {"upper": None, "external": "out"}}, Paper.OUT, Supply.OUT, Fitness.OK, "paper-out"),
        ({"paper": {"upper": "jammed"}}, Paper.JAMMED, Supply.UNKNOWN, Fitness.FAILED, "paper-jammed"),
        (
            {"media": "jammed", "paper": {"upper": "full"}},
            Paper.FULL,
            Supply.OK,
            Fitness.FAILED,
            "media-jammed",
        ),
        ({"paper": {"upper": "full"}, "toner": "low"}, Paper.FULL, Supply.LOW, Fitness.OK, None),
        ({"paper": {"upper": "full"}, "toner": "out"}, Paper.FULL, Supply.OUT, Fitness.OK, "toner-out"),
        ({"paper": {"roll-2": "low"}}, Paper.LOW, Supply.LOW, Fitness.OK, None),  # a vendor's own supply
        ({}, Paper.UNKNOWN, Supply.UNKNOWN, Fitness.OK, None),
    ],
)
def test_paper_and_toner_of_a_printer(
    printer: dict[str, Any], paper: Paper, supply: Supply, fitness: Fitness, obstacle: str | None
) -> None:
    look = read_look({"common": {"device": "online"}, "printer": printer})
    status = look.device_status(near_end_sensor=True, taken_sensor=False)
    assert (status.paper, status.supply, status.fitness) == (paper, supply, fitness)
    assert look.obstacle == obstacle


def test_paper_under_the_head_is_no_slip_that_waits() -> None:
    look = read_look({"common": {"device": "online"}, "printer": {"media": "present"}})
    assert look.device_status(near_end_sensor=True, taken_sensor=False).media is Media.UNKNOWN


def test_a_printer_that_is_off_is_an_obstacle_and_silence_is_none() -> None:
    off = read_look({"common": {"device": "powerOff"}})
    assert off.obstacle == "power-off"
    mute = read_look({})
    assert mute.silent
    status = mute.device_status(near_end_sensor=True, taken_sensor=False)
    assert not status.usable
    assert status.supply is Supply.UNKNOWN
