"""How content is closed at the kiosk and opened at the hub: HPKE (RFC 9180), base mode, one recipient.

KEM MLKEM768+X25519 (hybrid, because what residents file must stay closed for decades), HKDF-SHA256,
AES-256-GCM. A sealed blob is ``YDS1``, eight bytes that name the recipient's key, then the KEM's
encapsulation and the ciphertext. The HPKE ``info`` binds it to ``id|kind|schema`` (the n-th attachment to
``id|kind|schema|n``): opened as anything else it fails.

A key file is one line of text: the suite's name, a blank, the raw key in base64. The public key is the
ML-KEM-768 encapsulation key (1184 bytes) and the X25519 key (32); the private one the ML-KEM seed (64) and
the X25519 key (32).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable
from typing import Final, Self
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

SUITE: Final = "MLKEM768_X25519-HKDF_SHA256-AES_256_GCM"

_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_MAGIC = b"YDS1"
_KEY_ID = 8
_KEM_PUBLIC, _KEM_SEED, _X25519 = 1184, 64, 32


class KeyUnreadable(ValueError):
    """A key file or key that is not one of ours."""


class SealBroken(ValueError):
    """Not sealed to a key we hold, altered on the way, or sealed as something else."""


class HpkeSealer:
    """Seals to one public key (satisfies the offline queue's ``Sealer``)."""

    def __init__(self, public_key: bytes) -> None:
        if len(public_key) != _KEM_PUBLIC + _X25519:
            raise KeyUnreadable(f"a public key has {_KEM_PUBLIC + _X25519} bytes, this one {len(public_key)}")
        self.raw = public_key
        try:
            kem = MLKEM768PublicKey.from_public_bytes(public_key[:_KEM_PUBLIC])
        except ValueError:
            raise KeyUnreadable("the first part is no ML-KEM-768 key") from None
        x25519 = X25519PublicKey.from_public_bytes(public_key[_KEM_PUBLIC:])
        self._key = MLKEM768X25519PublicKey(kem, x25519)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The sealer for a public key file's content; raises ``KeyUnreadable``."""
        return cls(_from_text(text))

    @property
    def text(self) -> str:
        """The public key as a key file's content."""
        return _to_text(self.raw)

    @property
    def key_id(self) -> str:
        """Name of the key: the first eight bytes of its SHA-256, hexadecimal."""
        return hashlib.sha256(self.raw).digest()[:_KEY_ID].hex()

    def seal(self, content: bytes, *, item_id: UUID, kind: str, schema: int, part: int = 0) -> bytes:
        """Close ``content``; 1148 bytes longer than it, and different each time."""
        info = _info(item_id, kind, schema, part)
        return _MAGIC + bytes.fromhex(self.key_id) + _SUITE.encrypt(content, self._key, info=info)


class HpkeOpener:
    """Opens what was sealed to one of our private keys; the first key is the one to seal to now."""

    def __init__(self, private_keys: Iterable[bytes]) -> None:
        self._keys: dict[str, MLKEM768X25519PrivateKey] = {}
        self.sealers: list[HpkeSealer] = []
        for raw in private_keys:
            if len(raw) != _KEM_SEED + _X25519:
                raise KeyUnreadable(f"a private key has {_KEM_SEED + _X25519} bytes, this one {len(raw)}")
            kem = MLKEM768PrivateKey.from_seed_bytes(raw[:_KEM_SEED])
            x25519 = X25519PrivateKey.from_private_bytes(raw[_KEM_SEED:])
            public = kem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
            sealer = HpkeSealer(public)
            self.sealers.append(sealer)
            self._keys[sealer.key_id] = MLKEM768X25519PrivateKey(kem, x25519)
        if not self._keys:
            raise KeyUnreadable("at least one private key is needed")

    @classmethod
    def from_texts(cls, texts: Iterable[str]) -> Self:
        """The opener for the content of private key files; raises ``KeyUnreadable``."""
        return cls([_from_text(text) for text in texts])

    def open(self, sealed: bytes, *, item_id: UUID, kind: str, schema: int, part: int = 0) -> bytes:
        """The content; raises ``SealBroken``."""
        header = len(_MAGIC) + _KEY_ID
        key = self._keys.get(sealed[len(_MAGIC) : header].hex())
        if sealed[: len(_MAGIC)] != _MAGIC or key is None:
            raise SealBroken("not sealed to a key of ours")
        try:
            return _SUITE.decrypt(sealed[header:], key, info=_info(item_id, kind, schema, part))
        except InvalidTag:
            raise SealBroken("altered, or sealed as something else") from None


def new_private_key() -> str:
    """A fresh private key as a key file's content."""
    return _to_text(
        MLKEM768PrivateKey.generate().private_bytes_raw() + X25519PrivateKey.generate().private_bytes_raw()
    )


def _info(item_id: UUID, kind: str, schema: int, part: int) -> bytes:
    return f"{item_id}|{kind}|{schema}{f'|{part}' if part else ''}".encode()


def _to_text(raw: bytes) -> str:
    return f"{SUITE} {base64.b64encode(raw).decode()}\n"


def _from_text(text: str) -> bytes:
    suite, _, key = text.strip().partition(" ")
    if suite != SUITE:
        raise KeyUnreadable(f"a key file begins with {SUITE}")
    try:
        return base64.b64decode(key, validate=True)
    except binascii.Error:
        raise KeyUnreadable("the key is not base64") from None
