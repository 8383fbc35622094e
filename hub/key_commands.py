"""The hub's keys on the command line."""

from __future__ import annotations

from pathlib import Path

import click

from hub.command_line import data_option, prepare
from hub.data import HubData, HubDataError, write_key_pair
from hub.data_keys import DataKeyError, DataKeys
from kiosk.wire.suites import HYBRID, suite_names


@click.command()
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder for the two files."
)
@click.option("--suite", type=click.Choice(suite_names()), default=HYBRID, help="Ciphers of the pair.")
def keys(out: Path, suite: str) -> None:
    """Make a pair of intake keys, intake.pub and intake.key."""
    try:
        public, private = write_key_pair(out, suite)
    except FileExistsError as error:
        raise click.ClickException(f"{error.filename} is there already; keys are not overwritten") from None
    except OSError as error:
        raise click.ClickException(f"{out} cannot be used: {error.strerror}") from None
    click.echo(public)
    click.echo(private)


@click.command("rotate-key")
@data_option
@click.option("--suite", type=click.Choice(suite_names()), default=HYBRID, help="Ciphers of the new key.")
@click.option("--finish", is_flag=True, help="Let kiosks seal to the new key alone.")
def rotate_key(data: Path, suite: str, *, finish: bool) -> None:
    """Take a new intake key; kiosks seal to both until `--finish`. The hub opens old seals for ever."""
    folder = HubData(data)
    try:
        folder.prepare()
        if finish:
            folder.finish_rotation()
            click.echo("kiosks seal to the present key alone; serve again to tell them")
        else:
            click.echo(f"new key {folder.rotate_key(suite)}; serve again to tell the kiosks")
    except HubDataError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{data} cannot be used: {error.strerror}") from None


@click.command("rotate-data-key")
@data_option
@click.option("--finish", is_flag=True, help="Remove the keys of before, which no row uses any more.")
def rotate_data_key(data: Path, *, finish: bool) -> None:
    """Close residents' data with a new key, row by row, while the hub serves.

    Broken off, it goes on where it was when it is called again. The key of before stays in the data folder
    and opens what it closed until `--finish`. Backups made before need it: keep it apart from them.
    """
    prepare(data)
    from django.conf import settings

    from hub.audit.trail import record
    from hub.rotation import NotFinished, close_anew
    from hub.rotation import finish as finish_rotation

    keys: DataKeys = settings.DATA.resident_keys
    try:
        if finish:
            for file in finish_rotation():
                record("command line", "data_key.removed", file.stem)
                click.echo(f"removed {file}")
            return
        if not keys.retired():
            name = keys.rotate()
            record("command line", "data_key.rotated", f"resident-{name}")
            click.echo(f"new key {name}")
        outcome = close_anew(click.echo)
    except (DataKeyError, NotFinished) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{data} cannot be used: {error.strerror}") from None
    for place in outcome.unreadable:
        click.echo(place, err=True)
    if outcome.unreadable:
        raise click.ClickException("these rows could not be opened; the key of before stays")
    click.echo(f"{outcome.done} rows closed anew; remove the key of before with --finish")
