"""``python -m tests.devices.plugging``: every device pulled out and plugged in again, a thousand times.

A cycle opens the device, asks it how it is, pulls the plug in use, sees the loss, closes, and plugs in again,
against the conformance suite's rigs. What then is still held (threads, open files, memory) has leaked.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import tempfile
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import click
import structlog

from devices.errors import DeviceError
from devices.simulators.faults import Fault
from devices.simulators.pcsc_service import PcscService
from tests.conformance.rigs import RIGS, Rig, load_rig

WARM_UP = 50
"""Cycles before it is counted: what is made once and kept is no leak."""


@dataclass(frozen=True)
class Held:
    """What this process holds."""

    threads: int
    files: int
    memory: int

    def __sub__(self, other: Held) -> Held:
        return Held(self.threads - other.threads, self.files - other.files, self.memory - other.memory)


def held() -> Held:
    """Threads, open files, and bytes of memory, of this process now."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    files = sum(1 for _ in Path("/proc/self/fd").iterdir())
    return Held(threading.active_count(), files, pages * os.sysconf("SC_PAGESIZE"))


async def leaked(rig: Rig, cycles: int) -> Held:
    """What a driver holds after so many cycles and did not hold before them; the rig is started."""
    device = rig.build()

    async def cycle() -> None:
        await device.open()
        await device.check()
        rig.misbehave(Fault.UNPLUGGED)
        try:
            await device.check()
        except DeviceError:
            pass  # most notice at once; a reader without its card is as well as before
        finally:
            await device.close()
        rig.misbehave(Fault.NONE)

    for _ in range(min(WARM_UP, cycles)):
        await cycle()
    before = held()
    for _ in range(cycles):
        await cycle()
    return held() - before


@click.command()
@click.option("--cycles", default=1000, show_default=True, type=click.IntRange(min=1))
@click.option(
    "--driver", "drivers", multiple=True, type=click.Choice(sorted(RIGS)), help="Default: all of them."
)
def main(cycles: int, drivers: tuple[str, ...]) -> None:
    """Pull and plug; ends with 1 when a thread, a file or a megabyte is left over."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    click.echo("| driver | cycles | threads left | files left | memory left |")
    click.echo("| --- | --- | --- | --- | --- |")
    bad = False
    for driver in drivers or sorted(RIGS):
        rig_class = load_rig(RIGS[driver])
        if Fault.UNPLUGGED not in rig_class.faults:
            continue
        with tempfile.TemporaryDirectory(prefix="yedeng-plugging-") as folder, ExitStack() as stack:
            if rig_class.needs_pcsc:
                service = PcscService()
                service.start()
                stack.callback(service.stop)
            rig = rig_class(Path(folder))
            rig.start()
            stack.callback(rig.stop)
            left = asyncio.run(leaked(rig, cycles))
        bad = bad or left.threads > 0 or left.files > 0 or left.memory > 1_000_000
        click.echo(f"| `{driver}` | {cycles:,} | {left.threads} | {left.files} | {left.memory // 1024} KiB |")
    sys.exit(bad)


if __name__ == "__main__":
    main()
