"""The printer's end of ESC/POS: a stream of bytes, in any pieces, becomes commands. Pure code.

Written from the same manuals as the driver but sharing nothing with it: one can catch the other's slip.
"""

from __future__ import annotations

from dataclasses import dataclass

_TEXT_FIRST = 0x20
_ARGUMENTS = {
    # after ESC
    b"\x1b@": 0, b"\x1bi": 0, b"\x1bm": 0, b"\x1b2": 0,
    b"\x1b!": 1, b"\x1ba": 1, b"\x1bE": 1, b"\x1bG": 1, b"\x1b3": 1, b"\x1bJ": 1, b"\x1bd": 1, b"\x1b-": 1,
    b"\x1bt": 1, b"\x1bR": 1, b"\x1bM": 1, b"\x1bV": 1, b"\x1b{": 1, b"\x1b ": 1, b"\x1b$": 2, b"\x1b\\": 2,
    b"\x1bc": 2, b"\x1bp": 3,
    # after FS
    b"\x1c&": 0, b"\x1c.": 0, b"\x1c!": 1, b"\x1c-": 1, b"\x1cW": 1, b"\x1cS": 2,
    # after GS
    b"\x1d!": 1, b"\x1dr": 1, b"\x1da": 1, b"\x1dI": 1, b"\x1dB": 1, b"\x1db": 1, b"\x1dL": 2, b"\x1dW": 2,
    # after DLE
    b"\x10\x04": 1, b"\x10\x05": 1,
}  # fmt: skip

_KNOWN = {*_ARGUMENTS, b"\x1dv", b"\x1dV", b"\x1d("}
_PREFIXES = {b"\x1b", b"\x1c", b"\x1d", b"\x10"}


@dataclass(frozen=True)
class Command:
    """One command with its arguments, or one character (``name`` is then empty and ``data`` its bytes)."""

    name: bytes
    data: bytes = b""


class CommandParser:
    """Cuts a stream into commands. What it does not know it names, in `unknown`, and passes over."""

    def __init__(self) -> None:
        self._rest = b""
        self._chinese = True  # printers for the Chinese market boot like this
        self.unknown: list[bytes] = []

    def feed(self, data: bytes) -> list[Command]:
        """The commands completed by `data`."""
        pending = self._rest + data
        commands = []
        start = 0
        while start < len(pending) and (length := self._length(pending[start:])):
            if length > len(pending) - start:
                break
            command = _split(pending[start : start + length])
            self._note(command)
            commands.append(command)
            start += length
        self._rest = pending[start:]
        return commands

    def _note(self, command: Command) -> None:
        if command.name in {b"\x1c&", b"\x1b@"}:
            self._chinese = True
        elif command.name == b"\x1c.":
            self._chinese = False
        elif len(command.name) == 2 and command.name not in _KNOWN:
            self.unknown.append(command.name)

    def _length(self, pending: bytes) -> int:
        """Bytes of the command that `pending` begins with; more than there are, or 0, when it is cut off."""
        first = pending[0]
        if first >= _TEXT_FIRST:
            return 2 if self._chinese and first > 0x80 else 1
        if pending[:1] not in _PREFIXES:
            return 1
        name = pending[:2]
        if len(name) < 2:
            return 0
        if name in _ARGUMENTS:
            return 2 + _ARGUMENTS[name]
        match name:
            case b"\x1dV":  # cut: forms A and B carry a distance
                return 0 if len(pending) < 3 else 4 if pending[2] in {65, 66} else 3
            case b"\x1dv":  # GS v 0 m xL xH yL yH and the picture
                return 0 if len(pending) < 8 else 8 + _u16(pending, 4) * _u16(pending, 6)
            case b"\x1d(":  # GS ( fn pL pH and that many bytes
                return 0 if len(pending) < 5 else 5 + _u16(pending, 3)
        return 2


def _split(raw: bytes) -> Command:
    first = raw[0]
    if first >= _TEXT_FIRST:
        return Command(b"", raw)
    if raw[:1] in _PREFIXES:
        return Command(raw[:2], raw[2:])
    return Command(raw)


def _u16(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "little")
