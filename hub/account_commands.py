"""Accounts on the command line: for the first one, and for the day on which nobody can log in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.accounts.policy import ROLES
from hub.command_line import data_option, prepare

if TYPE_CHECKING:
    from hub.accounts.models import Account

WHO = "command line"


@click.command("create-account")
@data_option
@click.argument("username")
@click.option(
    "--role",
    type=click.Choice(ROLES),
    required=True,
    help="What they do; accounts are managed by a security officer.",
)
@click.option("--organisation", default="", help="Name of the place below which they see; else everything.")
@click.option(
    "--one-time", is_flag=True, help="Print a password for the first login instead of asking for one."
)
@click.option("--password", help="Password; asked for when not given.")
def create_account(
    data: Path, username: str, role: str, organisation: str, *, one_time: bool, password: str | None
) -> None:
    """Make an account of the console for USERNAME."""
    if password is None and not one_time:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    prepare(data)
    from hub.accounts.making import AccountRefused, make_account

    try:
        account, password_told = make_account(username, password, role, organisation)
    except AccountRefused as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{username} may log in at /console/ as {account.role}")
    if password_told:
        click.echo(f"one-time password: {password_told}")


@click.command()
@data_option
@click.argument("username")
def unlock(data: Path, username: str) -> None:
    """Forget the failed logins of USERNAME, so that the account is not locked any more."""
    prepare(data)
    from hub.accounts.managing import unlock as lift

    click.echo(f"{lift(WHO, _account(username))} failed logins forgotten")


@click.command("reset-second-factor")
@data_option
@click.argument("username")
def reset_second_factor(data: Path, username: str) -> None:
    """Let USERNAME, whose authenticator is lost, set up a new one at the next login."""
    prepare(data)
    from hub.accounts.managing import reset_second_factor as reset

    reset(WHO, _account(username))
    click.echo(f"{username} sets up a new authenticator at the next login")


def _account(username: str) -> Account:
    from hub.accounts.models import Account

    account = Account.objects.filter(user__username=username).first()
    if account is None:
        raise click.ClickException(f"there is no account {username}")
    return account


COMMANDS = (create_account, unlock, reset_second_factor)
