"""Receipts: bytes against the raster of a common library, and time at 19200 baud against wire and paper."""

from __future__ import annotations

import asyncio
import fcntl
import os
import select
import sys
import tempfile
import termios
import threading
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Final
from unittest.mock import patch

import serial
from PIL import Image, ImageDraw

from benchmarks.figures import Aim, Subject, spread
from config.settings import DeviceSettings
from devices.contract import PrintProof, ReceiptPrinter
from devices.escpos.encode import PrinterProfile, encode
from devices.escpos.metre import paper_mm
from devices.fonts import draw_text
from devices.receipt import Columns, Logo, Qr, Receipt, Rule, Size, Text, Title
from devices.registry import build
from devices.simulators.paper import PaperPrinter

BAUDRATE: Final = 19200
BYTES_A_SECOND: Final = BAUDRATE / 10
MM_A_SECOND: Final = 150
"""A common printer's speed; the slowest of those on sale print 60, the fastest 300."""

_TICK: Final = 0.005
_WIDTH, _LINE = 576, 36

LINES: Final = tuple(f"第{n:02d}项 申请材料已经收到，可以受理" for n in range(1, 17))
TEXT: Final = Receipt(tuple(Text(line) for line in LINES))
RECEIPT: Final = Receipt(
    (
        Logo(), Title("受理回执"), Text("A102-7K3M", Size.HUGE, emphasis=True), Rule(),
        Columns("事项", "老年人优待证"), Columns("申请人", "李*兰"), Columns("时间", "2026-11-21 20:15"),
        Columns("查询码", "7K3M-9QX2-P4C"), Rule(), Qr("yedeng:7K3M-9QX2-P4C"),
        Text("办好后，凭身份证在任何一台自助机取结果"), Text("机器问题找值班员 010-1234"),
    )
)  # fmt: skip
"""Drawn parts and text, as a filing's receipt has them."""


def receipt(count: int) -> Subject:
    """Bytes of our receipts and of the same paper as a picture; printing over a paced pseudo-terminal."""
    subject = Subject("receipt", TITLE, ("what", "16 lines of text", "receipt of a filing"), how=HOW)
    profiles = {"raster": PrinterProfile(), "native": PrinterProfile(qr="native")}
    ours = {
        (name, by): b"".join(encode(what, profile))
        for by, profile in profiles.items()
        for name, what in (("text", TEXT), ("filing", RECEIPT))
    }
    raster = _library_raster()
    subject.rows += [
        ("Yedeng", f"{len(ours['text', 'raster']):,} bytes", f"{len(ours['filing', 'raster']):,} bytes"),
        ("Yedeng, codes by the printer", "", f"{len(ours['filing', 'native']):,} bytes"),
        ("python-escpos, the page as a picture", f"{len(raster):,} bytes", ""),
    ]
    share = len(ours["text", "raster"]) / len(raster)
    subject.aims["text against raster, bytes"] = Aim(share, 0.05, "x")
    for name, what, data in (
        ("text", TEXT, ours["text", "raster"]),
        ("filing", RECEIPT, ours["filing", "raster"]),
    ):
        wire = len(data) / BYTES_A_SECOND
        paper = paper_mm(encode(what, PrinterProfile())) / MM_A_SECOND
        floor = max(wire, paper)
        taken = asyncio.run(_print(what, paper, max(1, count // 4)))
        cells = (f"{wire:.2f} s", f"{paper:.2f} s", spread(taken, " s"))
        subject.rows.append((f"{name}: the wire alone, the paper alone, call to proof", *_two(cells)))
        subject.aims[f"{name}: call to proof, against wire or paper"] = Aim(median(taken) / floor, 1.1, "x")
    return subject


def _two(cells: tuple[str, str, str]) -> tuple[str, str]:
    return f"{cells[0]}, {cells[1]}", cells[2]


def _library_raster() -> bytes:
    """The 16 lines as python-escpos prints what its code pages cannot say: as a picture."""
    from escpos.printer import Dummy  # installed for the benchmarks only

    page = Image.new("L", (_WIDTH, _LINE * len(LINES)), 255)
    draw = ImageDraw.Draw(page)
    for n, line in enumerate(LINES):
        draw_text(draw, (0, n * _LINE + 27), line, 24, 0)
    printer = Dummy()
    printer.image(page, impl="bitImageRaster")
    printer.cut()
    return bytes(printer.output)


async def _print(what: Receipt, paper_seconds: float, rounds: int) -> list[float]:
    taken = []
    with tempfile.TemporaryDirectory(prefix="yedeng-receipt-") as folder:
        printer = PaperPrinter(Path(folder), "slip")
        with _paced(printer, Path(folder) / "port", paper_seconds):
            table = {"driver": "escpos-serial", "port": "port", "baudrate": BAUDRATE}
            device = build("printer", DeviceSettings.model_validate(table), Path(folder))
            assert isinstance(device, ReceiptPrinter)
            await device.open()
            for turn in range(rounds + 1):
                started = time.perf_counter()
                proof = await device.print_document(what)
                if turn:  # the first one warms up
                    taken.append(time.perf_counter() - started)
                assert proof is PrintProof.PRINTED
            await device.close()
    return taken


@contextmanager
def _paced(printer: PaperPrinter, link: Path, paper_seconds: float) -> Iterator[None]:
    """A printer that takes bytes no faster than its line, and confirms no sooner than its paper has moved."""
    far, near = os.openpty()
    tty.setraw(near)
    os.set_blocking(far, False)
    link.symlink_to(os.ttyname(near))
    stopping = threading.Event()

    def serve() -> None:
        credit, last, begun, busy = 0.0, time.monotonic(), 0.0, False
        while not stopping.wait(_TICK):
            now = time.monotonic()
            credit = min(credit + (now - last) * BYTES_A_SECOND, BYTES_A_SECOND / 10)
            last = now
            if not select.select([far], [], [], 0)[0] or credit < 1:
                continue
            data = os.read(far, int(credit))
            credit -= len(data)
            if not busy and b"\x1b@" in data:
                begun, busy = now, True
            answer = printer.receive(data)
            if answer == b"\x00":  # the fence: everything before it is on paper
                stopping.wait(max(0.0, begun + paper_seconds - time.monotonic()))
                busy = False
            if answer:
                os.write(far, answer)

    thread = threading.Thread(target=serve, name="paced-printer")
    thread.start()

    def waiting(_port: serial.Serial) -> int:
        """What the pseudo-terminal holds is what a port would still have to send."""
        return int.from_bytes(fcntl.ioctl(far, termios.FIONREAD, bytes(4)), sys.byteorder)

    try:
        with patch.object(serial.Serial, "out_waiting", property(waiting)):
            yield
    finally:
        stopping.set()
        thread.join()
        os.close(far)
        os.close(near)


TITLE = "Receipts"
HOW = """
The same 16 lines of Chinese as text and, by python-escpos, as a picture: its code pages hold no Chinese. A
filing's receipt besides has a logo, two rules and a QR code, which are drawn. Printing is measured from the
call to the printer's own proof over a pseudo-terminal that takes 1,920 bytes a second, into a simulated
printer that confirms no sooner than 150 mm of paper a second allow.
"""
