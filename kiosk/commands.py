"""`python main.py doctor`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from kiosk.doctor import examine

MARKS = {"ok": "✓", "warning": "!", "failure": "✗"}


@click.command()
@click.option(
    "--site",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Check this site file and its devices as well.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def doctor(site: Path | None, as_json: bool) -> None:
    """Check this installation, in words.

    Each line says what was looked at, how it stands, and what to do. Fails when something keeps the kiosk
    from serving; a warning does not.
    """
    findings = []
    for finding in examine(site):
        findings.append(finding)
        if not as_json:
            click.echo(f"{MARKS[finding.verdict]} {finding.check:<16} {finding.words}")
            if finding.advice:
                click.echo(f"{'':<19}→ {finding.advice}")
    failures = sum(finding.verdict == "failure" for finding in findings)
    if as_json:
        checks = [asdict(finding) for finding in findings]
        click.echo(json.dumps({"ok": failures == 0, "checks": checks}, ensure_ascii=False, indent=2))
    if failures:
        raise click.ClickException(f"{failures} of {len(findings)} checks failed")
