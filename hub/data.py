"""The hub's data folder: database, secret key, intake keys. Everything in it is for its owner alone.

Nothing here imports Django: the folder is prepared before the settings are read.
"""

from __future__ import annotations

import os
import secrets
from functools import cached_property
from pathlib import Path
from typing import Final

from kiosk.wire import HpkeOpener, KeyUnreadable, new_private_key

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
        except OSError as error:
            raise HubDataError(f"{self.folder} cannot be used: {error.strerror}") from error
        _ = self.opener

    @property
    def secret_key(self) -> str:
        """What signs sessions and derives look-up keys; a passing one while the folder is not prepared."""
        try:
            return (self.folder / "secret.key").read_text(encoding="ascii").strip()
        except OSError:
            return secrets.token_urlsafe(48)

    @cached_property
    def opener(self) -> HpkeOpener:
        """Opens what kiosks sealed. Raises ``HubDataError``."""
        file = self.folder / "intake.key"
        try:
            return HpkeOpener.from_texts([file.read_text(encoding="ascii")])
        except (OSError, UnicodeError, KeyUnreadable) as error:
            raise HubDataError(f"{file} is not an intake key: {error}") from error


def write_key_pair(folder: Path) -> tuple[Path, Path]:
    """Make a new pair of intake keys in ``folder``; the paths of the public and the private file.

    Raises ``FileExistsError`` rather than overwrite a private key.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = new_private_key()
    private, public = folder / "intake.key", folder / "intake.pub"
    write_secret(private, text)
    public.write_text(HpkeOpener.from_texts([text]).sealers[0].text, encoding="ascii")
    return public, private


def write_secret(file: Path, text: str) -> None:
    """Write a new file for its owner alone, synced; raises ``FileExistsError`` if it is there."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
