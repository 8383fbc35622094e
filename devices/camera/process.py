"""A camera behind a process: asked from any thread, and never waited for longer than allowed.

`cv2.VideoCapture` can block for ever in native code, crash, or eat memory. All of that happens in another
process (`devices.camera.child`). One thread here speaks with it and kills it when it does not answer.
"""

from __future__ import annotations

import contextlib
import fcntl
import mmap
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import structlog

from devices.camera.answers import Answer
from devices.camera.child_line import ChildLine, Stopped, ended, failed
from devices.camera.live import LIVE_BYTES
from devices.contract import Frame
from devices.errors import CompletionCode, DeviceError

UNWATCHED = 2.0
"""Seconds after the last look at the live picture until it is forgotten, here and in the process."""

_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
_STOP = 2.0

log = structlog.get_logger("yedeng.devices")


@dataclass
class _Request:
    words: dict[str, Any]
    seconds: float
    answered: Future[tuple[Answer, bytes]] = field(default_factory=Future)


class CameraProcess:
    """One camera in a process of its own, which is begun at once.

    Args:
        name: the device's name.
        opening: source, base, width, height and freshness, as `devices.camera.child` takes them.
        opens_within: seconds for opening the camera and seeing its first pictures.
        deadline: seconds that any later answer may take beyond what was asked for.
        on_lost: told once, from the camera's thread, why the process was ended or has ended by itself.
        on_answer: told every answer, from the camera's thread.
    """

    def __init__(
        self,
        name: str,
        opening: dict[str, Any],
        *,
        opens_within: float,
        deadline: float,
        on_lost: Callable[[DeviceError], object],
        on_answer: Callable[[Answer], object],
    ) -> None:
        self._name = name
        self._deadline = deadline
        self._on_lost, self._on_answer = on_lost, on_answer
        self._newest: Frame | None = None
        self._wished, self._wanted, self._resting = 0.0, False, True
        self._requests: deque[_Request] = deque()
        self._stopping = False
        self._failure: DeviceError | None = None
        self._line: ChildLine | None = None
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._bell = threading.Lock()
        first = _Request(opening, opens_within)
        self.opened = first.answered
        self._thread = threading.Thread(target=self._run, args=(first,), name=f"frames-{name}", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """The process, None before and after it."""
        line = self._line
        return None if line is None else line.pid

    def latest(self) -> Frame | None:
        """The newest live picture; the next one is asked for. Never blocks."""
        self._wished, self._wanted = time.monotonic(), True
        self._ring()
        return self._newest

    def ask(self, seconds: float, /, **words: object) -> Future[tuple[Answer, bytes]]:
        """Ask for what takes ``seconds`` beside the deadline. The future can fail with a DeviceError."""
        request = _Request(dict(words), seconds + self._deadline)
        self._requests.append(request)
        self._ring()
        if self._failure is not None:
            self._refuse_all(self._failure)
        return request.answered

    def stop(self) -> None:
        """End the process and its thread, whatever the camera does."""
        self._stopping = True
        self._ring()
        self._thread.join(_STOP)

    def _ring(self) -> None:
        with self._bell:
            if self._wake >= 0:
                os.eventfd_write(self._wake, 1)

    def _run(self, first: _Request) -> None:
        memory = os.memfd_create("yedeng-camera", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        slot: mmap.mmap | None = None
        self._requests.appendleft(first)
        try:
            os.ftruncate(memory, LIVE_BYTES)
            fcntl.fcntl(memory, fcntl.F_ADD_SEALS, _SEALS)  # neither side takes memory from the other
            slot = mmap.mmap(memory, LIVE_BYTES, mmap.MAP_SHARED, mmap.PROT_READ)
            first.words["slot"] = memory
            self._line = ChildLine(self._name, memory, self._wake)
            while not self._stopping:
                self._step(self._line, slot)
        except Stopped:
            pass
        except DeviceError as error:
            self._failure = error
        except Exception as error:  # noqa: BLE001 - the thread's last words; what was photographed is never told
            log.warning("camera.failed", device=self._name, error=type(error).__name__)
            self._failure = failed("driver-failed", CompletionCode.INTERNAL_ERROR)
        self._finish(slot, memory)

    def _step(self, line: ChildLine, slot: mmap.mmap) -> None:
        """One exchange, or one rest. What was asked for by name comes before the live picture."""
        if self._requests:
            request = self._requests[0]
            answered = self._exchange(line, request.words, request.seconds)
            self._requests.popleft()
            request.answered.set_result(answered)
        elif self._wanted:
            self._wanted, self._resting = False, False
            answer, _ = self._exchange(line, {"do": "look"}, self._deadline)
            self._newest = self._frame(answer, slot)
        elif not self._resting and time.monotonic() - self._wished > UNWATCHED:
            self._newest, self._resting = None, True
            self._exchange(line, {"do": "rest"}, self._deadline)
        else:
            line.rest(None if self._resting else UNWATCHED)

    def _exchange(self, line: ChildLine, words: dict[str, Any], seconds: float) -> tuple[Answer, bytes]:
        answer, data = line.exchange(words, seconds, lambda: self._stopping)
        self._on_answer(answer)
        return answer, data

    def _frame(self, answer: Answer, slot: mmap.mmap) -> Frame | None:
        if answer.live is None:
            return None
        if self._newest is not None and answer.number == self._newest.number:
            return self._newest
        width, height = answer.live
        if width * height * 3 > LIVE_BYTES:
            raise failed("camera-process-broken")
        picture = np.frombuffer(slot, np.uint8, width * height * 3).reshape(height, width, 3).copy()
        return Frame(answer.number, answer.at, picture, answer.outline)

    def _finish(self, slot: mmap.mmap | None, memory: int) -> None:
        """Nothing of the process stays: no memory, no file descriptor, nobody who waits for it."""
        self._newest = None
        line, self._line = self._line, None
        if line is not None:
            line.end()
        if slot is not None:
            slot.close()
        os.close(memory)
        with self._bell:
            os.close(self._wake)
            self._wake = -1
        told, self._failure = self._failure, self._failure or ended()
        if told is not None and not self._stopping:
            self._on_lost(told)
        self._refuse_all(self._failure)

    def _refuse_all(self, error: DeviceError) -> None:
        while True:
            try:
                request = self._requests.popleft()
            except IndexError:
                return
            with contextlib.suppress(Exception):
                request.answered.set_exception(error)
