"""A recording with nothing hidden: only when two people agree, and closed to a key that is not on the kiosk.

Who may agree stands in the site file, each with their own public key (Ed25519). The kiosk makes up a wish
for one recording; two different people sign it with their private keys, elsewhere, and both signatures are
given to the process that made it up: so each agreement is good once. The recording is sealed (HPKE, RFC 9180)
to the public key of the site file before a byte of it is written, and who agreed to what is told in words.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

log = structlog.get_logger("yedeng.devices")

FOLDER = "recordings"
"""In the data folder: sealed recordings and the account of who agreed to them."""

SUFFIX = ".sealed"
ACCOUNT = "account.log"

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_INFO = b"yedeng recording|1"
_MAGIC = b"YDR1"
_AGREEMENT = b"yedeng agreement|"


class NotAgreed(Exception):
    """It may not be recorded, or not be opened; the message says why in words."""


def new_wish(device: str, verb: str) -> str:
    """What both people sign: the device, what it does, the time, and chance, so that it can be used once."""
    return f"{device}/{verb}/{datetime.now(UTC):%Y-%m-%dT%H:%MZ}/{secrets.token_hex(16)}"


def agree(wish: str, private_key: str) -> str:
    """One person's signature. Raises NotAgreed when the key is none."""
    signature = Ed25519PrivateKey.from_private_bytes(_raw(private_key)).sign(_AGREEMENT + wish.encode())
    return base64.b64encode(signature).decode()


def who_agreed(wish: str, signatures: tuple[str, str], people: Mapping[str, str]) -> tuple[str, str]:
    """The names of the two people.

    Args:
        wish: what was to be signed.
        signatures: as they were given.
        people: public keys of those who may agree, by name.

    Raises:
        NotAgreed: a signature is not good, or both are of one person.
    """
    first, second = (_signer(wish, signature, people) for signature in signatures)
    if first == second or people[first] == people[second]:
        raise NotAgreed(f"two people must agree, and both signatures are of {first}")
    return first, second


def _signer(wish: str, signature: str, people: Mapping[str, str]) -> str:
    for name, key in people.items():
        try:
            Ed25519PublicKey.from_public_bytes(_raw(key)).verify(
                _decoded(signature), _AGREEMENT + wish.encode()
            )
        except InvalidSignature:
            continue
        return name
    raise NotAgreed("a signature is of nobody who may agree, or of another wish")


def seal(content: bytes, public_key: str) -> bytes:
    """Close a recording. Raises NotAgreed when the key is none."""
    return _MAGIC + _SUITE.encrypt(content, X25519PublicKey.from_public_bytes(_raw(public_key)), info=_INFO)


def unseal(sealed: bytes, private_key: str) -> bytes:
    """Open it again. Raises NotAgreed when the key does not fit or the file was altered."""
    if not sealed.startswith(_MAGIC):
        raise NotAgreed("this is no sealed recording")
    try:
        key = X25519PrivateKey.from_private_bytes(_raw(private_key))
        return _SUITE.decrypt(sealed[len(_MAGIC) :], key, info=_INFO)
    except InvalidTag:
        raise NotAgreed("this key does not open it, or it was altered") from None


def new_keys() -> dict[str, tuple[str, str]]:
    """A private and a public key for each use: ``agree`` and ``open``."""
    signing, opening = Ed25519PrivateKey.generate(), X25519PrivateKey.generate()
    return {
        "agree": (_text(signing.private_bytes_raw()), _text(signing.public_key().public_bytes_raw())),
        "open": (_text(opening.private_bytes_raw()), _text(opening.public_key().public_bytes_raw())),
    }


def keep(folder: Path, device: str, sealed: bytes, people: tuple[str, str], days: int) -> Path:
    """Write a sealed recording, and the account of it in words. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    now = datetime.now(UTC)
    path = folder / f"{device}-{now:%Y%m%dT%H%M%SZ}{SUFFIX}"
    path.touch(mode=0o600)
    path.write_bytes(sealed)
    account(
        folder,
        f"{people[0]} and {people[1]} agreed that all that passes between the kiosk and {device} is "
        f"recorded, nothing hidden. It is sealed in {path.name} and will be wiped after {days} days.",
    )
    return path


def account(folder: Path, words: str) -> None:
    """One more line of the account. Raises OSError."""
    with (folder / ACCOUNT).open("a", encoding="utf-8") as file:
        file.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC: {words}\n")


def wipe(folder: Path, days: int) -> int:
    """Delete sealed recordings that are older than ``days`` days; how many. Raises OSError."""
    oldest = (datetime.now(UTC) - timedelta(days=days)).timestamp()
    old = [path for path in folder.glob(f"*{SUFFIX}") if path.stat().st_mtime < oldest]
    for path in old:
        path.unlink()
        account(folder, f"{path.name} was wiped.")
    return len(old)


async def keep_wiping(folder: Path, days: int) -> None:
    """Wipe now and once a day, until cancelled."""
    while True:
        try:
            await asyncio.to_thread(wipe, folder, days)
        except OSError as error:
            log.warning("recordings.not_wiped", error=error.strerror)
        await asyncio.sleep(86_400)


def _raw(key: str) -> bytes:
    raw = _decoded(key)
    if len(raw) != 32:
        raise NotAgreed("a key is 32 bytes in base64")
    return raw


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise NotAgreed("keys and signatures are base64 text") from None


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
