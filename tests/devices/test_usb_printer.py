"""Receipt printers on USB: a pseudo-terminal stands in for the kernel's device, a function for its port."""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from config.settings import DeviceSettings
from devices import discovery
from devices.commands import devices
from devices.contract import PrintProof
from devices.errors import DeviceError, JobState, PrintStopped
from devices.escpos.usb import EscposUsb
from devices.receipt import Receipt, Text
from devices.registry import build
from devices.simulators.faults import Fault
from devices.simulators.paper import PaperPrinter
from devices.simulators.receipt_printer import SimulatedPrinter
from devices.simulators.wire import PtyWire
from devices.status import Paper, Supply
from devices.transports import usb_printer

RECEIPT = Receipt((Text("王䶮"), *[Text("行")] * 20))
NO_TROUBLE, EMPTY = 0x18, 0x38
"""Port status bytes: selected and no error; the same, and paper empty."""


@pytest.fixture
def far_end(tmp_path: Path) -> Iterator[SimulatedPrinter]:
    paper = PaperPrinter(tmp_path / "paper", "slip")
    made = SimulatedPrinter(paper, PtyWire(paper.receive, "slip", tmp_path / "lp0"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
async def printer(far_end: SimulatedPrinter, tmp_path: Path) -> AsyncIterator[EscposUsb]:
    table = {"driver": "escpos-usb", "port": "lp0", "answer_timeout": 0.2, "proof_timeout": 0.5}
    device = build("p", DeviceSettings.model_validate(table), tmp_path)
    assert isinstance(device, EscposUsb)
    await device.open()
    yield device
    await device.close()


class Port:
    """The ioctl of usblp, which a pseudo-terminal does not have."""

    byte = NO_TROUBLE

    def __call__(self, _descriptor: int, request: int, answer: bytearray) -> int:
        assert request == 0x060B
        answer[0] = self.byte
        return 0


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Port:
    made = Port()
    monkeypatch.setattr(fcntl, "ioctl", made)
    return made


async def test_a_receipt_is_printed_and_proved(printer: EscposUsb, far_end: SimulatedPrinter) -> None:
    assert await printer.print_document(RECEIPT) is PrintProof.PRINTED
    assert len(far_end.paper.papers) == 1


async def test_the_port_of_a_mute_printer_tells_of_an_empty_roll(
    printer: EscposUsb, far_end: SimulatedPrinter, port: Port
) -> None:
    far_end.fault = Fault.SILENT
    port.byte = EMPTY
    status = await printer.check()
    assert (status.paper, status.supply) == (Paper.OUT, Supply.OUT)
    with pytest.raises(PrintStopped) as stopped:
        await printer.print_document(RECEIPT)
    assert (stopped.value.detail, stopped.value.job) == ("paper-out", JobState.NOT_STARTED)


async def test_a_port_without_trouble_proves_nothing(
    printer: EscposUsb, far_end: SimulatedPrinter, port: Port
) -> None:
    far_end.fault = Fault.SILENT
    status = await printer.check()
    assert (status.paper, status.supply) == (Paper.UNKNOWN, Supply.UNKNOWN)
    assert await printer.print_document(RECEIPT) is PrintProof.SENT


async def test_a_roll_that_ends_in_the_middle_is_noticed_by_the_port_alone(
    printer: EscposUsb, far_end: SimulatedPrinter, port: Port, monkeypatch: pytest.MonkeyPatch
) -> None:
    far_end.fault = Fault.SILENT
    send = printer._send

    def send_and_run_out(*arguments: object) -> None:
        send(*arguments)  # type: ignore[arg-type]
        port.byte = EMPTY

    monkeypatch.setattr(printer, "_send", send_and_run_out)
    with pytest.raises(PrintStopped) as stopped:
        await printer.print_document(RECEIPT)
    assert (stopped.value.detail, stopped.value.job) == ("paper-out", JobState.INCOMPLETE)


@pytest.mark.parametrize(
    ("number", "detail"),
    [
        (errno.EBUSY, "port-in-use"),
        (errno.EACCES, "usb-not-permitted"),
        (errno.ENODEV, "no-port"),
        (errno.EISDIR, "not-a-usb-printer"),
    ],
)
async def test_why_it_cannot_be_opened_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, detail: str
) -> None:
    def refused(*_: object) -> int:
        raise OSError(number, "no")

    device = build("p", DeviceSettings.model_validate({"driver": "escpos-usb", "port": "lp0"}), tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refused)
        with pytest.raises(DeviceError, match=detail):
            await device.open()


async def test_a_file_is_no_printer(tmp_path: Path) -> None:
    (tmp_path / "lp0").write_text("")
    device = build("p", DeviceSettings.model_validate({"driver": "escpos-usb", "port": "lp0"}), tmp_path)
    with pytest.raises(DeviceError, match="not-a-usb-printer"):
        await device.open()
    assert (tmp_path / "lp0").read_bytes() == b""


def test_it_is_discovered_by_what_it_says_of_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lp3" / "device").mkdir(parents=True)
    (tmp_path / "lp3" / "device" / "ieee1284_id").write_text(
        "MFG:Xprinter;CMD:ESC/POS;MDL:XP-80C;CLS:PRINTER;\n"
    )
    monkeypatch.setattr(discovery, "USB_PRINTERS", tmp_path)
    shown = json.loads(CliRunner().invoke(devices, ["discover", "--cups-port", "1", "--json"]).stdout)
    assert [row for row in shown if row["kind"] == "usb-printer"] == [
        {
            "kind": "usb-printer",
            "place": "/dev/usb/lp3",
            "what": "Xprinter XP-80C",
            "drivers": ["escpos-usb"],
        }
    ]


def test_the_request_is_the_kernels() -> None:
    """LPGETSTATUS of <linux/lp.h>; a descriptor that is no printer refuses it, which is "not known"."""
    assert usb_printer._LPGETSTATUS == 0x060B
    with Path("/dev/null").open("rb") as nothing, pytest.raises(OSError, match="Inappropriate"):
        fcntl.ioctl(nothing, usb_printer._LPGETSTATUS, bytearray(4))
