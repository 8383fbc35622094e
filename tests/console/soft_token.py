"""A SoftHSM2 token with a seal on it, as an administrator sets one up."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "271828"


def make_token(folder: Path, authority: str) -> Path:
    """Make the token and ``seal.toml`` in ``folder``; the folder."""
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    label = "yedeng-test"
    init = ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "314159"]
    subprocess.run(init, check=True, capture_output=True)
    key = rsa.generate_private_key(65537, 2048)
    certificate = _certificate(key, authority)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(pem)
    imported = ["softhsm2-util", "--import", str(folder / "key.pem"), "--token", label, "--label", "seal"]
    subprocess.run([*imported, "--id", "01", "--pin", PIN], check=True, capture_output=True)
    (folder / "key.pem").unlink()
    with pkcs11.lib(MODULE).get_token(token_label=label).open(rw=True, user_pin=PIN) as session:
        session.create_object(
            {
                pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                pkcs11.Attribute.TOKEN: True,
                pkcs11.Attribute.LABEL: "seal",
                pkcs11.Attribute.ID: b"\x01",
                pkcs11.Attribute.SUBJECT: certificate.subject.public_bytes(),
                pkcs11.Attribute.VALUE: certificate.public_bytes(Encoding.DER),
            }
        )
    (folder / "roots.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "pin").write_text(PIN)
    (folder / "seal.toml").write_text(
        f'roots = "roots.pem"\n[pkcs11]\nmodule = "{MODULE}"\ntoken = "{label}"\npin_file = "pin"\n'
        f'[pkcs11.keys]\n"{authority}" = "seal"\n'
    )
    return folder


def _certificate(key: rsa.RSAPrivateKey, authority: str) -> x509.Certificate:
    """Self-signed: the token's own root and seal in one."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, authority)])
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(minutes=5)).not_valid_after(now + timedelta(days=1))
    return builder.add_extension(usage, critical=True).sign(key, SHA256())
