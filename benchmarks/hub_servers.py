"""Hubs to measure: on SQLite or a passing PostgreSQL, with some workers, with kiosks known to them."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from benchmarks.hub_load import Kiosks
from benchmarks.lobby import ROOT
from benchmarks.processes import BenchmarkError

SERVERS_CORE: Final = "0"
"""Core of a server that is measured alone; whoever asks it keeps to the others."""


@dataclass(frozen=True)
class Place:
    """Where a hub's data are: its folder, and what names another database."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, *words: str, stdin: str | None = None) -> str:
        """Run a Python module or our command line for this place; what it printed."""
        done = subprocess.run(
            [sys.executable, *words],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BenchmarkError(f"{' '.join(words[:4])} failed: {done.stderr.strip()[-400:]}")
        return done.stdout

    def make_known(self, kiosks: Kiosks) -> None:
        """Keep the kiosks' keys in the hub's database."""
        lines = (
            f"{name} {key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()}\n"
            for name, key in kiosks.keys.items()
        )
        self.run("-m", "benchmarks.children.known_kiosks", str(self.folder), stdin="".join(lines))


@contextlib.contextmanager
def sqlite() -> Iterator[Place]:
    """An empty hub on SQLite."""
    with tempfile.TemporaryDirectory(dir=ROOT) as name:
        yield Place(Path(name) / "hub")


@contextlib.contextmanager
def postgresql() -> Iterator[Place]:
    """An empty hub on a PostgreSQL of its own, as Debian configures it."""
    if shutil.which("pg_virtualenv") is None:
        raise BenchmarkError("PostgreSQL is not installed (deploy/setup.sh bench)")
    script = "echo postgresql://$PGUSER:$PGPASSWORD@$PGHOST:$PGPORT/$PGDATABASE; read end"
    with (
        subprocess.Popen(
            ["pg_virtualenv", "-t", "sh", "-c", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as cluster,
        tempfile.TemporaryDirectory(dir=ROOT) as name,
    ):
        assert cluster.stdout is not None, "it was asked for"
        try:
            url = next(line.strip() for line in cluster.stdout if line.startswith("postgresql:"))
            yield Place(Path(name) / "hub", {"DATABASE_URL": url})
        finally:
            cluster.communicate("end\n")


@contextlib.contextmanager
def hub(
    place: Place, workers: int = 1, *, pinned: bool = True, limited: bool = False
) -> Iterator[tuple[str, int]]:
    """A hub that serves; its address and process. ``limited``: busy, it asks kiosks to wait."""
    free = {} if limited else {"YEDENG_HUB_CHECK_INS_A_SECOND": "0"}
    command = ["main.py", "hub", "serve", "--data", str(place.folder), "--port", "0"]
    with _ready(
        [sys.executable, *command, "--workers", str(workers)], {**place.environment, **free}, pinned
    ) as found:
        yield found


@contextlib.contextmanager
def bare_django() -> Iterator[tuple[str, int]]:
    """A view of Django that answers at once, by the same server; its address and process."""
    with _ready([sys.executable, "-m", "benchmarks.children.bare_hub"], {}, pinned=True) as found:
        yield found


@contextlib.contextmanager
def bare_asgi(port: int) -> Iterator[tuple[str, int]]:
    """An ASGI application that answers at once, by uvicorn; its address and process."""
    command = [sys.executable, "-m", "uvicorn", "benchmarks.children.bare_hub:at_once", "--port", str(port)]
    with _ready([*command, "--no-access-log", "--lifespan", "off"], {}, pinned=True) as (_, process):
        yield f"http://127.0.0.1:{port}", process


@contextlib.contextmanager
def _ready(command: list[str], environment: Mapping[str, str], pinned: bool) -> Iterator[tuple[str, int]]:
    pinning = ["taskset", "-c", SERVERS_CORE] if pinned else []
    with subprocess.Popen(
        [*pinning, *command],
        cwd=ROOT,
        env={**os.environ, **environment, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None, "it was asked for"
        try:
            said = next((line for line in process.stdout if "ready " in line or "running on" in line), "")
            if not said:
                raise BenchmarkError(f"{command[-1]} did not start")
            yield said.split("ready ")[-1].strip(), process.pid
        finally:
            process.terminate()
            process.wait(20)
