"""Who seals: what every source of seal keys has, and what can go wrong with it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from asn1crypto import x509

if TYPE_CHECKING:
    from pyhanko.sign import Signer


class SealError(Exception):
    """Nothing can be sealed now; the message says what is missing and holds nothing of any resident."""


class SealCertificate(NamedTuple):
    """A certificate that seals, as shown to an administrator."""

    authority: str
    issuer: str
    not_after: datetime
    where: str


class SealKeys(Protocol):
    """The keys of authorities. ``demonstration``: they prove nothing to anybody outside.

    ``timestamp`` is the address of a time-stamping authority (RFC 3161), ``None`` without one.
    """

    demonstration: bool
    timestamp: str | None

    def signer(self, authority: str) -> AbstractContextManager[Signer]:
        """The signer for an authority, ours alone while the context lasts. Raises ``SealError``."""
        ...

    def trusted(self) -> list[x509.Certificate]:
        """The roots by which our seals are believed. Raises ``SealError``."""
        ...

    def certificates(self) -> list[SealCertificate]:
        """The certificates there are. Raises ``SealError``."""
        ...
