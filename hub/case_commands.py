"""Commands about cases: the daily work, and erasing residents' data."""

from __future__ import annotations

from pathlib import Path

import click

from hub.command_line import data_option, json_option, prepare, print_rows


@click.command()
@data_option
@json_option
def daily(data: Path, *, as_json: bool) -> None:
    """Erase what the retention policies say, escalate what is held too long, publish guides by their day.

    Prints what was counted.
    """
    prepare(data)
    from django.utils import timezone

    from hub.catalogue.publishing import PublicationRefused, publish_by_day
    from hub.intake.sweeping import daily_work

    counts, refused = daily_work(timezone.now()), ""
    try:
        counts["guides published or ended by their day"] = publish_by_day("daily work")
    except PublicationRefused as error:
        refused = f"guides were not published: {error}"
    print_rows([{"what": what, "count": count} for what, count in counts.items()], as_json=as_json)
    if refused:
        raise click.ClickException(refused)


@click.command()
@data_option
@click.option("--due", "due_only", is_flag=True, help="Everything the retention policies say is due.")
@click.option("--case", "case_no", help="One decided case, because its person asks.")
@click.option("--reason", help="Why, for the case's history; without names.")
def erase(data: Path, *, due_only: bool, case_no: str | None, reason: str | None) -> None:
    """Erase residents' data for good: what is due, or one case. Case numbers, items and dates stay."""
    if due_only == bool(case_no):
        raise click.UsageError("say either --due or --case NUMBER")
    if case_no and not (reason or "").strip():
        raise click.UsageError("--case wants a --reason")
    prepare(data)
    if case_no:
        click.echo(_erase_one(case_no, reason or ""))
        return
    from django.utils import timezone

    from hub.cases.erasure import erase_due

    run = erase_due(timezone.now())
    erased, files, on_hold = (run.erased, run.files, run.on_hold) if run else (0, 0, 0)
    click.echo(f"{erased} cases and {files} documents erased, {on_hold} due but on legal hold")


def _erase_one(case_no: str, reason: str) -> str:
    from hub.cases.erasure import OnHold, erase_on_request
    from hub.cases.handling import CaseChanged
    from hub.cases.models import Case

    case = Case.objects.filter(case_no=case_no).only("pk").first()
    if case is None:
        raise click.ClickException(f"there is no case {case_no}")
    try:
        erase_on_request("command line", case.pk, None, reason)
    except OnHold:
        raise click.ClickException(f"case {case_no} is on legal hold; nothing was erased") from None
    except CaseChanged:
        raise click.ClickException(f"case {case_no} is still open, or was erased before") from None
    return f"the data of case {case_no} was erased"
