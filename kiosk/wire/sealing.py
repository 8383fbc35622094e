"""How content is closed at the kiosk and opened at the hub: to one public key, or to several at once.

To one key, a sealed blob is ``YDS1``, eight bytes that name the key, and what its suite
(``kiosk.wire.suites``) made of the content: HPKE (RFC 9180), base mode. To several keys, while the hub
changes from one to the next, it is ``YDS2``, the number of keys, for each its eight bytes and a content key
sealed to it (with its length in two bytes), a nonce, and the content by AES-256-GCM under that content key,
which also covers everything before it.

A seal is bound to ``id|kind|schema`` (the n-th attachment to ``id|kind|schema|n``): opened as anything else
it fails. A key file is one line of text: the suite's name, a blank, the raw key in base64.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from collections.abc import Iterable
from typing import Final, NamedTuple, Self
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kiosk.wire.suites import HYBRID, KeyUnreadable, SealBroken, find_suite

_ONE: Final = b"YDS1"
_SEVERAL: Final = b"YDS2"
_KEY_ID: Final = 8
_LENGTH: Final = 2
_NONCE: Final = 12
_CONTENT_KEY: Final = 32
_MOST_KEYS: Final = 8


class HpkeSealer:
    """Seals to one public key (satisfies the offline queue's ``Sealer``)."""

    def __init__(self, public_key: bytes, suite: str = HYBRID) -> None:
        self.raw = public_key
        self.suite = suite
        self._suite = find_suite(suite)
        self._suite.check(public_key)
        self._name = hashlib.sha256(public_key).digest()[:_KEY_ID]

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The sealer for a public key file's content; raises ``KeyUnreadable``."""
        suite, raw = _from_text(text)
        return cls(raw, suite)

    @property
    def text(self) -> str:
        """The public key as a key file's content."""
        return _to_text(self.suite, self.raw)

    @property
    def key_id(self) -> str:
        """Name of the key: the first eight bytes of its SHA-256, hexadecimal."""
        return self._name.hex()

    def seal(self, content: bytes, *, item_id: UUID, kind: str, schema: int, part: int = 0) -> bytes:
        """Close ``content``; with the hybrid suite 1148 bytes longer than it, and different each time."""
        return _ONE + self._name + self._suite.seal(content, self.raw, _info(item_id, kind, schema, part))

    def seal_key(self, key: bytes, info: bytes) -> bytes:
        """A content key closed to this public key, behind its name and length."""
        sealed = self._suite.seal(key, self.raw, info + b"|key")
        return self._name + len(sealed).to_bytes(_LENGTH, "big") + sealed


class MultiSealer:
    """Seals to several public keys at once: whoever holds one of the private keys can open it."""

    def __init__(self, sealers: Iterable[HpkeSealer]) -> None:
        self.sealers = tuple(sealers)
        if not 1 <= len(self.sealers) <= _MOST_KEYS:
            raise KeyUnreadable(f"between one and {_MOST_KEYS} keys can be sealed to at once")

    def seal(self, content: bytes, *, item_id: UUID, kind: str, schema: int, part: int = 0) -> bytes:
        """Close ``content``; different each time."""
        info = _info(item_id, kind, schema, part)
        key, nonce = secrets.token_bytes(_CONTENT_KEY), secrets.token_bytes(_NONCE)
        slots = b"".join(sealer.seal_key(key, info) for sealer in self.sealers)
        head = _SEVERAL + bytes([len(self.sealers)]) + slots + nonce
        return head + AESGCM(key).encrypt(nonce, content, head + info)


def sealer_for(texts: Iterable[str]) -> HpkeSealer | MultiSealer:
    """What seals to all of these public key files' contents; raises ``KeyUnreadable``."""
    sealers = [HpkeSealer.from_text(text) for text in texts]
    return sealers[0] if len(sealers) == 1 else MultiSealer(sealers)


class _Private(NamedTuple):
    suite: str
    raw: bytes


class HpkeOpener:
    """Opens what was sealed to one of our private keys; the first key is the one to seal to now."""

    def __init__(self, private_keys: Iterable[tuple[str, bytes]]) -> None:
        self._keys: dict[str, _Private] = {}
        self.sealers: list[HpkeSealer] = []
        for suite, raw in private_keys:
            sealer = HpkeSealer(find_suite(suite).public_key(raw), suite)
            self.sealers.append(sealer)
            self._keys[sealer.key_id] = _Private(suite, raw)
        if not self._keys:
            raise KeyUnreadable("at least one private key is needed")

    @classmethod
    def from_texts(cls, texts: Iterable[str]) -> Self:
        """The opener for the content of private key files; raises ``KeyUnreadable``."""
        return cls([_from_text(text) for text in texts])

    def open(self, sealed: bytes, *, item_id: UUID, kind: str, schema: int, part: int = 0) -> bytes:
        """The content; raises ``SealBroken``."""
        info = _info(item_id, kind, schema, part)
        magic, rest = sealed[: len(_ONE)], sealed[len(_ONE) :]
        if magic == _ONE:
            key = self._key(rest[:_KEY_ID])
            return find_suite(key.suite).open(rest[_KEY_ID:], key.raw, info)
        if magic == _SEVERAL and rest:
            return self._open_several(sealed, info)
        raise SealBroken("not a seal of ours")

    def _open_several(self, sealed: bytes, info: bytes) -> bytes:
        at, ours = len(_SEVERAL) + 1, None
        for _ in range(sealed[len(_SEVERAL)]):
            name, at = sealed[at : at + _KEY_ID], at + _KEY_ID
            length, at = int.from_bytes(sealed[at : at + _LENGTH], "big"), at + _LENGTH
            if ours is None and name.hex() in self._keys:
                ours = self._key(name), sealed[at : at + length]
            at += length
        if ours is None:
            raise SealBroken("not sealed to a key of ours")
        key, slot = ours
        content_key = find_suite(key.suite).open(slot, key.raw, info + b"|key")
        head, nonce = sealed[: at + _NONCE], sealed[at : at + _NONCE]
        try:
            return AESGCM(content_key).decrypt(nonce, sealed[at + _NONCE :], head + info)
        except (InvalidTag, ValueError):
            raise SealBroken("altered, or sealed as something else") from None

    def _key(self, name: bytes) -> _Private:
        try:
            return self._keys[name.hex()]
        except KeyError:
            raise SealBroken("not sealed to a key of ours") from None


def new_private_key(suite: str = HYBRID) -> str:
    """A fresh private key as a key file's content; raises ``KeyUnreadable`` for an unknown suite."""
    return _to_text(suite, find_suite(suite).new_private_key())


def _info(item_id: UUID, kind: str, schema: int, part: int) -> bytes:
    return f"{item_id}|{kind}|{schema}{f'|{part}' if part else ''}".encode()


def _to_text(suite: str, raw: bytes) -> str:
    return f"{suite} {base64.b64encode(raw).decode()}\n"


def _from_text(text: str) -> tuple[str, bytes]:
    suite, _, key = text.strip().partition(" ")
    find_suite(suite)
    try:
        return suite, base64.b64decode(key, validate=True)
    except binascii.Error:
        raise KeyUnreadable("the key is not base64") from None
