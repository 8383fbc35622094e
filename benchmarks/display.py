"""An X server without a screen whose picture can be watched from outside, pixel by pixel.

Xvfb keeps its picture in a file (``-fbdir``) in the format of xwd. Watching that file asks nothing of the
programs under measurement, and is the same eye for all of them.
"""

from __future__ import annotations

import contextlib
import mmap
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.processes import BenchmarkError

SIZE = (1080, 1920)
STRIDE = 16
"""Every how many pixels, across and down, one is looked at."""
LOOK_EVERY = 0.003
MOST = 0.8
"""Share of the drawn pixels that must be final for a page to count as shown."""
STILL = 1.0
"""Seconds without any change after which a picture counts as complete."""


@dataclass(frozen=True)
class Shown:
    """A picture appeared: after how many seconds, with how many seconds of CPU used by then."""

    seconds: float
    cpu: float


class Display:
    """A running X server. ``name`` goes into DISPLAY."""

    def __init__(self, name: str, picture: NDArray[np.uint8]) -> None:
        self.name = name
        self._picture = picture

    def look(self) -> NDArray[np.uint8]:
        """A copy of every ``STRIDE``-th pixel."""
        return self._picture[::STRIDE, ::STRIDE].copy()

    def picture(self) -> NDArray[np.uint8]:
        """A copy of the whole picture, rows of red, green, blue."""
        return self._picture[:, :, 2::-1].copy()

    def watch(self, cpu: Callable[[], float], started: float, patience: float = 30.0) -> Shown:
        """Watch until a new picture stands still; when it first stood there.

        ``started`` is the ``time.perf_counter`` to count from. The moment is the first at which most of what
        is drawn on the ground is what it stays: the clock and the words of a chip may change later.

        Raises:
            BenchmarkError: nothing appeared.
        """
        last = before = self.look()
        seen: list[tuple[Shown, NDArray[np.uint8]]] = []
        until = started + patience
        while (now := time.perf_counter()) < until:
            current = self.look()
            if not np.array_equal(current, last):
                seen.append((Shown(time.perf_counter() - started, cpu()), current))
                last = current
            elif seen and now - started - seen[-1][0].seconds > STILL:
                break
            time.sleep(LOOK_EVERY)
        if not seen or np.array_equal(last, before):
            raise BenchmarkError(f"nothing appeared on the display within {patience:g} s")
        drawn = (last != before).any(axis=-1) & (last != _ground(last)).any(axis=-1)
        return next(shown for shown, picture in seen if np.mean((picture == last).all(axis=-1)[drawn]) > MOST)


def _ground(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The colour that most pixels have."""
    colours, counts = np.unique(picture.reshape(-1, picture.shape[-1]), axis=0, return_counts=True)
    ground: NDArray[np.uint8] = colours[counts.argmax()]
    return ground


@contextlib.contextmanager
def display(size: tuple[int, int] = SIZE) -> Iterator[Display]:
    """Start an X server with one screen of 24 bits.

    Raises:
        BenchmarkError: there is none on this machine, or it did not start.
    """
    width, height = size
    with tempfile.TemporaryDirectory(prefix="yedeng-display-") as folder:
        command = ["Xvfb", "-displayfd", "1", "-screen", "0", f"{width}x{height}x24", "-fbdir", folder]
        try:
            server = subprocess.Popen(
                [*command, "-nolisten", "tcp", "-noreset", "-nocursor"],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except FileNotFoundError:
            raise BenchmarkError("Xvfb is not installed; deploy/setup.sh bench installs it") from None
        with server:
            try:
                assert server.stdout is not None, "asked for as a pipe"
                number = server.stdout.readline().decode().strip()
                if not number:
                    raise BenchmarkError("Xvfb did not start")
                yield Display(f":{number}", _map(Path(folder) / "Xvfb_screen0"))
            finally:
                server.terminate()


def _map(path: Path) -> NDArray[np.uint8]:
    """The server's own memory of its picture: (height, width, 4) bytes blue, green, red, unused."""
    with path.open("r+b") as file:
        shared: Any = mmap.mmap(file.fileno(), 0)
    # XWDFileHeader of X11/XWDFile.h, 25 numbers of 32 bits, big end first.
    header = struct.unpack(">25I", shared[:100])
    header_size, width, height, bytes_per_line, colours = (header[i] for i in (0, 4, 5, 12, 19))
    start = header_size + colours * 12
    pixels = np.frombuffer(shared, np.uint8, height * bytes_per_line, start)
    return pixels.reshape(height, bytes_per_line // 4, 4)[:, :width]
