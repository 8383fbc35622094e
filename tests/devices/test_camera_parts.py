"""The pure parts of a camera: messages with its process, JPEGs not yet decoded, freshness, shape."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.camera import jpeg
from devices.camera.answers import understood
from devices.camera.clean import aspect
from devices.camera.freshness import Freshness, colour_fault
from devices.camera.protocol import LONGEST_DATA, BrokenMessage, Message, MessageParser
from devices.camera.shot import Shot, shot
from devices.errors import DeviceError

GOOD = {"ok": True, "number": 3, "at": 1.5, "seen": [1920, 1080], "rate": 29.9, "troubles": []}
WORDS = st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=9) | st.none(), max_size=4)


@given(st.lists(st.tuples(WORDS, st.binary(max_size=60)), max_size=4), st.integers(1, 7))
def test_messages_arrive_whole_however_they_are_cut(messages: list[tuple[dict, bytes]], step: int) -> None:  # type: ignore[type-arg]
    sent = b"".join(Message(words, data).encode() for words, data in messages)
    parser = MessageParser()
    heard = [m for at in range(0, len(sent), step) for m in parser.feed(sent[at : at + step])]
    assert [(m.words, m.data) for m in heard] == messages


@given(st.lists(st.binary(max_size=40) | st.just(Message({"a": 1}, b"xy").encode()), max_size=6))
def test_nonsense_is_refused_and_never_crashes_the_kiosk(pieces: list[bytes]) -> None:
    parser = MessageParser()
    try:
        for piece in pieces:
            for message in parser.feed(piece):
                understood(message)
    except (BrokenMessage, DeviceError):
        pass


@given(
    st.fixed_dictionaries(
        {},
        optional={
            key: st.none()
            | st.floats()
            | st.integers()
            | st.text(max_size=4)
            | st.lists(st.floats(), max_size=5)
            for key in (*GOOD, "live", "outline", "size", "verdicts", "symbology", "code", "detail", "state")
        },
    )
)
def test_an_answer_that_is_none_is_refused(changes: dict[str, object]) -> None:
    try:
        answer = understood(Message(json.loads(json.dumps(GOOD | changes))))
    except (BrokenMessage, DeviceError, ValueError):
        return
    assert answer.live is None or all(1 <= side <= 10_000 for side in answer.live)


def test_a_message_too_long_is_not_waited_for() -> None:
    head = b"Yc\x01\x00" + (2).to_bytes(4) + (LONGEST_DATA + 1).to_bytes(4)
    with pytest.raises(BrokenMessage):
        MessageParser().feed(head)


def _jpeg(width: int = 160, height: int = 90) -> bytes:
    noise = np.random.default_rng(1).integers(0, 255, (height, width, 3), np.uint8)
    return cv2.imencode(".jpg", noise)[1].tobytes()


def test_the_size_of_a_jpeg_is_known_before_it_is_decoded() -> None:
    assert jpeg.size(_jpeg(161, 90)) == (161, 90)


@given(st.integers(0, 4000), st.binary(max_size=12))
def test_a_torn_or_forged_jpeg_is_none(cut: int, instead: bytes) -> None:
    whole = _jpeg()
    forged = whole[:cut] + instead + whole[cut + len(instead) :]
    found = shot(np.frombuffer(forged, np.uint8), 0.0)
    if found is not None:
        picture = found.picture(80)
        assert picture is None or max(picture.shape[:2]) <= 80
    if cut:
        assert jpeg.size(whole[: min(cut, len(whole) - 3)]) is None


def test_a_picture_that_claims_to_be_huge_is_not_decoded() -> None:
    bomb = bytearray(_jpeg())
    at = bomb.index(b"\xff\xc0") + 5
    bomb[at : at + 4] = (60_000).to_bytes(2) + (60_000).to_bytes(2)
    assert shot(np.frombuffer(bytes(bomb), np.uint8), 0.0) is None


@pytest.mark.parametrize(
    "odd",
    [
        None,
        "text",
        np.zeros((0, 0, 3), np.uint8),
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
    ],
)
def test_what_is_no_picture_is_none(odd: object) -> None:
    assert shot(odd, 0.0) is None


@pytest.mark.parametrize(
    ("width", "height", "small"),
    [
        (1920, 1080, (540, 960)),
        (3840, 2160, (540, 960)),
        (1280, 720, (540, 960)),
        (640, 480, (480, 640)),
        (1, 7, (7, 1)),
    ],
)
def test_a_picture_is_decoded_no_larger_than_it_is_needed(
    width: int, height: int, small: tuple[int, int]
) -> None:
    raw = np.frombuffer(_jpeg(width, height), np.uint8)
    picture = Shot(0.0, width, height, raw).picture(960)
    assert picture is not None
    assert picture.shape[:2] == small


def _noise(seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(seed).integers(90, 110, (64, 64, 3), np.uint8)


def test_a_picture_that_never_changes_is_frozen_after_its_time_and_not_before() -> None:
    watch = Freshness(2.0, live=True)
    for at in (0.0, 0.1, 1.9):
        watch.saw(_noise(1), at)
    assert not watch.sure
    assert not watch.troubles
    watch.saw(_noise(1), 2.1)
    assert watch.troubles == ("frozen-picture",)
    watch.saw(_noise(2), 2.2)
    assert watch.sure
    assert not list(watch.troubles)


def test_the_time_in_which_nobody_looked_is_not_held_against_a_camera() -> None:
    watch = Freshness(2.0, live=True)
    for at in (0.0, 5.0, 5.1, 5.2):
        watch.saw(_noise(1), at)
    assert not watch.troubles, "three pictures alike in 0.2 s, after a rest"
    assert not watch.sure, "so that whoever asks looks on"
    for at in (6.0, 7.0):
        watch.saw(_noise(1), at)
    assert watch.troubles == ("frozen-picture",)
    watch.saw(None, 20.0)
    watch.saw(None, 30.0)
    assert "garbage" not in watch.troubles


def test_a_picture_in_a_folder_may_stay_as_it_is() -> None:
    watch = Freshness(2.0, live=False)
    for at in (0.0, 9.0):
        watch.saw(_noise(1), at)
    assert watch.troubles == ()


def test_one_spoilt_picture_is_no_trouble_but_several_are() -> None:
    watch = Freshness(2.0, live=True)
    black = np.zeros((64, 64, 3), np.uint8)
    for at in (0.0, 0.1):
        watch.saw(black, at)
    assert not list(watch.troubles)
    watch.saw(black, 0.2)
    assert watch.troubles == ("black-picture",)


def test_the_colour_of_an_unfilled_buffer_is_known_from_a_green_desk() -> None:
    assert colour_fault(np.full((64, 64, 3), (0, 135, 0), np.uint8)) == "green-picture"
    assert colour_fault(np.full((64, 64, 3), (40, 92, 76), np.uint8)) is None
    assert colour_fault(np.full((64, 64, 3), (60, 140, 60), np.uint8)) is None


def test_one_picture_a_second_is_slow() -> None:
    watch = Freshness(2.0, live=True)
    for number in range(3):
        watch.saw(_noise(number), float(number))
        watch.waited(1.0)
    assert watch.troubles == ("slow-picture",)


@given(
    st.sampled_from([2**0.5, 85.60 / 53.98, 1.2, 2.2]),
    st.booleans(),
    st.floats(-0.26, 0.26),
    st.floats(-0.26, 0.26),
    st.floats(-0.4, 0.4),
    st.floats(0.85, 1.5),
)
@settings(max_examples=150, deadline=None)
def test_a_tilted_page_gets_its_true_shape(
    ratio: float, upright: bool, tip: float, lean: float, turn: float, focus: float
) -> None:
    """Seen through a pinhole, up to 15 degrees from above and turned by up to 23."""
    half = np.array((1 / ratio, 1.0) if upright else (1.0, 1 / ratio)) * 0.3
    corners = np.array(((-1, -1), (1, -1), (1, 1), (-1, 1))) * half
    flat = np.concatenate((corners, np.zeros((4, 1))), axis=1)
    (ct, stn), (cx, sx), (cy, sy) = ((np.cos(a), np.sin(a)) for a in (turn, tip, lean))
    about = np.array(((1, 0, 0), (0, cx, -sx), (0, sx, cx))) @ np.array(
        ((cy, 0, sy), (0, 1, 0), (-sy, 0, cy))
    )
    seen = flat @ (about @ np.array(((ct, -stn, 0), (stn, ct, 0), (0, 0, 1)))).T + (0, 0, focus)
    quad = (seen[:, :2] / seen[:, 2:] * focus * 1920 + (960, 540)).astype(np.float32)
    found = aspect(quad, 1920, 1080)
    wanted = 1 / ratio if upright else ratio
    assert found == pytest.approx(wanted, rel=0.05)
