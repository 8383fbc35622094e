"""What is thrown at every framing module: any bytes at all, and what must hold for them.

A target takes bytes and raises only when a promise is broken. `tests.devices.campaign` runs them for as long
as one likes, guided by coverage; `test_campaign.py` runs them briefly with every test run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import segno
from pydantic import ValidationError

from devices.camera.codes import find_code
from devices.codes import Purpose, RefusedCode, ScannedCode, Symbology, accept, opaque
from devices.cups.ipp import IppError, decode_answer
from devices.escpos.encode import PrinterProfile, encode
from devices.escpos.status import AnswerParser, RealTime, RealTimeStatus
from devices.gm65 import frame as gm65
from devices.identity import MalformedCard, is_identity_number
from devices.receipt import Columns, Receipt, Text
from devices.recordings.hiding import hide
from devices.recordings.personal import BY_DRIVER
from devices.recordings.traffic import NotARecording, Recording, Traffic
from devices.sam import frame as sam
from devices.sam.card_text import decode_address, decode_card
from devices.simulators.cards import RESIDENTS, encode_id_card, encode_social_card
from devices.simulators.escpos_stream import CommandParser
from devices.social_card import apdu, files
from devices.status import DeviceState, Paper, Supply
from devices.xfs4iot import message as xfs4iot
from devices.xfs4iot.cards import media_of
from devices.xfs4iot.common import capabilities, device_status
from devices.xfs4iot.conversation import Conversation
from devices.xfs4iot.outcome import failure
from devices.xfs4iot.printing import read_look
from kiosk import wire
from kiosk.wire.base import Message
from tests.devices.hostile_codes import HOSTILE


@dataclass(frozen=True)
class Target:
    """One framing module under attack.

    Attributes:
        name: as the campaign's table has it.
        attack: takes any bytes; raises when a promise is broken.
        seeds: sound bytes to begin with.
        longest: bytes of the longest input that makes sense.
    """

    name: str
    attack: Callable[[bytes], None]
    seeds: tuple[bytes, ...]
    longest: int = 4096


def _names_a_field(refusal: MalformedCard) -> None:
    assert re.fullmatch(r"[a-z_0-9-]+", refusal.field)


def _repeats_nothing(refusal: ValidationError) -> None:
    assert "input_value" not in str(refusal)


def _sam_frame(data: bytes) -> None:
    """Whatever was before it and however it is cut, the good frame at the end is found.

    The one way around: bytes that are a sound frame only together with bytes of the good one.
    """
    good = sam.Reply(sam.Status.OK)
    bodies = _sam_bodies(data + good.encode(), data[0] % 9 + 1 if data else 1)
    if sam.Reply.from_body(bodies[-1]) != good:
        assert len(bodies) > len(_sam_bodies(data, 1))
    for body in bodies:
        try:
            sam.Reply.from_body(body)
            sam.Request.from_body(body)
        except ValueError:
            assert len(body) < 3


def _sam_bodies(stream: bytes, piece: int) -> list[bytes]:
    parser = sam.FrameParser()
    found = [body for at in range(0, len(stream), piece) for body in parser.feed(stream[at : at + piece])]
    return found + parser.rescan()


def _sam_card(data: bytes) -> None:
    """A card is whole and sound, or refused by the name of a field; nothing masked can be read."""
    try:
        card = decode_card(data)
    except MalformedCard as refusal:
        _names_a_field(refusal)
        return
    assert card.valid_until is None or card.valid_from <= card.valid_until
    assert is_identity_number(card.number) or re.fullmatch(r"[A-Z]{3}\d{12}", card.number)
    json.dumps(card.unmasked(), ensure_ascii=False).encode()
    assert card.number not in json.dumps(card.masked())


def _sam_address(data: bytes) -> None:
    try:
        address = decode_address(data)
    except MalformedCard:
        return
    assert address is None or address.encode()


def _gm65(data: bytes) -> None:
    """What is understood does not depend on how it was cut, and a request is never read for ever."""
    for framed in (True, False):
        whole, pieces = gm65.Parser(framed=framed), gm65.Parser(framed=framed)
        assert whole.feed(data) == [item for byte in data for item in pieces.feed(bytes((byte,)))]
    buffer = bytearray(data)
    for request in gm65.decode_requests(buffer):
        assert request.encode()[:2] == gm65.REQUEST


def _escpos_status(data: bytes) -> None:
    """Cuts do not matter; silence is never said to be fine."""
    whole, pieces = AnswerParser(), AnswerParser()
    answers = whole.feed(data)
    assert answers == [answer for byte in data for answer in pieces.feed(bytes((byte,)))]
    bits = [answer.bits for answer in answers if isinstance(answer, RealTime)]
    printer, cause, error, paper = (*bits, None, None, None, None)[:4]
    status = RealTimeStatus(printer, cause, error, paper)
    said = status.device_status(near_end_sensor=True, taken_sensor=True)
    if status.paper is None:
        assert said.paper is not Paper.FULL
        assert said.supply is not Supply.OK
    assert said.device in {DeviceState.ONLINE, DeviceState.HARDWARE_ERROR}


_PROFILE = PrinterProfile()


def _escpos_text(data: bytes) -> None:
    """No text can make a command: a printer finds nothing in the bytes that it does not know."""
    text = data.decode("utf-8", "ignore")[:60]
    try:
        blocks = encode(Receipt((Text(text), Columns(text[:12], text[-12:]))), _PROFILE)
    except ValueError:
        return
    parser = CommandParser()
    parser.feed(b"".join(blocks))
    assert parser.unknown == []


def _social_card(data: bytes) -> None:
    """Records of any content, and any answer to a command, are a card or a refusal."""
    values: dict[files.Record, bytes] = {}
    rest = data
    for record in files.RECORDS:
        if not rest:
            break
        try:
            values[record] = files.value_of(record, rest)
        except MalformedCard:
            rest = rest[1:]
            continue
        rest = rest[2 + rest[1] :]
    try:
        card = files.decode_card(values)
    except MalformedCard as refusal:
        _names_a_field(refusal)
    else:
        assert card.name
        assert is_identity_number(card.number)
        json.dumps(card.unmasked(), ensure_ascii=False).encode()


def _apdu(data: bytes) -> None:
    """The conversation ends, whatever the card answers, and holds no command that could be a PIN."""
    answers = iter([data[at : at + 7] for at in range(0, len(data), 7)] or [b""])
    sent: list[bytes] = []

    def transmit(command: bytes) -> bytes:
        sent.append(command)
        return next(answers, b"\x90\x00")

    try:
        response = apdu.exchange(transmit, apdu.read_record(1, 4))
    except ValueError:
        pass
    else:
        assert response.status >> 12 in {6, 9}
    assert len(sent) <= apdu.MAX_ROUNDS
    assert {command[1] for command in sent} <= {0xB2, 0xC0}


def _codes(data: bytes) -> None:
    """What a grammar lets through is plain, short and part of what was read."""
    code = ScannedCode(data, Symbology.QR)
    for purpose in Purpose:
        try:
            text = accept(code, purpose)
        except RefusedCode:
            continue
        assert re.fullmatch(r"[0-9A-Z-]{1,40}", text)
        assert text.encode() in data
    try:
        assert opaque(code) is data
    except RefusedCode:
        assert not 1 <= len(data) <= 2048


def _camera_codes(data: bytes) -> None:
    """Any picture has a code or none."""
    picture = np.zeros((48, 64, 3), np.uint8)
    pixels = np.frombuffer(data[: picture.size], np.uint8)
    picture.reshape(-1)[: len(pixels)] = pixels
    code = find_code(picture)
    assert code is None or isinstance(code.data, bytes)


_DRIVERS = (*sorted(BY_DRIVER), "unknown")


def _recordings(data: bytes) -> None:
    """What is hidden keeps its length, what is shown is what was there, and the file says the same again."""
    driver = _DRIVERS[data[0] % len(_DRIVERS)] if data else "unknown"
    pieces = [data[at : at + 40] for at in range(1, len(data), 40)]
    events = tuple(Traffic(0.0, "sent" if at % 5 == 0 else "heard", piece) for at, piece in enumerate(pieces))
    hidden = hide(Recording(driver, {}, "2026-11-21", events, hidden=False))
    for before, after in zip(events, hidden.events, strict=True):
        assert isinstance(after, Traffic)
        assert after.matches(before.data)
    assert Recording.from_lines(hidden.to_lines()) == hidden
    try:
        Recording.from_lines(data.decode("utf-8", "ignore"))
    except NotARecording:
        return


def _xfs4iot(data: bytes) -> None:
    """Whatever a service says is a message or refused, and no device is fine unless the service says so."""
    conversation = Conversation()
    exchange = conversation.begin("Common.Status", {}, 0)
    try:
        conversation.hear(data.decode("utf-8", "ignore"))
    except xfs4iot.MalformedMessage:
        return
    if exchange.completion is None:
        return
    if exchange.completion.code is not None:
        assert re.fullmatch(r"[a-z0-9-]+", failure(exchange.completion, {}).detail)
    payload = exchange.completion.payload
    status, reader = device_status(payload, "cardReader")
    if status.device is DeviceState.ONLINE:
        assert xfs4iot.section(payload, "common")["device"] in {"online", "potentialFraud"}
    media_of(reader)
    look = read_look(payload)
    look.device_status(near_end_sensor=True, taken_sensor=False)
    able = capabilities(payload)
    able.versions(command for commands in able.commands.values() for command in commands)


def _ipp(data: bytes) -> None:
    """Whatever a print server answers is read or refused."""
    try:
        decode_answer(data)
    except IppError:
        return


_MESSAGES = tuple(
    sorted(
        (kind for kind in vars(wire).values() if isinstance(kind, type) and issubclass(kind, Message)),
        key=lambda kind: kind.__name__,
    )
)


def _wire(data: bytes) -> None:
    """A message is sound and comes back as it was, or is refused without repeating what it held."""
    if not data:
        return
    kind = _MESSAGES[data[0] % len(_MESSAGES)]
    try:
        message = kind.model_validate_json(data[1:])
    except ValidationError as refusal:
        _repeats_nothing(refusal)
        return
    assert kind.model_validate_json(message.model_dump_json()) == message


def _wire_seeds() -> tuple[bytes, ...]:
    """For every message the names of its fields, with values of the simplest kinds; and some whole ones."""
    now = "2026-11-21T08:00:00Z"
    queue = {"pending": 1, "held": 0}
    whole: dict[type[Message], object] = {
        wire.CheckIn: {"sent_at": now, "software": "1", "catalogue_version": 3, "queue": queue},
        wire.CheckInReply: {"kiosk_id": "k", "hub_time": now, "catalogue_version": 3, "next_in_seconds": 60},
        wire.EnrolmentRequest: {"code": "ABCD-1234", "public_key": "AAAA"},
        wire.Problem: {"title": "no", "status": 404},
    }
    seeds = [bytes((_MESSAGES.index(kind),)) + json.dumps(said).encode() for kind, said in whole.items()]
    for number, kind in enumerate(_MESSAGES):
        simplest = {name: [1, "a", [], {}, None][at % 5] for at, name in enumerate(kind.model_fields)}
        seeds.append(bytes((number,)) + json.dumps(simplest).encode())
    return tuple(seeds)


def _picture_of_a_code() -> bytes:
    modules = np.array([list(row) for row in segno.make("7K3M-9QX2-P4C", micro=False).matrix_iter(border=4)])
    picture = np.full((48, 64, 3), 255, np.uint8)
    picture[: len(modules), : len(modules)][modules != 0] = 0
    return picture.tobytes()


_REPLIES = tuple(encode_id_card(resident.id_card) for resident in RESIDENTS.values())
_RECORDS = tuple(
    b"".join(
        bytes((record.tag, len(value))) + value
        for record in files.RECORDS
        if (value := encode_social_card(resident.social_card)[record.file].get(record.tag)) is not None
    )
    for resident in RESIDENTS.values()
    if resident.social_card is not None
)
_FRAMES = (
    *(sam.Reply(0x90, data).encode() for data in (b"", bytes(8), bytes(16), sam.PREAMBLE * 3)),
    sam.Reply(0x90, _REPLIES[0]).encode()[:120],
)
_COMPLETION = (
    b'{"header": {"name": "Common.Status", "requestId": 1, "type": "completion", "version": "2.0",'
    b' "completionCode": "success"}, "payload": {"common": {"device": "online"}}}'
)
_STATUS = (
    b'{"header":{"name":"Common.Status","requestId":1,"type":"completion","completionCode":"success"},'
    b'"payload":{"common":{"device":"online"},"cardReader":{"media":"present"},"printer":{"media":"jammed",'
    b'"paper":{"upper":"low"},"toner":"out"},"interfaces":[{"name":"Printer","commands":{"Printer.PrintRaw":'
    b'{"versions":["2.0"]}}}]}}'
)
_FAILURE = (
    b'{"header":{"name":"Common.Status","requestId":1,"type":"completion",'
    b'"completionCode":"commandErrorCode"},"payload":{"errorCode":"noMedia"}}'
)
_IPP_ANSWER = bytes.fromhex("02000000 00000001 01 47 0012") + b"attributes-charset\0\5utf-8\3"
_ANSWERS = (bytes.fromhex("16121212"), b"\x0c", b"\x37\x220042\x00", bytes.fromhex("1e3a5272"))

TARGETS = (
    Target("sam/frame", _sam_frame, _FRAMES, 160),
    Target("sam/card_text", _sam_card, _REPLIES),
    Target("sam/card_text (address)", _sam_address, ("北京市东城区".encode("utf-16-le"),), 140),
    Target("gm65/frame", _gm65, tuple(gm65.Code(code[:40]).encode() for code in HOSTILE[:20] if code), 120),
    Target("escpos/status", _escpos_status, _ANSWERS, 64),
    Target(
        "escpos/encode", _escpos_text, tuple(text.encode() for text in ("受理 ￥1", "䶮㛃", "a\x1b@")), 200
    ),
    Target("social_card/files", _social_card, _RECORDS, 600),
    Target("social_card/apdu", _apdu, (bytes.fromhex("01020304056C0A 0102030461 03"), b"\x90\x00"), 140),
    Target("codes", _codes, tuple(HOSTILE), 2100),
    Target("camera/codes", _camera_codes, (bytes(9216), _picture_of_a_code()), 9216),
    Target("recordings", _recordings, tuple(bytes((at,)) + _REPLIES[0] for at in range(len(_DRIVERS))), 1400),
    Target("xfs4iot/message", _xfs4iot, (_COMPLETION, _STATUS, _FAILURE), 1000),
    Target(
        "cups/ipp",
        _ipp,
        (bytes.fromhex("02000000 00000001 01 47 0012") + b"attributes-charset\0\5utf-8\3",),
        1000,
    ),
    Target("kiosk/wire", _wire, _wire_seeds(), 2000),
)
