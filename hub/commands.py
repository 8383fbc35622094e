"""The command line of the hub."""

from __future__ import annotations

import json
from pathlib import Path

import click

from hub.account_commands import COMMANDS as ACCOUNT_COMMANDS
from hub.audit_commands import audit
from hub.backup_commands import backup, restore
from hub.case_commands import daily, erase
from hub.catalogue.commands import catalogue
from hub.command_line import data_option, json_option, prepare, print_rows
from hub.key_commands import keys, rotate_data_key, rotate_key
from hub.kiosk_commands import COMMANDS as KIOSK_COMMANDS
from hub.monitoring.processes import share_figures
from hub.seal_commands import seal_certificate, verify_pdf
from hub.watch_commands import watch


@click.group()
def hub() -> None:
    """Run the hub: intake, cases, catalogue and console for all kiosks."""


code_file_option = click.option(
    "--code-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File for a one-time code, too, by which one kiosk becomes known.",
)


@hub.command()
@data_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port; 0 takes a free one."
)
@click.option(
    "--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes, one a core."
)
@click.option("--threads", type=click.IntRange(1, 64), default=4, show_default=True, help="Threads of each.")
@click.option("--demonstration", is_flag=True, help="Put the demonstration's content there first, as `seed`.")
@code_file_option
def serve(
    data: Path,
    host: str,
    port: int,
    workers: int,
    threads: int,
    demonstration: bool,
    code_file: Path | None,
) -> None:
    """Serve API and console; prints one line `ready ADDRESS` when it does. Ends on SIGTERM or Ctrl-C.

    The names by which it may be called, separated by commas, can be set in YEDENG_HUB_HOSTS, the four-digit
    area code of its case numbers in YEDENG_HUB_REGION.
    """
    share_figures(data, workers)
    prepare(data, host)
    from django.db import connections

    from hub.alerts.watch import keep_watching
    from hub.kiosks.uptime import keep_ticking
    from hub.serving import HubNotServing
    from hub.serving import serve as serve_requests

    if demonstration:
        _put_demonstration()
    if code_file is not None:
        _write_code(code_file)
    # The workers are copies of this process: a line to the database is not to be shared by them.
    connections.close_all()

    def in_worker() -> None:
        keep_ticking()
        keep_watching()

    try:
        serve_requests(
            host, port, workers, threads, lambda address: click.echo(f"ready {address}"), in_worker
        )
    except HubNotServing as error:
        raise click.ClickException(str(error)) from None


@hub.command()
@data_option
@click.option(
    "--fleet",
    type=click.IntRange(0, 100_000),
    default=0,
    show_default=True,
    help="Invented kiosks with a past and troubles of today; seeding again gives them a new sign of life.",
)
@code_file_option
def seed(data: Path, fleet: int, code_file: Path | None) -> None:
    """Publish the demonstration catalogue and put one decided result there to collect.

    Forms, cards and videos that are not made yet are told and left out; an item left out is a failure.
    """
    prepare(data)
    _put_demonstration()
    if fleet:
        from hub.analytics.demonstration import invent_counts
        from hub.kiosks.demonstration import seed_fleet

        click.echo(f"invented kiosks: {seed_fleet(fleet)}; they fall silent in ten minutes")
        click.echo(f"invented counts of four weeks for {invent_counts()} of them")
    if code_file is not None:
        _write_code(code_file)


def _put_demonstration() -> None:
    from hub.cases.demonstration import seed_decided_case, seed_practice
    from hub.catalogue.publishing import PublicationRefused
    from hub.catalogue.seeding import seed_demonstration

    try:
        publication, faults = seed_demonstration()
    except PublicationRefused as error:
        raise click.ClickException(str(error)) from None
    for fault in faults:
        click.echo(fault, err=True)
    result = seed_decided_case()
    seed_practice()
    click.echo(f"catalogue version {publication.version} with {len(json.loads(publication.items))} items")
    click.echo(f"result to collect: case {result.case.case_no}")
    if any(fault.costs for fault in faults):
        raise click.ClickException("an item of the demonstration was left out")


def _write_code(file: Path) -> None:
    from hub.kiosks.enrolment import new_code

    file.write_text(f"{new_code('command line')}\n", encoding="ascii")


@hub.command()
@data_option
@json_option
def cases(data: Path, *, as_json: bool) -> None:
    """List the cases, oldest first."""
    prepare(data)
    from hub.cases.listing import case_rows

    print_rows(case_rows(), as_json=as_json)


@hub.command()
@data_option
@json_option
def results(data: Path, *, as_json: bool) -> None:
    """List the results with their copies and what became of each paper."""
    prepare(data)
    from hub.cases.listing import result_rows

    print_rows(result_rows(), as_json=as_json)


@hub.command()
@data_option
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def receive(data: Path, files: tuple[Path, ...]) -> None:
    """Take in items that `queue export` wrote, carried here by hand; exactly once, like those sent."""
    prepare(data)
    from hub.intake.carrying import NotCarried, take_in

    for file in files:
        try:
            receipt = take_in(file)
        except NotCarried as error:
            raise click.ClickException(f"{file}: {error}") from None
        click.echo(json.dumps(receipt, ensure_ascii=False))


for command in (
    backup,
    restore,
    keys,
    rotate_key,
    rotate_data_key,
    seal_certificate,
    verify_pdf,
    *KIOSK_COMMANDS,
    *ACCOUNT_COMMANDS,
    audit,
    watch,
    daily,
    erase,
    catalogue,
):
    hub.add_command(command)
