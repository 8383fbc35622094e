"""Seals on the command line: see them, renew them, check a PDF."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from hub.command_line import data_option, prepare
from hub.data import HubData, HubDataError


@click.command("seal-certificate")
@data_option
@click.option("--renew", is_flag=True, help="Make the demonstration's seals anew.")
@click.option("--roots", is_flag=True, help="Print the certificates by which anybody can check our seals.")
def seal_certificate(data: Path, *, renew: bool, roots: bool) -> None:
    """Show by whose certificates results are sealed, and until when.

    Without `seal.toml` in the data folder they are the hub's own, for demonstration.
    """
    from asn1crypto import pem

    from hub.seals.choosing import seal_keys
    from hub.seals.demonstration import DemonstrationSeals
    from hub.seals.keys import SealError

    folder = _prepared(data)
    try:
        keys = seal_keys(folder.folder)
        if roots:
            for one in keys.trusted():
                click.echo(pem.armor("CERTIFICATE", one.dump()), nl=False)
            return
        if renew:
            if not isinstance(keys, DemonstrationSeals):
                raise click.ClickException("seal.toml names a token: renew its certificates there")
            prepare(data)
            from hub.audit.trail import record

            keys.renew()
            record("command line", "seal.renewed", "seals")
            click.echo("every seal is made anew when it is next needed; what was sealed stays good")
            return
        click.echo("own seals, for demonstration" if keys.demonstration else "seals on a token (seal.toml)")
        for one in keys.certificates():
            click.echo(f"{one.authority}  until {one.not_after:%Y-%m-%d}  by {one.issuer}  {one.where}")
    except SealError as error:
        raise click.ClickException(str(error)) from None


@click.command("verify-pdf")
@data_option
@click.option(
    "--roots",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Certificates to believe (`hub seal-certificate --roots`); no data folder is used then.",
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def verify_pdf(data: Path, roots: Path | None, file: Path) -> None:
    """Say whether a PDF is as a hub sealed it: intact, altered, unknown signer. Exit code 0: intact."""
    from hub.seals.checking import Verdict, check_seal
    from hub.seals.choosing import seal_keys
    from hub.seals.keys import SealError
    from hub.seals.token import read_certificates

    try:
        trusted = read_certificates(roots) if roots else seal_keys(_prepared(data).folder).trusted()
        checked = check_seal(file.read_bytes(), trusted)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror}") from None
    except SealError as error:
        raise click.ClickException(str(error)) from None
    when = f"{checked.sealed_at:%Y-%m-%d %H:%M:%S %z}" if checked.sealed_at else ""
    words = {
        Verdict.INTACT: f"intact: sealed by {checked.signer}, {when}",
        Verdict.ALTERED: f"altered: this is not what {checked.signer or 'anybody'} sealed",
        Verdict.UNKNOWN_SIGNER: f"unknown signer: sealed by {checked.signer}, certified by nobody we believe",
        Verdict.NO_SEAL: "no seal: nobody sealed this PDF",
        Verdict.UNREADABLE: "no PDF: this file cannot be read as one",
    }
    click.echo(words[checked.verdict])
    if checked.verdict is not Verdict.INTACT:
        sys.exit(1)


def _prepared(data: Path) -> HubData:
    folder = HubData(data)
    try:
        folder.prepare()
    except HubDataError as error:
        raise click.ClickException(str(error)) from None
    return folder
