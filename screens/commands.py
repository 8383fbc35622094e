"""``run`` and ``tour``: the kiosk in its window."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from config.logs import log_to_stderr
from config.settings import SettingsError, load_site
from devices.simulators.control import control_socket
from kiosk.embedded import MAIN, ChildFailed
from screens import kivy_setup
from screens.bench_panel import WIDTH, bench_panel

SITE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.option("--site", "site_file", type=SITE, required=True, help="The site file of this kiosk.")
def run(site_file: Path) -> None:
    """Run the kiosk of a site file, until it is stopped by a signal.

    Without a display it draws into memory, which serves tests. A site file that says so also starts the
    embedded hub and the bench, where cards are laid and pages are put without any hardware.
    """
    log_to_stderr("info")
    with in_words():
        site = load_site(site_file)
        off_screen = kivy_setup.prepare(site.panel, left=WIDTH if site.simulation.enabled else None)
        from screens.serving import serve  # imports Kivy, which must be told its manners first

        with _bench_window(site_file, wanted=site.simulation.enabled and not off_screen):
            again = asyncio.run(serve(site, site_file, off_screen=off_screen))
    if again:
        # A new process begins with nothing of the old one, as after a power cut.
        os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606 - our own command, as it was given


@click.command()
@click.option(
    "--out", type=FOLDER, required=True, help="Folder for the pictures, the papers and report.json."
)
@click.option(
    "--orientation",
    type=click.Choice(["portrait", "landscape"]),
    default="portrait",
    show_default=True,
    help="How the panel hangs.",
)
@click.option("--elder", is_flag=True, help="Make the visits in elder mode.")
@click.option(
    "--lang",
    "language",
    type=click.Choice(["zh", "en"]),
    default="zh",
    show_default=True,
    help="Language of the visits.",
)
def tour(out: Path, orientation: str, *, elder: bool, language: str) -> None:
    """Make three visits by real touches and save a picture of every page.

    Starts a hub, the simulators and the kiosk (into memory if there is no display); looks up a guide,
    submits an item, collects a result. Ends well only if the hub's database holds the submission exactly
    once and the paper shows its number.
    """
    from screens.touring import make_tour

    log_to_stderr("error")
    with in_words():
        report = make_tour(out, landscape=orientation == "landscape", elder=elder, language=language)
    for journey in report["journeys"]:
        click.echo(
            f"{'ok    ' if journey['ok'] else 'FAILED'} {journey['name']}: {len(journey['pages'])} pages"
        )
    click.echo(f"Submission {report['submission_id']}, receipt {report['receipt_no']}")
    click.echo(f"Pictures and report.json are in {out}")
    if not report["ok"]:
        click.echo(f"Error: {report['problem']}", err=True)
        sys.exit(1)


@click.command("bench-window")
@click.option("--site", "site_file", type=SITE, required=True, help="The site file whose bench is running.")
@click.option(
    "--lang",
    "language",
    type=click.Choice(["zh", "en"]),
    default="zh",
    show_default=True,
    help="Language of the window.",
)
def bench_window(site_file: Path, language: str) -> None:
    """Show the running bench of a site in a window: cards, pages, paper and the network cable by hand."""
    with in_words():
        socket = control_socket(load_site(site_file))
        off_screen = kivy_setup.prepare(bench_panel(), left=0)
        from screens.bench_window import BenchWindow

        asyncio.run(BenchWindow(socket, language, off_screen=off_screen).attend())


@contextlib.contextmanager
def in_words() -> Iterator[None]:
    """Every known way of not starting becomes one clear message and exit code 1."""
    try:
        yield
    except Exception as error:
        words = _words(error)
        if words is None:
            raise
        raise click.ClickException(words) from None


def _words(error: Exception) -> str | None:
    # The first picture does not wait for what only an error needs.
    from kiosk.enrolment import IdentityDamaged
    from offline_queue import QueueError, QueueInUse

    match error:
        case QueueInUse():
            return "this kiosk is already running: another process uses the same data folder. Stop it first."
        case SettingsError() | ChildFailed() | IdentityDamaged() | QueueError():
            return str(error)
        case OSError():
            return f"{error.filename or 'the system'}: {error.strerror or error}"
    return None


@contextlib.contextmanager
def _bench_window(site_file: Path, *, wanted: bool) -> Iterator[None]:
    """The device bench in a window of its own, for as long as the kiosk runs."""
    if not wanted:
        yield
        return
    command = [sys.executable, str(MAIN), "bench-window", "--site", str(site_file)]
    with subprocess.Popen(command) as window:
        try:
            yield
        finally:
            window.terminate()
