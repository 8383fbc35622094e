"""Driver ``template-scanner``: the smallest driver that keeps every promise. Copy it and change it.

Its device is a barcode scanner that answers ``?`` with ``OK`` and says every code it sees as one line.
"""

from __future__ import annotations

from pydantic import Field

from devices.codes import ScannedCode
from devices.contract import CodeScanner, DriverOptions
from devices.errors import CompletionCode, KeeperAction
from devices.status import DeviceState, DeviceStatus, Fitness
from devices.transports.serial_line import SerialLine
from devices.worker import Turn

ANSWER_LIMIT = 1.0
"""Seconds to wait for an answer. Every wait has a limit, and every limit a name."""

LONGEST_LINE = 4096


class TemplateScanner(CodeScanner):
    """A scanner on a serial line."""

    driver = "template-scanner"  # what a site file says: driver = "template-scanner"

    class Options(DriverOptions):
        """What ``[devices.NAME]`` may say beside ``driver``; each option explains itself."""

        port: str = Field(min_length=1, description="Serial port, e.g. /dev/serial/by-path/….")
        baudrate: int = Field(9600, gt=0, description="Bits per second.")

    options: Options
    _line: SerialLine | None = None

    def _open(self, _turn: Turn) -> None:
        self._line = SerialLine(self.base / self.options.port, self.options.baudrate, self.tap)

    def _close(self, _turn: Turn) -> None:
        line, self._line = self._line, None  # also called when _open failed
        if line is not None:
            line.close()

    def _check(self, turn: Turn) -> DeviceStatus:
        self._ask(turn)  # a real exchange: never an answer from memory
        return DeviceStatus(DeviceState.ONLINE, fitness=Fitness.OK)

    def _read(self, turn: Turn) -> ScannedCode:
        rest = self._ask(turn)  # whatever was scanned before this answer is not for this resident
        while b"\n" not in rest:
            turn.check("no-code")  # nobody waits any more, or the time is over: this raises
            rest += self._open_line.read(turn.within(1), min(0.5, turn.remaining))
            rest = rest[-LONGEST_LINE:]
        return ScannedCode(rest.partition(b"\n")[0])

    def _ask(self, turn: Turn) -> bytes:
        """Ask whether it is there. Returns what came behind its answer."""
        self._open_line.drain()
        self._open_line.write(b"?\n", turn, ANSWER_LIMIT)
        heard = b""
        patience = turn.within(ANSWER_LIMIT)
        while b"OK\n" not in heard:
            turn.check()
            data = self._open_line.read(turn, patience.remaining)
            heard = (heard + data)[-LONGEST_LINE:]
            if not data or not patience.remaining:
                raise _no_answer(heard)
        return heard.partition(b"OK\n")[2]

    @property
    def _open_line(self) -> SerialLine:
        assert self._line is not None, "verbs run on open devices only"
        return self._line


def _no_answer(heard: bytes) -> KeeperAction:
    """Silence and garbage are different faults; ``state`` makes the supervisor open the device again."""
    if heard:
        return KeeperAction(CompletionCode.HARDWARE_ERROR, "garbage", state=DeviceState.HARDWARE_ERROR)
    return KeeperAction(CompletionCode.HARDWARE_ERROR, "silent", state=DeviceState.OFFLINE)
