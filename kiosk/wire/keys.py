"""Taking a new key: the old one asks, the new one proves that the kiosk holds it."""

from __future__ import annotations

import base64
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import AwareDatetime, Base64Bytes

from kiosk.wire.base import Message

_PROVES: Final = b"yedeng kiosk key 1\n"
KEY_BYTES: Final = 32
"""Length of an Ed25519 public key."""


class KeyRequest(Message):
    """A kiosk's next Ed25519 public key (32 raw bytes), signed by itself for this kiosk.

    The request that carries it is signed with the present key. Asking again for the same key is harmless.
    """

    public_key: Base64Bytes
    proof: Base64Bytes

    @classmethod
    def of(cls, kiosk_id: str, key: Ed25519PrivateKey) -> Self:
        """Ask for ``key`` to become the kiosk's next one."""
        raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        proof = key.sign(_proven(kiosk_id, raw))
        return cls.model_validate({"public_key": base64.b64encode(raw), "proof": base64.b64encode(proof)})

    def is_proven(self, kiosk_id: str) -> bool:
        """Whether who asks holds the key, and asks for this kiosk."""
        try:
            key = Ed25519PublicKey.from_public_bytes(self.public_key)
            key.verify(self.proof, _proven(kiosk_id, self.public_key))
        except (ValueError, InvalidSignature):
            return False
        return True


class KeyReceipt(Message):
    """The hub knows the next key: its first use makes it the only one."""

    public_key: Base64Bytes
    received_at: AwareDatetime


def _proven(kiosk_id: str, raw: bytes) -> bytes:
    return _PROVES + kiosk_id.encode() + b"\n" + raw
