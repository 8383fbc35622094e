"""The paper metre: what is counted is what the printer on the bench really moves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from PIL import Image

from config.settings import DeviceSettings
from devices.contract import ReceiptPrinter
from devices.errors import PrintStopped
from devices.escpos.encode import PrinterProfile, encode
from devices.escpos.metre import LOW_MM, MM_PER_DOT, PaperMetre, paper_mm
from devices.receipt import Columns, Feed, Logo, Qr, Receipt, Rule, Size, Text, Title
from devices.registry import build
from devices.simulators.roll import MARGIN
from devices.simulators.site import SimulatedSite
from devices.status import Supply

RECEIPT = Receipt(
    (
        Logo(),
        Title("受理凭条"),
        Text("已收到您的材料。" * 8),
        Text("A102", Size.HUGE),
        Columns("姓名", "王䶮𠮷"),
        Columns("事项", "老年人优待证"),
        Rule(),
        Feed(3),
        Qr("yedeng:7K3M-9QX2-P4C"),
    )
)
SETTINGS = DeviceSettings.model_validate(
    {"driver": "escpos-serial", "port": "port", "metre": "var/metre.json", "roll_metres": 4}
)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[SimulatedSite]:
    served = SimulatedSite({"printer": SETTINGS}, tmp_path, tmp_path / "paper")
    served.start()
    yield served
    served.stop()


@pytest.fixture
async def printer(bench: SimulatedSite, tmp_path: Path) -> AsyncIterator[ReceiptPrinter]:
    device = build("printer", SETTINGS, tmp_path)
    assert isinstance(device, ReceiptPrinter)
    await device.open()
    yield device
    await device.close()


async def test_the_count_is_the_length_of_the_paper(
    printer: ReceiptPrinter, bench: SimulatedSite, tmp_path: Path
) -> None:
    await printer.print_document(RECEIPT)
    with Image.open(bench.do("take-paper", {"device": "printer"})["path"]) as picture:
        height = picture.height - 2 * MARGIN
    counted = PaperMetre(tmp_path / "var" / "metre.json", 0).used_mm
    assert counted == height * MM_PER_DOT


async def test_a_roll_that_is_nearly_used_up_is_foretold_and_a_new_one_begins_anew(
    printer: ReceiptPrinter, bench: SimulatedSite, tmp_path: Path
) -> None:
    assert (await printer.check()).supply is not Supply.LOW
    each = paper_mm(encode(RECEIPT, PrinterProfile()))
    for _ in range(int((4000 - LOW_MM) / each) + 1):
        await printer.print_document(RECEIPT)
    status = await printer.check()
    assert (status.supply, status.reasons) == (Supply.LOW, ("paper-forecast-low",))
    assert status.usable

    bench.do("fault", {"device": "printer", "fault": "paper-out"})
    with pytest.raises(PrintStopped):
        await printer.print_document(RECEIPT)
    assert PaperMetre(tmp_path / "var" / "metre.json", 4).low, "it is remembered over a restart"
    bench.do("fault", {"device": "printer", "fault": "none"})
    assert (await printer.check()).supply is not Supply.LOW
    findings = {finding.key: finding.value for finding in await printer.test()}
    assert findings["paper-used"].endswith(" m of 4 m used")


def test_a_damaged_file_counts_from_nothing(tmp_path: Path) -> None:
    path = tmp_path / "metre.json"
    for damaged in ("", "[]", '{"used_mm": "x", "out": 1}', "\x00"):
        path.write_text(damaged)
        assert PaperMetre(path, 80).used_mm == 0


def test_a_disk_that_takes_nothing_does_not_stop_the_printer(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    metre = PaperMetre(tmp_path / "file" / "metre.json", 80)
    metre.add(100)
    assert metre.words == "0.1 m of 80 m used"
