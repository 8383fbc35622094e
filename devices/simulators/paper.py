"""A receipt printer on the bench: reads ESC/POS, answers like a printer, draws its paper to PNG files."""

from __future__ import annotations

import threading
from collections import deque
from pathlib import Path

import segno
from PIL import Image

from devices.simulators.escpos_stream import Command, CommandParser
from devices.simulators.faults import Fault
from devices.simulators.roll import Cell, Roll

_FIXED_BITS = 0x12
_FEED_TO_CUTTER = 60
_STYLES = {b"\x1ba", b"\x1b3", b"\x1bE", b"\x1b!", b"\x1c!", b"\x1d!"}
_STOPPING = {Fault.PAPER_OUT, Fault.COVER_OPEN}


class _Style:
    """How the next characters look."""

    def __init__(self) -> None:
        self.align = 0
        self.spacing = 30
        self.bold = False
        self._latin = self._chinese = (1, 1)

    def cell(self, data: bytes) -> tuple[str, Cell]:
        """One character as text and as ink."""
        text = data.decode("gbk", errors="replace")
        scale_x, scale_y = self._latin if len(data) == 1 else self._chinese
        return text, Cell(text, scale_x, scale_y, bold=self.bold)

    def obey(self, command: bytes, n: int) -> None:
        """Change the style by one of the commands in `_STYLES`."""
        match command:
            case b"\x1ba":
                self.align = min(n & 0x03, 2)
            case b"\x1b3":
                self.spacing = n
            case b"\x1bE":
                self.bold = bool(n & 1)
            case b"\x1b!":
                self._latin = (2 if n & 0x20 else 1, 2 if n & 0x10 else 1)
                self.bold = bool(n & 0x08)
            case b"\x1c!":
                self._chinese = (2 if n & 0x04 else 1, 2 if n & 0x08 else 1)
            case b"\x1d!":
                self._latin = self._chinese = ((n >> 4 & 7) + 1, (n & 7) + 1)


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
        self._fault = Fault.NONE
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
        self._style = _Style()
        self._module, self._stored = 3, b""

    @property
    def unknown_commands(self) -> list[bytes]:
        """Commands that this printer does not know: a careful driver sends none."""
        return self._parser.unknown

    @property
    def waiting(self) -> Path | None:
        """The paper that nobody has taken yet."""
        return self._waiting

    @property
    def out(self) -> bool:
        """There is no paper."""
        return self._fault is Fault.PAPER_OUT

    def set_fault(self, fault: Fault, after_lines: int = 0) -> None:
        """Misbehave, or stop doing so: then what waited is printed, as a real printer does after a refill.

        With `after_lines`, the paper runs out only after that many more lines.
        """
        with self._lock:
            self._lines_left = after_lines if fault is Fault.PAPER_OUT and after_lines else None
            self._fault = Fault.NONE if self._lines_left else fault
            self._work()

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
            if self._fault is Fault.SILENT:
                return b""
            return b"\xa5\xff\x89\xc4" * len(answer) if self._fault is Fault.GARBAGE else answer

    def _real_time(self, n: int) -> bytes:
        """The answer to DLE EOT n."""
        bits = {
            1: {0x08: self._fault in _STOPPING, 0x80: self._taken_sensor and self._waiting is not None},
            2: {0x04: self._fault is Fault.COVER_OPEN, 0x20: self._fault is Fault.PAPER_OUT},
            3: {},
            4: {
                0x0C: self._fault in {Fault.PAPER_LOW, Fault.PAPER_OUT},
                0x60: self._fault is Fault.PAPER_OUT,
            },
        }.get(n)
        return b"" if bits is None else bytes((_FIXED_BITS | sum(bit for bit, on in bits.items() if on),))

    def _work(self) -> bytes:
        """Print what waits, as long as nothing is in the way."""
        answer = b""
        while self._queue and self._fault not in _STOPPING:
            answer += self._obey(self._queue.popleft())
        return answer

    def _obey(self, command: Command) -> bytes:
        name, data = command.name, command.data
        match name:
            case b"":
                self._character(data)
            case b"\n":
                self._line_feed(self._style.spacing)
            case b"\x1bJ":
                self._line_feed(data[0])
            case b"\x1bd":
                self._line_feed(data[0] * self._style.spacing)
            case b"\x1b@":
                self._style = _Style()
            case b"\x1dv":
                self._raster(data)
            case b"\x1dV" | b"\x1bi" | b"\x1bm":
                self._cut(data)
            case b"\x1dr" | b"\x1d(":
                return self._confirm(name, data)
            case _ if name in _STYLES:
                self._style.obey(name, data[0])
        return b""

    def _confirm(self, name: bytes, data: bytes) -> bytes:
        """The answer that everything before has been printed; a code, which answers nothing."""
        if data[:1] == b"k" and len(data) > 5:
            self._qr(data[4], data[5:])
        if name == b"\x1dr":
            return b"\x00" if data in {b"\x01", b"1"} else b""
        return b"\x37\x22" + data[5:9] + b"\x00" if data[0:1] == b"H" and data[3:5] == b"00" else b""

    def _qr(self, function: int, arguments: bytes) -> None:
        """GS ( k of a QR code: 67 side of a module, 80 store, 81 print."""
        match function:
            case 67:
                self._module = min(max(1, arguments[0]), 16)
            case 80:
                self._stored = arguments[1:]
            case 81:
                picture = _code(self._stored, self._module)
                if picture is not None:
                    self._flush_line()
                    self._roll.raster((picture.width + 7) // 8, picture.tobytes(), self._style.align)
                    self._count_line()

    def _character(self, data: bytes) -> None:
        text, cell = self._style.cell(data)
        if sum(c.width for c in self._cells) + cell.width > self._roll.width:
            self._line_feed(self._style.spacing)
        self._cells.append(cell)
        self._text += text

    def _raster(self, data: bytes) -> None:
        self._flush_line()
        self._roll.raster(int.from_bytes(data[2:4], "little"), data[6:], self._style.align)
        self._count_line()

    def _line_feed(self, dots: int) -> None:
        if self._cells:
            self._lines.append(self._text)
            self._roll.line(self._cells, self._style.align, dots)
            self._cells, self._text = [], ""
        else:
            self._roll.feed(dots)
        self._count_line()

    def _flush_line(self) -> None:
        if self._cells:
            self._line_feed(self._style.spacing)

    def _count_line(self) -> None:
        if self._lines_left is not None:
            self._lines_left -= 1
            if self._lines_left <= 0:
                self._lines_left, self._fault = None, Fault.PAPER_OUT

    def _cut(self, data: bytes) -> None:
        self._flush_line()
        if data[:1] in {b"A", b"B"}:
            self._roll.feed(_FEED_TO_CUTTER)
        if self._roll.bare:
            self._roll.cut()
            return
        earlier = self._folder.glob(f"{self._name}-[0-9][0-9][0-9][0-9].png")
        number = 1 + max((int(path.stem[-4:]) for path in earlier), default=0)
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


def _code(data: bytes, module: int) -> Image.Image | None:
    """A QR code as a printer draws it, without a quiet zone, 1 is black; None: it cannot be one."""
    try:
        code = segno.make_qr(data, error="m", boost_error=False)
    except ValueError:  # nothing stored, or more than a code holds
        return None
    rows = [[cell for cell in row for _ in range(module)] for row in code.matrix_iter(border=0)]
    picture = Image.new("1", (len(rows[0]), len(rows) * module))
    picture.putdata([255 * cell for row in rows for _ in range(module) for cell in row])
    return picture
