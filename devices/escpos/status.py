"""What a printer answers, as meaning. Pure functions over bytes.

Answers carry no name, only a bit pattern: a real-time status has bit 0 clear and bits 1 and 4 set; a fence
(``GS r``) has bits 4 and 7 clear; a process id starts with 37 22 (Epson: "response identification").
Bit 7 of a real-time status belongs to the maker: the Cashino KP-628E says there that paper waits to be taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from devices.status import DeviceState, DeviceStatus, Fitness, Media, Paper, Supply

PAPER_OUT = 0x60
"""Bits of the answer to DLE EOT 4."""

_PROCESS_ID_BYTES = 7
_FLOW_CONTROL = {0x11, 0x13}  # XON and XOFF


@dataclass(frozen=True)
class RealTime:
    """The answer to one DLE EOT n."""

    bits: int


@dataclass(frozen=True)
class Fence:
    """The answer to GS r: everything sent before it has been printed."""


@dataclass(frozen=True)
class ProcessId:
    """The answer to GS ( H: the document with this number has been printed."""

    number: int


Answer = RealTime | Fence | ProcessId


class AnswerParser:
    """Turns what a printer says into answers, however it is cut into pieces. Other bytes are counted."""

    def __init__(self) -> None:
        self._rest = b""
        self.noise = 0
        """Bytes that no printer says."""

    def feed(self, data: bytes) -> list[Answer]:
        """The answers completed by `data`."""
        pending = self._rest + data
        answers: list[Answer] = []
        while pending:
            first = pending[0]
            if first == 0x37:
                if len(pending) < _PROCESS_ID_BYTES and b"\x37\x22".startswith(pending[:2]):
                    break
                number = pending[2:6]
                if pending[1:2] == b"\x22" and number.isdigit():
                    answers.append(ProcessId(int(number)))
                    pending = pending[_PROCESS_ID_BYTES:]
                    continue
            elif first & 0x13 == 0x12:
                answers.append(RealTime(first))
            elif first & 0x90 == 0:
                answers.append(Fence())
            elif first not in _FLOW_CONTROL:
                self.noise += 1
            pending = pending[1:]
        self._rest = pending
        return answers


class Look(Protocol):
    """What a look at a printer has found, whichever way it was asked."""

    @property
    def silent(self) -> bool:
        """Nothing was answered at all."""

    @property
    def obstacle(self) -> str | None:
        """The reason why nothing can be printed now, as a key; None when the printer names none."""

    @property
    def paper_out(self) -> bool | None:
        """Whether there is no paper; None: not known."""

    def device_status(self, *, near_end_sensor: bool, taken_sensor: bool) -> DeviceStatus:
        """The snapshot for the contract."""


@dataclass(frozen=True)
class RealTimeStatus:
    """The answers to DLE EOT 1-4, ``None`` where the printer was silent.

    ``garbled``: something was said that is no answer at all, as another device on the same port would.
    """

    printer: int | None = None
    offline_cause: int | None = None
    error: int | None = None
    paper: int | None = None
    garbled: bool = False

    @property
    def silent(self) -> bool:
        """The printer said nothing at all."""
        return self == RealTimeStatus()

    @property
    def obstacle(self) -> str | None:
        """The reason why nothing can be printed now, as a key; None when the printer names none."""
        return next((reason for reason in self._reasons() if reason not in {"paper-low", "head-hot"}), None)

    @property
    def paper_out(self) -> bool | None:
        """Whether there is no paper; None: not known."""
        return None if self.paper is None else bool(self.paper & PAPER_OUT)

    def _reasons(self) -> list[str]:
        if self.garbled:
            return ["garbled-answer"]
        printer, cause, error, paper = (
            bits or 0 for bits in (self.printer, self.offline_cause, self.error, self.paper)
        )
        flags = {
            "cover-open": cause & 0x04,
            "paper-out": paper & PAPER_OUT or cause & 0x20,
            "cutter-error": error & 0x08,
            "printer-error": error & 0x24,
            "head-hot": error & 0x40,
            "paper-low": paper & 0x0C,
        }
        reasons = [reason for reason, bits in flags.items() if bits]
        # Only a printer that is offline and tells no reason is simply "offline" (a hand on its feed button).
        return reasons or (["printer-offline"] if printer & 0x08 else [])

    def device_status(self, *, near_end_sensor: bool, taken_sensor: bool) -> DeviceStatus:
        """The snapshot for the contract. Silence is unknown on every axis; nothing is ever assumed fine."""
        if self.silent:
            return DeviceStatus(
                DeviceState.ONLINE,
                media=Media.UNKNOWN,
                paper=Paper.UNKNOWN,
                supply=Supply.UNKNOWN,
                reasons=("no-answer",),
            )
        reasons = self._reasons()
        broken = {"garbled-answer", "cutter-error", "printer-error"} & set(reasons)
        paper = self._paper(near_end_sensor=near_end_sensor)
        return DeviceStatus(
            DeviceState.HARDWARE_ERROR if broken else DeviceState.ONLINE,
            media=self._media(taken_sensor=taken_sensor),
            paper=paper,
            fitness=self._fitness(reasons),
            supply={Paper.FULL: Supply.OK, Paper.LOW: Supply.LOW, Paper.OUT: Supply.OUT}.get(
                paper, Supply.UNKNOWN
            ),
            reasons=tuple(reasons),
        )

    def _paper(self, *, near_end_sensor: bool) -> Paper:
        if self.paper is None:
            return Paper.UNKNOWN
        if self.paper & PAPER_OUT:
            return Paper.OUT
        if (self.offline_cause or 0) & 0x04:  # some models keep old paper bits while the cover is open
            return Paper.UNKNOWN
        if self.paper & 0x0C:
            return Paper.LOW
        return Paper.FULL if near_end_sensor else Paper.UNKNOWN

    def _media(self, *, taken_sensor: bool) -> Media:
        if self.printer is None:
            return Media.UNKNOWN
        if self.printer & 0x80:
            return Media.PRESENT
        return Media.NOT_PRESENT if taken_sensor else Media.UNKNOWN

    def _fitness(self, reasons: list[str]) -> Fitness:
        if set(reasons) - {"head-hot", "paper-low", "paper-out"}:
            return Fitness.FAILED
        if "head-hot" in reasons:
            return Fitness.DEGRADED
        if self.printer is None and self.offline_cause is None:
            return Fitness.UNKNOWN
        return Fitness.OK
