"""Backup and restoring on the command line."""

from __future__ import annotations

from pathlib import Path

import click

from hub.command_line import data_option, prepare, set_up
from hub.data import HubData

_file = click.Path(dir_okay=False, path_type=Path)


@click.command()
@data_option
@click.option("--out", type=_file, required=True, help="File for the copy of the database.")
@click.option("--keys", type=_file, help="File for the keys, too; to be kept elsewhere.")
def backup(data: Path, out: Path, keys: Path | None) -> None:
    """Copy the database, while the hub serves, and the keys.

    Without its keys the copy shows no resident and cannot be used: keep both, in two places.
    """
    prepare(data)
    from hub.backup import BackupFailed, back_up, back_up_keys

    try:
        back_up(out)
        click.echo(f"{out}: {out.stat().st_size} bytes")
        if keys is not None:
            click.echo(f"{keys}: {', '.join(back_up_keys(HubData(data), keys))}")
    except BackupFailed as error:
        raise click.ClickException(str(error)) from None


@click.command()
@data_option
@click.argument("copy", type=_file)
@click.option("--keys", type=_file, required=True, help="The keys that belong to it.")
def restore(data: Path, copy: Path, keys: Path) -> None:
    """Put the database COPY and its keys back: into a new folder, or a new database of PostgreSQL."""
    set_up(data)
    from hub.backup import BackupFailed, restore_database, restore_keys

    try:
        restore_keys(HubData(data), keys)
        restore_database(copy)
    except BackupFailed as error:
        raise click.ClickException(str(error)) from None
    prepare(data)
    click.echo(f"{data} is restored and can be served")
