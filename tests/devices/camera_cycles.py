"""Opens and closes a camera again and again: ``python -m tests.devices.camera_cycles --cycles 1000``.

Every second time its process is killed by what a native crash sends. What the program holds before and after
is printed: file descriptors, threads, child processes, shared memory.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import tempfile
import threading
import time
from pathlib import Path

import click

from config.settings import DeviceSettings
from devices.camera.driver import OpencvCamera
from devices.registry import build
from devices.simulators.desk import SimulatedDesk


def held() -> dict[str, int]:
    """What could leak, counted."""
    gc.collect()
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    maps = Path("/proc/self/maps").read_text()
    return {
        "file descriptors": len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - the kernel's own folder
        "threads": sum(thread.name.startswith(("frames-", "device-")) for thread in threading.enumerate()),
        "children": len(children),
        "shared memory": maps.count("memfd:yedeng-camera"),
    }


async def cycles(base: Path, count: int) -> None:
    """Open, look and close; in every second turn the process crashes in between."""
    settings = DeviceSettings.model_validate({"driver": "opencv-camera", "source": "desk"})
    for turn in range(count):
        camera = build("camera", settings, base)
        assert isinstance(camera, OpencvCamera)
        camera.open_limit = 60.0  # type: ignore[misc]  # what is tried is what stays, not how fast a busy machine is
        await camera.open()
        camera.latest()
        if turn % 2 and camera.pid is not None:
            os.kill(camera.pid, signal.SIGSEGV)
        await camera.close()


@click.command()
@click.option("--cycles", "count", default=1000, show_default=True)
def main(count: int) -> None:
    """Open and close a simulated camera COUNT times and say what is left of it."""
    with tempfile.TemporaryDirectory() as folder:
        desk = SimulatedDesk(Path(folder) / "desk")
        desk.start()
        try:
            asyncio.run(cycles(Path(folder), 5))
            before, began = held(), time.monotonic()
            asyncio.run(cycles(Path(folder), count))
            click.echo(f"{count} cycles in {time.monotonic() - began:.0f} s")
            for name, number in held().items():
                click.echo(f"{name}: {before[name]} before, {number} after")
        finally:
            desk.stop()


if __name__ == "__main__":
    main()
