"""Anchors: where the trail stood at a time, signed, kept outside of the hub.

Whoever owns the database can write a whole new chain whose hashes fit. An anchor kept elsewhere (printed,
mailed, at every kiosk) shows it: the entry of its number must still have its hash.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from django.conf import settings
from django.utils import timezone

from hub.audit.models import Entry, Head

_PURPOSE = b"yedeng audit anchor\n"
"""Signed together with the text, so that no other signature of the publisher's key passes for one."""


class AnchorUnreadable(Exception):
    """It is not an anchor, or another key signed it."""


@dataclass(frozen=True)
class Anchor:
    """The number and hash of the newest entry at a time."""

    number: int
    hash: str
    at: str

    def line(self) -> str:
        """The anchor as one line, signed with the publisher's key."""
        text = json.dumps({"at": self.at, "hash": self.hash, "number": self.number}, sort_keys=True)
        signature = settings.DATA.publisher.sign(_PURPOSE + text.encode())
        return f"{base64.b64encode(text.encode()).decode()}.{base64.b64encode(signature).decode()}"

    @classmethod
    def now(cls) -> Anchor:
        """Where the trail stands."""
        head = Head.objects.filter(id=1).first() or Head()
        return cls(head.number, head.hash, timezone.now().isoformat(timespec="seconds"))

    @classmethod
    def from_line(cls, line: str) -> Anchor:
        """Raises ``AnchorUnreadable``."""
        try:
            text, signature = (base64.b64decode(one, validate=True) for one in line.strip().split("."))
            settings.DATA.publisher.public_key().verify(signature, _PURPOSE + text)
            return cls(**json.loads(text))
        except (ValueError, TypeError, binascii.Error, InvalidSignature):
            raise AnchorUnreadable from None

    def fault(self) -> str | None:
        """What is wrong with the trail by this anchor, in words; ``None`` when it holds."""
        if self.number == 0:
            return None
        entry = Entry.objects.filter(number=self.number).only("hash").first()
        if entry is None:
            return f"entry {self.number}, anchored at {self.at}, is missing"
        if entry.hash != self.hash:
            return f"entry {self.number} is another than was anchored at {self.at}"
        return None
