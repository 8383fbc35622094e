"""The kiosk's end of the input engine: starts it, asks it, starts it anew when it ends or hangs.

A question brings everything with it, so that nothing is lost with the process: it is asked again. The
engine runs on the event loop of the window; without one (or without the engine's libraries) there is only
the letter keyboard.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog

from screens.input.desk import COMPILED, MODEL
from screens.input.messages import MessageError, Question, Ready, Reply, reply, to_line

log = structlog.get_logger(__name__)

ROOT: Final = Path(__file__).resolve().parents[2]
COMMAND: Final = (sys.executable, "-S", "-E", "-m", "screens.input.child", str(COMPILED), str(MODEL))

#: Seconds for one answer; the slowest takes a hundredth of that, the first one the start besides.
DEADLINE: Final = 2.0
#: A question that ended the engine this often is answered with nothing.
TRIES: Final = 2
#: So many ends in one visit, and the letter keyboard has to do.
ENDS: Final = 6

Answered = Callable[[Reply | None], None]


@dataclass
class _Asked:
    """A question that waits for its answer."""

    number: int
    question: Question
    answered: Answered = field(repr=False)
    tries: int = 0


class Engine:
    """One child process, started with the first question and ended with ``stop``.

    ``ready`` is told what the engine says of itself; ``gave_up`` is called once when it cannot be kept alive.
    """

    def __init__(
        self,
        ready: Callable[[Ready], None],
        gave_up: Callable[[], None],
        *,
        command: Sequence[str] = COMMAND,
        deadline: float = DEADLINE,
    ) -> None:
        self._ready = ready
        self._gave_up = gave_up
        self._command = command
        self._deadline = deadline
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._received = b""
        self._waiting: deque[_Asked] = deque()
        self._number = 0
        self._ends = 0

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._process.pid if self._process else None

    def ask(self, question: Question, answered: Answered) -> None:
        """Ask; ``answered`` gets the reply, or None where there is none to be had. Never waits."""
        self._number += 1
        if self._ends >= ENDS:
            answered(None)
            return
        asked = _Asked(self._number, question, answered)
        self._waiting.append(asked)
        if self._line is None:
            self._start()
        else:
            self._send(asked)

    def start(self) -> None:
        """Start it before the first question, which is then answered at once."""
        if self._line is None and self._ends < ENDS:
            self._start()

    def stop(self) -> None:
        """End the process, and with it whatever it holds. The next question starts another one."""
        self._waiting.clear()
        self._ends = 0
        self._end_process()

    # -- the process

    def _start(self) -> None:
        self._loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        try:
            self._process = subprocess.Popen(
                self._command,
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
                env={"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
            )
        except OSError as error:
            ours.close()
            log.warning("input.no_start", error=error.strerror)
            self._loop.call_soon(self._ended)
            return
        finally:
            theirs.close()
        ours.setblocking(False)
        self._line = ours
        self._loop.add_reader(ours.fileno(), self._receive)
        for asked in list(self._waiting):
            if self._line is ours:  # it may have ended meanwhile, and another one been asked
                self._send(asked)

    def _send(self, asked: _Asked) -> None:
        if self._line is None:
            return
        line = to_line(asked.number, asked.question)
        try:
            whole = self._line.send(line) == len(line)
        except OSError:
            whole = False  # it has ended, or has read nothing for as long as fills the line
        if whole:
            self._watch()
        else:
            self._ended()

    def _receive(self) -> None:
        assert self._line is not None
        try:
            received = self._line.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        if not received:
            self._ended()
            return
        *lines, self._received = (self._received + received).split(b"\n")
        line = self._line
        for one in lines:
            if self._line is line:  # an answer may have stopped it
                self._hear(one)

    def _hear(self, line: bytes) -> None:
        try:
            number, said = reply(line)
        except MessageError:
            self._ended()
            return
        if isinstance(said, Ready):
            self._ready(said)
        elif self._waiting and self._waiting[0].number == number:
            asked = self._waiting.popleft()
            self._watch()
            asked.answered(said)

    def _watch(self) -> None:
        """Count the time anew for the oldest question, if one waits."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiting and self._loop is not None:
            self._timer = self._loop.call_later(self._deadline, self._ended)

    def _ended(self) -> None:
        """It has ended, hangs or talks nonsense: go on with another one."""
        status = self._end_process()
        self._ends += 1
        gives_up = self._ends == ENDS
        log.warning("input.ended", status=status, ends=self._ends)
        given_up: list[_Asked] = []
        if self._waiting:
            self._waiting[0].tries += 1
            if self._waiting[0].tries >= TRIES:
                given_up.append(self._waiting.popleft())
        if self._ends >= ENDS:
            given_up += self._waiting
            self._waiting.clear()
        elif self._waiting:
            self._start()
        for asked in given_up:
            asked.answered(None)
        if gives_up:
            self._gave_up()

    def _end_process(self) -> int | None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._line is not None:
            if self._loop is not None:
                self._loop.remove_reader(self._line.fileno())
            self._line.close()
            self._line = None
        self._received = b""
        process, self._process = self._process, None
        if process is None:
            return None
        process.kill()
        return process.wait()
