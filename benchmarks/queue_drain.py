"""Emptying the queue: items a second against a bare loop, over a slow line, and as the table grows."""

from __future__ import annotations

import asyncio
import http.client
import json
import logging
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.figures import Aim, Subject, spread
from benchmarks.lobby import ROOT
from benchmarks.queue_put import Unsealed
from kiosk.hub_client import Credentials, HubClient
from kiosk.hub_link import HubLink
from kiosk.wire import CheckIn, QueueReport
from offline_queue import LeasedItem, OfflineQueue, Uploader, new_id

KIND: Final = "submission"
ITEM: Final = bytes(10_000)
AT: Final = "2026-01-01T00:00:00Z"


class _Hub(BaseHTTPRequestHandler):
    """Answers like a hub that has everything at once; waits ``latency`` seconds before each answer."""

    protocol_version = "HTTP/1.1"
    latency = 0.0

    def do_POST(self) -> None:
        """Answer for one item or for a batch of them."""
        message: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/api/v1/check-in":
            body = json.dumps(_IN_TOUCH).encode()
        elif "items" in message:
            answers = [{"id": one["id"], "receipt": _receipt(one["id"])} for one in message["items"]]
            body = json.dumps({"answers": answers}).encode()
        else:
            body = json.dumps(_receipt(message["id"])).encode()
        time.sleep(self.latency)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


_IN_TOUCH: Final = {"kiosk_id": "K1", "hub_time": AT, "catalogue_version": 0, "next_in_seconds": 60}


def _receipt(item_id: str) -> dict[str, str | None]:
    return {"id": item_id, "received_at": AT, "case_no": "1", "promised_by": None, "check_code": "1"}


@contextmanager
def hub(latency: float, port: int = 0) -> Iterator[int]:
    """A hub of the least kind in a process of its own; its port."""
    command = [sys.executable, "-c", f"from benchmarks.queue_drain import serve; serve({latency}, {port})"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None, "it was asked for"
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def serve(latency: float, port: int = 0) -> None:
    """Be that hub until killed."""
    handler = type("Handler", (_Hub,), {"latency": latency, "disable_nagle_algorithm": True})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    print(server.server_port, flush=True)
    server.serve_forever()


def drain(count: int) -> Subject:
    """``count`` items of 10 kB through a bare loop and through queue, client and uploader."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    subject = Subject("drain", TITLE, ("what", "items", "items a second", "to the bare loop"), how=HOW)
    with hub(0.0) as port:
        bare = _bare(port, count)
        ours = _ours(port, count)
    subject.rows.append(("bare http.client loop, one connection kept", str(count), f"{bare:.0f}", "1.00x"))
    subject.rows.append(
        ("Yedeng: leased, signed, sent, settled, erased", str(count), f"{ours:.0f}", f"{ours / bare:.2f}x")
    )
    many = 10 * count
    with hub(0.05) as port:
        slow_bare = _bare(port, 40)
        slow = _ours(port, many)
    subject.rows.append(("bare loop, 50 ms of latency", "40", f"{slow_bare:.0f}", "1.00x"))
    subject.rows.append(("Yedeng, 50 ms of latency", str(many), f"{slow:.0f}", f"{slow / slow_bare:.1f}x"))
    subject.aims["the bare loop's rate, to ours"] = Aim(bare / ours, 1.25, "x")
    back = _returns(9)
    subject.rows.append(("the hub is back: until 20 items are there, s", "20", spread(back, " s"), ""))
    subject.aims["the hub is back, until the queue is empty, at most"] = Aim(max(back), 5.0, " s")
    return subject


class _Link(HubLink):
    """The kiosk's link to its hub, with nothing to heed and nothing to fetch."""

    async def _heed(self, *_reply: Any) -> None:
        pass

    def _fetch_files(self, *_client: Any) -> None:
        pass


def _check_in() -> CheckIn:
    queue = QueueReport(pending=20, held=0)
    return CheckIn(sent_at=datetime.now(UTC), software="benchmark", catalogue_version=0, queue=queue)


def _returns(times: int) -> list[float]:
    """Seconds from the hub's return after an outage until the queue is empty."""
    with (
        tempfile.TemporaryDirectory(dir=ROOT) as name,
        closing(OfflineQueue(Path(name) / "q", Unsealed())) as queue,
    ):
        with hub(0.0) as port:
            pass
        client = HubClient(f"http://127.0.0.1:{port}", Credentials("K1", Ed25519PrivateKey.generate()))
        settings = SimpleNamespace(site=SimpleNamespace(queue=SimpleNamespace(bandwidth=0)))
        report = SimpleNamespace(check_in=_check_in)
        parts: Any = (settings, queue, SimpleNamespace(version=0), report)
        link = _Link(*parts)
        link.client = client
        uploader = Uploader(queue, link.deliver)
        link.on_return = uploader.wake
        uploader.start()
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_until_complete, args=(_kept(link),), daemon=True)
        thread.start()
        taken = []
        for turn in range(times):
            with queue.together():
                for _ in range(20):
                    queue.put(new_id(), KIND, ITEM)
            time.sleep(
                6 + turn * 3.0 / times
            )  # the queue has met the outage; another moment of the link's turn
            with hub(0.0, port):
                started = time.perf_counter()
                while queue.work_left():
                    time.sleep(0.005)
                taken.append(time.perf_counter() - started)
        loop.call_soon_threadsafe(_ENDED.set)
        thread.join()
        uploader.stop()
        client.close()
    return taken


_ENDED: Final = asyncio.Event()


async def _kept(link: HubLink) -> None:
    keeping = asyncio.create_task(link.keep())
    await _ENDED.wait()
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


def growth(largest: int) -> Subject:
    """Put and drain with a table that holds ever more items already."""
    subject = Subject(
        "growth",
        TITLE_GROWTH,
        ("items in the table", "put, ms", "lease and settle, ms", "memory, MB"),
        how=HOW_GROWTH,
    )
    puts: list[float] = []
    settles: list[float] = []
    with (
        tempfile.TemporaryDirectory(dir=ROOT) as name,
        closing(OfflineQueue(Path(name) / "q", Unsealed())) as queue,
    ):
        size, there = 100, 0
        while size <= largest:
            with queue.together():  # what fills the table is not what is measured
                for _ in range(there, size):
                    queue.put(new_id(), KIND, ITEM[:1000])
            there = size
            queue.checkpoint()
            puts.append(_each(200, lambda: queue.put(new_id(), KIND, ITEM[:1000])))
            settles.append(_each(200, lambda: _settle(queue.lease(), queue)))
            subject.rows.append((f"{size:,}", f"{puts[-1]:.2f}", f"{settles[-1]:.2f}", f"{_memory():.0f}"))
            size *= 10
    subject.aims["put with the largest table, to the smallest"] = Aim(puts[-1] / puts[0], 1.5, "x")
    subject.aims["lease and settle with the largest table, to the smallest"] = Aim(
        settles[-1] / settles[0], 1.5, "x"
    )
    return subject


def _settle(items: Sequence[LeasedItem], queue: OfflineQueue) -> None:
    for item in items:
        queue.settle_delivered(item.envelope.id, "receipt")


def _each(times: int, act: Any) -> float:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        act()
        taken.append(time.perf_counter() - started)
    return sorted(taken)[times // 2] * 1000


def _memory() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def _bare(port: int, count: int) -> float:
    bodies = [json.dumps({"id": str(new_id()), "sealed": "x" * 13_300}).encode() for _ in range(count)]
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        started = time.perf_counter()
        for body in bodies:
            connection.request("POST", "/api/v1/intake", body, {"Content-Type": "application/json"})
            UUID(json.loads(connection.getresponse().read())["id"])
        return count / (time.perf_counter() - started)


def _ours(port: int, count: int) -> float:
    with (
        tempfile.TemporaryDirectory(dir=ROOT) as name,
        closing(OfflineQueue(Path(name) / "q", Unsealed())) as queue,
        closing(
            HubClient(f"http://127.0.0.1:{port}", Credentials("K1", Ed25519PrivateKey.generate()))
        ) as client,
    ):
        with queue.together():
            ids = [queue.put(new_id(), KIND, ITEM).id for _ in range(count)]
        uploader = Uploader(queue, client.deliver)
        started = time.perf_counter()
        uploader.start()
        while queue.work_left():
            time.sleep(0.01)
        taken = time.perf_counter() - started
        uploader.stop()
        assert queue.stats().delivered == len(ids), "all were answered for"
    return count / taken


TITLE = "Emptying the queue"
HOW = """
Items of 10 kB to a server on this machine that answers at once and stores nothing; so the figures show what
queue, client and uploader cost, not a hub. The bare loop sends one item after the other over a kept
connection and keeps nothing; ours leases, signs each request (RFC 9421), checks each receipt, settles and
erases, in batches and up to four at once. The hub's return: a hub that was away for some seconds listens
again; counted from then until the kiosk's link has noticed, has woken the queue, and the queue is empty.
"""
TITLE_GROWTH = "The queue as it grows"
HOW_GROWTH = """
Medians of 200 puts of 1 kB, and of 200 times leasing an item and settling it, each synced, beside the number
of items that wait in the table already, and the memory of the whole process.
"""
