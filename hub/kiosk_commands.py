"""Kiosks on the command line: codes by which they become known, keys taken away, commands given."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import segno
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from hub.channel_commands import channel
from hub.command_line import data_option, prepare
from kiosk.wire import Bilingual, command_actions

if TYPE_CHECKING:
    from hub.kiosks.models import Kiosk

WHO = "command line"


@click.command("enrolment-code")
@data_option
@click.option(
    "--kiosk", "number", metavar="NUMBER", help="For this kiosk, which lost its key; it keeps its number."
)
@click.option(
    "--qr",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write it as a QR code, too: a .png or .svg file.",
)
@click.option("--url", help="Address of this hub as kiosks call it, for the QR code.")
@click.option(
    "--ca",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="Certificate (PEM) of the authority that signed the hub's, for the QR code.",
)
def enrolment_code(data: Path, number: str | None, qr: Path | None, url: str | None, ca: Path | None) -> None:
    """Print a one-time code by which one kiosk becomes known; valid for seven days."""
    if qr is not None and (url is None or qr.suffix not in {".png", ".svg"}):
        raise click.UsageError("--qr wants a .png or .svg file, and --url")
    prepare(data)
    from hub.kiosks.enrolment import new_code, ticket

    code = new_code(WHO, renews=_kiosk(number) if number else None)
    click.echo(code)
    if qr is not None and url is not None:
        try:
            made = ticket(code, url, _fingerprint(ca) if ca else None)
            segno.make(made.text, error="m").save(str(qr), scale=8, border=4)
        except (ValueError, OSError) as error:
            raise click.ClickException(str(error)) from None


@click.command()
@data_option
@click.argument("number")
@click.option("--reason", required=True, help="Why; it stands in the audit log.")
def revoke(data: Path, number: str, reason: str) -> None:
    """Refuse every request of a kiosk from now on, because it is lost or stolen.

    It comes back only by being enrolled again with a code made for it (`enrolment-code --kiosk`).
    """
    prepare(data)
    from hub.kiosks.keys import revoke as revoke_kiosk

    kiosk = _kiosk(number)
    revoke_kiosk(WHO, kiosk, reason)
    click.echo(f"{kiosk} is revoked")


@click.command()
@data_option
@click.argument("number")
@click.option("--reason", required=True, help="Why; it stands in the audit log.")
def release(data: Path, number: str, reason: str) -> None:
    """Release a kiosk from quarantine, after the second machine with its key was found and switched off."""
    prepare(data)
    from hub.kiosks.quarantine import release as release_kiosk

    kiosk = _kiosk(number)
    if kiosk.quarantined_at is None:
        raise click.ClickException(f"{kiosk} is not in quarantine")
    release_kiosk(WHO, kiosk, reason)
    click.echo(f"{kiosk} is released")


@click.command()
@data_option
@click.argument("number")
@click.argument("what", type=click.Choice(sorted(command_actions())))
@click.option("--reason", required=True, help="Why; kiosk and audit log are told.")
@click.option("--device", help="For test-device: its name.")
@click.option("--notice", help="For close: what the screen says to residents.")
@click.option(
    "--minutes",
    type=click.IntRange(1, 7 * 24 * 60),
    default=60,
    show_default=True,
    help="Valid for that long.",
)
def command(
    data: Path, number: str, what: str, reason: str, device: str | None, notice: str | None, minutes: int
) -> None:
    """Ask a kiosk to do something, once; it does when nobody is being served, and answers."""
    fields: dict[str, Any] = {}
    if what == "test-device":
        if not device:
            raise click.UsageError("test-device wants --device")
        fields["device"] = device
    if what == "close" and notice:
        fields["notice"] = Bilingual(zh=notice)
    prepare(data)
    from hub.kiosks.remote_commands import issue

    issued = issue(WHO, _kiosk(number), command_actions()[what](**fields), reason, timedelta(minutes=minutes))
    click.echo(f"{issued.id}")


def _kiosk(number: str) -> Kiosk:
    from hub.kiosks.models import Kiosk

    kiosk = Kiosk.objects.filter(id=number.upper()).first()
    if kiosk is None:
        raise click.ClickException(f"there is no kiosk {number}")
    return kiosk


def _fingerprint(ca: Path) -> str:
    """SHA-256 of a certificate, as lower-case hexadecimal; raises ``ValueError``."""
    try:
        return x509.load_pem_x509_certificate(ca.read_bytes()).fingerprint(SHA256()).hex()
    except ValueError:
        raise ValueError(f"{ca} is no certificate in PEM") from None


COMMANDS = (enrolment_code, revoke, release, command, channel)
