"""The ciphers behind a seal, each under the name its key files begin with.

Built in: the hybrid of ML-KEM-768 and X25519, because what residents file must stay closed for decades, and
plain X25519 for hubs whose hardware holds no other key; both by HPKE (RFC 9180) with HKDF-SHA256 and
AES-256-GCM.

A further suite (SM2 with SM4-GCM by a certified module, as 密评 asks for) is a class that does what ``Suite``
says, in a package of its own that names it as an entry point::

    [project.entry-points."yedeng.seal_suites"]
    SM2-SM3-SM4_GCM = "my_package.sm2:Sm2Suite"

Kiosk and hub need it both. Nothing else changes: the key files carry the suite's name.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
)
from cryptography.hazmat.primitives.hpke import Suite as Hpke

HYBRID: Final = "MLKEM768_X25519-HKDF_SHA256-AES_256_GCM"
PLAIN: Final = "X25519-HKDF_SHA256-AES_256_GCM"
_ENTRY_POINTS: Final = "yedeng.seal_suites"
_KEM_PUBLIC, _KEM_SEED, _X25519 = 1184, 64, 32


class KeyUnreadable(ValueError):
    """A key file or key that is not one of ours."""


class SealBroken(ValueError):
    """Not sealed to a key we hold, altered on the way, or sealed as something else."""


class Suite(Protocol):
    """One way to close content to a public key. Keys are raw bytes; ``info`` is what a seal is bound to."""

    def new_private_key(self) -> bytes:
        """A fresh private key."""
        ...

    def public_key(self, private_key: bytes) -> bytes:
        """The public key of a private one; raises ``KeyUnreadable``."""
        ...

    def check(self, public_key: bytes) -> None:
        """Raise ``KeyUnreadable`` for what is no public key of this suite."""
        ...

    def seal(self, content: bytes, public_key: bytes, info: bytes) -> bytes:
        """Close ``content``, differently each time."""
        ...

    def open(self, sealed: bytes, private_key: bytes, info: bytes) -> bytes:
        """The content; raises ``SealBroken``."""
        ...


def suite_names() -> list[str]:
    """The names of all suites, built in and installed, the default first."""
    return [*_BUILT_IN, *sorted({entry.name for entry in entry_points(group=_ENTRY_POINTS)})]


def find_suite(name: str) -> Suite:
    """The suite of this name; raises ``KeyUnreadable`` for one that is neither built in nor installed."""
    if name in _BUILT_IN:
        return _BUILT_IN[name]
    for entry in entry_points(group=_ENTRY_POINTS, name=name):
        suite: Suite = entry.load()()
        return suite
    raise KeyUnreadable(
        "no seal suite of that name is installed: a key file begins with the name of its suite, "
        f"{HYBRID}, {PLAIN} or that of a package"
    )


class _Hybrid:
    """ML-KEM-768 and X25519 together.

    A public key is the ML-KEM encapsulation key (1184 bytes) and the X25519 key (32); a private one the
    ML-KEM seed (64) and the X25519 key (32).
    """

    _hpke = Hpke(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)

    def new_private_key(self) -> bytes:
        return MLKEM768PrivateKey.generate().private_bytes_raw() + _new_x25519()

    def public_key(self, private_key: bytes) -> bytes:
        kem, x25519 = self._private(private_key)
        return kem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()

    def check(self, public_key: bytes) -> None:
        _public_hybrid(public_key)

    def seal(self, content: bytes, public_key: bytes, info: bytes) -> bytes:
        return self._hpke.encrypt(content, _public_hybrid(public_key), info=info)

    def open(self, sealed: bytes, private_key: bytes, info: bytes) -> bytes:
        try:
            return self._hpke.decrypt(
                sealed, MLKEM768X25519PrivateKey(*self._private(private_key)), info=info
            )
        except InvalidTag:
            raise SealBroken("altered, or sealed as something else") from None

    def _private(self, raw: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
        _of_length(raw, _KEM_SEED + _X25519, "private")
        kem = MLKEM768PrivateKey.from_seed_bytes(raw[:_KEM_SEED])
        return kem, X25519PrivateKey.from_private_bytes(raw[_KEM_SEED:])


class _Plain:
    """X25519 alone; both keys have 32 bytes."""

    _hpke = Hpke(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)

    def new_private_key(self) -> bytes:
        return _new_x25519()

    def public_key(self, private_key: bytes) -> bytes:
        return self._private(private_key).public_key().public_bytes_raw()

    def check(self, public_key: bytes) -> None:
        _public_x25519(public_key)

    def seal(self, content: bytes, public_key: bytes, info: bytes) -> bytes:
        return self._hpke.encrypt(content, _public_x25519(public_key), info=info)

    def open(self, sealed: bytes, private_key: bytes, info: bytes) -> bytes:
        try:
            return self._hpke.decrypt(sealed, self._private(private_key), info=info)
        except InvalidTag:
            raise SealBroken("altered, or sealed as something else") from None

    def _private(self, raw: bytes) -> X25519PrivateKey:
        _of_length(raw, _X25519, "private")
        return X25519PrivateKey.from_private_bytes(raw)


@cache
def _public_hybrid(raw: bytes) -> MLKEM768X25519PublicKey:
    _of_length(raw, _KEM_PUBLIC + _X25519, "public")
    try:
        kem = MLKEM768PublicKey.from_public_bytes(raw[:_KEM_PUBLIC])
    except ValueError:
        raise KeyUnreadable("the first part is no ML-KEM-768 key") from None
    return MLKEM768X25519PublicKey(kem, X25519PublicKey.from_public_bytes(raw[_KEM_PUBLIC:]))


@cache
def _public_x25519(raw: bytes) -> X25519PublicKey:
    _of_length(raw, _X25519, "public")
    return X25519PublicKey.from_public_bytes(raw)


def _new_x25519() -> bytes:
    return X25519PrivateKey.generate().private_bytes_raw()


def _of_length(raw: bytes, length: int, which: str) -> None:
    if len(raw) != length:
        raise KeyUnreadable(f"a {which} key of this suite has {length} bytes, this one {len(raw)}")


_BUILT_IN: Final[dict[str, Suite]] = {HYBRID: _Hybrid(), PLAIN: _Plain()}
