"""A conversation with a printer over an open line: blocks out, questions and their answers."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Protocol

from devices.escpos import commands
from devices.escpos.status import Answer, AnswerParser, RealTime, RealTimeStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from devices.worker import Turn


class Line(Protocol):
    """What a conversation needs of its transport; `TcpLine` says more."""

    def write(self, data: bytes, turn: Turn, stall: float) -> None:
        """Send everything; DeviceTimeout when nothing was taken for ``stall`` seconds."""

    def read(self, turn: Turn, seconds: float) -> bytes:
        """Take what comes next, or nothing after ``seconds``."""

    def flush(self, turn: Turn, stall: float) -> None:
        """Wait until everything has left for the device."""

    def drain(self) -> None:
        """Throw away what has come unasked."""

    def close(self) -> None:
        """Let go."""


class Session:
    """Who speaks when: the printer's answers carry no name, so one question is asked at a time.

    Args:
        line: the open transport; the session closes it.
        answer_timeout: seconds to wait for a status answer.
        write_timeout: seconds for which the printer may take no bytes.
    """

    def __init__(self, line: Line, answer_timeout: float, write_timeout: float) -> None:
        self._line = line
        self._answer_timeout = answer_timeout
        self._write_timeout = write_timeout
        self._parser = AnswerParser()
        self._inbox: deque[Answer] = deque()
        self.answers = False
        """The printer has answered at least once."""

    def close(self) -> None:
        """Close the line."""
        self._line.close()

    def refresh(self) -> None:
        """Forget what was said before. Raises KeeperAction when the line is lost."""
        self._line.drain()
        self._parser = AnswerParser()
        self._inbox.clear()

    def send(self, data: bytes, turn: Turn) -> None:
        """Send bytes. Raises DeviceTimeout when the printer stops taking them."""
        self._line.write(data, turn, self._write_timeout)

    def flush(self, turn: Turn) -> None:
        """Wait until everything sent has left. Raises like `send`."""
        self._line.flush(turn, self._write_timeout)

    def ask(self, turn: Turn) -> RealTimeStatus:
        """Ask for all four real-time states. A printer silent on both 1 and 4 is not asked for the rest."""
        printer, paper = self.real_time(1, turn), self.real_time(4, turn)
        cause = error = None
        if printer is not None or paper is not None:
            cause, error = self.real_time(2, turn), self.real_time(3, turn)
        garbled = bool(self._parser.noise or self._inbox)
        return RealTimeStatus(printer, cause, error, paper, garbled=garbled)

    def ask_supply(self, turn: Turn) -> RealTimeStatus:
        """Ask only for what can change while a document is printed: paper and cover."""
        paper = self.real_time(4, turn)
        return RealTimeStatus(paper=paper, offline_cause=None if paper is None else self.real_time(2, turn))

    def await_answer(self, wanted: Callable[[Answer], bool], turn: Turn, seconds: float) -> Answer | None:
        """The first answer that is wanted, None after ``seconds``. Other answers stay in the inbox."""
        until = time.monotonic() + seconds
        while True:
            for answer in self._inbox:
                if wanted(answer):
                    self._inbox.remove(answer)
                    self.answers = True
                    return answer
            remaining = until - time.monotonic()
            if remaining <= 0:
                return None
            self._inbox.extend(self._parser.feed(self._line.read(turn, remaining)))

    def real_time(self, n: int, turn: Turn) -> int | None:
        """The bits of the answer to one DLE EOT n; ``None``: there was none."""
        # Picture data can look like a question: an answer nobody asked for must not be taken for this one.
        self._inbox.extend(self._parser.feed(self._line.read(turn, 0)))
        self._inbox = deque(answer for answer in self._inbox if not isinstance(answer, RealTime))
        self.send(commands.real_time_status(n), turn)
        answer = self.await_answer(lambda answer: isinstance(answer, RealTime), turn, self._answer_timeout)
        return answer.bits if isinstance(answer, RealTime) else None
