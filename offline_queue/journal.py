"""The journal, SQLite's write-ahead log, as a file: written in advance, wiped in place, mended.

Its format is that of sqlite.org/fileformat2.html, section 4: a header of 32 bytes, then frames, each 24 bytes
and a page. Two numbers (the salt) say which frames belong together. The checksum of each frame goes on from
that of the frame before, so a single flipped bit ends the journal for SQLite: nothing behind it is read.
"""

from __future__ import annotations

import os
import sqlite3
import struct
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from offline_queue.database import PAGE, journal_of

_HEADER: Final = 32
_FRAME: Final = 24 + PAGE
_HEADER_FIELDS: Final = struct.Struct(">8I")
_FRAME_FIELDS: Final = struct.Struct(">6I")
_FORMAT: Final = 3_007_000
_LITTLE_ENDIAN, _BIG_ENDIAN = 0x377F0682, 0x377F0683  # how the words of a checksum are read
_WORD: Final = 0xFFFF_FFFF
_FIRST_FEW: Final = 3

_Sum = tuple[int, int]


def write_ahead(connection: sqlite3.Connection, file: Path, size: int) -> None:
    """Cut the journal of ``file`` once all of it is in the database, and fill it with ``size`` zeros.

    Overwriting is synced faster than growing, and needs no room. The cut is synced before the first zero is
    written: zeros among old frames would end their recovery early. Raises ``OSError``, ``sqlite3.Error``.
    """
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    journal = journal_of(file)
    if busy or not journal.exists() or journal.stat().st_size:
        return
    descriptor = os.open(journal, os.O_WRONLY)
    try:
        os.fsync(descriptor)
        if size:
            os.pwrite(descriptor, bytes(size), 0)
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def wipe(connection: sqlite3.Connection, file: Path, *, whole: bool = False) -> None:
    """Move the journal of ``file`` into the database and overwrite what it held (or, ``whole``, all of it).

    Its place on the disk stays ours. The header goes first and is synced by itself: a beginning of old
    frames, replayed after a power cut, would take pages back to what they were. Raises ``OSError``,
    ``sqlite3.Error``.
    """
    busy, frames, moved = connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
    journal = journal_of(file)
    if busy or frames != moved or not journal.exists():
        return
    length = journal.stat().st_size
    used = length if whole else min(length, _HEADER + frames * _FRAME)
    if used <= _HEADER:
        return
    descriptor = os.open(journal, os.O_WRONLY)
    try:
        os.pwrite(descriptor, bytes(_HEADER), 0)
        os.fsync(descriptor)
        os.pwrite(descriptor, bytes(used - _HEADER), _HEADER)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def mended(journal: bytes, pages: int) -> bytes:
    """A damaged journal of a database of ``pages`` pages, with every frame of it readable again.

    A flipped bit is turned back where the checksum says which one it was; for the highest bits of a word it
    can not. What stays damaged stands behind a checksum that fits, for the checksums of the items to judge.
    """
    if len(journal) < _HEADER + _FRAME:
        return journal
    frames = [
        _Frame.read(journal[at : at + _FRAME]) for at in range(_HEADER, len(journal) - _FRAME + 1, _FRAME)
    ]
    fields = list(_HEADER_FIELDS.unpack_from(journal))
    order = ">" if fields[0] == _BIG_ENDIAN else "<"
    told = (fields[6], fields[7])
    if _checksum(journal[:24], (0, 0), order) != told:
        order = "<"
        salts = Counter(frame.salt for frame in frames[:_FIRST_FEW]).most_common(1)[0][0]
        fields = [_LITTLE_ENDIAN, _FORMAT, PAGE, 0, *salts]
    salt = (fields[4], fields[5])
    head = struct.pack(">6I", *fields[:6])
    now = _checksum(head, (0, 0), order)
    out = bytearray(head + struct.pack(">2I", *now))
    for number, frame in enumerate(frames):
        following = frames[number + 1] if number + 1 < len(frames) else None
        if not frame.belongs(salt) and (following is None or not following.belongs(salt)):
            break
        covered, told = _judged(frame, following, told, order, pages + len(frames))
        if not _plausible(covered, pages + len(frames)):
            break
        now = _checksum(covered, now, order)
        out += covered[:8] + struct.pack(">4I", *salt, *now) + covered[8:]
    return bytes(out)


class _Frame(NamedTuple):
    number: int
    commit: int
    salt: _Sum
    told: _Sum
    page: bytes

    @classmethod
    def read(cls, frame: bytes) -> _Frame:
        number, commit, salt_1, salt_2, sum_1, sum_2 = _FRAME_FIELDS.unpack_from(frame)
        return cls(number, commit, (salt_1, salt_2), (sum_1, sum_2), frame[_FRAME_FIELDS.size :])

    def belongs(self, salt: _Sum) -> bool:
        """Whether it was written with this salt, of which a half may be damaged."""
        return salt[0] == self.salt[0] or salt[1] == self.salt[1]

    @property
    def covered(self) -> bytes:
        """What the checksum is made of, besides that of the frame before."""
        return struct.pack(">2I", self.number, self.commit) + self.page


def _judged(
    frame: _Frame, following: _Frame | None, before: _Sum, order: str, largest: int
) -> tuple[bytes, _Sum]:
    """What a frame covered when it was written, and the checksum it had then."""
    found = _checksum(frame.covered, before, order)
    if found == frame.told:
        return frame.covered, found
    if following and _checksum(following.covered, found, order) == following.told:
        return frame.covered, found  # it is the checksum itself that was hit
    candidates = [
        one for one in _turned_back(frame.covered, found, frame.told, order) if _plausible(one, largest)
    ]
    if len(candidates) > 1 and not _plausible(frame.covered, largest):  # it was one of these two numbers
        candidates = [one for one in candidates if one[8:] == frame.page]
    return candidates[0] if len(candidates) == 1 else frame.covered, frame.told


def _plausible(covered: bytes, largest: int) -> bool:
    """Whether a frame's page, and the size of the database it may tell, are not beyond all bounds."""
    number, size = (int.from_bytes(covered[at : at + 4], "big") for at in (0, 4))
    return 0 < number <= largest and size <= largest


def _checksum(data: bytes, before: _Sum, order: str) -> _Sum:
    one, two = before
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for first, second in zip(words[::2], words[1::2], strict=True):
        one = (one + first + two) & _WORD
        two = (two + second + one) & _WORD
    return one, two


def _turned_back(data: bytes, found: _Sum, told: _Sum, order: str) -> Iterator[bytes]:
    """The data with one bit turned back, for each bit that explains the difference of the sums.

    Both sums are linear in every word, so what a word weighs in them is followed from the last to the first.
    """
    wanted = ((told[0] - found[0]) & _WORD, (told[1] - found[1]) & _WORD)
    words = list(struct.unpack(f"{order}{len(data) // 4}I", data))
    weights = [(1, 1), (0, 1)]  # of the first and the second word of a pair
    for place in range(len(words) - 1, -1, -1):
        one, two = weights[place % 2]
        for bit in range(32):
            change = -(1 << bit) if words[place] >> bit & 1 else 1 << bit
            if (one * change & _WORD, two * change & _WORD) == wanted:
                turned = struct.pack(f"{order}I", words[place] ^ 1 << bit)
                yield data[: 4 * place] + turned + data[4 * place + 4 :]
        weights[place % 2] = ((one + two) & _WORD, (one + 2 * two) & _WORD)
