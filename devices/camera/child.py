"""``python -m devices.camera.child``: the process in which a camera is opened, read and looked at.

Whatever a camera's driver does (hang for ever, crash, swallow memory), it does it here. The kiosk asks over
standard input and is answered over standard output, one answer for one request (`devices.camera.protocol`);
it ends this process when an answer does not come in time. Live pictures are laid into memory shared with
the kiosk. Nothing is kept between two visits: asked to ``rest``, it forgets what it has seen.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from devices.camera import capture, codes
from devices.camera.finder import Follower
from devices.camera.freshness import Freshness
from devices.camera.live import LIVE_BYTES, LIVE_EDGE
from devices.camera.protocol import BrokenMessage, Message, MessageParser
from devices.camera.shot import Picture, Shot
from devices.camera.sources import Source, open_source
from devices.errors import DeviceError

LARGEST_MEMORY = 2 * 2**30
"""Bytes of address space; a picture that wants more is not decoded."""

_WAITED = 0.004
"""Seconds: a picture that had to be waited for so long was not lying ready, so what comes next is new."""
_PAUSE = 0.05
"""Seconds without reading after which old pictures may lie ready."""
_STALE = 60
_ENOUGH = 3
"""Pictures by which a check knows how fast they come; they need not be decoded."""
_PR_SET_PDEATHSIG = 1


class Eye:
    """One open camera.

    Args:
        source: where pictures come from.
        patience: seconds after which an unchanged picture counts as frozen.
        slot: shared memory for one live picture, `LIVE_BYTES` long.
    """

    def __init__(self, source: Source, patience: float, slot: mmap.mmap) -> None:
        self._source = source
        self._patience = patience
        self._freshness = Freshness(patience, live=source.live)
        self._slot = slot
        self._follower = Follower()
        self._grabbed = 0.0
        self._number = 0
        self._last: Shot | None = None
        self.verbs: dict[str, Callable[[dict[str, Any]], Message]] = {
            "check": self.check,
            "look": self.look,
            "capture": self.capture,
            "code": self.code,
            "rest": self.rest,
        }
        self._live: Picture | None = None

    def check(self, _: dict[str, Any]) -> Message:
        """Look until the picture has changed, or ought to have; and how fast pictures come."""
        until = time.monotonic() + self._patience
        for turn in range(_ENOUGH if self._source.live else 0):
            self._grab()
            if turn >= 1 and time.monotonic() >= until:
                break
        self._next()
        while self._source.live and not self._freshness.sure:
            self._next()
        return self._answer()

    def look(self, _: dict[str, Any]) -> Message:
        """The next picture, small, in the shared memory, with the outline of the page in it."""
        self._next()
        live = self._live
        if live is None:
            return self._answer()
        height, width = live.shape[:2]
        self._slot[: live.nbytes] = live.tobytes()
        return self._answer(live=[width, height], outline=self._outline(live))

    def capture(self, words: dict[str, Any]) -> Message:
        """A picture taken from now on: the page in it, straightened and judged."""
        self._next()
        if self._source.live:
            self._next()  # the one before may have been exposed when the button was pressed
        whole = None if self._last is None else self._last.picture()
        if whole is None:
            return self._answer()
        taken = capture.take(whole, int(words["limit"]))
        self._forget()
        return self._answer(taken.jpeg, size=[taken.width, taken.height], verdicts=list(taken.verdicts))

    def code(self, words: dict[str, Any]) -> Message:
        """Look for a printed code for some time."""
        until = time.monotonic() + float(words["seconds"])
        seen = None
        while True:
            self._next()
            if self._last is not None and self._last is not seen:
                seen = self._last
                whole = seen.picture()
                found = None if whole is None else codes.find_code(whole)
                if found is not None:
                    self._forget()
                    return self._answer(found.data, symbology=found.symbology.value)
            if time.monotonic() >= until:
                return self._answer()
            time.sleep(0 if self._source.live else 0.02)

    def rest(self, _: dict[str, Any]) -> Message:
        """Forget what was seen."""
        self._forget()
        self._slot[:] = bytes(LIVE_BYTES)
        return self._answer()

    def _outline(self, live: Picture) -> list[list[float]] | None:
        """The corners of the page as fractions of width and height."""
        quad = self._follower.outline(live, self._grabbed)
        if quad is None:
            return None
        return [[float(x), float(y)] for x, y in quad / np.array(live.shape[1::-1], np.float32)]

    def _forget(self) -> None:
        self._follower = Follower()
        self._last = self._live = None

    def _next(self) -> None:
        """The next picture, looked at."""
        self._grab()
        shot = self._source.shot()
        if shot is not None and shot is self._last:
            return
        self._last = shot
        self._number += 1
        self._live = None if shot is None else shot.picture(LIVE_EDGE)
        self._freshness.saw(self._live, self._grabbed)

    def _grab(self) -> None:
        """The next picture that is new, not one that lay ready because nobody had read for a while."""
        if self._source.live and time.monotonic() - self._grabbed > _PAUSE:
            self._skip_old()
        before = self._grabbed
        self._source.grab()
        self._grabbed = time.monotonic()
        if self._source.live:
            self._freshness.waited(self._grabbed - before)

    def _skip_old(self) -> None:
        for _ in range(_STALE):
            began = time.monotonic()
            self._source.grab()
            self._grabbed = time.monotonic()
            if self._grabbed - began > _WAITED:
                return

    def _answer(self, data: bytes = b"", **words: object) -> Message:
        shot, rate = self._last, self._freshness.per_second
        seen = None if shot is None else [shot.width, shot.height]
        at = 0.0 if shot is None else shot.at
        known = {"ok": True, "number": self._number, "at": at, "seen": seen, "rate": rate}
        return Message(known | {"troubles": list(self._freshness.troubles)} | words, data)


def serve(requests: int, answers: int) -> None:
    """Answer requests until nobody asks any more.

    Args:
        requests, answers: file descriptors.
    """
    parser = MessageParser()
    eye: Eye | None = None
    while data := os.read(requests, 65_536):
        for request in parser.feed(data):
            try:
                if eye is None:
                    eye = _open(request.words)
                    answer = eye.check({})
                else:
                    answer = eye.verbs[request.words["do"]](request.words)
            except DeviceError as error:
                answer = _failure(error)
            _write(answers, answer.encode())


def _open(words: dict[str, Any]) -> Eye:
    source = open_source(words["source"], Path(words["base"]), words["width"], words["height"])
    return Eye(source, words["freshness"], mmap.mmap(words["slot"], LIVE_BYTES))


def _failure(error: DeviceError) -> Message:
    state = None if error.state is None else error.state.value
    return Message({"ok": False, "code": error.completion_code.value, "detail": error.detail, "state": state})


def _write(answers: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(answers, view) :]


def _guard(parent: int) -> None:
    """Die with the kiosk, leave no picture in a core dump, and take no more memory than a picture needs."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (LARGEST_MEMORY, LARGEST_MEMORY))


def main() -> None:
    """Serve the process that started this one; its number is the argument."""
    _guard(int(sys.argv[1]))
    answers = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no answer
    try:
        serve(sys.stdin.fileno(), answers)
    except (BrokenMessage, BrokenPipeError):
        sys.exit(1)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the kiosk, which ends this process itself
    main()
