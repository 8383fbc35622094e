"""A simulated ID card reader: the SAM protocol on a pseudo-terminal (PROTOCOLS.md section 1)."""

from __future__ import annotations

import contextlib
import os
import termios
import threading
import time
from typing import TYPE_CHECKING

from devices.sam import frame
from devices.sam.frame import FrameParser, Reply, Request, Status
from devices.simulators.cards import RESIDENTS, encode_id_card
from devices.simulators.faults import Fault
from devices.simulators.wire import PtyWire

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from devices.identity import IdCard

SLOW = 0.7
"""Seconds before each answer of a slow reader."""

_UNDERNEATH = "zhao-jianguo"
"""Whose card lies under the one that was laid, when there are two."""

_SERIAL_NUMBER = bytes.fromhex("05000100 E5070000 D2029649 15CD5B07")
_RATES = {request: rate for rate, request in frame.SET_BAUDRATE.items()}
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
            Fault.TWO_CARDS,
        }
    )

    def __init__(self, link: Path, baudrate: int = 115200, *, paced: bool = False) -> None:
        self.link = link
        self.baudrate = baudrate
        self.requests: list[Request] = []
        """Every request understood so far, for tests and the curious."""
        self._paced = paced
        self._field = _Field()
        self._fault = Fault.NONE
        self._reads = 0
        self._lock = threading.Lock()
        self._line: _Line | None = None

    def start(self) -> None:
        """Plug the reader in."""
        self._line = _Line(self, self._serve)
        self._line.start()

    def stop(self) -> None:
        """Unplug the reader and take its link away."""
        line, self._line = self._line, None
        if line is not None:
            line.stop()

    def lay(self, card: IdCard, newest_address: str = "", fingers: int | None = None) -> None:
        """Lay a card on the reader, in place of any that lies there.

        Args:
            card: what its chip holds.
            newest_address: an address that was added after the card had been made.
            fingers: how many fingerprints the card holds; unless it is ``None``, the reader sends them
                unasked, too.
        """
        plain = encode_id_card(card)
        prints = bytes(512) * (fingers or 0)
        whole = plain[:4] + len(prints).to_bytes(2) + plain[4:] + prints
        with self._lock:
            self._field = _Field(plain if fingers is None else whole, whole, newest_address)

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
            if request == frame.READ and self._fault is Fault.CARD_PULLED_MID_READ:
                self._fault, self._field = Fault.NONE, _Field()
            reply = self._field.answer(request)
            if self._fault is Fault.TWO_CARDS and request == frame.READ and reply.status == Status.OK:
                reply = self._other(reply)
            answer = reply.encode()
        if self._fault is Fault.SILENT:
            return
        if self._fault is Fault.GARBAGE:
            send(bytes(byte ^ 0x5A for byte in answer))
            return
        if self._fault is Fault.SLOW:
            time.sleep(SLOW)
        if self._fault is Fault.ONE_BYTE:
            self._send_paced(answer, send, 1, 0.0002)
        elif self._paced:
            seconds_per_byte = _BITS_PER_BYTE / self.baudrate
            time.sleep(size * seconds_per_byte)
            self._send_paced(answer, send, _PIECE, seconds_per_byte)
        else:
            send(answer)
        if request in _RATES:
            self.baudrate = _RATES[request]

    def _other(self, reply: Reply) -> Reply:
        """Every second reading is that of the other card."""
        self._reads += 1
        return reply if self._reads % 2 else Reply(Status.OK, encode_id_card(RESIDENTS[_UNDERNEATH].id_card))

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

    def __init__(
        self, content: bytes | None = None, with_fingerprints: bytes = b"", newest_address: str = ""
    ) -> None:
        self.content = content
        self._with_fingerprints = with_fingerprints
        self._newest_address = newest_address
        self._found = False
        self._selected = False
        self._read = False

    def answer(self, request: Request) -> Reply:
        """What the reader answers to a request."""
        if request == frame.SAM_NUMBER:
            return Reply(Status.OK, _SERIAL_NUMBER)
        if request in {frame.SAM_STATUS, frame.RESET, *_RATES}:
            return Reply(Status.OK)
        if request == frame.FIND:
            self._found, self._selected = self.content is not None and not self._read, False
            return Reply(Status.FOUND, bytes(4)) if self._found else Reply(Status.NOT_FOUND)
        if request == frame.SELECT:
            self._selected = self._found
            return Reply(Status.OK, bytes(8)) if self._selected else Reply(Status.NOT_SELECTED)
        if request in {frame.READ, frame.READ_WITH_FINGERPRINTS, frame.READ_NEWEST_ADDRESS}:
            return self._read_card(request)
        return Reply(Status.BAD_COMMAND)

    def _read_card(self, request: Request) -> Reply:
        if self.content is None or not (self._selected or self._read):
            return Reply(Status.READ_FAILED)
        if request == frame.READ_NEWEST_ADDRESS:
            if not self._newest_address:
                return Reply(Status.NO_SUCH_CONTENT)
            return Reply(Status.OK, self._newest_address.ljust(35).encode("utf-16-le"))
        self._read = True
        whole = request == frame.READ_WITH_FINGERPRINTS
        return Reply(Status.OK, self._with_fingerprints if whole else self.content)


class _Line(PtyWire):
    """The reader's pseudo-terminal: what comes at another rate is not understood."""

    def __init__(
        self, reader: SimulatedSamReader, serve: Callable[[Request, int, Callable[[bytes], None]], None]
    ) -> None:
        super().__init__(lambda _: b"", "id-reader", reader.link)
        self._reader = reader
        self._serve_request = serve
        self._parser = FrameParser()
        self._size = 0

    def _serve(self) -> None:
        if self._ends is None:
            return
        device = self._ends[0]
        with contextlib.suppress(OSError):  # nobody on the other side takes the answer
            data = os.read(device, 4096)
            if termios.tcgetattr(device)[5] != getattr(termios, f"B{self._reader.baudrate}"):
                return
            self._size += len(data)
            for body in self._parser.feed(data):
                size, self._size = self._size, 0
                self._serve_request(Request.from_body(body), size, lambda sent: self._send(device, sent))

    @staticmethod
    def _send(device: int, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(device, rest) :]
