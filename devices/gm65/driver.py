"""Driver ``gm65-serial``: a scanner module of the GM65 family on a serial port (PROTOCOLS.md section 6)."""

from __future__ import annotations

import time
from collections import deque
from typing import Literal

from pydantic import Field

from devices.codes import BY_AIM_LETTER, ScannedCode, Symbology
from devices.contract import CodeScanner, DriverOptions
from devices.errors import CompletionCode, DeviceError, DeviceTimeout, KeeperAction
from devices.gm65.frame import Answer, Code, Parser, Request, read_zone, write_zone
from devices.selftest import Finding, Verdict, judged
from devices.status import DeviceState, DeviceStatus, Fitness
from devices.transports.serial_line import SerialLine
from devices.worker import Turn

MODE, TRIGGER, OUTPUT, PREFIX = 0x0000, 0x0002, 0x0060, 0x00D0
"""Zones of the module's settings."""

MODES = {"triggered": 0b01, "continuous": 0b10}
"""Low two bits of the zone MODE. The first is inferred from the second (PROTOCOLS.md), not tried yet."""

FRAMED, AIM = 0x81, 0x80
"""OUTPUT: every code comes in a frame. PREFIX: its symbology identifier (ISO/IEC 15424) comes before it."""

ANSWER_LIMIT = 0.5
"""Seconds until an answer has come."""

TRIGGER_EVERY = 3.0
"""Seconds after which the light is asked for again: the module ends it by itself after a while."""


class Gm65Serial(CodeScanner):
    """A scanner module that is told, at every opening, how it is to speak.

    The settings are written until its power is lost, not saved; so a module may be replaced by one from the
    box. What was read before a code was asked for is thrown away: the answer to the trigger is the fence.
    """

    driver = "gm65-serial"
    overrun = 4 * ANSWER_LIMIT

    class Options(DriverOptions):
        """Where the module is and when it looks."""

        port: str = Field(min_length=1, description="Serial port, e.g. /dev/serial/by-path/….")
        baudrate: Literal[9600, 19200, 38400, 57600, 115200] = Field(9600, description="Bits per second.")
        mode: Literal["triggered", "continuous"] = Field(
            "triggered", description="Look for codes only when one is wanted, or always."
        )

    options: Options
    _line: SerialLine | None = None
    _parser: Parser
    _inbox: deque[Answer | Code]
    """What the module has said and nobody has looked at yet."""
    _prepared = False
    _prefixed = False

    def _open(self, _turn: Turn) -> None:
        self._line = SerialLine(self.base / self.options.port, self.options.baudrate, self.tap)
        self._parser, self._inbox = Parser(framed=True), deque()
        self._prepared = self._prefixed = False

    def _close(self, _turn: Turn) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def _check(self, turn: Turn) -> DeviceStatus:
        self._ask(read_zone(MODE), turn)
        self._prepare(turn)
        return DeviceStatus(DeviceState.ONLINE, fitness=Fitness.OK)

    def _test(self, turn: Turn) -> tuple[Finding, ...]:
        answers = judged(self._check(turn))
        self._prepared = False  # what was set at opening may have been lost with the power
        self._prepare(turn)
        return (
            *answers,
            Finding("framed-output", Verdict.GOOD if self._parser.framed else Verdict.UNKNOWN),
            Finding("symbology", Verdict.GOOD if self._prefixed else Verdict.UNKNOWN),
        )

    def _read(self, turn: Turn) -> ScannedCode:
        self._prepare(turn)
        triggered = self.options.mode == "triggered"
        begin = write_zone(TRIGGER, 1) if triggered else read_zone(MODE)
        self._ask(begin, turn)  # what it had read before its answer is not for this resident
        try:
            while True:
                asked = time.monotonic()
                code = self._next_code(turn, asked + TRIGGER_EVERY)
                if code is None and triggered:
                    _, code = self._exchange(begin, turn)
                if code is not None:
                    return self._scanned(code)
        finally:
            if triggered:
                self._dim()

    def _prepare(self, turn: Turn) -> None:
        """Tell the module how to speak, and see what it has understood."""
        if self._prepared:
            return
        mode = self._ask(read_zone(MODE), turn).data or b"\xd4"
        self._ask(write_zone(MODE, mode[0] & ~0b11 | MODES[self.options.mode]), turn)
        framed = self._set(OUTPUT, FRAMED, turn)
        self._prefixed = self._set(PREFIX, AIM, turn)
        self._parser = Parser(framed=framed)
        self._prepared = True

    def _set(self, zone: int, value: int, turn: Turn) -> bool:
        """Whether the module took a setting that not every model has."""
        try:
            self._ask(write_zone(zone, value), turn)
            return self._ask(read_zone(zone), turn).data == bytes((value,))
        except KeeperAction as error:
            if error.state is DeviceState.NO_DEVICE:
                raise
            return False

    def _next_code(self, turn: Turn, until: float) -> bytes | None:
        line = self._open_line()
        while True:
            while self._inbox:
                if isinstance(item := self._inbox.popleft(), Code):
                    return item.data
            if turn.remaining <= 0:
                raise DeviceTimeout("no-code")
            left = min(until - time.monotonic(), turn.remaining)
            if left <= 0:
                return None
            self._inbox.extend(self._parser.feed(line.read(turn.within(left + 1), left)))

    def _scanned(self, data: bytes) -> ScannedCode:
        """Take the symbology identifier off, where there is to be one."""
        if self._prefixed and len(data) >= 3 and data[:1] == b"]":
            symbology = BY_AIM_LETTER.get(chr(data[1]), Symbology.UNKNOWN)
            return ScannedCode(data[3:], symbology)
        return ScannedCode(data)

    def _dim(self) -> None:
        """Ask for the light to go out; nobody waits for the answer, and the next request drops it."""
        try:
            self._open_line().write(write_zone(TRIGGER, 0).encode(), Turn(ANSWER_LIMIT), ANSWER_LIMIT)
        except DeviceError:
            return  # gone or stuck: whoever asks it next is told

    def _ask(self, request: Request, turn: Turn) -> Answer:
        """One exchange; codes that came before its answer are dropped.

        Raises:
            KeeperAction: twice no answer (``silent``), nothing that is one (``garbage``), or a refusal.
        """
        line = self._open_line()
        line.drain()
        self._parser = Parser(framed=self._parser.framed)
        self._inbox.clear()
        answer, _ = self._exchange(request, turn)
        if not answer.good:
            raise KeeperAction(CompletionCode.UNSUPPORTED_COMMAND, "command-refused")
        return answer

    def _exchange(self, request: Request, turn: Turn) -> tuple[Answer, bytes | None]:
        """Send a request, up to twice, and take its answer and a code that came along."""
        line = self._open_line()
        turn = turn.within(4 * ANSWER_LIMIT)
        heard, code = 0, None
        for _ in range(2):
            line.write(request.encode(), turn, ANSWER_LIMIT)
            until = time.monotonic() + ANSWER_LIMIT
            while (left := until - time.monotonic()) > 0:
                turn.check()
                data = line.read(turn, left)
                heard += len(data)
                self._inbox.extend(self._parser.feed(data))
                while self._inbox:
                    if isinstance(item := self._inbox.popleft(), Answer):
                        return item, code
                    code = item.data
        if heard:
            raise KeeperAction(CompletionCode.HARDWARE_ERROR, "garbage", state=DeviceState.HARDWARE_ERROR)
        raise KeeperAction(CompletionCode.HARDWARE_ERROR, "silent", state=DeviceState.OFFLINE)

    def _open_line(self) -> SerialLine:
        assert self._line is not None, "verbs run on open devices only"
        return self._line
