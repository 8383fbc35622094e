"""What a printer's answers mean."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.escpos.status import Answer, AnswerParser, Fence, ProcessId, RealTime, RealTimeStatus
from devices.status import DeviceState, DeviceStatus, Fitness, Media, Paper, Supply

QUIET = RealTimeStatus(0x12, 0x12, 0x12, 0x12)


def status(**bits: Any) -> DeviceStatus:
    return replace(QUIET, **bits).device_status(near_end_sensor=True, taken_sensor=True)


def test_a_quiet_printer_is_well() -> None:
    assert status() == DeviceStatus(DeviceState.ONLINE, Media.NOT_PRESENT, Paper.FULL, Fitness.OK, Supply.OK)


def test_silence_is_unknown_on_every_axis() -> None:
    silent = RealTimeStatus().device_status(near_end_sensor=True, taken_sensor=True)
    assert (silent.media, silent.paper, silent.fitness, silent.supply) == (
        Media.UNKNOWN,
        Paper.UNKNOWN,
        Fitness.UNKNOWN,
        Supply.UNKNOWN,
    )
    assert RealTimeStatus().obstacle is None


@pytest.mark.parametrize(
    ("bits", "paper", "supply", "obstacle"),
    [
        ({"paper": 0x1E}, Paper.LOW, Supply.LOW, None),
        ({"paper": 0x7E}, Paper.OUT, Supply.OUT, "paper-out"),
        ({"offline_cause": 0x32, "paper": 0x72}, Paper.OUT, Supply.OUT, "paper-out"),
        ({"printer": 0x1A, "offline_cause": 0x16}, Paper.UNKNOWN, Supply.UNKNOWN, "cover-open"),
        ({"error": 0x1A}, Paper.FULL, Supply.OK, "cutter-error"),
        ({"error": 0x32}, Paper.FULL, Supply.OK, "printer-error"),
        ({"error": 0x52}, Paper.FULL, Supply.OK, None),
        ({"printer": 0x1A}, Paper.FULL, Supply.OK, "printer-offline"),
    ],
)
def test_bits(bits: dict[str, Any], paper: Paper, supply: Supply, obstacle: str | None) -> None:
    assert (status(**bits).paper, status(**bits).supply) == (paper, supply)
    assert replace(QUIET, **bits).obstacle == obstacle


def test_the_makers_bit_tells_that_paper_waits_to_be_taken() -> None:
    assert AnswerParser().feed(b"\x92") == [RealTime(0x92)]
    assert status(printer=0x92).media is Media.PRESENT


def test_a_roll_without_sensor_is_never_said_to_be_full() -> None:
    assert QUIET.device_status(near_end_sensor=False, taken_sensor=False).paper is Paper.UNKNOWN


def test_garbage_is_a_fault_of_the_device_and_no_answer() -> None:
    parser = AnswerParser()
    assert parser.feed(b"\xff\x81\xc5") == []
    assert parser.noise == 3
    assert RealTimeStatus(garbled=True).obstacle == "garbled-answer"
    garbled = RealTimeStatus(garbled=True).device_status(near_end_sensor=True, taken_sensor=True)
    assert garbled.device is DeviceState.HARDWARE_ERROR
    assert not garbled.usable


ANSWERS = st.lists(
    st.one_of(
        st.integers(0, 255).filter(lambda n: n & 0x13 == 0x12).map(RealTime),
        st.just(Fence()),
        st.integers(0, 9999).map(ProcessId),
    ),
    max_size=8,
)


def spoken(answer: Answer) -> bytes:
    match answer:
        case RealTime(bits):
            return bytes((bits,))
        case Fence():
            return b"\x0c"
        case ProcessId(number):
            return b"\x37\x22%04d\x00" % number


@given(ANSWERS, st.integers(1, 9))
def test_answers_are_understood_however_they_are_cut(answers: list[Answer], piece: int) -> None:
    data = b"".join(map(spoken, answers))
    parser = AnswerParser()
    heard: list[Answer] = []
    for start in range(0, len(data), piece):
        heard += parser.feed(data[start : start + piece])
    assert heard == answers


@given(st.binary(max_size=60))
def test_any_bytes_are_taken(data: bytes) -> None:
    AnswerParser().feed(data)
