"""`python main.py queue`: put, drain and look after an outbox from the command line.

The queue seals and delivers by what the kiosk hands it, so its commands live here and not in `offline_queue`.
"""

from __future__ import annotations

import json
import secrets
import sys
import time
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from uuid import UUID

import click

from config.logs import log_to_stderr
from kiosk.enrolment import KioskIdentity, enrol, load_identity
from kiosk.hub_client import HubClient, HubError
from kiosk.pacing import Pace
from kiosk.queue_export import write_export
from kiosk.queue_place import Place, all_of, at_place, row_of, time_of, user
from kiosk.wire import WIRE_SCHEMA, KeyUnreadable, sealer_for
from offline_queue import (
    OfflineQueue,
    QueueStats,
    Sealer,
    State,
    Uploader,
    check_folder,
    migrate_folder,
    new_id,
)

_FOLDER: click.Path = click.Path(file_okay=False, path_type=Path)
_FILE: click.Path = click.Path(path_type=Path)

_SILENT_HUB = 3  # tries without an answer, then a drain from the command line gives up
_LOOK = 0.05  # seconds between two looks at how far a drain has come

_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
_item_argument = click.argument("item_id", metavar="ID", type=click.UUID)
_by_option = click.option("--by", metavar="NAME", help="Who does it, if not the user logged in.")


@click.group()
def queue() -> None:
    """The outbox of a kiosk: what residents filed, sealed, until the hub has answered for it."""
    log_to_stderr("warning")


@queue.command()
@at_place
@click.option("--kind", required=True, help="Kind of the items, e.g. submission or trouble.")
@click.option(
    "--recipient",
    "recipients",
    multiple=True,
    metavar="PUBLIC_KEY_FILE",
    type=_FILE,
    help="Public key to seal to; may be given several times. The hub this kiosk is enrolled at without it.",
)
@click.option("--schema", default=WIRE_SCHEMA, show_default=True, help="Version of the payload.")
@click.option("--priority", default=0, show_default=True, help="A higher one is delivered first.")
def put(place: Place, kind: str, recipients: tuple[Path, ...], schema: int, priority: int) -> None:
    """Seal and keep JSON lines from standard input; print each id once its item is safely on disk."""
    if not kind.isascii() or not kind.replace("-", "").replace("_", "").isalnum() or kind != kind.lower():
        raise click.UsageError("a kind has small letters, digits, - and _ only")
    sealer = _sealer(place, recipients)
    with place.open(sealer) as opened:
        for number, line in enumerate(sys.stdin.buffer, start=1):
            if not line.strip():
                continue
            if not _is_json(line):
                raise click.ClickException(f"line {number} is not JSON; the lines before it are kept")
            item_id = new_id()
            # The id is new, so nobody will ever repeat this put: a digest that nobody can guess will do.
            blinding = secrets.token_bytes(16)
            opened.put(item_id, kind, line.strip(), schema=schema, priority=priority, blinding=blinding)
            click.echo(item_id)  # flushed


@queue.command()
@at_place
@click.option("--hub", "url", metavar="URL", help="Address of the hub; the site file's without it.")
@click.option("--enrolment-code", metavar="CODE", help="Enrol with this one-time code first, if need be.")
@_json_option
def drain(place: Place, url: str | None, enrolment_code: str | None, *, as_json: bool) -> None:
    """Deliver what is due now; fails when something still waits, or is held, in the end."""
    url = url or (place.site.hub.url if place.site else "")
    if not url:
        raise click.ClickException("no hub is known: name it by --hub URL, or in the site file")
    if not url.startswith(("http://", "https://")):
        raise click.ClickException(f"{url} is no address of a hub: it begins with https:// or http://")
    timeout = place.site.hub.timeout if place.site else 8.0
    pace = Pace(place.site.queue.bandwidth if place.site else 0)
    with place.opened() as opened:
        try:
            identity = load_identity(place.data) or _enrolled(place, url, enrolment_code, timeout)
        except HubError as error:
            raise click.ClickException(f"the hub did not enrol this kiosk: {error}") from None
        before = opened.stats()
        with closing(HubClient(url, identity.credentials, timeout, pace=pace)) as client:
            reason = _drained(opened, client)
        stats = opened.stats()
    waiting = stats.pending + stats.leased
    delivered = stats.delivered - before.delivered
    if as_json:
        click.echo(
            json.dumps({"delivered": delivered, "waiting": waiting, "held": stats.held, "reason": reason})
        )
    else:
        click.echo(f"{delivered} delivered, {waiting} waiting, {stats.held} held")
    if waiting or stats.held:
        why = f": {reason}" if reason else ""
        raise click.ClickException(f"{waiting} items wait and {stats.held} are held{why}")


@queue.command("list")
@at_place
@click.option("--state", type=click.Choice([one.value for one in State]), help="Only items in this state.")
@_json_option
def list_(place: Place, state: str | None, *, as_json: bool) -> None:
    """List the items, oldest first."""
    with place.opened() as opened:
        rows = [row_of(envelope) for envelope in opened.envelopes(State(state) if state else None)]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo("  ".join("-" if value is None else str(value) for value in row.values()))


@queue.command()
@at_place
@_item_argument
@_json_option
def show(place: Place, item_id: UUID, *, as_json: bool) -> None:
    """Show all that can be read of one item, and what people did to it. Its content nobody can read here."""
    with place.opened() as opened:
        envelope = opened.get(item_id)
        notes = [
            {"at": time_of(one.at), "action": one.action, "who": one.who, "reason": one.reason}
            for one in opened.audit(item_id)
        ]
    row = {**all_of(envelope), "audit": notes}
    if as_json:
        click.echo(json.dumps(row, ensure_ascii=False, indent=2))
        return
    for name, value in row.items():
        click.echo(f"{name:<13} {'-' if value in (None, '', []) else value}")


@queue.command()
@at_place
@_json_option
def stats(place: Place, *, as_json: bool) -> None:
    """Count the items by state, and tell the oldest one that still waits."""
    with place.opened() as opened:
        found: QueueStats = opened.stats()
        pause = opened.seconds_of_pause()
    row = {**asdict(found), "oldest": time_of(found.oldest), "pause_seconds": round(pause, 1)}
    if as_json:
        click.echo(json.dumps(row, indent=2))
        return
    for name, value in row.items():
        click.echo(f"{name:<13} {'-' if value is None else value}")


@queue.command()
@at_place
def verify(place: Place) -> None:
    """Check the whole database and every item in it, and change nothing."""
    place.wanted()
    faults = check_folder(place.queue)
    if faults:
        for fault in faults:
            click.echo(fault)
        raise click.ClickException(
            f"the queue is damaged ({len(faults)} faults); when it is next opened, what is whole is saved"
        )
    click.echo("the queue is whole")


@queue.command()
@at_place
@_item_argument
@click.option("--reason", default="", help="Why it is tried now.")
@_by_option
def retry(place: Place, item_id: UUID, reason: str, by: str | None) -> None:
    """Let a waiting item be tried at the next opportunity instead of when its wait is over."""
    with place.opened() as opened:
        opened.retry(item_id, by or user(), reason)
    click.echo(f"{item_id} will be tried next time")


@queue.command()
@at_place
@_item_argument
@click.option("--reason", required=True, help="Why the hub will take it now; kept for good.")
@_by_option
def release(place: Place, item_id: UUID, reason: str, by: str | None) -> None:
    """Let a held item go to the hub again."""
    try:
        with place.opened() as opened:
            opened.release(item_id, by or user(), reason)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{item_id} will be tried next time")


@queue.command()
@at_place
@_item_argument
@click.option("--out", type=_FOLDER, required=True, help="Folder to write to.")
@click.option("--reason", default="", help="Why it is carried by hand.")
@_by_option
def export(place: Place, item_id: UUID, out: Path, reason: str, by: str | None) -> None:
    """Write an item, still sealed, to a file that can be carried to the hub; it stays in the queue."""
    identity = load_identity(place.data)
    with place.opened() as opened:
        envelope = opened.get(item_id)
        if envelope.state is State.DELIVERED:
            raise click.ClickException(f"item {item_id} is delivered; its content is erased")
        if envelope.lost:
            raise click.ClickException(f"item {item_id} has no content any more: {envelope.reason}")
        item = opened.content(item_id, by or user(), reason)
        try:
            click.echo(write_export(item, identity.kiosk_id if identity else "", out))
        except OSError as error:
            raise click.ClickException(f"{out} cannot be used: {error.strerror}") from None


@queue.command()
@at_place
@click.option("--to", "version", type=int, required=True, help="Version of the tables.")
def migrate(place: Place, version: int) -> None:
    """Bring the tables to another version, before older software is put back."""
    place.wanted()
    migrate_folder(place.queue, version)
    click.echo(f"the queue has tables of version {version}")


def _is_json(line: bytes) -> bool:
    """Whether a line is one JSON text (RFC 8259), which knows neither NaN nor Infinity."""
    try:
        json.loads(line, parse_constant=_no_number)
    except (ValueError, RecursionError):  # nobody who reads it could go so deep either
        return False
    return True


def _no_number(name: str) -> None:
    raise ValueError(name)


def _sealer(place: Place, recipients: tuple[Path, ...]) -> Sealer:
    try:
        if recipients:
            return sealer_for(file.read_text(encoding="ascii") for file in recipients)
        identity = load_identity(place.data)
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from None
    except (KeyUnreadable, UnicodeError) as error:
        raise click.ClickException(f"{', '.join(map(str, recipients))}: not a public key: {error}") from None
    if identity is None:
        raise click.ClickException(
            "there is no key to seal to, so nothing is kept: name --recipient FILE, or enrol this kiosk"
        )
    return identity.sealer()


def _enrolled(place: Place, url: str, code: str | None, timeout: float) -> KioskIdentity:
    if not code:
        raise click.ClickException("this kiosk is not enrolled; name a code by --enrolment-code CODE")
    return enrol(place.data, url, code, timeout=timeout)


def _drained(opened: OfflineQueue, client: HubClient) -> str:
    """Deliver until nothing is due any more; why something still waits, in words."""
    opened.resume()
    uploader = Uploader(opened, client.deliver)
    uploader.wake()
    uploader.start()
    try:
        while opened.pause_streak() < _SILENT_HUB and opened.work_left():
            time.sleep(_LOOK)
    finally:
        uploader.stop()
    waiting = opened.envelopes(State.PENDING)
    return next((envelope.reason for envelope in waiting if envelope.reason), "")
