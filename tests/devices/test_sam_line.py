"""The ID card reader's line at its worst: cut at every byte of a reading, and full of noise."""

from __future__ import annotations

import os
import select
import threading
import tty
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.settings import DeviceSettings
from devices.errors import KeeperAction
from devices.registry import build
from devices.sam import driver, exchange
from devices.sam.driver import SamSerial
from devices.sam.frame import FIND, READ, SAM_STATUS, SELECT, FrameParser, Reply, Status
from devices.simulators.cards import RESIDENTS, encode_id_card
from devices.worker import Turn
from tests.devices.plugging import held

LI_GUILAN = RESIDENTS["li-guilan"].id_card
WHOLE = Reply(Status.OK, encode_id_card(LI_GUILAN)).encode()
GOOD = {
    SAM_STATUS.encode(): Reply(Status.OK).encode(),
    FIND.encode(): Reply(Status.FOUND, bytes(4)).encode(),
    SELECT.encode(): Reply(Status.OK, bytes(8)).encode(),
    READ.encode(): WHOLE,
}


class Far:
    """The far end of a bare pseudo-terminal; its answers are bytes written down beforehand.

    Args:
        link: where the near end is to be found.
        answer: the bytes sent for a request; ``None``: the plug is pulled after what `last` holds.
    """

    def __init__(self, link: Path, answer: Callable[[bytes], bytes | None], last: bytes = b"") -> None:
        self._far, near = os.openpty()
        tty.setraw(near)
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(near))
        self._near: int | None = near
        self._answer = answer
        self._last = last
        self.asked: list[bytes] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def join(self) -> None:
        self._thread.join(10)

    def _serve(self) -> None:
        parser = FrameParser()
        try:
            while select.select([self._far], [], [], 10)[0]:
                for body in parser.feed(os.read(self._far, 4096)):
                    if self._near is not None:  # the driver holds it open now
                        os.close(self._near)
                        self._near = None
                    self.asked.append(body)
                    reply = self._answer(body)
                    os.write(self._far, self._last if reply is None else reply)
                    if reply is None:
                        return
        except OSError:
            return  # the driver has closed its end
        finally:
            os.close(self._far)


def _reader(folder: Path) -> SamSerial:
    settings_ = DeviceSettings.model_validate({"driver": "sam-serial", "port": "line"})
    device = build("id-reader", settings_, folder)
    assert isinstance(device, SamSerial)
    return device


def _body(frame: bytes) -> bytes:
    return frame[7:-1]


def _read_until_cut(folder: Path, answer: Callable[[bytes], bytes | None], cut: int) -> None:
    """The line is lost behind the first ``cut`` bytes of a reading, and that is what is said of it."""
    far = Far(folder / "line", answer, WHOLE[:cut])
    reader = _reader(folder)
    reader._open(Turn(5))
    try:
        with pytest.raises(KeeperAction) as failure:
            reader._read(Turn(5))
    finally:
        reader._close(Turn(5))
        far.join()
    assert failure.value.detail == "port-lost", cut
    assert far.asked[-1] == _body(READ.encode())


def test_cut_at_every_byte_of_a_reading_is_an_unplugged_reader(tmp_path: Path) -> None:
    """FAULTS 11: nothing of 1,295 ways to lose the line is an identity, and each is said as what it is."""
    assert len(WHOLE) == 1295
    answers = {_body(request): reply for request, reply in GOOD.items() if request != READ.encode()}
    for cut in range(len(WHOLE)):
        _read_until_cut(tmp_path, answers.get, cut)


def test_cut_in_the_second_reading_is_an_unplugged_reader_as_well(tmp_path: Path) -> None:
    for cut in range(0, len(WHOLE), 37):
        answers = {_body(request): reply for request, reply in GOOD.items()}
        _read_until_cut(tmp_path, partial(_once, answers), cut)


def _once(answers: dict[bytes, bytes], body: bytes) -> bytes | None:
    return answers.pop(body, None)


@pytest.mark.parametrize("cut", [0, 1, 7, 8, 640, 1294])
def test_a_reply_that_breaks_off_for_good_is_no_identity(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    monkeypatch.setattr(exchange, "ANSWER_LIMIT", 0.05)
    monkeypatch.setattr(driver, "READ_LIMIT", 0.05)
    answers = {_body(request): reply for request, reply in GOOD.items()}
    answers[_body(READ.encode())] = WHOLE[:cut]
    far = Far(tmp_path / "line", lambda body: answers.get(body, b""))
    reader = _reader(tmp_path)
    reader._open(Turn(5))
    with pytest.raises(KeeperAction) as failure:
        reader._read(Turn(5))
    assert failure.value.detail == ("garbage" if cut else "silent")
    reader._close(Turn(5))
    far.join()


# Whole foreign frames are another test's (what an interrupted read left); here noise may look like a start.
noise = st.binary(max_size=24) | st.just(b"\xaa\xaa") | st.just(WHOLE[:6]) | st.just(WHOLE[600:700])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=noise, after=noise, between=noise)
def test_noise_around_the_frames_does_not_matter(
    tmp_path: Path, before: bytes, after: bytes, between: bytes
) -> None:
    stale = Reply(Status.NOT_FOUND).encode()
    answers = {
        _body(request): before + between + reply + after
        for request, reply in GOOD.items()
        if request != READ.encode()
    }
    answers[_body(READ.encode())] = before + stale[:5] + between + WHOLE + after
    far = Far(tmp_path / "line", answers.get)
    reader = _reader(tmp_path)
    reader._open(Turn(5))
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(exchange, "ANSWER_LIMIT", 0.05)
            assert reader._read(Turn(5)) == LI_GUILAN
    finally:
        reader._close(Turn(5))
        far.join()


def test_a_thousand_plug_cycles_leave_nothing_behind(tmp_path: Path) -> None:
    """Plugged in, read, pulled out in the middle: no thread, no file and no memory stays."""
    answers = {_body(request): reply for request, reply in GOOD.items()}
    answers.pop(_body(READ.encode()))
    reader = _reader(tmp_path)

    def cycle(cut: int) -> None:
        far = Far(tmp_path / "line", answers.get, WHOLE[:cut])
        reader._open(Turn(5))
        with pytest.raises(KeeperAction):
            reader._read(Turn(5))
        reader._close(Turn(5))
        far.join()

    for cut in range(200):
        cycle(cut)
    before = held()
    for cut in range(1000):
        cycle(cut)
    left = held() - before
    assert (left.threads, left.files) == (0, 0)
    assert left.memory < 1_000_000
