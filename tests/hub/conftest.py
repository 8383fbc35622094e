"""A real hub in a process of its own, and kiosks enrolled there over real HTTP."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from kiosk.enrolment import KioskIdentity, enrol
from kiosk.hub_client import HubClient
from offline_queue import OfflineQueue
from tests.seeded import give_empty_hub, give_seeded_hub

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0


def environment(data: Path) -> dict[str, str]:
    """Where ``DATABASE_URL`` names a PostgreSQL, each data folder gets a database of its own there."""
    server = os.environ.get("DATABASE_URL")
    if server is None:
        return dict(os.environ)
    name = f"hub_{hashlib.sha256(str(data).encode()).hexdigest()[:16]}"
    with psycopg.connect(server, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            connection.execute(f"CREATE DATABASE {name}".encode())
    return {**os.environ, "DATABASE_URL": f"{server.rpartition('/')[0]}/{name}"}


def hub_command(*arguments: str) -> str:
    """Run ``main.py hub …`` and return what it printed."""
    command = [sys.executable, "main.py", "hub", *arguments]
    data = Path(arguments[arguments.index("--data") + 1])
    done = subprocess.run(
        command, cwd=ROOT, env=environment(data), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class HubProcess:
    """``main.py hub serve`` as a child process; may be stopped and started again on the same port."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.extra: dict[str, str] = {}
        self._port = 0
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def port(self) -> int:
        return self._port

    def start(self) -> None:
        """Start it; a hub that never was starts with its tables made, where each has a database file."""
        if "DATABASE_URL" not in os.environ and not (self.data / "hub.sqlite3").exists():
            give_empty_hub(self.data)
        command = [
            sys.executable,
            "main.py",
            "hub",
            "serve",
            "--data",
            str(self.data),
            "--port",
            str(self._port),
        ]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment(self.data) | self.extra, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        ready, _, address = self._process.stdout.readline().strip().partition(" ")
        assert ready == "ready"
        self._port = int(address.rpartition(":")[2])

    def stop(self) -> int | None:
        """Ask it to end; its exit code."""
        if self._process is None:
            return None
        process, self._process = self._process, None
        process.send_signal(signal.SIGTERM)
        with process:
            return process.wait(PATIENCE)

    def rows(self, what: str) -> list[dict[str, Any]]:
        """What ``hub cases`` or ``hub results`` lists."""
        rows: list[dict[str, Any]] = json.loads(hub_command(what, "--data", str(self.data), "--json"))
        return rows

    def new_code(self) -> str:
        return hub_command("enrolment-code", "--data", str(self.data)).strip()


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """One seeded hub for all tests that do not stop it."""
    process = HubProcess(tmp_path_factory.mktemp("hub") / "data")
    if "DATABASE_URL" in os.environ:
        hub_command("seed", "--data", str(process.data))
    else:
        give_seeded_hub(process.data)
    process.start()
    try:
        yield process
    finally:
        process.stop()


@pytest.fixture(scope="session")
def identity(hub: HubProcess, tmp_path_factory: pytest.TempPathFactory) -> KioskIdentity:
    """A kiosk known to the hub."""
    return enrol(tmp_path_factory.mktemp("kiosk"), hub.url, hub.new_code(), place="测试点", software="0.1")


@pytest.fixture
def open_client(identity: KioskIdentity) -> Iterator[Callable[[str], HubClient]]:
    """A client of that kiosk for any address, closed at the end."""
    with ExitStack() as stack:
        yield lambda url: stack.enter_context(closing(HubClient(url, identity.credentials, timeout=5)))


@pytest.fixture
def client(hub: HubProcess, open_client: Callable[[str], HubClient]) -> HubClient:
    return open_client(hub.url)


@pytest.fixture
def queue(identity: KioskIdentity, tmp_path: Path) -> Iterator[OfflineQueue]:
    """That kiosk's queue."""
    with closing(OfflineQueue(tmp_path / "queue", identity.sealer())) as opened:
        yield opened
