"""Watching for alerts on the command line."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import click

from hub.command_line import data_option, prepare


@click.command()
@data_option
@click.option("--once", is_flag=True, help="Look and deliver once, as a timer would ask; then end.")
def watch(data: Path, *, once: bool) -> None:
    """Watch for what is wrong and tell the contacts, until SIGTERM or Ctrl-C.

    A hub that serves watches by itself; this is for one that should watch while none serves, or elsewhere.
    Several may watch at once: each alert is told once.
    """
    prepare(data)
    from hub.alerts import watch as watching

    if once:
        looked, told = watching.once()
        click.echo(f"{'looked' if looked else 'another has just looked'}, {told} told")
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    click.echo("watching")
    watching.watch(stop)
