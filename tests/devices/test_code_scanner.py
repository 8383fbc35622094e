"""The scanner module's driver against its simulator, over a real pseudo-terminal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from config.settings import DeviceSettings
from devices.codes import ScannedCode, Symbology
from devices.contract import CodeScanner
from devices.errors import DeviceTimeout, KeeperAction
from devices.gm65.driver import MODE, OUTPUT, TRIGGER
from devices.gm65.frame import (
    HEARTBEAT,
    SAVE,
    Answer,
    Code,
    Parser,
    Request,
    decode_requests,
    read_zone,
    write_zone,
)
from devices.registry import build
from devices.simulators.code_scanner import SimulatedCodeScanner
from devices.simulators.faults import Fault
from devices.status import DeviceState
from tests.devices.hostile_codes import HOSTILE

TICKET = ScannedCode(b"yedeng:7K3M-9QX2-P4C", Symbology.QR)
Open = Callable[..., "asyncio.Future[CodeScanner]"]


@pytest.fixture
async def module(tmp_path: Path) -> AsyncIterator[SimulatedCodeScanner]:
    simulated = SimulatedCodeScanner("scanner", tmp_path / "scanner")
    simulated.start()
    yield simulated
    simulated.stop()


@pytest.fixture
async def scanner(module: SimulatedCodeScanner, tmp_path: Path) -> AsyncIterator[CodeScanner]:
    device = await _opened(tmp_path)
    yield device
    await device.close()


async def _opened(base: Path, **options: object) -> CodeScanner:
    settings = DeviceSettings.model_validate({"driver": "gm65-serial", "port": "scanner", **options})
    device = build("code-scanner", settings, base)
    assert isinstance(device, CodeScanner)
    await device.open()
    return device


@pytest.mark.parametrize(
    ("request_", "frame"),
    [
        (read_zone(0x2A, 2), "7E00 07 01 002A 02 D80F"),
        (Request(0x08, 0x2A, bytes.fromhex("3901")), "7E00 08 02 002A 3901 A7EA"),
        (Request(SAVE, 0, b"\0"), "7E00 09 01 0000 00 DEC8"),
        (Request(HEARTBEAT, 0, b"\0"), "7E00 0A 01 0000 00 301A"),
    ],
)
def test_requests_are_those_of_the_manual(request_: Request, frame: str) -> None:
    assert request_.encode() == bytes.fromhex(frame)
    assert decode_requests(bytearray(b"\x7e\x55" + request_.encode())) == [request_]


@pytest.mark.parametrize(
    ("frame", "answer"),
    [
        ("0200 00 02 3901 C14C", Answer(good=True, data=b"\x39\x01")),
        ("0200 00 01 00 3331", Answer(good=True, data=b"\0")),
        ("0300 00 01 00 3331", Answer(good=True, data=b"\0")),
    ],
)
def test_answers_are_those_of_the_manual(frame: str, answer: Answer) -> None:
    assert Parser(framed=True).feed(bytes.fromhex(frame)) == [answer]


def test_a_request_that_is_not_to_be_checked_and_one_that_is_damaged() -> None:
    unchecked = bytes.fromhex("7E00 08 01 0002 01 ABCD")
    damaged = bytes.fromhex("7E00 08 01 0002 01 AAAA")
    assert decode_requests(bytearray(damaged + unchecked)) == [write_zone(TRIGGER, 1)]


items = st.binary(min_size=1, max_size=300).map(Code) | st.builds(
    Answer, good=st.booleans(), data=st.binary(max_size=20)
)


@given(st.lists(items, max_size=5), st.integers(1, 40))
def test_framed_output_comes_back_whole_in_any_pieces(said: list[Answer | Code], piece: int) -> None:
    stream = b"".join(item.encode() for item in said)
    parser = Parser(framed=True)
    heard = [item for at in range(0, len(stream), piece) for item in parser.feed(stream[at : at + piece])]
    assert heard == said
    assert parser.noise == 0


@given(st.binary(max_size=400), st.booleans())
def test_any_bytes_are_taken(data: bytes, framed: bool) -> None:
    parser = Parser(framed=framed)
    for byte in data:
        parser.feed(bytes((byte,)))


def test_every_hostile_code_passes_through_the_framing_as_it_is() -> None:
    parser = Parser(framed=True)
    for data in filter(None, HOSTILE):
        assert parser.feed(Answer(good=True).encode() + Code(data).encode()) == [
            Answer(good=True),
            Code(data),
        ]


async def test_every_hostile_code_comes_through_the_line_as_it_is_and_disturbs_nothing(
    scanner: CodeScanner, module: SimulatedCodeScanner
) -> None:
    for data in filter(None, HOSTILE):
        module.show(ScannedCode(data, Symbology.QR))
        assert await scanner.read(5) == ScannedCode(data, Symbology.QR)
    module.show(TICKET)
    assert await scanner.read(5) == TICKET


@pytest.mark.parametrize("mode", ["triggered", "continuous"])
async def test_a_code_is_read_with_its_symbology(
    module: SimulatedCodeScanner, tmp_path: Path, mode: str
) -> None:
    scanner = await _opened(tmp_path, mode=mode)
    for code in (TICKET, ScannedCode(b"\x02\x00\x03\x1b@\r\n\xff", Symbology.DATA_MATRIX)):
        reading = asyncio.create_task(scanner.read(10))
        while not (module.requests and module.requests[-1] in {write_zone(TRIGGER, 1), read_zone(MODE)}):
            await asyncio.sleep(0.01)
        module.show(code)
        async with asyncio.timeout(10):
            while not reading.done():
                await asyncio.sleep(0.1)
                if mode == "continuous" and not reading.done():
                    module.show(code)  # a module that looks always says what it sees again
        assert await reading == code
        module.hide()
        module.requests.clear()
    await scanner.close()


async def test_a_code_that_already_lies_there_is_read_when_triggered(
    scanner: CodeScanner, module: SimulatedCodeScanner
) -> None:
    module.show(TICKET)
    assert await scanner.read(5) == TICKET


async def test_an_older_module_ends_codes_with_a_line_end(tmp_path: Path) -> None:
    module = SimulatedCodeScanner("scanner", tmp_path / "scanner", framing=False)
    module.start()
    scanner = await _opened(tmp_path)
    module.show(TICKET)
    assert await scanner.read(5) == ScannedCode(TICKET.data)
    verdicts = {finding.key: finding.verdict for finding in await scanner.test()}
    assert verdicts == {"answers": "good", "framed-output": "unknown", "symbology": "unknown"}
    await scanner.close()
    module.stop()


async def test_no_code_in_time_and_the_light_goes_out(
    scanner: CodeScanner, module: SimulatedCodeScanner
) -> None:
    with pytest.raises(DeviceTimeout) as timeout:
        await scanner.read(0.2)
    assert timeout.value.detail == "no-code"
    await scanner.check()
    assert write_zone(TRIGGER, 0) in module.requests


async def test_a_code_of_the_person_before_is_never_the_next_ones(
    scanner: CodeScanner, module: SimulatedCodeScanner
) -> None:
    await scanner.check()
    module.wire.say(Code(b"late, of the person before").encode)
    module.show(TICKET)
    assert await scanner.read(5) == TICKET


async def test_the_module_is_told_again_how_to_speak_after_it_lost_its_power(
    scanner: CodeScanner, module: SimulatedCodeScanner
) -> None:
    await scanner.check()
    module.fault = Fault.UNPLUGGED
    with pytest.raises(KeeperAction) as lost:
        await scanner.check()
    assert lost.value.state is DeviceState.NO_DEVICE
    module.fault = Fault.NONE
    await scanner.close()
    await scanner.open()
    module.requests.clear()
    module.show(TICKET)
    assert await scanner.read(5) == TICKET
    assert write_zone(OUTPUT, 0x81) in module.requests


@pytest.mark.parametrize(
    ("fault", "detail"),
    [(Fault.SILENT, "silent"), (Fault.GARBAGE, "garbage"), (Fault.UNPLUGGED, "port-lost")],
)
async def test_every_fault_is_a_typed_error(
    scanner: CodeScanner, module: SimulatedCodeScanner, fault: Fault, detail: str
) -> None:
    module.fault = fault
    module.show(TICKET)
    with pytest.raises(KeeperAction) as failure:
        await scanner.read(5)
    assert failure.value.detail == detail


@pytest.mark.parametrize("fault", [Fault.SLOW, Fault.ONE_BYTE])
async def test_a_slow_module_is_waited_for(
    scanner: CodeScanner, module: SimulatedCodeScanner, fault: Fault
) -> None:
    module.fault = fault
    module.show(TICKET)
    assert await scanner.read(5) == TICKET


async def test_giving_up_frees_scanner_and_caller(scanner: CodeScanner, module: SimulatedCodeScanner) -> None:
    reading = asyncio.create_task(scanner.read(3600))
    while write_zone(TRIGGER, 1) not in module.requests:
        await asyncio.sleep(0.01)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    module.show(TICKET)
    assert await scanner.read(5) == TICKET


async def test_nothing_of_a_code_reaches_the_log(scanner: CodeScanner, module: SimulatedCodeScanner) -> None:
    module.show(TICKET)
    with capture_logs() as logs:
        await scanner.read(5)
    assert [entry["outcome"] for entry in logs] == ["success"]
    assert "7K3M" not in repr(logs)
