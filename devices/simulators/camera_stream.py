"""A camera's cable: a named pipe through which pictures run as JPEGs, as real programs feed one.

OpenCV opens it by its path like any camera. The picture is whatever the far end shows at that moment; while
nobody reads, nothing is made.
"""

from __future__ import annotations

import os
import select
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path

_LOOK = 0.05


class CameraStream:
    """Feeds pictures into a named pipe, from a thread of its own.

    Args:
        path: where the pipe is made.
        frame: called for the next picture as JPEG, or None when there is none now.
        pause: called for the seconds between two pictures.
    """

    def __init__(self, path: Path, frame: Callable[[], bytes | None], pause: Callable[[], float]) -> None:
        self._path = path
        self._frame, self._pause = frame, pause
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Plug it in. Plugging in twice does nothing."""
        if self._thread is not None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if not is_pipe(self._path):
            os.mkfifo(self._path, 0o600)
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name=f"stream-{self._path.name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Pull the cable: whoever reads comes to the end, and the pipe is gone."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._path.unlink(missing_ok=True)
        self._stopping.set()
        thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                line = os.open(self._path, os.O_WRONLY | os.O_NONBLOCK)
            except OSError:  # nobody reads
                self._stopping.wait(_LOOK)
                continue
            try:
                self._film(line)
            except BrokenPipeError:
                continue
            finally:
                os.close(line)

    def _film(self, line: int) -> None:
        while not self._stopping.is_set():
            began = time.monotonic()
            jpeg = self._frame()
            if jpeg is not None:
                self._write(line, jpeg)
            elif _reader_left(line):
                return
            self._stopping.wait(max(0.0, began + self._pause() - time.monotonic()))

    def _write(self, line: int, data: bytes) -> None:
        left = memoryview(data)
        while left and not self._stopping.is_set():
            if select.select((), (line,), (), _LOOK)[1]:
                left = left[os.write(line, left) :]


def is_pipe(path: Path) -> bool:
    """A named pipe lies there."""
    try:
        return stat.S_ISFIFO(path.lstat().st_mode)
    except OSError:
        return False


def _reader_left(line: int) -> bool:
    poll = select.poll()
    poll.register(line, 0)
    return any(event & select.POLLERR for _, event in poll.poll(0))
