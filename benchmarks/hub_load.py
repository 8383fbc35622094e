"""Kiosks by the thousand: requests signed beforehand, sent over many lines, every answer timed."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.hub_client import Credentials
from kiosk.hub_exchange import SignedExchange
from kiosk.wire import CheckIn, DeviceReport, QueueReport

NOT_NOW: Final = frozenset({429, 503})


@dataclass(frozen=True)
class Answered:
    """How a run went: seconds in all, of each answer, and how many were not 200."""

    seconds: float
    each: Sequence[float]
    refused: int = 0
    later: int = 0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.each) / self.seconds

    def at(self, share: float) -> float:
        """The time under which that share of the answers came, in ms."""
        return 1000 * sorted(self.each)[min(len(self.each) - 1, int(share * len(self.each)))]


class Kiosks:
    """Many kiosks' keys, and requests signed by them in turn."""

    def __init__(self, count: int) -> None:
        self.keys = {f"KB{number:06d}": Ed25519PrivateKey.generate() for number in range(count)}

    def signed(self, url: str, path: str, bodies: Iterator[bytes], count: int) -> list[bytes]:
        """``count`` requests as they go over the line."""
        names = list(self.keys)
        host = urlsplit(url).netloc
        made = []
        for number in range(count):
            name = names[number % len(names)]
            exchange = SignedExchange(url, Credentials(name, self.keys[name]), 5, None, time.time)
            request = exchange._signed(  # noqa: SLF001 - the kiosk's own way of signing, without sending
                "POST", path, next(bodies), {"Content-Type": "application/json"}
            )
            exchange.close()
            made.append(_raw(request.method or "", path, host, dict(request.headers), request.body))
        return made


def check_ins() -> Iterator[bytes]:
    """The check-in of a kiosk with six devices, about 1.2 kB."""
    names = ("id-reader", "social-card", "camera", "receipt-printer", "printer", "code-scanner")
    devices = tuple(
        DeviceReport(
            name=name, family=name, driver="simulated", device="online", media="present", fitness="ok"
        )
        for name in names
    )
    while True:
        yield (
            CheckIn(
                sent_at=datetime.now(UTC),
                software="1.0",
                catalogue_version=1,
                devices=devices,
                queue=QueueReport(pending=0, held=0),
            )
            .model_dump_json()
            .encode()
        )


def send(url: str, requests: Sequence[bytes], lines: int) -> Answered:
    """Send them all as fast as they are answered, over so many lines that stay open."""
    todo = list(reversed(requests))
    return asyncio.run(_at_once(url, todo, lines))


def come_back(url: str, requests: Sequence[bytes], within: float) -> Answered:
    """Each request comes on a line of its own at its moment within so many seconds, and again if it must."""
    return asyncio.run(_herd(url, requests, within))


@dataclass
class _Tally:
    each: list[float] = field(default_factory=list)
    refused: int = 0
    later: int = 0

    def count(self, status: int, seconds: float) -> bool:
        """Note an answer; whether it was the last word."""
        if status in NOT_NOW:
            self.later += 1
            return False
        self.each.append(seconds)
        self.refused += status != 200
        return True


async def _at_once(url: str, todo: list[bytes], lines: int) -> Answered:
    tally = _Tally()
    place = urlsplit(url)

    async def line() -> None:
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        with contextlib.closing(writer):
            while todo:
                request, began = todo.pop(), time.perf_counter()
                writer.write(request)
                status, _, stays = await _answer(reader)
                tally.count(status, time.perf_counter() - began)
                if not stays:
                    writer.close()
                    reader, writer = await asyncio.open_connection(place.hostname, place.port)

    began = time.perf_counter()
    await asyncio.gather(*(line() for _ in range(lines)))
    return Answered(time.perf_counter() - began, tally.each, tally.refused, tally.later)


async def _herd(url: str, requests: Sequence[bytes], within: float) -> Answered:
    tally = _Tally()
    place = urlsplit(url)

    async def kiosk(number: int, request: bytes) -> None:
        await asyncio.sleep(within * number / len(requests))
        began = time.perf_counter()
        while True:
            after = 1.0
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                reader, writer = await asyncio.open_connection(place.hostname, place.port)
                with contextlib.closing(writer):
                    writer.write(request)
                    status, after, _ = await _answer(reader)
                if tally.count(status, time.perf_counter() - began):
                    return
            await asyncio.sleep(after)

    began = time.perf_counter()
    await asyncio.gather(*(kiosk(number, one) for number, one in enumerate(requests)))
    return Answered(time.perf_counter() - began, tally.each, tally.refused, tally.later)


async def _answer(reader: asyncio.StreamReader) -> tuple[int, float, bool]:
    """Status, seconds to wait before the next try, and whether the line stays open."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    lines = head.lower().split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
    await reader.readexactly(int(fields.get("content-length", "0")))
    status = int(lines[0].split()[1])
    return status, float(fields.get("retry-after", "1")), fields.get("connection") != "close"


def _raw(method: str, path: str, host: str, headers: dict[str, str | bytes], body: object) -> bytes:
    assert isinstance(body, bytes), "a signed request has its body"
    texts = {name: value.decode() if isinstance(value, bytes) else value for name, value in headers.items()}
    texts |= {"Host": host, "Connection": "keep-alive"}
    head = "".join(f"{name}: {value}\r\n" for name, value in texts.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body


Bodies = Callable[[], Iterator[bytes]]
