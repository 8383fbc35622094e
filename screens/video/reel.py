"""A video as pictures that are due: one thread reads the file, the newest picture wins, nothing piles up.

No Kivy here. Times are seconds from the beginning of the video. The file comes from the signed catalogue.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import av
import structlog

_log = structlog.get_logger(__name__)
#: What the maker of our own videos writes into them: captions stand below the scene (deploy/guide_videos.py).
_CAPTIONS_BELOW: Final = "captions-below"
#: Later than this a picture is left out, so that a slow machine keeps the time.
_TOO_LATE: Final = 0.3
#: Longest wait of a thread that has nothing to show; it is woken earlier by every wish.
_PATIENCE: Final = 0.5


@dataclass(frozen=True)
class Still:
    """One picture: rows of RGB from the top."""

    number: int
    at: float
    width: int
    height: int
    pixels: bytes = field(repr=False)


class Reel:
    """Plays one file. ``chapters`` are the seconds at which its scenes begin, ``length`` is its own.

    Raises ``OSError`` or ``ValueError`` when the file is no video.
    """

    def __init__(self, file: Path) -> None:
        try:
            with av.open(str(file)) as video:
                self.length = float(video.duration or 0) / av.time_base
                chapters = [float(one["start"] * (one["time_base"] or 0)) for one in video.chapters()]
                stream = video.streams.video[0]
                self.shape = stream.height / stream.width
                if video.metadata.get("comment") == _CAPTIONS_BELOW:
                    self.shape = 0.5
        except (av.FFmpegError, IndexError) as error:
            raise ValueError(f"{file.name} is no video: {type(error).__name__}") from None
        self.chapters = tuple(chapters) or (0.0,)
        self.newest: Still | None = None
        self._file = file
        self._wish = threading.Condition()
        self._from: float | None = None
        self._at = 0.0
        self._limit = float("inf")
        self._playing = False
        self._stopped = False
        self._ended = False
        self._number = 0
        self._thread = threading.Thread(target=self._run, name="guide-video", daemon=True)

    def start(self, at: float = 0.0) -> None:
        """Show the picture of this time, standing still."""
        self._from, self._at = min(max(0.0, at), self.length), at
        self._thread.start()

    @property
    def playing(self) -> bool:
        """Whether it moves."""
        return self._playing and not self._ended

    @property
    def ended(self) -> bool:
        """Whether it has been shown to its end."""
        return self._ended

    @property
    def at(self) -> float:
        """Where it is."""
        return self._at

    @property
    def chapter(self) -> int:
        """Which scene is shown, from 0."""
        return max(0, sum(start <= self._at + 0.02 for start in self.chapters) - 1)

    def play(self) -> None:
        """Go on, or from the beginning after the end."""
        with self._wish:
            if self._ended:
                self._from, self._ended = 0.0, False
            self._playing = True
            self._wish.notify()

    def pause(self) -> None:
        """Stand still."""
        with self._wish:
            self._playing = False
            self._wish.notify()

    def limit(self, at: float) -> None:
        """Show nothing of this time or later until the limit is another; infinity lifts it."""
        if at != self._limit:
            with self._wish:
                self._limit = at
                self._wish.notify()

    def seek(self, at: float) -> None:
        """Go there; it plays or stands as before."""
        with self._wish:
            self._from, self._ended = min(max(0.0, at), self.length), False
            self._at = self._from
            self._wish.notify()

    def stop(self) -> None:
        """End the thread and let go of the picture. May be called twice."""
        with self._wish:
            self._stopped = True
            self._wish.notify()
        if self._thread.ident is not None:
            self._thread.join()
        self.newest = None

    def _run(self) -> None:
        try:
            with av.open(str(self._file)) as video:
                while not self._stopped:
                    self._show(video)
        except (av.FFmpegError, OSError) as error:
            _log.warning("video.broken", file=self._file.name, reason=type(error).__name__)
            with self._wish:
                self._ended = True

    def _show(self, video: Any) -> None:
        """Show pictures from where it was wished until the end, another wish or the stop."""
        with self._wish:
            begin, self._from = self._from, None
        if begin is None:
            with self._wish:
                if not self._wished():
                    self._wish.wait(_PATIENCE)
            return
        video.seek(round(begin * av.time_base))
        due = _Clock()
        with closing(_pictures(video)) as pictures:
            for frame in pictures:
                at = float(frame.time or 0.0)
                if at + 1e-3 < begin:
                    continue
                first = at - begin < 0.1
                if not first and not self._wait_until(due, at):
                    return
                if first or due.late(at) < _TOO_LATE:
                    self._keep(frame, at)
                if first:
                    due.start(at)
        with self._wish:
            if not self._wished():
                self._at, self._ended, self._playing = self.length, True, False

    def _wished(self) -> bool:
        """Whether it shall go elsewhere, or end."""
        return self._stopped or self._from is not None

    def _wait_until(self, due: _Clock, at: float) -> bool:
        """Wait until a picture is due; False when something else is wished."""
        with self._wish:
            while not self._wished():
                if not self._playing or at >= self._limit:
                    self._wish.wait(_PATIENCE)
                    due.start(self._at)
                elif (left := -due.late(at)) > 0:
                    self._wish.wait(left)
                else:
                    return True
        return False

    def _keep(self, frame: Any, at: float) -> None:
        tall = round(frame.width * self.shape)
        pixels = frame.to_ndarray(format="rgb24")[:tall]
        self._number += 1
        self._at = at
        self.newest = Still(self._number, at, frame.width, tall, pixels.tobytes())


def _pictures(video: Any) -> Generator[Any, None, None]:
    yield from video.decode(video=0)


class _Clock:
    """When pictures are due, by a monotonic clock."""

    def __init__(self) -> None:
        self._zero = time.monotonic()

    def start(self, at: float) -> None:
        """The picture of this time is due now."""
        self._zero = time.monotonic() - at

    def late(self, at: float) -> float:
        """How many seconds ago the picture of this time was due; negative while it is not."""
        return time.monotonic() - self._zero - at
