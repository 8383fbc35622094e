"""Room held on the disk and given back when the disk is full, so that what is here is still settled."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

import structlog

log = structlog.get_logger(__name__)

_NAME: Final = "queue.spare"
_LARGEST: Final = 32_000_000


class Spare:
    """A file that holds room in ``folder``: a third of ``reserve``, at most what erasing one visit takes."""

    def __init__(self, folder: Path, reserve: int) -> None:
        self._folder = folder
        self._file = folder / _NAME
        self.size = min(_LARGEST, reserve // 3)

    def give_back_if_full(self) -> None:
        """Let go of the room when next to nothing else is left. Raises ``OSError``."""
        if self._file.exists() and self._free() < self.size:
            self._file.unlink()
            log.critical("queue_disk_full", given_back=self.size)

    def keep(self) -> None:
        """Hold the room, if it is not held and there is plenty. Raises ``OSError``."""
        if not self.size or self._free() < 3 * self.size or self._held() == self.size:
            return
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, self.size)
        finally:
            os.close(descriptor)

    def _held(self) -> int:
        return self._file.stat().st_size if self._file.exists() else 0

    def _free(self) -> int:
        return shutil.disk_usage(self._folder).free
