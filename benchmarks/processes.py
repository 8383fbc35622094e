"""Programs under measurement: started, watched from outside through ``/proc``, ended with their children."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PROC = Path("/proc")
#: A kiosk keeps its compiled modules; whoever measures it may have switched that off for themselves.
ENVIRONMENT = {"PYTHONDONTWRITEBYTECODE": ""}


class BenchmarkError(Exception):
    """A measurement could not be made; the message says why."""


@dataclass(frozen=True)
class Program:
    """Something to start: a name for the tables, a command and what it needs in its environment."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


@contextlib.contextmanager
def running(program: Program, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start a program in a group of its own and end the whole group afterwards. ``log`` takes its output."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            program.command,
            env={**os.environ, **ENVIRONMENT, **program.environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 15)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()


def run_to_end(program: Program, timeout: float = 300) -> str:
    """Run a program to its end and give what it printed.

    Raises:
        BenchmarkError: it failed; the message holds its last words.
    """
    done = subprocess.run(
        program.command,
        env={**os.environ, **ENVIRONMENT, **program.environment},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    if done.returncode:
        raise BenchmarkError(f"{program.name} failed: {(done.stderr or done.stdout).strip()[-500:]}")
    return done.stdout


def tree(pid: int) -> list[int]:
    """A process and all that it started, as far as they live."""
    found = [pid]
    for parent in found:
        with contextlib.suppress(OSError):
            for task in (PROC / str(parent) / "task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
    return found


def memory(pid: int) -> float:
    """MB of proportional set size over the process tree (``smaps_rollup``)."""
    total = 0
    for process in tree(pid):
        with contextlib.suppress(OSError):
            lines = (PROC / str(process) / "smaps_rollup").read_text().splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def cpu_seconds(pid: int) -> float:
    """Seconds of CPU that all threads of the process tree have had so far (``schedstat``, nanoseconds).

    What a thread or child used that has ended since is not in it.
    """
    total = 0
    for process in tree(pid):
        with contextlib.suppress(OSError):
            for task in (PROC / str(process) / "task").iterdir():
                with contextlib.suppress(OSError):
                    total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def wait_for_quiet(limit: float, patience: float) -> float:
    """Wait until the load of one minute is under ``limit``, at most ``patience`` seconds; the load then."""
    until = time.monotonic() + patience
    while os.getloadavg()[0] > limit and time.monotonic() < until:
        time.sleep(2)
    return os.getloadavg()[0]
