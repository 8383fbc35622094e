"""The input engine as a process of its own: ``python -m screens.input.child FOLDER MODEL``.

librime and zinnia are C++ that reads data files: what goes wrong there must not end the kiosk. And what a
resident wrote ends with this process, which the kiosk ends with the visit. Questions come on standard
input, replies go to standard output; standard error says nothing of what was written, and nothing is
written anywhere else.
"""

from __future__ import annotations

import ctypes
import resource
import signal
import sys
from pathlib import Path
from typing import Final

from screens.input import messages
from screens.input.messages import Look, Question, Read, Ready, Reply, Taken, Words, question, to_line
from screens.input.rime import Rime, RimeError
from screens.input.zinnia import Zinnia, ZinniaError

PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4


class Engines:
    """Both engines; a missing one is said in ``ready`` and answers nothing."""

    def __init__(self, folder: Path, model: Path) -> None:
        self._rime: Rime | None = None
        self._zinnia: Zinnia | None = None
        problems = {"pinyin": "", "hand": ""}
        try:
            self._rime = Rime(folder)
        except RimeError as error:
            problems["pinyin"] = str(error)
        try:
            self._zinnia = Zinnia(model)
        except ZinniaError as error:
            problems["hand"] = str(error)
        self.ready = Ready(**problems)

    def answer(self, asked: Question) -> Reply:
        """The reply to one question."""
        if isinstance(asked, Read):
            strokes = [list(stroke) for stroke in asked.strokes]
            return Words(tuple(self._zinnia.recognise(strokes, asked.count)) if self._zinnia else ())
        if self._rime is None:
            return Words(()) if isinstance(asked, Look) else Taken("", asked.letters)
        if isinstance(asked, Look):
            words, more = self._rime.candidates(asked.letters, asked.first, asked.count)
            return Words(tuple(words), more)
        return messages.Taken(*self._rime.take(asked.letters, asked.index))


def keep_to_itself() -> None:
    """No picture of this process's memory is ever written to disk, and it does not outlive the kiosk."""
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Answer line by line until the kiosk closes the line or ends this process."""
    keep_to_itself()
    engines = Engines(Path(sys.argv[1]), Path(sys.argv[2]))
    out = sys.stdout.buffer
    out.write(to_line(0, engines.ready))
    out.flush()
    for line in sys.stdin.buffer:
        number, asked = question(line)
        out.write(to_line(number, engines.answer(asked)))
        out.flush()


if __name__ == "__main__":
    main()
