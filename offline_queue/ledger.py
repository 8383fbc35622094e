"""The ids of what was acknowledged since the journal was last moved into the database: a second witness.

A bit that flips in the journal ends it for SQLite like a torn write, without a word. So each acknowledged id
goes into a file of its own as well; at opening every one of them has to be in the database.

The file is not synced: it is there against a disk that alters what it holds. After a power cut its last lines
may be missing or torn, never wrong: a line is written after its item is durable, and carries a checksum.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import structlog

log = structlog.get_logger(__name__)

_NAME: Final = "queue.ledger"


class Ledger:
    """The ledger of one locked folder. Opening it raises ``OSError``."""

    def __init__(self, folder: Path) -> None:
        self._descriptor = os.open(folder / _NAME, os.O_RDWR | os.O_CREAT, 0o600)
        self._end = os.fstat(self._descriptor).st_size

    def close(self) -> None:
        """Let go of the file; harmless the second time."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def holds_ids(self) -> bool:
        """Whether anything was noted since it was cleared."""
        return self._end > 0

    def add(self, ids: Iterable[str]) -> None:
        """Note ids that were acknowledged. They are safe already: a ledger that fails is only logged."""
        lines = b"".join(map(_line, ids))
        try:
            self._end += os.pwrite(self._descriptor, lines, self._end)
        except OSError as error:
            log.warning("queue_ledger_not_written", error=error.strerror)

    def clear(self) -> None:
        """Forget all ids: what they name is in the database file."""
        if self._end:
            try:
                os.ftruncate(self._descriptor, 0)
                self._end = 0
            except OSError as error:
                log.warning("queue_ledger_not_cut", error=error.strerror)

    def missing(self, ask: Callable[..., list[Any]]) -> list[str]:
        """The ids noted here that are in no row; ``ask`` puts a question to the database."""
        lines = os.pread(self._descriptor, self._end, 0).splitlines(keepends=True)
        ids = dict.fromkeys(line[:36].decode("ascii", "replace") for line in lines)
        whole = set(lines)
        return [
            id_ for id_ in ids if _line(id_) in whole and not ask("SELECT 1 FROM items WHERE id = ?", (id_,))
        ]


def _line(id_: str) -> bytes:
    return f"{id_} {zlib.crc32(id_.encode()):08x}\n".encode()
