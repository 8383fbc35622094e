"""The audit trail on the command line."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path

import click

from hub.command_line import data_option, json_option, prepare

WHO = "command line"


@click.group()
def audit() -> None:
    """Verify, export and anchor the audit trail."""


@audit.command()
@data_option
@json_option
@click.option(
    "--anchors",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File of lines that `hub audit anchor` printed.",
)
def verify(data: Path, anchors: Path | None, *, as_json: bool) -> None:
    """Read the whole trail; says every fault in words and ends with code 1 if there is one."""
    prepare(data)
    from hub.audit.anchors import Anchor, AnchorUnreadable
    from hub.audit.models import Head
    from hub.audit.trail import faults

    found = list(faults())
    for number, line in enumerate(anchors.read_text(encoding="ascii").splitlines() if anchors else (), 1):
        try:
            fault = Anchor.from_line(line).fault()
        except AnchorUnreadable:
            fault = f"line {number} of {anchors} is no anchor of this hub"
        if fault is not None:
            found.append(fault)
    head = Head.objects.filter(id=1).first()
    entries = head.number if head else 0
    if as_json:
        click.echo(json.dumps({"entries": entries, "faults": found}, ensure_ascii=False, indent=2))
    else:
        for fault in found:
            click.echo(fault)
        click.echo(f"{entries} entries, {len(found) or 'no'} fault{'' if len(found) == 1 else 's'}")
    if found:
        sys.exit(1)


@audit.command()
@data_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="File to write: a table when it ends in .csv, else JSON lines.",
)
@click.option("--since", type=click.DateTime(), help="Not what was done before.")
@click.option("--until", type=click.DateTime(), help="Not what was done from then on.")
def export(data: Path, out: Path, since: datetime | None, until: datetime | None) -> None:
    """Write the trail, or a time of it, to a file. The export itself is recorded."""
    prepare(data)
    from django.utils.timezone import make_aware

    from hub.audit.exporting import write
    from hub.audit.models import Entry
    from hub.audit.trail import record

    record(WHO, "audit.exported", since=str(since or ""), until=str(until or ""))
    entries = Entry.objects.all()
    if since is not None:
        entries = entries.filter(at__gte=make_aware(since))
    if until is not None:
        entries = entries.filter(at__lt=make_aware(until))
    try:
        count = write(entries, out)
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}") from None
    click.echo(f"{count} entries in {out}")


@audit.command()
@data_option
def anchor(data: Path) -> None:
    """Print one signed line that says where the trail stands; keep it outside of the hub."""
    prepare(data)
    from hub.audit.anchors import Anchor

    click.echo(Anchor.now().line())
