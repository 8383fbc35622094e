"""A copy of the hub's database while it serves, and of its keys; and the way back.

The two are written apart and belong apart: without the keys a copy of the database shows no resident.
SQLite is copied by its own online backup, PostgreSQL by ``pg_dump`` and ``pg_restore``.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import tarfile
from contextlib import closing
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from hub.data import HubData

_KEYS: Final = ("*.key", "*.pub", "*.pem", "*.toml", "*.token")
BACKUP_MARK: Final = "last-backup"
"""File in the data folder whose time is that of the last copy of the database; alerts watch it."""

_PATIENCE: Final = 6 * 3600.0


class BackupFailed(Exception):
    """Nothing usable was written, or nothing was restored; the message says why in words."""


def back_up(out: Path) -> None:
    """Write a copy of the whole database as of one moment. Raises ``BackupFailed``."""
    part = out.with_name(f"{out.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        if connection.vendor == "postgresql":
            _postgresql("pg_dump", "--format=custom", "--no-owner", f"--file={part}")
        else:
            _copy_sqlite(settings.DATA.database, part)
        part.replace(out)
        (settings.DATA.folder / BACKUP_MARK).touch(mode=0o600)
    except (OSError, sqlite3.Error) as error:
        raise BackupFailed(f"{out} cannot be written: {error}") from None
    finally:
        part.unlink(missing_ok=True)


def back_up_keys(data: HubData, out: Path) -> list[str]:
    """Write the keys of a data folder into a tar file for its owner alone; their names.

    Raises ``BackupFailed``.
    """
    files = sorted({file for pattern in _KEYS for file in data.folder.rglob(pattern)})
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as handle, tarfile.open(fileobj=handle, mode="w") as archive:
            for file in files:
                archive.add(file, str(file.relative_to(data.folder)))
    except FileExistsError:
        raise BackupFailed(f"{out} is there already; keys are not overwritten") from None
    except OSError as error:
        raise BackupFailed(f"{out} cannot be written: {error.strerror}") from None
    return [str(file.relative_to(data.folder)) for file in files]


def restore_keys(data: HubData, archive: Path) -> None:
    """Put keys back into a data folder that has none. Raises ``BackupFailed``."""
    if any(data.folder.glob("*.key")):
        raise BackupFailed(f"{data.folder} has keys already; restore into a new folder")
    try:
        data.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tarfile.open(archive) as content:
            content.extractall(data.folder, filter="data")
    except (OSError, tarfile.TarError) as error:
        raise BackupFailed(f"{archive} is no copy of keys: {error}") from None


def restore_database(copy: Path) -> None:
    """Put a copy back as the database, which must be new. Raises ``BackupFailed``."""
    if not copy.is_file():
        raise BackupFailed(f"there is no file {copy}")
    if connection.vendor == "postgresql":
        if connection.introspection.table_names():
            raise BackupFailed("the database has tables already; restore into a new one")
        connection.close()
        _postgresql("pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", str(copy))
        return
    target = settings.DATA.database
    if target.exists():
        raise BackupFailed(f"{target} is there already; restore into a new folder")
    try:
        _copy_sqlite(copy, target)
    except (OSError, sqlite3.Error) as error:
        target.unlink(missing_ok=True)
        raise BackupFailed(f"{copy} is no copy of a database: {error}") from None


def _copy_sqlite(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(f"file:{quote(str(source))}?mode=ro", uri=True)) as theirs,
        closing(sqlite3.connect(target)) as ours,
    ):
        theirs.backup(ours)
        found = ours.execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(found)
        ours.execute("PRAGMA journal_mode=DELETE")  # one file that is read without leaving others beside it


def _postgresql(program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL on our database; its password goes by the environment."""
    given: dict[str, Any] = connection.settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    environment = {name: str(given[key]) for name, key in names.items() if given.get(key)}
    command = [program, f"--dbname={given['NAME']}", *arguments]
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
    except OSError:
        raise BackupFailed(f"{program} is not installed here (Debian: postgresql-client)") from None
    if done.returncode:
        words = done.stderr.strip().splitlines() or [f"it left with code {done.returncode}"]
        raise BackupFailed(f"{program}: {words[0]}")
