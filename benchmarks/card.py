"""Reading an ID card over a line of 115200 bits a second, against what the line itself takes."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Final

import serial

from benchmarks.figures import Aim, Subject, spread
from config.settings import DeviceSettings
from devices.contract import IdCardReader
from devices.registry import build
from devices.sam.frame import FIND, READ, SELECT, FrameParser
from devices.simulators.cards import RESIDENTS
from devices.simulators.sam_reader import SimulatedSamReader

BAUDRATE: Final = 115200
#: Bytes of find, select and read with their answers: 10+15, 10+19, 10+1295 (256 of text, 1024 of photo).
WIRE_BYTES: Final = 1359
FLOOR_MS: Final = WIRE_BYTES * 10 / BAUDRATE * 1000
WHO: Final = "li-guilan"


def card(count: int) -> Subject:
    """Our driver and a bare pyserial loop against the wire's floor, in turns on one paced pseudo-terminal."""
    subject = Subject("card", TITLE, ("program", "card read, ms", "to the wire's floor"), how=HOW)
    bare, ours = asyncio.run(_take_turns(count))
    subject.rows.append(("the wire: 1,359 bytes of 10 bits", f"{FLOOR_MS:.1f}", "1.00x"))
    for name, taken in (("bare pyserial loop", bare), ("Yedeng's driver, checked and decoded", ours)):
        subject.rows.append((name, spread(taken, digits=1), f"{median(taken) / FLOOR_MS:.3f}x"))
    subject.aims["card read, to the wire's floor"] = Aim(median(ours) / FLOOR_MS, 1.1, "x")
    return subject


async def _take_turns(count: int) -> tuple[list[float], list[float]]:
    bare, ours = [], []
    with tempfile.TemporaryDirectory(prefix="yedeng-card-") as folder:
        reader = SimulatedSamReader(Path(folder) / "id-reader", BAUDRATE, paced=True)
        reader.start()
        try:
            for turn in range(count + 1):
                # The first turn of each warms up and does not count.
                bare.append(await asyncio.to_thread(_bare, reader))
                ours.append(await _ours(reader))
                if turn == 0:
                    bare.clear()
                    ours.clear()
        finally:
            reader.stop()
    return bare, ours


def _bare(reader: SimulatedSamReader) -> float:
    """The least a program can do: send each request, read the known number of bytes."""
    reader.lay(RESIDENTS[WHO].id_card)
    with serial.Serial(str(reader.link), BAUDRATE, timeout=2) as port:
        started = time.perf_counter()
        got = b""
        for request, answer in ((FIND, 15), (SELECT, 19), (READ, 1295)):
            port.write(request.encode())
            got = port.read(answer)
            assert len(got) == answer, "the answer to a known card has a known length"
        taken = time.perf_counter() - started
    assert list(FrameParser().feed(got)), "what was read is a frame"
    reader.pull()
    return taken * 1000


async def _ours(reader: SimulatedSamReader) -> float:
    settings = DeviceSettings.model_validate(
        {"driver": "sam-serial", "port": str(reader.link), "baudrate": BAUDRATE}
    )
    device = build("id-reader", settings, reader.link.parent)
    assert isinstance(device, IdCardReader)
    await device.open()
    try:
        reader.lay(RESIDENTS[WHO].id_card)
        started = time.perf_counter()
        await device.read(5.0)
        taken = time.perf_counter() - started
    finally:
        await device.close()
        reader.pull()
    return taken * 1000


TITLE = "ID card over the serial line"
HOW = """
A card that lies there is read, from the call to the decoded card: find, select, read. The simulated reader
answers over a pseudo-terminal at the pace of a line of 115200 bits a second, 8N1; what a real module and
the card's radio take comes on top, for every program alike.
"""
