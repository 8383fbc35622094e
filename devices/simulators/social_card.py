"""A simulated social-security card in a virtual reader of the real PC/SC service.

The service's driver ``vpcd`` listens on one TCP port per slot; the card connects to it: inserted means
connected (PROTOCOLS.md section 3). Each message is two bytes of length, big-endian, then the bytes; a message
of one byte from the reader is control: 00 power off, 01 power on, 02 reset, 04 give the ATR.
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from devices.simulators.cards import encode_social_card
from devices.simulators.faults import Fault
from devices.social_card.files import APPLICATION, RECORDS

if TYPE_CHECKING:
    from devices.identity import SocialSecurityCard

FIRST_PORT = 35963
SLOW = 0.1
"""Seconds before each answer of a slow card."""

_LOOK = 0.5
"""The service looks every 0.4 s. A card changed in between, as no hand can do it, confuses it for good."""

_NOTICE = 2.0
"""Seconds within which the reader notices that a card has left."""

_Answerer = Callable[[bytes], list[bytes] | None]

ATR = bytes.fromhex("3B6800005878534853455259")
_GIVE_ATR = b"\x04"  # the service asks again and again, to see whether the card is still there
_NUMBERS = {(record.file, record.number): record.tag for record in RECORDS}


def slot_port(reader: str) -> int:
    """The TCP port of a virtual reader's slot: 35964 for ``Virtual PCD 00 01``; else that of the first."""
    slot = re.fullmatch(r"Virtual PCD \d\d (\d\d)", reader)
    return FIRST_PORT + (int(slot[1]) if slot else 0)


class SimulatedSocialCard:
    """One slot of the virtual reader, with or without a card in it.

    Args:
        port: TCP port at which the reader's driver takes cards.
        by_tag: records are known by their tags and not by their numbers, as some issuers have it.
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

    def __init__(self, port: int = FIRST_PORT, *, by_tag: bool = False) -> None:
        self.port = port
        self.commands: list[bytes] = []
        """Every command APDU so far, for tests and the curious."""
        self._by_tag = by_tag
        self._fault = Fault.NONE
        self._chip: Chip | None = None
        self._connection: _Connection | None = None
        self._left_at = -_LOOK

    def lay(self, card: SocialSecurityCard) -> None:
        """Put a card into the slot, in place of any that is in it.

        Raises:
            OSError: the PC/SC service does not run or has no virtual reader.
        """
        self.lay_chip(Chip(encode_social_card(card), by_tag=self._by_tag))

    def lay_chip(self, chip: Chip) -> None:
        """Put in a card with this chip, as `lay` does."""
        self.pull()
        # Where the reader's driver noticed before the service did, the service must have looked, too.
        time.sleep(max(0.0, self._left_at + _LOOK - time.monotonic()))
        self._chip = chip
        if self._fault is not Fault.UNPLUGGED:
            self._connection = _Connection(self.port, self._answerer(chip))

    def pull(self) -> None:
        """Take the card out."""
        self._chip = None
        self._disconnect()

    @property
    def card_lies_there(self) -> bool:
        """Whether a card is in the slot."""
        return self._connection is not None and self._connection.inserted

    stop = pull

    @property
    def fault(self) -> Fault:
        """The current misbehaviour."""
        return self._fault

    @fault.setter
    def fault(self, fault: Fault) -> None:
        plugged_again = self._fault is Fault.UNPLUGGED and fault is not Fault.UNPLUGGED
        self._fault = fault
        if fault is Fault.UNPLUGGED:
            self._disconnect()
        elif plugged_again and self._chip is not None:
            self.lay_chip(self._chip)

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
            self._left_at = connection.left_at

    def _answerer(self, chip: Chip) -> _Answerer:
        def answer(message: bytes) -> list[bytes] | None:
            """The pieces to send, none for silence; ``None``: the card is gone."""
            if message == _GIVE_ATR:
                return [_framed(ATR)]
            if len(message) == 1:  # power off, power on, reset
                chip.reset()
                return []
            self.commands.append(message)
            if self._fault is Fault.CARD_PULLED_MID_READ and message[1] == READ_RECORD:
                self._fault, self._chip = Fault.NONE, None
                return None
            return self._misbehave(chip.answer(message))

        return answer

    def _misbehave(self, response: bytes) -> list[bytes]:
        if self._fault is Fault.SILENT:
            return []
        if self._fault is Fault.GARBAGE:
            return [_framed(bytes(byte ^ 0x5A for byte in response))]
        if self._fault is Fault.SLOW:
            time.sleep(SLOW)
        framed = _framed(response)
        return [framed[i : i + 1] for i in range(len(framed))] if self._fault is Fault.ONE_BYTE else [framed]


_SELECT, READ_RECORD, _GET_RESPONSE = 0xA4, 0xB2, 0xC0


class Chip:
    """What runs in the card: one application with its files."""

    def __init__(self, files: dict[int, dict[int, bytes]], *, by_tag: bool) -> None:
        self._files = files
        self._by_tag = by_tag
        self.reset()

    def reset(self) -> None:
        """Forget what was selected."""
        self._application = False
        self._file: int | None = None
        self._waiting = b""

    def answer(self, command: bytes) -> bytes:
        """The response APDU, as a card with T=0 gives it."""
        if len(command) < 5:
            return b"\x67\x00"
        instruction, p1, p2, p3 = command[1:5]
        if instruction == _SELECT:
            return self._select(p1, command[5:])
        if instruction == READ_RECORD:
            return self._read_record(p1, p2, p3)
        if instruction == _GET_RESPONSE:
            return self._waiting[:p3] + b"\x90\x00"
        return b"\x6d\x00"

    def _select(self, p1: int, name: bytes) -> bytes:
        if p1 == 0x04:
            self._application, self._file = name == APPLICATION, None
            if not self._application:
                return b"\x6a\x82"
            self._waiting = b"\x6f" + bytes((len(name) + 2, 0x84, len(name))) + name
            return bytes((0x61, len(self._waiting)))
        identifier = int.from_bytes(name)
        if not self._application or identifier not in self._files:
            return b"\x6a\x82"
        self._file = identifier
        return b"\x90\x00"

    def _read_record(self, p1: int, p2: int, length: int) -> bytes:
        if self._file is None:
            return b"\x69\x86"
        if p2 != (0x00 if self._by_tag else 0x04):
            return b"\x6a\x86"
        tag = p1 if self._by_tag else _NUMBERS.get((self._file, p1), 0)
        value = self._files[self._file].get(tag)
        if value is None:
            return b"\x6a\x83"
        record = bytes((tag, len(value))) + value
        if length != len(record):
            return bytes((0x6C, len(record)))
        return record + b"\x90\x00"


class _Connection:
    """The connection to the virtual reader and the thread that answers in it.

    A card that leaves says so, and stays connected until the reader has noticed and hung up.
    """

    def __init__(self, port: int, answer: _Answerer) -> None:
        self._answer = answer
        self._leaving = threading.Event()
        self.left_at = 0.0
        """When the card left, seconds of `time.monotonic`."""
        self._socket = socket.create_connection(("127.0.0.1", port), 5)
        self._socket.settimeout(None)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._thread = threading.Thread(target=self._serve, name="simulated-social-card", daemon=True)
        self._thread.start()

    @property
    def inserted(self) -> bool:
        """The card has not left."""
        return not self._leaving.is_set() and self._thread.is_alive()

    def close(self) -> None:
        if self.inserted:
            self._leave()
        self._thread.join(_NOTICE)
        if self._thread.is_alive():  # the service does not look: it hangs or has ended
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._thread.join(_NOTICE)

    def _leave(self) -> None:
        self.left_at = time.monotonic()
        self._leaving.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def _serve(self) -> None:
        with self._socket, contextlib.suppress(OSError):
            while header := self._receive(2):
                message = self._receive(int.from_bytes(header))
                pieces = [] if self._leaving.is_set() else self._answer(message)
                if pieces is None:
                    self._leave()
                    continue
                for piece in pieces:
                    self._socket.sendall(piece)

    def _receive(self, size: int) -> bytes:
        """Exactly ``size`` bytes; fewer only at the end of the connection."""
        data = b""
        while len(data) < size:
            # The far end sends length and bytes apart: to acknowledge late would cost 40 ms a command.
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            part = self._socket.recv(size - len(data))
            if not part:
                break
            data += part
        return data


def _framed(data: bytes) -> bytes:
    return len(data).to_bytes(2) + data
