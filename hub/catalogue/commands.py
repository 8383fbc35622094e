"""``main.py hub catalogue …``: the source folder in and out, and a publication."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from hub.command_line import data_option, prepare

_WHO: Final = "command line"
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
def catalogue() -> None:
    """The source of the guides: import a folder as drafts, export it, publish what is approved."""


@catalogue.command("import")
@click.argument("folder", type=_FOLDER)
@click.option("--files", multiple=True, type=_FOLDER, help="Another folder in which forms and films lie.")
@data_option
def import_(folder: Path, files: tuple[Path, ...], data: Path) -> None:
    """Take the source folder FOLDER in as drafts; every fault is named with its place.

    What is not in the folder stays as it is. A version that waits for review or publication is not
    overwritten. Fails if something was not taken.
    """
    for named in (folder, *files):
        if not named.is_dir():
            raise click.ClickException(f"there is no folder {named}")
    prepare(data)
    from hub.catalogue.transfer import read_folder, take_in, with_faults

    try:
        contents = read_folder(folder, *files)
    except OSError as error:
        raise click.ClickException(f"{error.filename} cannot be read: {error.strerror}") from None
    arrivals = with_faults(take_in(_WHO, contents), contents)
    for one in arrivals:
        for fault in one.faults:
            click.echo(str(fault), err=True)
    counted = {name: [one.path for one in arrivals if one.outcome == name] for name in ("busy", "strange")}
    for path in counted["busy"]:
        click.echo(f"{path}: not taken, a version waits for review or publication", err=True)
    for path in counted["strange"]:
        click.echo(f"{path}: not taken, it does not belong into a source folder", err=True)
    new, changed, same = (
        sum(one.outcome == name for one in arrivals) for name in ("new", "changed", "unchanged")
    )
    click.echo(f"{new} new and {changed} changed as drafts, {same} as they were")
    if counted["busy"] or counted["strange"]:
        raise click.ClickException("not everything was taken")


@catalogue.command("export")
@click.argument("folder", type=_FOLDER)
@click.option("--drafts", is_flag=True, help="As it is being written, not as it is published.")
@data_option
def export(folder: Path, data: Path, *, drafts: bool) -> None:
    """Write the catalogue as the source folder FOLDER, which must be empty or not there yet."""
    prepare(data)
    from hub.catalogue.transfer import exported

    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(f"{folder} is not empty; nothing is overwritten")
    count = 0
    try:
        for name, content in exported(drafts=drafts):
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            count += 1
    except OSError as error:
        raise click.ClickException(f"{error.filename} cannot be written: {error.strerror}") from None
    click.echo(f"{folder}: {count} files")


@catalogue.command("publish")
@data_option
def publish_(data: Path) -> None:
    """Publish everything that is approved and whose day has come, and let go what has ended.

    Nothing happens if nothing is due. Versions that nobody has approved are never published.
    """
    prepare(data)
    from hub.catalogue.publishing import PublicationRefused, plan, publish

    planned = plan(_WHO)
    if not planned.steps:
        click.echo("nothing is due")
        return
    try:
        publication = publish(_WHO, planned)
    except PublicationRefused as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"catalogue version {publication.version}: {publication.changes.count()} changes")
