"""A whole site on one machine: the hub and the far ends of the devices as child processes beside the kiosk.

For the demonstration, the guided tour and the tests. The kiosk cannot tell them from the real thing:
it speaks HTTP to the hub (through a cable of the bench that can be cut) and the devices' own protocols.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import structlog

from config.settings import Site

log = structlog.get_logger(__name__)

MAIN: Final = Path(__file__).resolve().parent.parent / "main.py"
READY_WITHIN: Final = 60.0
STOP_WITHIN: Final = 8.0


class ChildFailed(Exception):
    """A child process did not do its part; the message says which, and where its output is."""


@asynccontextmanager
async def whole_site(site: Site, site_file: Path) -> AsyncIterator[None]:
    """Run what ``site`` wants beside the kiosk: the embedded hub, then the bench. Both end with the kiosk.

    Raises:
        ChildFailed: one of them did not start.
        QueueInUse: a kiosk runs on this data folder already.
    """
    site.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if site.hub.embedded or site.simulation.enabled:
        from offline_queue.database import lock_folder  # the lamp is lit without it

        # Said before the first kiosk's hub and bench are found in the way.
        lock_folder(site.data / "queue").close()
    async with AsyncExitStack() as stack:
        if site.hub.embedded:
            await stack.enter_async_context(_child(site.data / "hub.log", *_hub(site)))
        if site.simulation.enabled:
            relay: tuple[str, ...] = ()
            if site.simulation.hub_port:
                relay = ("--relay", f"{urlsplit(site.hub.url).port}:{site.simulation.hub_port}")
            bench = ("bench", "serve", "--site", str(site_file), *relay)
            await stack.enter_async_context(_child(site.data / "bench.log", *bench))
        yield


def hub_data(site: Site) -> Path:
    """Folder of the embedded hub's database and keys."""
    return site.data / "hub"


def _hub(site: Site) -> list[str]:
    """The command: demonstration content, and a one-time code for a kiosk that is not enrolled yet."""
    port = str(site.simulation.hub_port or urlsplit(site.hub.url).port)
    words = ["hub", "serve", "--port", port, "--data", str(hub_data(site)), "--demonstration"]
    file = site.hub.enrolment_code_file
    if file is not None and not (site.data / "identity" / "enrolment.json").exists():
        path = site.path(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        words += ["--code-file", str(path)]
    return words


async def run_command(*words: str) -> str:
    """Run one of our own commands to its end; what it printed.

    Raises:
        ChildFailed: it ended with a failure; the message holds the last line it said.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(MAIN), *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    if process.returncode != 0:
        said = (err or out).decode(errors="replace").strip().splitlines()
        raise ChildFailed(f"'{' '.join(words[:2])}' failed: {said[-1] if said else 'it said nothing'}")
    return out.decode()


@asynccontextmanager
async def _child(output: Path, *words: str) -> AsyncIterator[None]:
    """Start one of our own commands, wait for its line "ready", stop it at the end."""
    name = " ".join(words[:2])
    with output.open("ab") as log_file:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(MAIN), *words, stdout=asyncio.subprocess.PIPE, stderr=log_file
        )
    assert process.stdout is not None, "asked for as a pipe"
    try:
        await _until_ready(name, output, process.stdout)
        # Whatever else it says is read and dropped, so that it never waits for us.
        draining = asyncio.create_task(process.stdout.read())
        yield
    finally:
        await _stop(process)
    await draining


async def _until_ready(name: str, output: Path, stdout: asyncio.StreamReader) -> None:
    try:
        async with asyncio.timeout(READY_WITHIN):
            while line := await stdout.readline():
                if line.startswith(b"ready"):
                    return
    except TimeoutError:
        raise ChildFailed(
            f"'{name}' was not ready within {READY_WITHIN:.0f} s; its output is in {output}"
        ) from None
    raise ChildFailed(f"'{name}' ended before it was ready: {_last_line(output)} (its output is in {output})")


def _last_line(output: Path) -> str:
    said = output.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return said[-1] if said else "it said nothing"


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_WITHIN)
    except TimeoutError:
        log.warning("child.killed", pid=process.pid)
        process.kill()
        await process.wait()
