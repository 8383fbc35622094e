"""The A4 printer through a real CUPS server: what comes out, what is known of it, what is left on disk."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from config.settings import DeviceSettings
from devices.commands import devices
from devices.contract import DocumentPrinter, PrintProof
from devices.cups.driver import CupsPrinter
from devices.cups.ipp import Tag, encode_request, one
from devices.document import Document, Sides
from devices.errors import DeviceError, JobState, PrintStopped
from devices.registry import build
from devices.selftest import Verdict
from devices.simulators.cups_server import SimulatedA4Printer
from devices.simulators.faults import Fault
from devices.status import DeviceState, Fitness, Paper, Supply
from devices.worker import Turn
from tests.devices.cups_pdf import cups_pdf, pdf_of, take_paper

ROOT = Path(__file__).parents[2]
CANARY = b"canary-of-one-resident"
PAGES = Document(b"%PDF-1.4\n" + b"<< /Type /Page >>\n" * 3 + CANARY, pages=3)
QUICK = {"obstacle_timeout": 0.3, "job_timeout": 20}


@pytest.fixture
def far_end(tmp_path: Path) -> Iterator[SimulatedA4Printer]:
    made = SimulatedA4Printer("a4", tmp_path / "tray", "127.0.0.1", 0)
    made.start()
    yield made
    made.stop()


Driver = Callable[..., CupsPrinter]


@pytest.fixture
async def driver(far_end: SimulatedA4Printer, tmp_path: Path) -> AsyncIterator[Driver]:
    made: list[CupsPrinter] = []

    def make(**options: object) -> CupsPrinter:
        table = {"driver": "cups", "queue": "a4", "port": far_end.wire.port, **QUICK, **options}
        device = build("a4", DeviceSettings.model_validate(table), tmp_path)
        assert isinstance(device, CupsPrinter)
        made.append(device)
        return device

    yield make
    for device in made:
        await device.close()


@pytest.fixture
async def printer(driver: Driver) -> CupsPrinter:
    device = driver()
    await device.open()
    return device


def kept_by_the_server(far_end: SimulatedA4Printer) -> list[str]:
    """Every file of the server that holds a word of the document, and the list of jobs that it remembers."""
    found = []
    for path in far_end.server.folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # the server puts its own files in place by renaming
            if path.is_file() and (CANARY in path.read_bytes() or re.fullmatch(r"[cd]\d+(-\d+)?", path.name)):
                found.append(path.name)
    return found


async def spooled(far_end: SimulatedA4Printer) -> None:
    """Wait until the server has a whole document on its disk."""
    async with asyncio.timeout(10):
        while not any(name.startswith("d") for name in kept_by_the_server(far_end)):
            await asyncio.sleep(0.01)


async def stopped(printer: DocumentPrinter, document: Document = PAGES) -> tuple[str, JobState]:
    with pytest.raises(PrintStopped) as error:
        await printer.print_document(document)
    return error.value.detail, error.value.job


async def test_a_document_comes_out_as_it_is_and_nothing_of_it_stays_in_the_spool(
    printer: CupsPrinter, far_end: SimulatedA4Printer
) -> None:
    assert await printer.print_document(PAGES) is PrintProof.PRINTED
    assert [paper.read_bytes() for paper in far_end.paper.papers] == [PAGES.pdf]
    assert (
        kept_by_the_server(far_end) == []
    )  # though this server is told to keep files (PreserveJobFiles Yes)


async def test_copies_sides_and_paper_reach_the_printer(
    printer: CupsPrinter, far_end: SimulatedA4Printer
) -> None:
    twice = Document(PAGES.pdf, copies=2, sides=Sides.TWO_LONG_EDGE, pages=3)
    assert await printer.print_document(twice) is PrintProof.PRINTED
    ticket = (far_end.paper.folder / "ticket").read_text()
    assert ticket.startswith("copies=2 ")
    assert "sides=two-sided-long-edge" in ticket
    assert "media=iso_a4_210x297mm" in ticket


async def test_fewer_pages_counted_than_there_are_is_no_proof(printer: CupsPrinter) -> None:
    assert await printer.print_document(Document(PAGES.pdf, pages=4)) is PrintProof.SENT


async def test_a_server_whose_count_is_not_believed_proves_nothing(driver: Driver) -> None:
    device = driver(proof="none")
    await device.open()
    assert await device.print_document(PAGES) is PrintProof.SENT


async def test_paper_that_ends_in_the_middle_leaves_an_incomplete_document_and_an_empty_spool(
    printer: CupsPrinter, far_end: SimulatedA4Printer
) -> None:
    far_end.misbehave(Fault.PAPER_OUT, 2)
    assert await stopped(printer) == ("paper-out", JobState.INCOMPLETE)
    assert kept_by_the_server(far_end) == []
    far_end.misbehave(Fault.NONE)
    assert await printer.print_document(PAGES) is PrintProof.PRINTED
    assert len(far_end.paper.papers) == 1  # what was given up does not come out after the refill


@pytest.mark.parametrize(
    ("fault", "detail", "paper", "fitness", "supply"),
    [
        (Fault.PAPER_JAMMED, "paper-jammed", Paper.JAMMED, Fitness.FAILED, Supply.UNKNOWN),
        (Fault.PAPER_OUT, "paper-out", Paper.OUT, Fitness.OK, Supply.OUT),
    ],
)
async def test_what_hindered_the_last_job_is_the_status_until_the_self_test_has_printed(
    printer: CupsPrinter,
    far_end: SimulatedA4Printer,
    fault: Fault,
    detail: str,
    paper: Paper,
    fitness: Fitness,
    supply: Supply,
) -> None:
    far_end.fault = fault
    assert (await stopped(printer))[0] == detail
    status = await printer.check()
    assert (status.paper, status.fitness, status.supply, status.reasons) == (
        paper,
        fitness,
        supply,
        (detail,),
    )
    assert not status.usable
    far_end.fault = Fault.NONE
    findings = await printer.test()
    assert {finding.verdict for finding in findings} <= {Verdict.GOOD, Verdict.UNKNOWN}
    assert (await printer.check()).usable


async def test_an_old_complaint_of_a_resting_queue_is_not_believed_for_ever(
    driver: Driver, far_end: SimulatedA4Printer
) -> None:
    device = driver(forget_after=0)
    await device.open()
    far_end.fault = Fault.PAPER_OUT
    assert (await stopped(device))[0] == "paper-out"
    far_end.fault = Fault.NONE
    async with asyncio.timeout(10):
        while not (await device.check()).usable:
            await asyncio.sleep(0.05)
    assert await device.print_document(PAGES) is PrintProof.PRINTED


async def test_a_stopped_queue_is_sent_nothing(printer: CupsPrinter, far_end: SimulatedA4Printer) -> None:
    far_end.fault = Fault.PAUSED
    assert await stopped(printer) == ("printer-paused", JobState.NOT_STARTED)
    assert (await printer.check()).reasons == ("printer-paused",)


async def test_a_held_job_behind_somebody_elses_never_began(
    printer: CupsPrinter, far_end: SimulatedA4Printer
) -> None:
    far_end.fault = Fault.STALLED
    strangers = driver_of_somebody_else(printer)
    await strangers.open()
    busy = asyncio.create_task(strangers.print_document(PAGES))
    await spooled(far_end)
    ours = asyncio.create_task(stopped(printer))
    queue = printer._open_queue
    async with asyncio.timeout(10):
        while not (numbers := await asyncio.to_thread(queue.mine, Turn(1))):
            await asyncio.sleep(0.01)
    hold = one(Tag.URI, "job-uri", f"ipp://localhost/jobs/{numbers[0]}")
    await asyncio.to_thread(far_end.server.administer, 0x000C, hold)
    assert await ours == ("job-held", JobState.NOT_STARTED)
    busy.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await busy
    await strangers.close()
    assert kept_by_the_server(far_end) == []


def driver_of_somebody_else(printer: CupsPrinter) -> CupsPrinter:
    options = printer.options.model_copy(update={"user": "somebody-else"})
    return CupsPrinter("other", options, printer.base)


async def test_a_job_that_never_ends_is_given_up_at_its_deadline(
    driver: Driver, far_end: SimulatedA4Printer
) -> None:
    device = driver(job_timeout=2)
    await device.open()
    far_end.fault = Fault.STALLED
    assert await stopped(device) == ("timed-out", JobState.INCOMPLETE)
    assert kept_by_the_server(far_end) == []


async def test_a_caller_who_gives_up_leaves_nothing_behind(
    printer: CupsPrinter, far_end: SimulatedA4Printer
) -> None:
    far_end.fault = Fault.STALLED
    printing = asyncio.create_task(printer.print_document(PAGES))
    await spooled(far_end)
    printing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await printing
    await printer.check()  # waits for the device's own thread
    assert kept_by_the_server(far_end) == []
    assert far_end.paper.papers == []


async def test_a_server_that_falls_silent_while_printing_leaves_the_job_unknown_and_is_wiped_when_it_speaks(
    driver: Driver, far_end: SimulatedA4Printer
) -> None:
    printer = driver(answer_timeout=0.5)
    await printer.open()
    far_end.fault = Fault.STALLED
    printing = asyncio.create_task(stopped(printer))
    await spooled(far_end)
    far_end.fault = Fault.SILENT
    assert await printing == ("no-answer", JobState.UNKNOWN)
    assert printer.status.device is DeviceState.OFFLINE
    far_end.fault = Fault.NONE
    await printer.check()
    assert kept_by_the_server(far_end) == []


async def test_after_a_power_cut_what_was_spooled_is_wiped_before_anything_else(
    driver: Driver, far_end: SimulatedA4Printer
) -> None:
    """Server and kiosk die while a document waits: it never comes out before the next resident."""
    printer = driver(answer_timeout=0.5)
    await printer.open()
    far_end.fault = Fault.STALLED
    printing = asyncio.create_task(stopped(printer))
    await spooled(far_end)
    await asyncio.to_thread(far_end.server.kill)
    assert (await printing)[1] is JobState.UNKNOWN
    await printer.close()
    assert kept_by_the_server(far_end)
    await asyncio.to_thread(far_end.server.restart)
    again = driver()
    await again.open()
    assert kept_by_the_server(far_end) == []
    far_end.fault = Fault.NONE
    assert (await again.check()).usable
    assert far_end.paper.papers == []


async def test_the_configuration_shipped_for_a_kiosk_prints_keeps_nothing_and_spools_in_memory(
    driver: Driver, far_end: SimulatedA4Printer
) -> None:
    shipped = (ROOT / "deploy/cups/cupsd.conf").read_text()
    here = re.sub(r"(?m)^Listen .*", "", shipped) + f"\nListen {far_end.server.folder}/socket\n"
    await asyncio.to_thread(far_end.server.kill)
    (far_end.server.folder / "cupsd.conf").write_text(here)
    await asyncio.to_thread(far_end.server.restart)
    device = driver()
    await device.open()
    assert await device.print_document(PAGES) is PrintProof.PRINTED
    assert kept_by_the_server(far_end) == []
    assert not (far_end.server.folder / "page").exists(), "no log of who printed what"
    files = (ROOT / "deploy/cups/cups-files.conf").read_text()
    assert re.search(r"(?m)^RequestRoot /run/", files), "a file system that a power cut empties"


@pytest.fixture
def papers(far_end: SimulatedA4Printer) -> Iterator[Path]:
    with cups_pdf(far_end.server, "a4") as folder:
        yield folder


@pytest.mark.skipif(os.geteuid() != 0, reason="the back end cups-pdf runs as root only")
async def test_a_queue_of_cups_pdf_prints_through_its_filters_and_keeps_nothing(
    papers: Path, printer: CupsPrinter, far_end: SimulatedA4Printer
) -> None:
    """A foreign back end and a PPD: the document is converted twice before it comes out."""
    lines = [f"{CANARY.decode()} {number}" for number in (1, 2, 3)]
    document = Document(pdf_of(lines), copies=2, pages=3)
    assert CANARY in document.pdf
    assert await printer.print_document(document) is PrintProof.PRINTED
    assert await asyncio.to_thread(take_paper, papers) == lines
    assert kept_by_the_server(far_end) == []
    rooms = [far_end.server.folder / name for name in ("spool", "tmp", "cups-pdf")]
    assert [path for room in rooms for path in room.rglob("*") if path.is_file()] == []


async def test_a_queue_that_is_not_there_is_said(driver: Driver) -> None:
    device = driver(queue="a5")
    with pytest.raises(DeviceError, match="no-such-queue"):
        await device.open()
    assert device.status.device is DeviceState.NO_DEVICE


async def test_silence_about_paper_is_fullness_only_where_a_technician_says_so(driver: Driver) -> None:
    for told, paper in ((False, Paper.UNKNOWN), (True, Paper.FULL)):
        device = driver(tells_paper=told)
        await device.open()
        assert (await device.check()).paper is paper


def test_a_request_is_what_ipp_asks_for() -> None:
    """RFC 8010, appendix A: version, operation, request id, charset and language first, end tag, data."""
    request = encode_request(0x0002, 1, {Tag.OPERATION: [one(Tag.INTEGER, "copies", 20)]}, b"%!")
    assert request.startswith(
        b"\x02\x00\x00\x02\x00\x00\x00\x01\x01\x47\x00\x12attributes-charset\x00\x05utf-8"
    )
    assert request.endswith(b"\x21\x00\x06copies\x00\x04\x00\x00\x00\x14\x03%!")


SITE = """
[devices.a4]
driver = "cups"
queue = "a4"
port = {port}
"""


def test_a_technician_prints_a_pdf_and_is_told_what_is_known(
    far_end: SimulatedA4Printer, tmp_path: Path
) -> None:
    site, pdf = tmp_path / "site.toml", tmp_path / "page.pdf"
    site.write_text(SITE.format(port=far_end.wire.port))
    pdf.write_bytes(PAGES.pdf)
    command = ["print", "a4", "--site", str(site), "--pdf", str(pdf), "--copies", "2"]
    done = CliRunner().invoke(devices, command)
    assert (done.exit_code, done.stdout) == (0, "printed\n")
    assert (far_end.paper.folder / "ticket").read_text().startswith("copies=2 ")
    far_end.fault = Fault.PAUSED
    refused = CliRunner().invoke(devices, command)
    assert refused.exit_code == 1
    assert "somebody stopped the queue; mend it with: cupsenable QUEUE (printer-paused)" in refused.stderr


def test_its_queue_is_discovered_unless_the_site_names_it(
    far_end: SimulatedA4Printer, tmp_path: Path
) -> None:
    site = tmp_path / "site.toml"
    site.write_text(SITE.format(port=far_end.wire.port))
    command = ["discover", "--cups-port", str(far_end.wire.port)]
    found = CliRunner().invoke(devices, command).stdout
    (row,) = [line.split() for line in found.splitlines() if line.startswith("print-queue")]
    assert (row[1], row[-1]) == ("a4", "cups")
    assert "print-queue" not in CliRunner().invoke(devices, [*command, "--site", str(site)]).stdout
