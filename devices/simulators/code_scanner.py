"""A simulated scanner module of the GM65 family on a pseudo-terminal (PROTOCOLS.md section 6)."""

from __future__ import annotations

from pathlib import Path

from devices.codes import BY_AIM_LETTER, ScannedCode
from devices.gm65.driver import AIM, FRAMED, MODE, MODES, OUTPUT, PREFIX, TRIGGER
from devices.gm65.frame import HEARTBEAT, READ_ZONE, WRITE_ZONE, Answer, Code, Request, decode_requests
from devices.simulators.faults import Fault
from devices.simulators.wire import PtyWire

SLOW = 0.2
"""Seconds before each answer of a slow module."""

_AIM_LETTERS = {symbology: letter for letter, symbology in BY_AIM_LETTER.items()}
_FACTORY = {MODE: 0xD4, OUTPUT: 0x00, PREFIX: 0x00, TRIGGER: 0x00, 0x2A: 0x39, 0x2B: 0x01}


class SimulatedCodeScanner:
    """A scanner, and what is held before it.

    Args:
        name: name of its thread.
        link: where to put the link to the pseudo-terminal.
        framing: the model knows length-framed output; older ones end each code with CR.
    """

    faults = frozenset({Fault.SILENT, Fault.SLOW, Fault.ONE_BYTE, Fault.GARBAGE, Fault.UNPLUGGED})

    def __init__(self, name: str, link: Path, *, framing: bool = True) -> None:
        self.wire = PtyWire(self._receive, name, link)
        self.requests: list[Request] = []
        """Every request understood so far."""
        self.shown: ScannedCode | None = None
        """The code that is held before the scanner."""
        self._framing = framing
        self._zones = dict(_FACTORY)
        self._buffer = bytearray()
        self._fault = Fault.NONE

    def start(self) -> None:
        """Plug in. Raises OSError when the port cannot be had."""
        self.wire.start()

    def stop(self) -> None:
        """Unplug for good."""
        self.wire.stop()

    def show(self, code: ScannedCode) -> None:
        """Hold a code before the scanner, in place of any other."""
        self.shown = code
        self.wire.say(lambda: self._spoilt(self._look()))

    def hide(self) -> None:
        """Take the code away."""
        self.shown = None

    @property
    def fault(self) -> Fault:
        """The current misbehaviour."""
        return self._fault

    @fault.setter
    def fault(self, fault: Fault) -> None:
        was, self._fault = self._fault, fault
        self.wire.delay = SLOW if fault is Fault.SLOW else 0.0
        self.wire.piece = 1 if fault is Fault.ONE_BYTE else 0
        if fault is Fault.UNPLUGGED:
            self.wire.unplug()
            self._zones = dict(_FACTORY)  # without power it forgets what was not saved
        elif was is Fault.UNPLUGGED:
            self.wire.plug()

    def _receive(self, data: bytes) -> bytes:
        self._buffer += data
        answers = b""
        for request in decode_requests(self._buffer):
            self.requests.append(request)
            answers += self._answer(request) + self._look()
        return self._spoilt(answers)

    def _spoilt(self, said: bytes) -> bytes:
        match self._fault:
            case Fault.SILENT:
                return b""
            case Fault.GARBAGE:
                return bytes(byte ^ 0x5A for byte in said)
        return said

    def _answer(self, request: Request) -> bytes:
        if request.type == HEARTBEAT:
            return b"\x03" + Answer(good=True, data=b"\0").encode()[1:]
        if request.type == READ_ZONE:
            zones = range(request.zone, request.zone + request.data[0])
            return Answer(good=True, data=bytes(self._zones.get(zone, 0) for zone in zones)).encode()
        if request.type == WRITE_ZONE and (self._framing or request.zone not in {OUTPUT, PREFIX}):
            self._zones.update(enumerate(request.data, request.zone))
        return Answer(good=True, data=b"\0").encode()

    def _look(self) -> bytes:
        """What the module says of the code before it, if it looks now."""
        if self.shown is None:
            return b""
        if self._zones[MODE] & 0b11 == MODES["continuous"]:
            code, self.shown = self.shown, None  # said once, however long it is held there
        elif self._zones[TRIGGER]:
            code, self._zones[TRIGGER] = self.shown, 0
        else:
            return b""
        data = code.data
        if self._zones[PREFIX] == AIM:
            data = f"]{_AIM_LETTERS.get(code.symbology, 'X')}0".encode() + data
        return Code(data).encode() if self._zones[OUTPUT] == FRAMED else data + b"\r"
