"""Which bytes of each protocol are harmless, which are personal, and what stands in for those. Pure code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from devices.escpos.status import AnswerParser, ProcessId
from devices.gm65 import frame as gm65
from devices.identity import Document, IdCard, check_digit
from devices.sam import frame as sam
from devices.simulators.cards import RESIDENTS, encode_id_card, encode_social_card
from devices.simulators.escpos_stream import Command, CommandParser
from devices.social_card.files import RECORDS

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Known:
    """Bytes of a stream that are understood.

    Attributes:
        offset: where they stand in the stream.
        data: what is shown of them, of the same length.
        real: they are shown as they were; otherwise invented ones stand in for them.
    """

    offset: int
    data: bytes
    real: bool = True


@dataclass(frozen=True)
class Protocol:
    """What is known of one protocol, for each direction of a whole stream.

    ``messages``: every piece of traffic is a whole message; otherwise the pieces are one stream.
    """

    sent: Callable[[bytes], Iterable[Known]]
    heard: Callable[[bytes], Iterable[Known]]
    messages: bool = False


def _found(
    stream: bytes, feed: Callable[[bytes], list[T]], spoken: Callable[[T], bytes]
) -> Iterator[tuple[int, T]]:
    """Everything that a parser finds in a stream, with its place: it is fed byte by byte."""
    for at in range(len(stream)):
        for item in feed(stream[at : at + 1]):
            said = spoken(item)
            start = at + 1 - len(said)
            if start >= 0 and stream[start : at + 1] == said:
                yield start, item


_NAME, _NAME_EN, _BORN, _ADDRESS = "示范", "EXAMPLE", date(1990, 3, 7), "示范路 1 号"
_FIRST_17 = {Document.FOREIGN_PERMANENT_RESIDENT_2023: "91015619900307000"}
_RESIDENT_17 = "11010119900307000"


def _nobody(card: IdCard) -> IdCard:
    """A card of the same kind that is nobody's, and sound."""
    first_17 = _FIRST_17.get(card.document, _RESIDENT_17)
    old = card.document is Document.FOREIGN_PERMANENT_RESIDENT_2017
    return replace(
        card,
        name=_NAME,
        name_en=card.name_en and _NAME_EN,
        number="EXA199003070001" if old else first_17 + check_digit(first_17),
        birth_date=_BORN,
        address=card.address and _ADDRESS,
        pass_number=card.pass_number and "H00000000",
        photo_wlt=bytes(1024),
    )


_NUMBER_SIZE, _ADDRESS_SIZE, _CARD_SIZE = 16, 70, 1280
_FLAG = slice(4 + 248, 4 + 250)
_CARD_BY_FLAG = {
    card[_FLAG]: card
    for resident in RESIDENTS.values()
    if (card := encode_id_card(_nobody(resident.id_card)))
}
"""Nobody's card for each of the four layouts."""


def _sam_sent(stream: bytes) -> Iterator[Known]:
    parser = sam.FrameParser()

    def feed(data: bytes) -> list[sam.Request]:
        return [sam.Request.from_body(body) for body in parser.feed(data) if len(body) >= 2]

    for start, request in _found(stream, feed, sam.Request.encode):
        yield Known(start, request.encode())


def _sam_heard(stream: bytes) -> Iterator[Known]:
    parser = sam.FrameParser()
    cards: list[bytes] = []

    def feed(data: bytes) -> list[sam.Reply]:
        return [sam.Reply.from_body(body) for body in parser.feed(data) if len(body) >= 3]

    for start, reply in _found(stream, feed, sam.Reply.encode):
        if len(reply.data) in {0, _NUMBER_SIZE}:  # the module's own number is nobody's
            yield Known(start, reply.encode())
            continue
        shown = sam.Reply(reply.status, _stand_in(reply.data, cards), reply.words).encode()
        head = sam.HEADER + 3
        yield Known(start, shown[:head])
        yield Known(start + head, shown[head:], real=False)


def _stand_in(data: bytes, cards: list[bytes]) -> bytes:
    """An invented card for a real one; two that differ have different photos afterwards, too."""
    if len(data) == _ADDRESS_SIZE:
        return _ADDRESS.ljust(_ADDRESS_SIZE // 2).encode("utf-16-le")
    if len(data) < _CARD_SIZE:
        return bytes(len(data))
    if data not in cards:
        cards.append(data)
    text_size, photo_size = int.from_bytes(data[:2]), int.from_bytes(data[2:4])
    start = 4 if 4 + text_size + photo_size == len(data) else 6
    invented = _CARD_BY_FLAG.get(data[start + 248 : start + 250], bytes(_CARD_SIZE))[4 : 4 + text_size]
    photo = bytes((cards.index(data) % 256,)) * photo_size
    return (data[:start] + invented + photo).ljust(len(data), b"\0")[: len(data)]


def _gm65_sent(stream: bytes) -> Iterator[Known]:
    buffer = bytearray()

    def feed(data: bytes) -> list[gm65.Request]:
        buffer.extend(data)
        return gm65.decode_requests(buffer)

    for start, request in _found(stream, feed, gm65.Request.encode):
        yield Known(start, request.encode())


def _gm65_heard(stream: bytes) -> Iterator[Known]:
    for start, item in _found(stream, gm65.Parser(framed=True).feed, lambda item: item.encode()):
        whole = item.encode()
        if isinstance(item, gm65.Answer):
            yield Known(start, whole)
            continue
        head = 6 if item.data[:1] == b"]" else 3  # length, and what kind of code it was
        yield Known(start, whole[:head])
        yield Known(start + head, b"x" * (len(whole) - head), real=False)


_LONG_COMMANDS = {b"\x1dv": 6, b"\x1d(": 5}
"""Commands that carry a picture or a code behind their arguments, and how long those are."""


def _escpos_sent(stream: bytes) -> Iterator[Known]:
    for start, command in _found(stream, CommandParser().feed, lambda item: item.name + item.data):
        yield from _command(start, command)


def _command(start: int, command: Command) -> Iterator[Known]:
    if not command.name:
        shown = "口".encode("gbk") if len(command.data) == 2 else b"x" * len(command.data)
        yield Known(start, shown, real=False)
        return
    keep = _LONG_COMMANDS.get(command.name, len(command.data))
    head = command.name + command.data[:keep]
    yield Known(start, head)
    yield Known(start + len(head), bytes(max(0, len(command.data) - keep)), real=False)


def _escpos_heard(stream: bytes) -> Iterator[Known]:
    parser = AnswerParser()
    for at in range(len(stream)):
        for answer in parser.feed(stream[at : at + 1]):
            start = at - 6 if isinstance(answer, ProcessId) else at
            yield Known(start, stream[start : at + 1])


_VALUES = {
    tag: value
    for resident in RESIDENTS.values()
    if resident.social_card is not None
    for records in encode_social_card(
        replace(
            resident.social_card,
            name=_NAME,
            number=_RESIDENT_17 + check_digit(_RESIDENT_17),
            birth_date=_BORN,
            card_number="A00000000",
        )
    ).values()
    for tag, value in records.items()
}
"""Nobody's records by tag."""

_TAGS = {record.tag for record in RECORDS}
_VERSION = 0x03


def _apdu_sent(message: bytes) -> Iterator[Known]:
    yield Known(0, message)  # a file or a record is asked for; no command carries anything of a person


def _apdu_heard(message: bytes) -> Iterator[Known]:
    data, status = message[:-2], message[-2:]
    yield Known(len(data), status)
    if len(data) >= 2 and data[0] in _TAGS and data[1] == len(data) - 2:
        yield Known(0, data[:2])
        value = data[2:]
        if data[0] == _VERSION:
            yield Known(2, value)
        else:
            invented = _VALUES.get(data[0], b"").ljust(len(value), b"\0")[: len(value)]
            yield Known(2, invented, real=False)


def _nothing(_: bytes) -> Iterator[Known]:
    return iter(())


_ESCPOS = Protocol(_escpos_sent, _escpos_heard)
_APDU = Protocol(_apdu_sent, _apdu_heard, messages=True)

NOTHING_KNOWN = Protocol(_nothing, _nothing)
"""Lengths and times are recorded, and no byte."""

BY_DRIVER = {
    "sam-serial": Protocol(_sam_sent, _sam_heard),
    "gm65-serial": Protocol(_gm65_sent, _gm65_heard),
    "escpos-serial": _ESCPOS,
    "escpos-tcp": _ESCPOS,
    "escpos-usb": _ESCPOS,
    "pcsc-social-card": _APDU,
    "xfs4iot-card-reader": _APDU,
}
"""What is known of the traffic of each driver; of any other nothing is."""
