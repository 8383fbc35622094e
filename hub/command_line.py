"""What the hub's commands have in common."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from hub.data import DATA_VARIABLE, HubData, HubDataError
from hub.data_keys import DataKeyError
from hub.environment import NotMeant

Command = TypeVar("Command", bound=Callable[..., Any])

_DEFAULT_DATA = Path("hub-data")


def data_option(command: Command) -> Command:
    """The option ``--data``."""
    return click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        default=_DEFAULT_DATA,
        show_default=True,
        help="Folder of the hub's data: database and keys.",
    )(command)


def json_option(command: Command) -> Command:
    """The option ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(command)


def prepare(data: Path, host: str | None = None) -> None:
    """Make the folder ready, set Django up for it, bring the database up to date."""
    folder = HubData(data)
    try:
        folder.prepare()
    except HubDataError as error:
        raise click.ClickException(str(error)) from None
    if host is not None:
        # Listening on every address, we cannot know by which names we are called; signatures cover the name.
        named = "*" if host in {"0.0.0.0", "::"} else f"localhost,127.0.0.1,[::1],{host}"  # noqa: S104
        os.environ.setdefault("YEDENG_HUB_HOSTS", named)
    set_up(data)
    from django.core.management import call_command
    from django.db import DatabaseError, connections

    try:
        call_command("migrate", verbosity=0, interactive=False)
        _check_keys()
    except DatabaseError as error:
        where = "the database of DATABASE_URL" if os.environ.get("DATABASE_URL") else folder.database
        raise click.ClickException(f"{where} cannot be used: {error}") from None
    except DataKeyError as error:
        raise click.ClickException(str(error)) from None
    finally:
        connections.close_all()


def set_up(data: Path) -> None:
    """Set Django up for a data folder, and nothing more."""
    os.environ[DATA_VARIABLE] = str(HubData(data).folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "hub.settings"
    import django

    try:
        django.setup()
    except NotMeant as error:
        raise click.ClickException(str(error)) from None


def _check_keys() -> None:
    """A folder without its keys gets new ones, which do not open what is in the database: say so at once."""
    from hub.cases.keys import check_index
    from hub.rotation import check_keys

    check_keys()
    check_index()


def print_rows(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    """Print rows as lines of words, or as one JSON document."""
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo("  ".join("-" if value is None else str(value) for value in row.values()))
