"""Frames of the SAM protocol, against the published bytes and against anything else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.sam.frame import (
    FIND,
    MAX_LENGTH,
    PREAMBLE,
    READ,
    READ_NEWEST_ADDRESS,
    READ_WITH_FINGERPRINTS,
    RESET,
    SAM_NUMBER,
    SAM_STATUS,
    SELECT,
    SET_BAUDRATE,
    FrameParser,
    Reply,
    Request,
    Status,
)

REPLIES = st.builds(
    Reply, st.integers(0, 255), st.binary(max_size=MAX_LENGTH - 4), st.binary(min_size=2, max_size=2)
)


@pytest.mark.parametrize(
    ("request_", "published"),
    [
        (RESET, "AA AA AA 96 69 00 03 10 FF EC"),
        (SAM_STATUS, "AA AA AA 96 69 00 03 11 FF ED"),
        (SAM_NUMBER, "AA AA AA 96 69 00 03 12 FF EE"),
        (FIND, "AA AA AA 96 69 00 03 20 01 22"),
        (SELECT, "AA AA AA 96 69 00 03 20 02 21"),
        (READ, "AA AA AA 96 69 00 03 30 01 32"),
        (READ_NEWEST_ADDRESS, "AA AA AA 96 69 00 03 30 03 30"),
        (READ_WITH_FINGERPRINTS, "AA AA AA 96 69 00 03 30 10 23"),
        (SET_BAUDRATE[115200], "AA AA AA 96 69 00 03 60 00 63"),
        (SET_BAUDRATE[9600], "AA AA AA 96 69 00 03 60 04 67"),
    ],
)
def test_requests_are_the_published_bytes(request_: Request, published: str) -> None:
    assert request_.encode() == bytes.fromhex(published)


@pytest.mark.parametrize(
    ("reply", "published"),
    [
        (Reply(Status.OK), "AA AA AA 96 69 00 04 00 00 90 94"),
        (Reply(Status.FOUND, bytes(4)), "AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97"),
        (Reply(Status.OK, bytes(8)), "AA AA AA 96 69 00 0C 00 00 90 00 00 00 00 00 00 00 00 9C"),
        (Reply(Status.NOT_FOUND), "AA AA AA 96 69 00 04 00 00 80 84"),
        (Reply(Status.NOT_SELECTED), "AA AA AA 96 69 00 04 00 00 81 85"),
        (Reply(Status.READ_FAILED), "AA AA AA 96 69 00 04 00 00 41 45"),
    ],
)
def test_replies_are_the_published_bytes(reply: Reply, published: str) -> None:
    assert reply.encode() == bytes.fromhex(published)
    (body,) = FrameParser().feed(bytes.fromhex(published))
    assert Reply.from_body(body) == reply


def test_a_read_card_makes_1295_bytes() -> None:
    assert len(Reply(Status.OK, bytes(4 + 256 + 1024)).encode()) == 1295


@settings(max_examples=100)
@given(st.lists(REPLIES, max_size=3), st.data())
def test_frames_survive_being_cut_anywhere(replies: list[Reply], data: st.DataObject) -> None:
    stream = b"".join(reply.encode() for reply in replies)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    parser = FrameParser()
    bodies: list[bytes] = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        bodies += parser.feed(stream[start:end])
    assert [Reply.from_body(body) for body in bodies] == replies
    assert parser.noise == 0


@settings(max_examples=100)
@given(st.binary(max_size=40).filter(lambda noise: PREAMBLE[:2] not in noise), st.booleans())
def test_a_frame_behind_noise_is_found(noise: bytes, one_by_one: bool) -> None:
    stream = noise + Reply(Status.FOUND, b"card").encode()
    parser = FrameParser()
    if one_by_one:
        bodies = [body for byte in stream for body in parser.feed(bytes((byte,)))]
    else:
        bodies = parser.feed(stream)
    assert [Reply.from_body(body) for body in bodies] == [Reply(Status.FOUND, b"card")]
    assert parser.noise == len(noise)


def test_a_frame_behind_a_damaged_one_is_found() -> None:
    damaged = bytearray(Reply(Status.OK, b"12345678").encode())
    damaged[-1] ^= 1
    bodies = FrameParser().feed(bytes(damaged) + Reply(Status.NOT_FOUND).encode())
    assert [Reply.from_body(body).status for body in bodies] == [Status.NOT_FOUND]


@given(st.binary(max_size=200))
def test_any_bytes_can_be_fed(stream: bytes) -> None:
    parser = FrameParser()
    for body in parser.feed(stream):
        assert body in stream
    assert parser.wanted >= 1


@given(REPLIES)
def test_the_parser_never_asks_for_more_than_the_frame(reply: Reply) -> None:
    stream = reply.encode()
    parser = FrameParser()
    read = 0
    bodies: list[bytes] = []
    while not bodies:
        step = parser.wanted
        assert read + step <= len(stream)
        bodies = parser.feed(stream[read : read + step])
        read += step
    assert read == len(stream)


@given(st.binary(max_size=64))
def test_a_reply_never_shows_what_was_read(data: bytes) -> None:
    assert repr(Reply(Status.OK, data)) == f"Reply(status=0x90, {len(data)} bytes)"


def test_a_frame_swallowed_by_a_false_start_is_found_when_nothing_more_comes() -> None:
    parser = FrameParser()
    assert parser.feed(PREAMBLE + b"\x05" + Reply(Status.FOUND, bytes(4)).encode()) == []
    assert [Reply.from_body(body) for body in parser.rescan()] == [Reply(Status.FOUND, bytes(4))]
    assert parser.rescan() == []
