"""A simulated ID card reader: the SAM protocol on a pseudo-terminal (PROTOCOLS.md section 1)."""

from __future__ import annotations

import os
import select
import termios
import threading
import time
import tty
from typing import TYPE_CHECKING

from devices.sam.frame import (
    FIND,
    READ,
    READ_NEWEST_ADDRESS,
    RESET,
    SAM_NUMBER,
    SAM_STATUS,
    SELECT,
    FrameParser,
    Reply,
    Request,
    Status,
)
from devices.simulators.cards import encode_id_card
from devices.simulators.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from devices.identity import IdCard

SLOW = 0.7
"""Seconds before each answer of a slow reader."""

_SERIAL_NUMBER = bytes.fromhex("05000100 E5070000 D2029649 15CD5B07")
_BITS_PER_BYTE = 10  # 8N1: start, eight data bits, stop
_PIECE = 16


class SimulatedSamReader:
    """A reader on its own pseudo-terminal, reachable through a symbolic link.

    As with real ones, a card that was read is not found again until it has left the field.

    Args:
        link: where to put the link to the pseudo-terminal; folders are made, a stale link is replaced.
        baudrate: bits per second of the line.
        paced: let every byte take the time it takes on a real line of that rate.

    A kiosk that opened the line at another rate is not understood.
    """

    faults = frozenset(
        {
            Fault.SILENT,
            Fault.SLOW,
            Fault.ONE_BYTE,
            Fault.GARBAGE,
            Fault.UNPLUGGED,
            Fault.CARD_PULLED_MID_READ,
        }
    )

    def __init__(self, link: Path, baudrate: int = 115200, *, paced: bool = False) -> None:
        self.link = link
        self.baudrate = baudrate
        self.requests: list[Request] = []
        """Every request understood so far, for tests and the curious."""
        self._seconds_per_byte = _BITS_PER_BYTE / baudrate if paced else 0.0
        self._field = _Field()
        self._fault = Fault.NONE
        self._lock = threading.Lock()
        self._line: _Line | None = None

    def start(self) -> None:
        """Plug the reader in."""
        self._line = _Line(self.link, self.baudrate, self._serve)

    def stop(self) -> None:
        """Unplug the reader and take its link away."""
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def lay(self, card: IdCard, newest_address: str = "", fingers: int | None = None) -> None:
        """Lay a card on the reader, in place of any that lies there.

        Args:
            card: what its chip holds.
            newest_address: an address that was added after the card had been made.
            fingers: how many fingerprints the reader adds; ``None``: it knows nothing of fingerprints.
        """
        content = encode_id_card(card)
        if fingers is not None:
            prints = bytes(512) * fingers
            content = content[:4] + len(prints).to_bytes(2) + content[4:] + prints
        with self._lock:
            self._field = _Field(content, newest_address)

    def pull(self) -> None:
        """Take the card away."""
        with self._lock:
            self._field = _Field()

    @property
    def card_lies_there(self) -> bool:
        """Whether a card lies on the reader."""
        return self._field.content is not None

    @property
    def fault(self) -> Fault:
        """The current misbehaviour."""
        return self._fault

    @fault.setter
    def fault(self, fault: Fault) -> None:
        self._fault = fault
        if fault is Fault.UNPLUGGED:
            self.stop()
        elif self._line is None:
            self.start()

    def _serve(self, request: Request, size: int, send: Callable[[bytes], None]) -> None:
        """Answer one request of ``size`` bytes."""
        self.requests.append(request)
        with self._lock:
            if request == READ and self._fault is Fault.CARD_PULLED_MID_READ:
                self._fault, self._field = Fault.NONE, _Field()
            answer = self._field.answer(request).encode()
        if self._fault is Fault.SILENT:
            return
        if self._fault is Fault.GARBAGE:
            send(bytes(byte ^ 0x5A for byte in answer))
            return
        if self._fault is Fault.SLOW:
            time.sleep(SLOW)
        if self._fault is Fault.ONE_BYTE:
            self._send_paced(answer, send, 1, 0.0002)
        elif self._seconds_per_byte:
            time.sleep(size * self._seconds_per_byte)
            self._send_paced(answer, send, _PIECE, self._seconds_per_byte)
        else:
            send(answer)

    @staticmethod
    def _send_paced(data: bytes, send: Callable[[bytes], None], piece: int, seconds_per_byte: float) -> None:
        started = time.monotonic()
        for start in range(0, len(data), piece):
            part = data[start : start + piece]
            due = started + (start + len(part)) * seconds_per_byte
            time.sleep(max(0.0, due - time.monotonic()))
            send(part)


class _Field:
    """The reader's antenna field and what it knows of the card in it."""

    def __init__(self, content: bytes | None = None, newest_address: str = "") -> None:
        self.content = content
        self._newest_address = newest_address
        self._found = False
        self._selected = False
        self._read = False

    def answer(self, request: Request) -> Reply:
        """What the reader answers to a request."""
        if request == SAM_NUMBER:
            return Reply(Status.OK, _SERIAL_NUMBER)
        if request in {SAM_STATUS, RESET}:
            return Reply(Status.OK)
        if request == FIND:
            self._found, self._selected = self.content is not None and not self._read, False
            return Reply(Status.FOUND, bytes(4)) if self._found else Reply(Status.NOT_FOUND)
        if request == SELECT:
            self._selected = self._found
            return Reply(Status.OK, bytes(8)) if self._selected else Reply(Status.NOT_SELECTED)
        if request in {READ, READ_NEWEST_ADDRESS}:
            return self._read_card(request)
        return Reply(Status.BAD_COMMAND)

    def _read_card(self, request: Request) -> Reply:
        if self.content is None or not (self._selected or self._read):
            return Reply(Status.READ_FAILED)
        if request == READ_NEWEST_ADDRESS:
            if not self._newest_address:
                return Reply(Status.NO_SUCH_CONTENT)
            return Reply(Status.OK, self._newest_address.ljust(35).encode("utf-16-le"))
        self._read = True
        return Reply(Status.OK, self.content)


class _Line:
    """The pseudo-terminal and the thread that listens at its far end."""

    def __init__(
        self, link: Path, baudrate: int, serve: Callable[[Request, int, Callable[[bytes], None]], None]
    ) -> None:
        self._link = link
        self._rate: int = getattr(termios, f"B{baudrate}")
        self._serve = serve
        # Our own hold on the near end keeps the far end readable while no driver has it open.
        self._far, self._near = os.openpty()
        tty.setraw(self._near)
        self._wake, self._waker = os.pipe()
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(self._near))
        self._thread = threading.Thread(target=self._listen, name="simulated-sam-reader", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._link.unlink(missing_ok=True)
        os.write(self._waker, b"x")
        self._thread.join(5)
        for end in (self._far, self._near, self._wake, self._waker):
            os.close(end)

    def _listen(self) -> None:
        parser = FrameParser()
        size = 0
        while True:
            readable, _, _ = select.select([self._far, self._wake], [], [])
            if self._wake in readable:
                return
            data = os.read(self._far, 4096)
            if termios.tcgetattr(self._far)[5] != self._rate:
                continue
            size += len(data)
            for body in parser.feed(data):
                self._serve(Request.from_body(body), size, self._send)
                size = 0

    def _send(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._far, rest) :]
