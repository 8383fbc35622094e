"""How much paper has gone through a printer since its roll was new, and how much is left.

Most small printers have no sensor for the roll's end that can be trusted. What was sent can be counted: every
command that moves paper says by how many dots. The count is kept in a small file; a roll that is put in after
paper-out begins it anew.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import segno
import structlog

log = structlog.get_logger("yedeng.devices")

MM_PER_DOT = 0.125
"""203 dpi, 8 dots a millimetre: every printer this driver knows."""

FEED_TO_CUTTER = 60
"""Dots from the head to the cutter, about 8 mm; models differ, and it hardly matters over a roll."""

LOW_MM = 3000
"""Less paper than this is low: about ten receipts, and the core of the roll runs out of true."""

_MOVES = re.compile(
    rb"\x1dv0\x00..(..)"  # raster: rows
    rb"|\A\x1b3(.).*\n\Z"  # a line of text, which begins with its spacing
    rb"|\x1bJ(.)"  # feed
    rb"|\x1dV[AB]()"  # feed to the cutter
    rb"|\x1d\(k\x03\x001C(.)\x1d\(k\x03\x001E1\x1d\(k(..)1P0",  # a QR code: module, length of its data
    re.DOTALL,
)


def paper_mm(blocks: list[bytes]) -> float:
    """The length of paper that a document takes, mm.

    Args:
        blocks: what `devices.escpos.encode.encode` gives.
    """
    return MM_PER_DOT * sum(_dots(block) for block in blocks)


def _dots(block: bytes) -> int:
    moved, at = 0, 0
    while (move := _MOVES.search(block, at)) is not None:
        rows, spacing, feed, _, module, length = move.groups()
        at = move.end()
        if rows is not None:
            moved += int.from_bytes(rows, "little")
            at += int.from_bytes(block[move.start() + 4 : move.start() + 6], "little") * int.from_bytes(
                rows, "little"
            )
        elif module is not None:
            data = block[at : at + int.from_bytes(length, "little") - 3]
            moved += module[0] * int(
                segno.make_qr(data, error="m", boost_error=False).symbol_size(border=0)[0]
            )
            at += len(data)
        elif spacing is not None or feed is not None:
            moved += (spacing or feed)[0]
        else:
            moved += FEED_TO_CUTTER
    return moved


class PaperMetre:
    """The count of one printer. Used by one thread at a time.

    Args:
        path: its file; folders are made. A file that cannot be read counts from nothing.
        roll_metres: length of a new roll, m; 0: not known.
    """

    def __init__(self, path: Path, roll_metres: float) -> None:
        self._path = path
        self._roll_mm = roll_metres * 1000
        try:
            kept = json.loads(path.read_text())
            self.used_mm, self._out = float(kept["used_mm"]), bool(kept["out"])
        except (OSError, ValueError, KeyError, TypeError):
            self.used_mm, self._out = 0.0, False

    @property
    def low(self) -> bool:
        """By the count, the roll is nearly used up."""
        return bool(self._roll_mm) and self._roll_mm - self.used_mm < LOW_MM

    @property
    def words(self) -> str:
        """For people, e.g. ``12.3 m of 80 m used``."""
        whole = f" of {self._roll_mm / 1000:g} m" if self._roll_mm else ""
        return f"{self.used_mm / 1000:.1f} m{whole} used"

    def add(self, mm: float) -> None:
        """Count a document that was sent, wholly or in part."""
        self.used_mm += mm
        self._keep()

    def see(self, *, out: bool) -> None:
        """Take note whether there is paper; paper that is there again is a new roll."""
        if out != self._out:
            self.used_mm = self.used_mm if out else 0.0
            self._out = out
            self._keep()

    def _keep(self) -> None:
        """Write the count. A disk that takes nothing is no reason not to print."""
        unfinished = self._path.with_suffix(".part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_text(json.dumps({"used_mm": round(self.used_mm, 1), "out": self._out}))
            unfinished.replace(self._path)
        except OSError as error:
            log.warning("printer.metre_not_kept", error=type(error).__name__)
