"""Other channels on the command line."""

from __future__ import annotations

from pathlib import Path

import click

from hub.command_line import data_option, prepare


@click.command()
@data_option
@click.argument("name")
@click.option(
    "--kind", type=click.Choice(["web", "phone", "window"]), required=True, help="Where people meet it."
)
@click.option("--origins", default="", help="Web pages that may ask from a browser, as https://www.example.")
@click.option("--a-minute", default=600, show_default=True, help="Requests a minute, for each process.")
def channel(data: Path, name: str, kind: str, origins: str, a_minute: int) -> None:
    """Let a channel read guides and availability, or give it a new token; prints the token, once."""
    prepare(data)
    from django.core.exceptions import ValidationError

    from hub.channels.models import Channel, new_token

    made = Channel.objects.filter(name=name).first() or Channel(name=name)
    made.kind, made.origins, made.a_minute, made.revoked = kind, origins, a_minute, False
    try:
        made.full_clean(exclude=["token_sha256"])
    except ValidationError as error:
        raise click.ClickException(" ".join(error.messages)) from None
    click.echo(new_token("command line", made))
