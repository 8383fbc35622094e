"""Seals for demonstration: a certificate authority of the hub's own, and a seal for every authority's name.

Certificates follow RFC 5280; those that seal are marked for signing documents (RFC 9336).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID, ObjectIdentifier

from hub.data_keys import write_secret
from hub.seals.keys import SealCertificate, SealError

if TYPE_CHECKING:
    from pyhanko.sign import Signer

_ROOT_NAME: Final = "夜灯演示印章根 Yedeng demonstration seals"
_ROOT_YEARS, _SEAL_YEARS = 20, 3
_LONGEST_NAME: Final = 64
"""Characters of a common name (ub-common-name, RFC 5280, appendix A)."""
_SIGNS_DOCUMENTS: Final = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
_BACKDATED: Final = timedelta(minutes=10)


class DemonstrationSeals:
    """The hub's own root (``seal-root.pem``) and seals (``seals/``, one file for each authority)."""

    demonstration = True
    timestamp: str | None = None

    def __init__(self, folder: Path) -> None:
        self._root = folder / "seal-root.pem"
        self._seals = folder / "seals"

    def prepare(self) -> None:
        """Make the root if it is missing. Raises ``OSError``."""
        self._seals.mkdir(mode=0o700, exist_ok=True)
        if not self._root.exists():
            key = ec.generate_private_key(ec.SECP256R1())
            name = _name(_ROOT_NAME)
            root = _certificate(
                name, key.public_key(), name, key, timedelta(days=365 * _ROOT_YEARS), root=True
            )
            write_secret(self._root, _pem(key, root))

    @contextmanager
    def signer(self, authority: str) -> Iterator[Signer]:
        """The signer for an authority; its seal is made when it is first needed."""
        from pyhanko.sign import SimpleSigner  # every command prepares the folder, few seal anything
        from pyhanko_certvalidator.registry import SimpleCertificateStore

        try:
            key, certificate = self._seal(authority)
            _root_key, root = _read(self._root)
        except OSError as error:
            raise SealError(f"{error.filename} cannot be used: {error.strerror}") from None
        der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        yield SimpleSigner(
            signing_cert=_asn1(certificate),
            signing_key=asn1_keys.PrivateKeyInfo.load(der),
            cert_registry=SimpleCertificateStore.from_certs([_asn1(root)]),  # type: ignore[no-untyped-call]
        )

    def trusted(self) -> list[asn1_x509.Certificate]:
        """The hub's own root."""
        try:
            return [_asn1(_read(self._root)[1])]
        except OSError as error:
            raise SealError(f"{self._root} cannot be read: {error.strerror}") from None

    def certificates(self) -> list[SealCertificate]:
        """The seals made so far, by file."""
        found = []
        for file in sorted(self._seals.glob("*.pem")):
            _key, one = _read(file)
            subject = _text(one.subject)
            found.append(SealCertificate(subject, _text(one.issuer), one.not_valid_after_utc, str(file)))
        return found

    def renew(self) -> None:
        """Let every seal be made anew when it is needed; what was sealed stays good. Raises ``OSError``."""
        for file in self._seals.glob("*.pem"):
            file.unlink()

    def _seal(self, authority: str) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        file = self._seals / f"{hashlib.sha256(authority.encode()).hexdigest()[:16]}.pem"
        if file.exists():
            key, certificate = _read(file)
            if certificate.not_valid_after_utc > datetime.now(UTC):
                return key, certificate
            file.unlink(missing_ok=True)
        root_key, root = _read(self._root)
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(
            _name(authority), key.public_key(), root.subject, root_key, timedelta(days=365 * _SEAL_YEARS)
        )
        try:
            write_secret(file, _pem(key, certificate))
        except FileExistsError:  # another worker was first
            return _read(file)
        return key, certificate


def _certificate(
    subject: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    valid: timedelta,
    *,
    root: bool = False,
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + valid)
        .add_extension(x509.BasicConstraints(ca=root, path_length=0 if root else None), critical=True)
        .add_extension(_usage(root=root), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    )
    if not root:
        builder = builder.add_extension(x509.ExtendedKeyUsage([_SIGNS_DOCUMENTS]), critical=False)
    return builder.sign(issuer_key, SHA256())


def _usage(*, root: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not root,
        content_commitment=not root,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=root,
        crl_sign=root,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:_LONGEST_NAME])])


def _text(name: x509.Name) -> str:
    return str(name.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def _pem(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> str:
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return (private + certificate.public_bytes(Encoding.PEM)).decode("ascii")


def _read(file: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    content = file.read_bytes()
    try:
        key, certificate = load_pem_private_key(content, None), x509.load_pem_x509_certificate(content)
    except ValueError:
        raise SealError(f"{file} does not hold a key and its certificate") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise SealError(f"{file} holds a key of another kind")
    return key, certificate


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
