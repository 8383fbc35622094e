"""The keys that close residents' data in the database, and the key that finds a person in it.

``resident.key`` closes what is written from now on; ``resident-NAME.key`` are keys of before, which still
open what they closed; ``index.key`` makes the look-up keys. A key file is one line: ``AES_256_GCM``, a blank,
the raw key in base64. What is closed is one byte (1, the layout), the eight bytes that name the key, a nonce
of twelve bytes, and what AES-256-GCM (NIST SP 800-38D) made of the content, bound to its place.

Nothing here imports Django.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_CIPHER: Final = "AES_256_GCM"
_KEY: Final = 32
_NONCE: Final = 12
_LAYOUT: Final = b"\x01"
_NAME: Final = 8
PREFIX_LENGTH: Final = len(_LAYOUT) + _NAME
"""Bytes at the start of everything closed that tell by which key it was."""


class DataKeyError(Exception):
    """Residents' data cannot be read or closed; the message says which file is missing or wrong."""


class DataAltered(Exception):
    """Closed data was altered, or belongs to another place; the message names nothing of the content."""


class _Key(NamedTuple):
    cipher: AESGCM
    prefix: bytes
    file: Path


class DataKeys:
    """The keys of one data folder, read again whenever ``resident.key`` is another file than before."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "resident.key"
        self._index_file = folder / "index.key"
        self._seen: tuple[int, int] | None = None
        self._present: _Key | None = None
        self._keys: dict[bytes, _Key] = {}
        self._index: bytes | None = None

    def prepare(self) -> None:
        """Make the keys that are missing. Raises ``OSError``."""
        for file in (self._file, self._index_file):
            if not file.exists():
                write_secret(file, _text(secrets.token_bytes(_KEY)))

    @property
    def prefix(self) -> bytes:
        """How everything begins that is closed now. Raises ``DataKeyError``."""
        return self._now().prefix

    @property
    def since(self) -> float:
        """Unix time from which on the present key is in use. Raises ``DataKeyError``."""
        try:
            return self._file.stat().st_mtime
        except OSError as error:
            raise DataKeyError(f"{self._file} cannot be read: {error.strerror}") from None

    def close(self, content: bytes, place: str) -> bytes:
        """``content`` closed with the present key for ``place``, 37 bytes longer. Raises ``DataKeyError``."""
        key = self._now()
        nonce = os.urandom(_NONCE)
        return key.prefix + nonce + key.cipher.encrypt(nonce, content, key.prefix + place.encode())

    def open(self, closed: bytes, place: str) -> bytes:
        """The content. Raises ``DataKeyError`` for a key that is not here, ``DataAltered``."""
        prefix, rest = closed[:PREFIX_LENGTH], closed[PREFIX_LENGTH:]
        key = self._keys.get(prefix) or self._read_again(prefix)
        try:
            return key.cipher.decrypt(rest[:_NONCE], rest[_NONCE:], prefix + place.encode())
        except (InvalidTag, ValueError):
            raise DataAltered(f"{place} was altered, or put there from another place") from None

    def index(self, value: str) -> str:
        """The look-up key of ``value``: a keyed digest (HMAC-SHA256), 64 hexadecimal digits."""
        if self._index is None:
            self._index = _read(self._index_file)
        return hmac.new(self._index, value.encode(), hashlib.sha256).hexdigest()

    def rotate(self) -> str:
        """Take a new key, keep the old one to open what it closed; the new one's name. Raises ``OSError``."""
        old = _load(self._file)
        fresh = self._folder / "resident.key.new"
        fresh.unlink(missing_ok=True)
        write_secret(fresh, _text(secrets.token_bytes(_KEY)))
        retired = self._folder / f"resident-{_name(old.prefix)}.key"
        if not retired.exists():
            write_secret(retired, self._file.read_text(encoding="ascii"))
        fresh.replace(self._file)
        return _name(self.prefix)

    def retired(self) -> dict[bytes, Path]:
        """The keys of before that are still here: how what they closed begins, and their files."""
        present = self.prefix
        return {prefix: key.file for prefix, key in self._keys.items() if prefix != present}

    def _now(self) -> _Key:
        """The present key: another process may have taken a new one a moment ago."""
        try:
            status = self._file.stat()
        except OSError as error:
            raise DataKeyError(f"{self._file} cannot be read: {error.strerror}") from None
        seen = (status.st_ino, status.st_mtime_ns)
        if self._present is None or seen != self._seen:
            self._read_all()
            self._seen = seen
        assert self._present is not None
        return self._present

    def _read_all(self) -> None:
        present = _load(self._file)
        before = [_load(file) for file in sorted(self._folder.glob("resident-*.key"))]
        self._keys = {key.prefix: key for key in (*before, present)}
        self._present = present

    def _read_again(self, prefix: bytes) -> _Key:
        if prefix[:1] != _LAYOUT or len(prefix) != PREFIX_LENGTH:
            raise DataAltered("this was not closed here")
        self._read_all()
        try:
            return self._keys[prefix]
        except KeyError:
            raise DataKeyError(
                f"residents' data was closed with key {_name(prefix)}, which is neither in {self._file} nor "
                f"beside it: put it back as {self._folder / f'resident-{_name(prefix)}.key'}"
            ) from None


def write_secret(file: Path, text: str) -> None:
    """Write a new file for its owner alone, synced; raises ``FileExistsError`` if it is there."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())


def _load(file: Path) -> _Key:
    raw = _read(file)
    return _Key(AESGCM(raw), _LAYOUT + hashlib.sha256(raw).digest()[:_NAME], file)


def _read(file: Path) -> bytes:
    try:
        cipher, _, key = file.read_text(encoding="ascii").strip().partition(" ")
        raw = base64.b64decode(key, validate=True)
    except OSError as error:
        raise DataKeyError(f"{file} cannot be read: {error.strerror}") from None
    except (UnicodeError, binascii.Error):
        raise DataKeyError(f"{file} is not a key of residents' data") from None
    if cipher != _CIPHER or len(raw) != _KEY:
        raise DataKeyError(f"{file} is not a key of residents' data")
    return raw


def _text(raw: bytes) -> str:
    return f"{_CIPHER} {base64.b64encode(raw).decode('ascii')}\n"


def _name(prefix: bytes) -> str:
    return prefix[len(_LAYOUT) :].hex()
