"""What says that a catalogue file is the published one: digest, version, the publisher's signature."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import AwareDatetime, Base64Bytes, Field

from kiosk.wire.base import Message, Sha256

_SIGNED_FOR = b"yedeng catalogue publication 1\n"


class NotPublished(ValueError):
    """No publisher that is known here has signed this."""


class Publication(Message):
    """A published catalogue file. ``version`` grows with every publication; ``size`` is in bytes.

    ``signature`` is Ed25519 (RFC 8032) over everything else, so that a catalogue is as good from a USB stick
    or a proxy as from the hub itself.
    """

    version: int = Field(ge=1)
    published_at: AwareDatetime
    sha256: Sha256
    size: int = Field(ge=0)
    items: int = Field(ge=0)
    signature: Base64Bytes

    @classmethod
    def signed(
        cls, key: Ed25519PrivateKey, content: bytes, *, version: int, published_at: AwareDatetime, items: int
    ) -> Self:
        """Publish ``content``, a catalogue file."""
        unsigned = cls(
            version=version,
            published_at=published_at,
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            items=items,
            signature=b"",
        )
        signature = key.sign(unsigned._signed_bytes())
        return unsigned.model_copy(update={"signature": signature})

    def verify(self, publishers: Iterable[str]) -> None:
        """See that one of these publishers (public keys, base64) signed it. Raises ``NotPublished``."""
        for text in publishers:
            try:
                key = Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))
                key.verify(self.signature, self._signed_bytes())
            except (ValueError, InvalidSignature):
                continue
            return
        raise NotPublished("no known publisher has signed this catalogue")

    def _signed_bytes(self) -> bytes:
        return _SIGNED_FOR + self.model_dump_json(exclude={"signature"}).encode()


def publisher_text(key: Ed25519PrivateKey) -> str:
    """The public key of a publisher as it is told to kiosks: 32 bytes in base64."""
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.b64encode(raw).decode("ascii")
