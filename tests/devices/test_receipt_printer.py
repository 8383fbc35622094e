"""Receipt printers over a real TCP port and a real pseudo-terminal, well and misbehaving."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.settings import DeviceSettings
from devices.contract import PrintProof, ReceiptPrinter
from devices.errors import JobState, KeeperAction, PrintStopped
from devices.receipt import Logo, Qr, Receipt, Text, Title
from devices.registry import build
from devices.simulators.faults import Fault
from devices.simulators.paper import PaperPrinter
from devices.simulators.receipt_printer import SimulatedPrinter
from devices.simulators.wire import PtyWire, TcpWire, Wire
from devices.status import DeviceState, Fitness, Media, Paper, Supply

RECEIPT = Receipt(
    (Logo(), Title("已经受理"), Text("王䶮"), Qr("https://hub.example/c/1"), *[Text("行")] * 40)
)
QUICK = {"answer_timeout": 0.3, "proof_timeout": 1.0, "write_timeout": 0.3}


@dataclass
class Pair:
    driver: ReceiptPrinter
    far_end: SimulatedPrinter

    @property
    def paper(self) -> PaperPrinter:
        return self.far_end.paper


def printer(driver: str, base: Path, **options: object) -> ReceiptPrinter:
    built = build("p", DeviceSettings.model_validate({"driver": driver, **QUICK, **options}), base)
    assert isinstance(built, ReceiptPrinter)
    return built


Plug = Callable[..., Awaitable[Pair]]


@pytest.fixture
async def plug(tmp_path: Path) -> AsyncIterator[Plug]:
    """Makes pairs of an open driver and the printer at its far end."""
    made: list[Pair] = []

    async def make(kind: str = "tcp", **options: object) -> Pair:
        paper = PaperPrinter(tmp_path / "paper", "slip", taken_sensor=True)
        wire: Wire
        place: dict[str, object]
        if kind == "tcp":
            wire = tcp = TcpWire(paper.receive, "slip", "127.0.0.1", 0)
            wire.start()
            place = {"host": "127.0.0.1", "port": tcp.port}
        else:
            wire = PtyWire(paper.receive, "slip", tmp_path / "port")
            wire.start()
            place = {"port": "port"}
        driver = printer(f"escpos-{kind}", tmp_path, **{"taken_sensor": True, **place, **options})
        made.append(Pair(driver, SimulatedPrinter(paper, wire)))
        await driver.open()
        return made[-1]

    yield make
    for one in made:
        await one.driver.close()
        one.far_end.stop()


@pytest.fixture(params=["tcp", "serial"])
async def pair(request: pytest.FixtureRequest, plug: Plug) -> Pair:
    return await plug(request.param)


async def test_a_receipt_is_printed_and_proved(pair: Pair) -> None:
    assert await pair.driver.print_document(RECEIPT) is PrintProof.PRINTED
    assert len(pair.paper.papers) == 1
    assert pair.paper.transcripts[0][:2] == ["已经受理", "行"]
    assert pair.paper.unknown_commands == []


async def test_the_printer_itself_says_how_it_is(pair: Pair) -> None:
    status = await pair.driver.check()
    assert (status.device, status.paper, status.fitness, status.supply, status.media) == (
        DeviceState.ONLINE,
        Paper.FULL,
        Fitness.OK,
        Supply.OK,
        Media.NOT_PRESENT,
    )
    await pair.driver.print_document(RECEIPT)
    assert (await pair.driver.check()).media is Media.PRESENT
    pair.paper.take()
    assert (await pair.driver.check()).media is Media.NOT_PRESENT


async def test_a_process_id_proves_as_well(plug: Plug) -> None:
    made = await plug("tcp", proof="process-id")
    assert await made.driver.print_document(RECEIPT) is PrintProof.PRINTED


async def test_without_any_proof_a_receipt_is_only_sent(plug: Plug) -> None:
    made = await plug("tcp", proof="none")
    assert await made.driver.print_document(RECEIPT) is PrintProof.SENT


@pytest.mark.parametrize(
    ("fault", "detail"), [(Fault.PAPER_OUT, "paper-out"), (Fault.COVER_OPEN, "cover-open")]
)
async def test_a_printer_that_cannot_is_not_sent_anything(pair: Pair, fault: Fault, detail: str) -> None:
    pair.far_end.fault = fault
    with pytest.raises(PrintStopped) as stopped:
        await pair.driver.print_document(RECEIPT)
    assert (stopped.value.detail, stopped.value.job) == (detail, JobState.NOT_STARTED)
    pair.far_end.fault = Fault.NONE
    assert pair.paper.papers == []
    assert await pair.driver.print_document(RECEIPT) is PrintProof.PRINTED


async def test_paper_that_ends_in_the_middle_leaves_an_incomplete_slip(pair: Pair) -> None:
    pair.far_end.misbehave(Fault.PAPER_OUT, after_lines=5)
    with pytest.raises(PrintStopped) as stopped:
        await pair.driver.print_document(RECEIPT)
    assert (stopped.value.detail, stopped.value.job) == ("paper-out", JobState.INCOMPLETE)
    status = await pair.driver.check()
    assert (status.paper, status.supply) == (Paper.OUT, Supply.OUT)
    assert not status.usable


async def test_low_paper_still_prints(pair: Pair) -> None:
    pair.far_end.fault = Fault.PAPER_LOW
    assert await pair.driver.print_document(RECEIPT) is PrintProof.PRINTED
    status = await pair.driver.check()
    assert (status.paper, status.supply, status.usable) == (Paper.LOW, Supply.LOW, True)


async def test_a_slow_printer_is_waited_for(plug: Plug) -> None:
    made = await plug("tcp", answer_timeout=2.0, proof_timeout=5.0)
    made.far_end.fault = Fault.SLOW
    assert (await made.driver.check()).paper is Paper.FULL
    assert await made.driver.print_document(Receipt((Text("慢"),))) is PrintProof.PRINTED


@pytest.mark.parametrize(("kind", "status"), [("tcp", True), ("serial", False)])
async def test_a_silent_printer_prints_and_is_never_said_to_be_fine(
    plug: Plug, kind: str, status: bool
) -> None:
    pair = await plug(kind, status=status)
    pair.far_end.fault = Fault.SILENT
    said = await pair.driver.check()
    assert (said.paper, said.fitness, said.supply) == (Paper.UNKNOWN, Fitness.UNKNOWN, Supply.UNKNOWN)
    assert said.usable
    assert await pair.driver.print_document(RECEIPT) is PrintProof.SENT


async def test_a_printer_that_spoke_and_fell_silent_is_offline(pair: Pair) -> None:
    await pair.driver.check()
    pair.far_end.fault = Fault.SILENT
    assert (await pair.driver.check()).device is DeviceState.OFFLINE


async def test_a_printer_that_falls_silent_while_printing_leaves_the_job_unknown(pair: Pair) -> None:
    """The power went: everything was sent, and nobody can say how much of it is on paper."""
    await pair.driver.check()
    pair.far_end.fault = Fault.SILENT
    with pytest.raises(PrintStopped) as stopped:
        await pair.driver.print_document(RECEIPT)
    assert (stopped.value.detail, stopped.value.job) == ("no-answer", JobState.UNKNOWN)


async def test_something_that_is_no_printer_is_sent_no_receipt(pair: Pair) -> None:
    pair.far_end.fault = Fault.GARBAGE
    with pytest.raises(PrintStopped) as stopped:
        await pair.driver.print_document(RECEIPT)
    assert (stopped.value.detail, stopped.value.job) == ("garbled-answer", JobState.NOT_STARTED)
    assert (await pair.driver.check()).device is DeviceState.HARDWARE_ERROR


async def test_a_printer_that_stops_reading_blocks_nobody(plug: Plug) -> None:
    made = await plug("serial", status=False)
    made.far_end.fault = Fault.STALLED
    with pytest.raises(PrintStopped) as stopped:
        await made.driver.print_document(Receipt((Logo(),) * 100))
    assert (stopped.value.detail, stopped.value.job) == ("stalled", JobState.INCOMPLETE)


async def test_a_pulled_cable_is_a_typed_error_and_printing_goes_on_after_it(pair: Pair) -> None:
    await pair.driver.check()
    pair.far_end.fault = Fault.UNPLUGGED
    with pytest.raises(KeeperAction) as lost:
        await pair.driver.check()
    assert lost.value.state in {DeviceState.OFFLINE, DeviceState.NO_DEVICE}
    with pytest.raises(PrintStopped) as stopped:
        await pair.driver.print_document(RECEIPT)
    assert stopped.value.job is JobState.NOT_STARTED
    pair.far_end.fault = Fault.NONE
    assert await pair.driver.print_document(RECEIPT) is PrintProof.PRINTED


async def test_nobody_at_the_address_is_a_typed_error(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    driver = printer("escpos-tcp", tmp_path, host="127.0.0.1", port=port)
    with pytest.raises(KeeperAction):
        await driver.open()
    assert driver.status.device is DeviceState.OFFLINE


async def test_a_code_too_long_for_the_paper_is_refused_before_anything_is_sent(pair: Pair) -> None:
    with pytest.raises(PrintStopped) as stopped:
        await pair.driver.print_document(Receipt((Text("a"), Qr("x" * 2000))))
    assert (stopped.value.detail, stopped.value.job) == ("does-not-fit", JobState.NOT_STARTED)
    assert pair.paper.peek() is None


async def test_a_cancelled_caller_is_free_and_the_slip_is_finished(pair: Pair) -> None:
    task = asyncio.create_task(pair.driver.print_document(RECEIPT))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await pair.driver.print_document(RECEIPT) is PrintProof.PRINTED


@contextmanager
def stranger(*, hangs_up_after: bytes) -> Iterator[tuple[int, bytearray]]:
    """Somebody else's TCP printer: swallows bytes, never answers, hangs up after the cut."""
    got = bytearray()
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            while data := connection.recv(4096):
                got.extend(data)
                if hangs_up_after in got:
                    return

    thread = threading.Thread(target=serve)
    thread.start()
    yield server.getsockname()[1], got
    thread.join()
    server.close()


@pytest.mark.parametrize("hangs_up_after", [b"\x1dVB\x00", b"never"])
async def test_a_stranger_who_never_answers_gets_the_whole_receipt(
    tmp_path: Path, hangs_up_after: bytes
) -> None:
    with stranger(hangs_up_after=hangs_up_after) as (port, got):
        driver = printer("escpos-tcp", tmp_path, host="127.0.0.1", port=port)
        await driver.open()
        assert await driver.print_document(Receipt((Text("社会保险"),))) is PrintProof.SENT
        await driver.close()
    assert "社会保险".encode("gbk") in got
    assert b"\x1dVB\x00" in got
