"""Files that come as evidence: told by what is in them, not by what they are called."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

LARGEST: Final = 5_000_000
"""Bytes of one file at most."""

_BEGINNINGS: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)


class WrongFile(Exception):
    """It is too large, or neither PDF nor JPEG nor PNG."""


@dataclass(frozen=True)
class Attachment:
    """A file that was looked at."""

    media_type: str
    sha256: str
    content: bytes = field(repr=False)


def attachment(content: bytes) -> Attachment:
    """The file with its type by its first bytes. Raises ``WrongFile``."""
    media_type = next((kind for start, kind in _BEGINNINGS if content.startswith(start)), None)
    if media_type is None or len(content) > LARGEST:
        raise WrongFile
    return Attachment(media_type, hashlib.sha256(content).hexdigest(), content)
