"""A receipt printer on the bench: reads ESC/POS, answers like a printer, draws its paper to PNG files."""

from __future__ import annotations

import threading
from collections import deque
from enum import StrEnum
from pathlib import Path

from devices.simulators.escpos_stream import Command, CommandParser
from devices.simulators.roll import Cell, Roll

_FIXED_BITS = 0x12
_FEED_TO_CUTTER = 60
_DEFAULT_SPACING = 30


class PrinterFault(StrEnum):
    """How the printer misbehaves."""

    NONE = "none"
    SILENT = "silent"  # prints, and never says a word
    GARBAGE = "garbage"  # answers nonsense
    PAPER_LOW = "paper-low"
    PAPER_OUT = "paper-out"
    COVER_OPEN = "cover-open"
    CUTTER = "cutter-error"


class PaperPrinter:
    """The printer behind the wire. Thread-safe: the wire feeds it, the bench looks at its paper.

    Args:
        folder: where cut papers are saved, as ``NAME-0001.png`` and so on.
        name: the printer's name on the bench.
        width: dots of its head, 384 or 576.
        taken_sensor: it tells in bit 7 of its status that paper waits to be taken (Cashino KP-628E).
    """

    def __init__(self, folder: Path, name: str, width: int = 576, *, taken_sensor: bool = False) -> None:
        self._folder = folder
        self._name = name
        self._taken_sensor = taken_sensor
        self._lock = threading.RLock()
        self._roll = Roll(width)
        self._fault = PrinterFault.NONE
        self._lines_left: int | None = None
        self._waiting: Path | None = None
        self._lines: list[str] = []
        self.papers: list[Path] = []
        """Every paper cut since the start, oldest first."""
        self.transcripts: list[list[str]] = []
        """The text lines of each of them; what came as a picture is not in them."""
        self._reset()

    def _reset(self) -> None:
        self._parser = CommandParser()
        self._queue: deque[Command] = deque()
        self._cells: list[Cell] = []
        self._text = ""
        self._initialise()

    def _initialise(self) -> None:
        self._align = 0
        self._spacing = _DEFAULT_SPACING
        self._bold = False
        self._latin_scale = self._chinese_scale = (1, 1)

    @property
    def unknown_commands(self) -> list[bytes]:
        """Commands that this printer does not know: a careful driver sends none."""
        return self._parser.unknown

    @property
    def waiting(self) -> Path | None:
        """The paper that nobody has taken yet."""
        return self._waiting

    def set_fault(self, fault: PrinterFault, after_lines: int = 0) -> None:
        """Misbehave, or stop doing so; paper can run out after some more printed lines."""
        with self._lock:
            self._lines_left = after_lines if fault is PrinterFault.PAPER_OUT and after_lines else None
            self._fault = PrinterFault.NONE if self._lines_left else fault

    def mend(self) -> bytes:
        """Repair and refill; what waited is printed, as a real printer does. Returns what it says then."""
        with self._lock:
            self.set_fault(PrinterFault.NONE)
            return self._work()

    def power_cycle(self) -> None:
        """Lose the power: what had been received and not printed is gone."""
        with self._lock:
            self._reset()

    def take(self) -> Path | None:
        """The resident takes the paper that waits."""
        with self._lock:
            paper, self._waiting = self._waiting, None
            return paper

    def peek(self) -> tuple[Path, list[str]] | None:
        """The newest paper and its text: the strip that is being printed, else the last one cut."""
        with self._lock:
            if not self._roll.bare:
                path = self._folder / f"{self._name}-printing.png"
                self._save(path, cut=False)
                return path, list(self._lines)
            return (self.papers[-1], self.transcripts[-1]) if self.papers else None

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the wire; give the answer."""
        with self._lock:
            answer = b""
            for command in self._parser.feed(data):
                if command.name == b"\x10\x04":
                    answer += self._real_time(command.data[0])
                else:
                    self._queue.append(command)
            answer += self._work()
            if self._fault is PrinterFault.SILENT:
                return b""
            return b"\xa5\xff\x89\xc4" * len(answer) if self._fault is PrinterFault.GARBAGE else answer

    @property
    def _stopped(self) -> bool:
        return self._fault in {PrinterFault.PAPER_OUT, PrinterFault.COVER_OPEN, PrinterFault.CUTTER}

    def _real_time(self, n: int) -> bytes:
        bits = _FIXED_BITS
        fault = self._fault
        if n == 1:
            bits |= (0x08 if self._stopped else 0) | (0x80 if self._taken_sensor and self._waiting else 0)
        elif n == 2:
            bits |= (0x04 if fault is PrinterFault.COVER_OPEN else 0) | (
                0x20 if fault is PrinterFault.PAPER_OUT else 0
            )
        elif n == 3:
            bits |= 0x08 if fault is PrinterFault.CUTTER else 0
        elif n == 4:
            low = fault in {PrinterFault.PAPER_LOW, PrinterFault.PAPER_OUT}
            bits |= (0x0C if low else 0) | (0x60 if fault is PrinterFault.PAPER_OUT else 0)
        else:
            return b""
        return bytes((bits,))

    def _work(self) -> bytes:
        """Print what waits, as long as nothing is in the way."""
        answer = b""
        while self._queue and not self._stopped:
            answer += self._obey(self._queue.popleft())
        return answer

    def _obey(self, command: Command) -> bytes:
        name, data = command.name, command.data
        if not name:
            self._character(data)
        elif name == b"\n":
            self._line_feed(self._spacing)
        elif name == b"\x1b@":
            self._initialise()
        elif name in _STYLE:
            _STYLE[name](self, data[0])
        elif name == b"\x1bJ":
            self._line_feed(data[0])
        elif name == b"\x1bd":
            self._line_feed(data[0] * self._spacing)
        elif name == b"\x1dv":
            self._flush_line()
            self._roll.raster(int.from_bytes(data[2:4], "little"), data[6:], self._align)
            self._count_line()
        elif name in {b"\x1dV", b"\x1bi", b"\x1bm"}:
            self._cut(data)
        elif name == b"\x1dr" and data in {b"\x01", b"1"}:
            return bytes((0x0C if self._fault is PrinterFault.PAPER_OUT else 0,))
        elif name == b"\x1d(" and data[:5] == b"H\x06\x00\x30\x30":
            return b"\x37\x22" + data[5:9] + b"\x00"
        return b""

    def _character(self, data: bytes) -> None:
        text = data.decode("gbk", errors="replace")
        scale_x, scale_y = self._latin_scale if len(data) == 1 else self._chinese_scale
        cell = Cell(text, scale_x, scale_y, bold=self._bold)
        if sum(c.width for c in self._cells) + cell.width > self._roll.width:
            self._line_feed(self._spacing)
        self._cells.append(cell)
        self._text += text

    def _line_feed(self, dots: int) -> None:
        if self._cells:
            self._lines.append(self._text)
            self._roll.line(self._cells, self._align, dots)
            self._cells, self._text = [], ""
        else:
            self._roll.feed(dots)
        self._count_line()

    def _flush_line(self) -> None:
        if self._cells:
            self._line_feed(self._spacing)

    def _count_line(self) -> None:
        if self._lines_left is not None:
            self._lines_left -= 1
            if self._lines_left <= 0:
                self._lines_left, self._fault = None, PrinterFault.PAPER_OUT

    def _cut(self, data: bytes) -> None:
        self._flush_line()
        if data[:1] in {b"A", b"B"}:
            self._roll.feed(_FEED_TO_CUTTER)
        if self._roll.bare:
            self._roll.cut()
            return
        number = 1 + max((int(path.stem[-4:]) for path in self._folder.glob(f"{self._name}-[0-9]*.png")), default=0)
        path = self._folder / f"{self._name}-{number:04d}.png"
        self._save(path, cut=True)
        self.papers.append(path)
        self.transcripts.append(self._lines)
        self._lines = []
        self._waiting = path

    def _save(self, path: Path, *, cut: bool) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        picture = self._roll.cut() if cut else self._roll.picture()
        unfinished = path.with_suffix(".part")
        picture.save(unfinished, "PNG")
        unfinished.replace(path)  # whoever watches the folder sees whole pictures only

    def _set_align(self, n: int) -> None:
        self._align = n & 0x03 if n & 0x03 < 3 else 0

    def _set_spacing(self, n: int) -> None:
        self._spacing = n

    def _set_bold(self, n: int) -> None:
        self._bold = bool(n & 1)

    def _set_latin(self, n: int) -> None:
        self._latin_scale = (2 if n & 0x20 else 1, 2 if n & 0x10 else 1)
        self._bold = bool(n & 0x08)

    def _set_chinese(self, n: int) -> None:
        self._chinese_scale = (2 if n & 0x04 else 1, 2 if n & 0x08 else 1)

    def _set_size(self, n: int) -> None:
        self._latin_scale = self._chinese_scale = ((n >> 4 & 7) + 1, (n & 7) + 1)


_STYLE = {
    b"\x1ba": PaperPrinter._set_align,
    b"\x1b3": PaperPrinter._set_spacing,
    b"\x1bE": PaperPrinter._set_bold,
    b"\x1b!": PaperPrinter._set_latin,
    b"\x1c!": PaperPrinter._set_chinese,
    b"\x1d!": PaperPrinter._set_size,
}
