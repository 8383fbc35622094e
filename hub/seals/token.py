"""Seals on a PKCS#11 token (a HSM, a card), set up by ``seal.toml`` in the data folder.

::

    roots = "seal-roots.pem"                  # whose seals are believed
    timestamp = "https://tsa.example/"        # optional (RFC 3161)

    [pkcs11]
    module = "/usr/lib/softhsm/libsofthsm2.so"
    token = "yedeng"                          # label of the token
    pin_file = "/etc/yedeng/seal.pin"

    [pkcs11.keys]                             # authority, as on the certificate: label of key and certificate
    "灯河市社会保险中心" = "seal"

Relative paths start at the data folder.
"""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pkcs11
from asn1crypto import pem, x509
from pkcs11.exceptions import PKCS11Error
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.sign import Signer
from pyhanko.sign.general import SigningError
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

from hub.seals.keys import SealCertificate, SealError


class _Token(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    module: Path
    token: str = Field(min_length=1)
    pin_file: Path
    keys: dict[str, str] = Field(min_length=1)


class SealSettings(BaseModel):
    """What ``seal.toml`` says."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    roots: Path
    timestamp: str | None = None
    pkcs11: _Token


def read_settings(file: Path) -> SealSettings:
    """The settings in ``file``. Raises ``SealError``."""
    try:
        return SealSettings.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise SealError(f"{file} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeError) as error:
        raise SealError(f"{file} is no TOML: {error}") from None
    except ValidationError as error:
        places = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise SealError(f"{file}: {places}") from None


class TokenSeals:
    """Seals whose keys are on a token. One session for the whole process, used by one at a time."""

    demonstration = False

    def __init__(self, folder: Path, settings: SealSettings) -> None:
        self._folder = folder
        self._settings = settings
        self._lock = threading.Lock()
        self._session: pkcs11.Session | None = None
        self.timestamp = settings.timestamp

    @contextmanager
    def signer(self, authority: str) -> Iterator[Signer]:
        """The signer for an authority that ``seal.toml`` names."""
        label = self._settings.pkcs11.keys.get(authority)
        if label is None:
            raise SealError(f"seal.toml names no key for {authority}")
        with self._lock:
            try:
                yield self._signer(label)
            except (PKCS11Error, SigningError) as error:
                self._session = None  # the token may be back with the next one
                raise SealError(f"the token does not seal: {_words(error)}") from None

    def trusted(self) -> list[x509.Certificate]:
        """The roots that ``seal.toml`` names."""
        return read_certificates(self._folder / self._settings.roots)

    def certificates(self) -> list[SealCertificate]:
        """The certificates on the token, for every authority."""
        found = []
        for authority, label in self._settings.pkcs11.keys.items():
            with self.signer(authority) as signer:
                one = signer.signing_cert
            if one is None:
                raise SealError(f"the token has no certificate {label}")
            where = f"{self._settings.pkcs11.token}/{label}"
            found.append(SealCertificate(authority, one.issuer.human_friendly, one.not_valid_after, where))
        return found

    def _signer(self, label: str) -> Signer:
        if self._session is None:
            self._session = self._open()
        return PKCS11Signer(
            self._session, cert_label=label, key_label=label, ca_chain=self.trusted(), other_certs_to_pull=()
        )

    def _open(self) -> pkcs11.Session:
        token = self._settings.pkcs11
        pin_file = self._folder / token.pin_file
        try:
            pin = pin_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SealError(f"{pin_file} cannot be read: {error.strerror}") from None
        if not token.module.exists():
            raise SealError(f"{token.module} is not there")
        return open_pkcs11_session(
            str(token.module), token_criteria=TokenCriteria(label=token.token), user_pin=pin
        )


def read_certificates(file: Path) -> list[x509.Certificate]:
    """The certificates in a PEM file. Raises ``SealError``."""
    try:
        blocks = list(pem.unarmor(file.read_bytes(), multiple=True))
    except OSError as error:
        raise SealError(f"{file} cannot be read: {error.strerror}") from None
    except ValueError:
        raise SealError(f"{file} holds no certificate in PEM") from None
    return [x509.Certificate.load(der) for kind, _headers, der in blocks if kind == "CERTIFICATE"]


def _words(error: Any) -> str:
    return str(error) or type(error).__name__
