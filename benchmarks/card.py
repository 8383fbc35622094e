"""Reading an ID card over a line of 115200 bits a second, against what the line itself takes."""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import ceil
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
ONCE: Final = 1359
#: The same, and the card read again.
TWICE: Final = 2664
EXCHANGES: Final = ((FIND, 15), (SELECT, 19), (READ, 1295), (READ, 1295))
WHO: Final = "li-guilan"
BARE: Final = "bare pyserial loop"
OURS: Final = "Yedeng's driver, checked and decoded"


def card(count: int) -> Subject:
    """Our driver and a bare pyserial loop against the wire's floor, in turns on one paced pseudo-terminal."""
    subject = Subject(
        "card", TITLE, ("program", "card read, ms", "to the wire's floor", "p95 over it"), how=HOW
    )
    times, given_up = asyncio.run(_take_turns(count))
    for reads, wire_bytes in ((2, TWICE), (1, ONCE)):
        floor = wire_bytes * 10 / BAUDRATE * 1000
        how_often = "read once" if reads == 1 else "read twice"
        subject.rows.append(
            (f"{how_often}, the wire: {wire_bytes:,} bytes of 10 bits", f"{floor:.1f}", "1.00x", "")
        )
        for name in (BARE, OURS):
            taken = times[name, reads]
            over = _p95(taken) - floor
            ratio = f"{median(taken) / floor:.3f}x"
            subject.rows.append((f"{how_often}, {name}", spread(taken, digits=1), ratio, f"{over:.1f} ms"))
            if name == OURS:
                subject.aims[f"card {how_often}, to the wire's floor"] = Aim(median(taken) / floor, 1.05, "x")
                subject.aims[f"card {how_often}, p95 over the floor"] = Aim(over, 5.0, " ms")
                beside = _p95(taken) - _p95(times[BARE, reads])
                subject.aims[f"card {how_often}, p95 over the bare loop's"] = Aim(beside, 5.0, " ms")
    subject.rows.append(("waiting for a card, given up", spread(given_up, digits=1), "", ""))
    subject.aims["given up to reader free"] = Aim(max(given_up), 200.0, " ms")
    return subject


def _p95(taken: list[float]) -> float:
    return sorted(taken)[ceil(0.95 * len(taken)) - 1]


async def _take_turns(count: int) -> tuple[dict[tuple[str, int], list[float]], list[float]]:
    times: dict[tuple[str, int], list[float]] = {
        (name, reads): [] for name in (BARE, OURS) for reads in (1, 2)
    }
    given_up = []
    with tempfile.TemporaryDirectory(prefix="yedeng-card-") as folder:
        reader = SimulatedSamReader(Path(folder) / "id-reader", BAUDRATE, paced=True)
        reader.start()
        try:
            for turn in range(count + 1):
                for reads in (1, 2):
                    bare = await asyncio.to_thread(_bare, reader, reads)
                    ours = await _ours(reader, reads)
                    if turn:  # the first turn of each warms up and does not count
                        times[BARE, reads].append(bare)
                        times[OURS, reads].append(ours)
                if turn:
                    given_up.append(await _give_up(reader))
        finally:
            reader.stop()
    return times, given_up


def _bare(reader: SimulatedSamReader, reads: int) -> float:
    """The least a program can do: send each request, read the known number of bytes."""
    reader.lay(RESIDENTS[WHO].id_card)
    with serial.Serial(str(reader.link), BAUDRATE, timeout=2) as port:
        started = time.perf_counter()
        got = b""
        for request, answer in EXCHANGES[: 2 + reads]:
            port.write(request.encode())
            got = port.read(answer)
            assert len(got) == answer, "the answer to a known card has a known length"
        taken = time.perf_counter() - started
    assert list(FrameParser().feed(got)), "what was read is a frame"
    reader.pull()
    return taken * 1000


async def _ours(reader: SimulatedSamReader, reads: int) -> float:
    async with _opened(reader, compare_reads=reads == 2) as device:
        reader.lay(RESIDENTS[WHO].id_card)
        started = time.perf_counter()
        await device.read(5.0)
        taken = time.perf_counter() - started
        reader.pull()
    return taken * 1000


async def _give_up(reader: SimulatedSamReader) -> float:
    """From the moment a waiting read is cancelled until the reader has answered somebody else."""
    async with _opened(reader) as device:
        waiting = asyncio.create_task(device.read(60.0))
        await asyncio.sleep(random.uniform(0.05, 0.8))  # anywhere in the reader's rhythm
        started = time.perf_counter()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await device.check()
        return (time.perf_counter() - started) * 1000


@asynccontextmanager
async def _opened(reader: SimulatedSamReader, **options: object) -> AsyncIterator[IdCardReader]:
    settings = DeviceSettings.model_validate(
        {"driver": "sam-serial", "port": str(reader.link), "baudrate": BAUDRATE, **options}
    )
    device = build("id-reader", settings, reader.link.parent)
    assert isinstance(device, IdCardReader)
    await device.open()
    await device.check()  # as the supervisor does: a reader is greeted once, not for every card
    try:
        yield device
    finally:
        await device.close()


TITLE = "ID card over the serial line"
HOW = """
A card that lies there is read, from the call to the decoded card: find, select, read, and by default read
again and compared. The simulated reader answers over a pseudo-terminal at the pace of a line of 115200 bits
a second, 8N1; what a real module and the card's radio take comes on top, for every program alike. "Given up"
is the time from cancelling a read that waits for a card until the reader has answered another question.
"""
