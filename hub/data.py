"""The hub's data folder: database and keys. All of it for its owner alone.

Nothing here imports Django: the folder is prepared before the settings are read.
"""

from __future__ import annotations

import os
import secrets
from functools import cached_property
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from hub.data_keys import DataKeyError, DataKeys, write_secret
from hub.seals.demonstration import DemonstrationSeals
from kiosk.wire import HYBRID, HpkeOpener, KeyUnreadable, new_private_key, publisher_text

DATA_VARIABLE: Final = "YEDENG_HUB_DATA"
"""Environment variable that names the data folder to the Django settings."""


class HubDataError(Exception):
    """The data folder cannot be used; the message says which file and why."""


class HubData:
    """Paths and keys of one data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.database = self.folder / "hub.sqlite3"

    @classmethod
    def from_environment(cls) -> HubData:
        """The folder that ``DATA_VARIABLE`` names, ``hub-data`` in the current folder without it."""
        return cls(Path(os.environ.get(DATA_VARIABLE, "hub-data")))

    def prepare(self) -> None:
        """Make the folder and, where they are missing, its keys. Raises ``HubDataError``."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not (self.folder / "secret.key").exists():
                write_secret(self.folder / "secret.key", secrets.token_urlsafe(48) + "\n")
            if not (self.folder / "intake.key").exists():
                write_key_pair(self.folder)
            for name in ("publisher.key", "command.key"):
                if not (self.folder / name).exists():
                    pem = Ed25519PrivateKey.generate().private_bytes(
                        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
                    )
                    write_secret(self.folder / name, pem.decode("ascii"))
            self.resident_keys.prepare()
            DemonstrationSeals(self.folder).prepare()
        except OSError as error:
            raise HubDataError(f"{self.folder} cannot be used: {error.strerror}") from error
        _ = self.opener
        try:
            _ = self.resident_keys.prefix
        except DataKeyError as error:
            raise HubDataError(str(error)) from error

    @property
    def secret_key(self) -> str:
        """What signs sessions; a passing one while the folder is not prepared."""
        try:
            return (self.folder / "secret.key").read_text(encoding="ascii").strip()
        except OSError:
            return secrets.token_urlsafe(48)

    @cached_property
    def opener(self) -> HpkeOpener:
        """Opens what kiosks sealed, to the present key or to one retired before. Raises ``HubDataError``."""
        file = self.folder / "intake.key"
        try:
            texts = []
            for file in (self.folder / "intake.key", *sorted(self.folder.glob("intake-*.key"))):
                texts.append(file.read_text(encoding="ascii"))
                HpkeOpener.from_texts(texts[-1:])
            return HpkeOpener.from_texts(texts)
        except (OSError, UnicodeError, KeyUnreadable) as error:
            raise HubDataError(f"{file} is not an intake key: {error}") from error

    @cached_property
    def resident_keys(self) -> DataKeys:
        """What closes residents' data in the database."""
        return DataKeys(self.folder)

    @property
    def recipients(self) -> tuple[str, ...]:
        """The public keys kiosks seal to: the present one, and the one before while it is not yet let go."""
        previous = self.folder / "intake-previous.pub"
        texts = [self.opener.sealers[0].text]
        if previous.exists():
            texts.append(previous.read_text(encoding="ascii"))
        return tuple(texts)

    @cached_property
    def publisher(self) -> Ed25519PrivateKey:
        """What signs catalogues. Raises ``HubDataError``."""
        return _signing_key(self.folder / "publisher.key")

    @cached_property
    def publishers(self) -> tuple[str, ...]:
        """The public keys whose catalogues kiosks take."""
        return (publisher_text(self.publisher),)

    @cached_property
    def command_key(self) -> Ed25519PrivateKey:
        """What signs commands to kiosks. Raises ``HubDataError``."""
        return _signing_key(self.folder / "command.key")

    @cached_property
    def command_keys(self) -> tuple[str, ...]:
        """The public keys whose commands kiosks carry out."""
        return (publisher_text(self.command_key),)

    def rotate_key(self, suite: str) -> str:
        """Make a new intake key and let kiosks seal to both; the new key's name. Raises ``OSError``.

        The old private key stays, as ``intake-NAME.key``: queues far away still hold what was sealed to it.
        """
        old = self.opener.sealers[0]
        text = new_private_key(suite)
        fresh = self.folder / "intake.key.new"
        fresh.unlink(missing_ok=True)
        write_secret(fresh, text)
        retired = self.folder / f"intake-{old.key_id}.key"
        if not retired.exists():
            write_secret(retired, (self.folder / "intake.key").read_text(encoding="ascii"))
        (self.folder / "intake-previous.pub").write_text(old.text, encoding="ascii")
        fresh.replace(self.folder / "intake.key")
        new = HpkeOpener.from_texts([text]).sealers[0]
        (self.folder / "intake.pub").write_text(new.text, encoding="ascii")
        return new.key_id

    def finish_rotation(self) -> None:
        """Let kiosks seal to the new key alone from now on. Raises ``OSError``."""
        (self.folder / "intake-previous.pub").unlink(missing_ok=True)


def _signing_key(file: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise HubDataError(f"{file} is not a key that signs: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise HubDataError(f"{file} is not an Ed25519 key")
    return key


def write_key_pair(folder: Path, suite: str = HYBRID) -> tuple[Path, Path]:
    """Make a new pair of intake keys in ``folder``; the paths of the public and the private file.

    Raises ``FileExistsError`` rather than overwrite a private key.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = new_private_key(suite)
    private, public = folder / "intake.key", folder / "intake.pub"
    write_secret(private, text)
    public.write_text(HpkeOpener.from_texts([text]).sealers[0].text, encoding="ascii")
    return public, private
