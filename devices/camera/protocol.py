"""What the kiosk and the process of a camera say to each other: framed messages over two pipes. Pure.

A message is a head of twelve bytes (``Yc``, version, a zero byte, lengths of words and of data, both big
endian), words as one JSON object, and data such as a JPEG. The kiosk asks, the process answers; nothing is
said unasked. Live pictures do not travel this way: they lie in memory that both share.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field
from typing import Any

_HEAD = struct.Struct(">2sBBII")
_MAGIC, _VERSION = b"Yc", 1
LONGEST_WORDS = 65_536
LONGEST_DATA = 16 * 2**20
"""Bytes of the two parts of a message; whoever announces more is not believed."""


class BrokenMessage(ValueError):
    """The bytes are no message of this protocol."""


@dataclass(frozen=True, slots=True)
class Message:
    """One request or answer; its repr tells nothing of what was photographed."""

    words: dict[str, Any] = field(repr=False)
    data: bytes = field(default=b"", repr=False)

    def encode(self) -> bytes:
        """The message as bytes. Raises BrokenMessage when it is too long."""
        words = json.dumps(self.words, separators=(",", ":")).encode()
        if len(words) > LONGEST_WORDS or len(self.data) > LONGEST_DATA:
            raise BrokenMessage("too long")
        return _HEAD.pack(_MAGIC, _VERSION, 0, len(words), len(self.data)) + words + self.data


class MessageParser:
    """Cuts a stream of bytes into messages."""

    def __init__(self) -> None:
        self._heard = bytearray()

    def feed(self, data: bytes) -> list[Message]:
        """All messages that are complete with these bytes.

        Raises:
            BrokenMessage: there is no way on; the stream is to be closed.
        """
        self._heard += data
        messages = []
        while (message := self._next()) is not None:
            messages.append(message)
        return messages

    def _next(self) -> Message | None:
        heard = self._heard
        if len(heard) < _HEAD.size:
            if not _MAGIC.startswith(bytes(heard[:2])):
                raise BrokenMessage("no head")
            return None
        magic, version, zero, words, data = _HEAD.unpack_from(heard)
        if (magic, version, zero) != (_MAGIC, _VERSION, 0) or words > LONGEST_WORDS or data > LONGEST_DATA:
            raise BrokenMessage("no head")
        end = _HEAD.size + words + data
        if len(heard) < end:
            return None
        said, blob = bytes(heard[_HEAD.size : end - data]), bytes(heard[end - data : end])
        del heard[:end]
        return Message(_object(said), blob)


def _object(said: bytes) -> dict[str, Any]:
    try:
        words = json.loads(said)
    except (ValueError, RecursionError):
        raise BrokenMessage("no words") from None
    if not isinstance(words, dict):
        raise BrokenMessage("no object")
    return words
