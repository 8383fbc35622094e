"""The command line of the hub."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from hub.data import DATA_VARIABLE, HubData, HubDataError, write_key_pair
from kiosk.wire.suites import HYBRID, suite_names

Command = TypeVar("Command", bound=Callable[..., Any])

_DEFAULT_DATA = Path("hub-data")
ROLES = ("administrator", "publisher", "clerk", "technician", "auditor", "security_officer")
"""``hub.accounts.models.Role``, which needs Django."""


def _data_option(command: Command) -> Command:
    return click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        default=_DEFAULT_DATA,
        show_default=True,
        help="Folder of the hub's data: database and keys.",
    )(command)


def _json_option(command: Command) -> Command:
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(command)


@click.group()
def hub() -> None:
    """Run the hub: intake, cases, catalogue and console for all kiosks."""


@hub.command()
@_data_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port; 0 takes a free one."
)
def serve(data: Path, host: str, port: int) -> None:
    """Serve API and console; prints one line `ready ADDRESS` when it does. Ends on SIGTERM or Ctrl-C.

    The names by which it may be called, separated by commas, can be set in YEDENG_HUB_HOSTS, the four-digit
    area code of its case numbers in YEDENG_HUB_REGION.
    """
    _prepare(data, host)
    from hub.serving import HubNotServing, serve_hub

    try:
        serve_hub(host, port, lambda address: click.echo(f"ready {address}"))
    except HubNotServing as error:
        raise click.ClickException(str(error)) from None


@hub.command()
@_data_option
def seed(data: Path) -> None:
    """Publish the demonstration catalogue and put one decided result there to collect.

    Forms, cards and videos that are not made yet are told and left out; an item left out is a failure.
    """
    _prepare(data)
    from hub.cases.demonstration import seed_decided_case
    from hub.catalogue.publishing import DEMONSTRATION, DEMONSTRATION_FILES, NotBuilt, publish

    try:
        publication, faults = publish(DEMONSTRATION, DEMONSTRATION_FILES)
    except NotBuilt as error:
        raise click.ClickException(str(error)) from None
    for fault in faults:
        click.echo(fault, err=True)
    result = seed_decided_case()
    items = len(json.loads(publication.items))
    click.echo(f"catalogue version {publication.version} with {items} items")
    click.echo(f"result to collect: case {result.case.case_no}")
    if any(fault.costs for fault in faults):
        sys.exit(1)


@hub.command("enrolment-code")
@_data_option
def enrolment_code(data: Path) -> None:
    """Print a one-time code by which one kiosk becomes known; valid for seven days."""
    _prepare(data)
    from hub.kiosks.enrolment import new_code

    click.echo(new_code())


@hub.command()
@_data_option
@_json_option
def cases(data: Path, *, as_json: bool) -> None:
    """List the cases, oldest first."""
    _prepare(data)
    from hub.cases.listing import case_rows

    _print(case_rows(), as_json=as_json)


@hub.command()
@_data_option
@_json_option
def results(data: Path, *, as_json: bool) -> None:
    """List the results with their copies and what became of each paper."""
    _prepare(data)
    from hub.cases.listing import result_rows

    _print(result_rows(), as_json=as_json)


@hub.command()
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


@hub.command("rotate-key")
@_data_option
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


@hub.command()
@_data_option
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def receive(data: Path, files: tuple[Path, ...]) -> None:
    """Take in items that `queue export` wrote, carried here by hand; exactly once, like those sent."""
    _prepare(data)
    from hub.intake.carrying import NotCarried, take_in

    for file in files:
        try:
            receipt = take_in(file)
        except NotCarried as error:
            raise click.ClickException(f"{file}: {error}") from None
        click.echo(json.dumps(receipt, ensure_ascii=False))


@hub.command("create-account")
@_data_option
@click.argument("username")
@click.option(
    "--role",
    type=click.Choice(ROLES),
    required=True,
    help="What they do; accounts are managed by a security officer.",
)
@click.option("--organisation", default="", help="Name of the place below which they see; else everything.")
@click.password_option(help="Password; asked for when not given.")
def create_account(data: Path, username: str, role: str, organisation: str, password: str) -> None:
    """Make an account of the console for USERNAME."""
    _prepare(data)
    from hub.accounts.making import AccountRefused, make_account

    try:
        account = make_account(username, password, role, organisation)
    except AccountRefused as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{username} may log in at /console/ as {account.role}")


def _prepare(data: Path, host: str | None = None) -> None:
    """Make the folder ready, set Django up for it, bring the database up to date."""
    folder = HubData(data)
    try:
        folder.prepare()
    except HubDataError as error:
        raise click.ClickException(str(error)) from None
    os.environ[DATA_VARIABLE] = str(folder.folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "hub.settings"
    if host is not None:
        # Listening on every address, we cannot know by which names we are called; signatures cover the name.
        named = "*" if host in {"0.0.0.0", "::"} else f"localhost,127.0.0.1,[::1],{host}"  # noqa: S104
        os.environ.setdefault("YEDENG_HUB_HOSTS", named)
    import django
    from django.core.management import call_command
    from django.db import DatabaseError, connections

    django.setup()
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        raise click.ClickException(f"{folder.database} cannot be used: {error}") from None
    finally:
        connections.close_all()


def _print(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo("  ".join("-" if value is None else str(value) for value in row.values()))
