"""How a kiosk becomes known to its hub: a key pair made here, a one-time code, and the reply kept for good.

The folder ``identity`` in the kiosk's data folder holds ``kiosk.key`` (Ed25519, PKCS #8 in PEM, readable by
the owner alone) and ``enrolment.json`` (the hub's ``EnrolmentReply``). The key never leaves the machine.
"""

from __future__ import annotations

import base64
import contextlib
import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from pydantic import ValidationError

from kiosk.hub_client import Credentials, HubClient
from kiosk.wire import (
    EnrolmentReply,
    EnrolmentRequest,
    HpkeSealer,
    KeyUnreadable,
    MultiSealer,
    sealer_for,
)

_BEFORE_ENROLMENT = "not-enrolled"


class IdentityDamaged(Exception):
    """What is kept in the identity folder cannot be used; the message names the file."""


@dataclass(frozen=True)
class KioskIdentity:
    """Who this kiosk is at its hub."""

    kiosk_id: str
    region: str
    intake_keys: tuple[str, ...]
    publishers: tuple[str, ...]
    command_keys: tuple[str, ...]
    key: Ed25519PrivateKey = field(repr=False)

    @property
    def credentials(self) -> Credentials:
        """What signs this kiosk's requests."""
        return Credentials(self.kiosk_id, self.key)

    def sealer(self) -> HpkeSealer | MultiSealer:
        """What closes this kiosk's submissions so that only the hub opens them."""
        return sealer_for(self.intake_keys)


def load_identity(data: Path) -> KioskIdentity | None:
    """The identity kept in the kiosk's data folder, ``None`` before enrolment; raises ``IdentityDamaged``."""
    file = data / "identity" / "enrolment.json"
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        identity = _identity(EnrolmentReply.model_validate_json(text, extra="ignore"), _key(data))
        identity.sealer()
    except (ValidationError, KeyUnreadable):
        raise IdentityDamaged(f"{file} is not an enrolment; enrol this kiosk again") from None
    return identity


def enrol(
    data: Path,
    url: str,
    code: str,
    *,
    place: str = "",
    software: str = "",
    timeout: float = 8.0,
    ca: Path | None = None,
) -> KioskIdentity:
    """Enrol at the hub at ``url`` with a one-time code and keep the reply. Blocks.

    The key is made first and kept, so that an enrolment whose answer was lost can be repeated with the
    same code. Raises ``HubRefused`` (used or wrong code, protocol too old), ``HubUnreachable``,
    ``IdentityDamaged``.
    """
    key = _key(data)
    client = HubClient(url, Credentials(_BEFORE_ENROLMENT, key), timeout, ca=str(ca) if ca else None)
    try:
        reply = client.enrol(
            EnrolmentRequest(
                code=code.strip(),
                public_key=_encoded(key),
                place=place,
                software=software,
            )
        )
    finally:
        client.close()
    write_whole(data / "identity" / "enrolment.json", reply.model_dump_json(indent=2).encode())
    return _identity(reply, key)


def renewed(
    data: Path,
    identity: KioskIdentity,
    intake_keys: tuple[str, ...],
    publishers: tuple[str, ...],
    command_keys: tuple[str, ...] = (),
) -> KioskIdentity:
    """The identity with the keys its hub names now (to seal to, to trust), kept for good.

    A hub of protocol 1 names no command keys: then those known stay. Raises ``KeyUnreadable`` and leaves
    everything as it is when one to seal to is none; ``OSError``.
    """
    sealer_for(intake_keys)
    keys = {
        "intake_keys": intake_keys,
        "publishers": publishers,
        "command_keys": command_keys or identity.command_keys,
    }
    file = data / "identity" / "enrolment.json"
    reply = EnrolmentReply.model_validate_json(file.read_text(encoding="utf-8"), extra="ignore")
    reply = reply.model_copy(update=keys)
    write_whole(file, reply.model_dump_json(indent=2).encode())
    return _identity(reply, identity.key)


def next_key(data: Path) -> Ed25519PrivateKey:
    """The key this kiosk will go over to, made and kept if there is none yet. Raises ``IdentityDamaged``."""
    return _key(data, "kiosk-next.key")


def with_next_key(data: Path, identity: KioskIdentity, key: Ed25519PrivateKey) -> KioskIdentity:
    """Go over to the next key, which the hub knows by now. Raises ``OSError`` and leaves all as it is."""
    folder = data / "identity"
    (folder / "kiosk-next.key").replace(folder / "kiosk.key")
    sync_folder(folder)
    return replace(identity, key=key)


def _identity(reply: EnrolmentReply, key: Ed25519PrivateKey) -> KioskIdentity:
    return KioskIdentity(
        reply.kiosk_id, reply.region, reply.intake_keys, reply.publishers, reply.command_keys, key
    )


def _encoded(key: Ed25519PrivateKey) -> bytes:
    return base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def _key(data: Path, name: str = "kiosk.key") -> Ed25519PrivateKey:
    file = data / "identity" / name
    with contextlib.suppress(FileNotFoundError):
        try:
            key = load_pem_private_key(file.read_bytes(), password=None)
        except ValueError:
            raise IdentityDamaged(f"{file} is not a key; restore it, or remove it and enrol again") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise IdentityDamaged(f"{file} is not an Ed25519 key")
        return key
    key = Ed25519PrivateKey.generate()
    write_whole(file, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return key


def write_whole(file: Path, content: bytes) -> None:
    """Write for the owner alone, whole or not at all, and synced."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(file)
    sync_folder(file.parent)


def sync_folder(folder: Path) -> None:
    """Let what was renamed in a folder survive a power cut. Raises ``OSError``."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
