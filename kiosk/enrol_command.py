"""`python main.py enrol`: make this kiosk known to its hub, by a code that is typed, scanned or a picture."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import click
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from config.logs import log_to_stderr
from config.settings import SettingsError, Site, load_site
from config.version import VERSION
from devices.codes import ScannedCode
from devices.contract import Camera, CodeScanner
from devices.shell import named, use
from kiosk.enrolment import IdentityDamaged, enrol, load_identity
from kiosk.hub_client import HubError, HubRefused
from kiosk.wire import EnrolmentTicket
from offline_queue import QueueInUse
from offline_queue.database import lock_folder

_SCAN_WITHIN = 60.0
_PICTURES = {".png", ".jpg", ".jpeg"}


@click.command("enrol")
@click.option(
    "--site", "site_file", type=click.Path(path_type=Path), required=True, help="The site file of this kiosk."
)
@click.option("--code", help="The one-time code, as it was read out or printed.")
@click.option("--qr", metavar="TEXT|IMAGE", help="What the QR code holds, or a picture of it.")
@click.option("--scan", metavar="DEVICE", help="Scan the QR code with this scanner or camera of the kiosk.")
def enrol_command(site_file: Path, code: str | None, qr: str | None, scan: str | None) -> None:
    """Make this kiosk known to its hub with a one-time code, which the hub's administrator makes.

    Stop the kiosk first. The key pair is made here and stays here. A kiosk that is known already keeps its
    key; one that lost it gets its number back if the code was made for it.
    """
    log_to_stderr("error")
    if sum(one is not None for one in (code, qr, scan)) != 1:
        raise click.UsageError("give one of --code, --qr and --scan")
    try:
        site = load_site(site_file)
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    if code is None:
        ticket = _ticket(qr if qr is not None else _scanned(site, str(scan)))
        _check(site, site_file, ticket)
        code = ticket.code
    if not site.hub.url:
        raise click.ClickException(f"{site_file}: hub.url is empty; write the hub's address there")
    _enrol(site, code)


def _enrol(site: Site, code: str) -> None:
    site.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with lock_folder(site.data / "queue"):
            before = load_identity(site.data)
            identity = enrol(
                site.data,
                site.hub.url,
                code,
                place=site.kiosk.place_zh,
                software=VERSION,
                timeout=site.hub.timeout,
                ca=site.path(site.hub.ca) if site.hub.ca else None,
            )
    except QueueInUse:
        raise click.ClickException("this kiosk is running: stop it first") from None
    except HubRefused as error:
        # The hub's words are for whoever stands here: what is wrong, what to do.
        problem = error.problem
        raise click.ClickException(f"the hub refuses: {problem.title}. {problem.detail}".strip()) from None
    except HubError as error:
        raise click.ClickException(f"{site.hub.url} does not answer as a hub: {error}") from None
    except IdentityDamaged as error:
        raise click.ClickException(str(error)) from None
    known = before is not None and before.kiosk_id == identity.kiosk_id
    click.echo(f"{identity.kiosk_id} {'is still known' if known else 'is known now'} at {site.hub.url}")


def _ticket(said: str) -> EnrolmentTicket:
    text = _in_picture(Path(said)) if Path(said).suffix.lower() in _PICTURES else said
    try:
        return EnrolmentTicket.read(text)
    except ValueError as error:
        raise click.ClickException(str(error)) from None


def _check(site: Site, site_file: Path, ticket: EnrolmentTicket) -> None:
    """See that the ticket is for the hub of the site file: nobody moves a kiosk by holding up a code."""
    if site.hub.url.rstrip("/") != ticket.hub:
        _refuse(
            f"{site_file}: the code is for the hub {ticket.hub}, the site file says "
            f'{site.hub.url or "none"}; write url = "{ticket.hub}" under [hub] if that is right'
        )
    if ticket.ca is None:
        return
    if site.hub.ca is None:
        _refuse(f"{site_file}: the hub has an authority of its own; name its certificate as ca under [hub]")
    file = site.path(site.hub.ca)
    try:
        found = x509.load_pem_x509_certificate(file.read_bytes()).fingerprint(SHA256()).hex()
    except (OSError, ValueError):
        _refuse(f"{file} is no certificate in PEM")
    if found != ticket.ca:
        _refuse(f"{file} is not the certificate that the code names: do not enrol, ask the administrator")


def _scanned(site: Site, name: str) -> str:
    device = named(site, name)
    if not isinstance(device, CodeScanner | Camera):
        raise click.ClickException(
            f"{name}: this is a {device.family}; a code scanner or a camera reads codes"
        )
    click.echo("Hold the QR code before it.")
    read = device.read if isinstance(device, CodeScanner) else device.read_code
    code: ScannedCode = use(device, lambda: read(_SCAN_WITHIN))
    return code.data.decode(errors="replace")


def _in_picture(file: Path) -> str:
    from devices.camera.codes import code_in_file

    try:
        found = code_in_file(file)
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror or 'is no picture'}") from None
    if found is None:
        raise click.ClickException(f"{file}: there is no code in this picture")
    return found.data.decode(errors="replace")


def _refuse(words: str) -> NoReturn:
    raise click.ClickException(words)
