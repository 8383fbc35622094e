"""``python main.py devices record`` and what belongs to it: traffic written down, looked at, played again."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from devices.recordings import two_people
from devices.recordings.hiding import hide
from devices.recordings.recorder import Recorder
from devices.recordings.traffic import NotARecording, Recording
from devices.recordings.two_people import NotAgreed
from devices.shell import fail, load, named, print_json

if TYPE_CHECKING:
    from config.settings import Site
    from devices.device import Device

VERBS = ("check", "read", "test")

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("name")
@click.argument("verb", type=click.Choice(VERBS))
@click.option("--site", required=True, metavar="FILE", type=_FILE, help="Site file that names the devices.")
@click.option(
    "--out", metavar="FILE", type=_FILE, help="Where to write it; needed unless --unhidden is given."
)
@click.option("--unhidden", is_flag=True, help="Hide nothing: two people must agree; the file is sealed.")
def record(name: str, verb: str, site: Path, out: Path | None, *, unhidden: bool) -> None:
    """Record what passes between the kiosk and the device NAME while it is opened and does VERB.

    What is personal is replaced by what an invented person would have, what is not understood by zeros.
    """
    loaded = load(site)
    device = named(loaded, name)
    wipe_old(loaded)
    if not unhidden:
        if out is None:
            raise click.UsageError("--out says where the recording is to be written")
        recording = hide(asyncio.run(_recorded(device, verb)))
        _write(out, recording.to_lines().encode())
        click.echo(f"{out}: {len(recording.events)} lines")
        return
    settings = loaded.recordings
    people = {who.strip(): key.strip() for who, _, key in (one.rpartition(":") for one in settings.people)}
    if len(people) < 2 or not settings.sealed_to:
        fail("[recordings] of the site file must name two people or more, and the key it is sealed to")
    wish = two_people.new_wish(name, verb)
    click.echo(f"Two people sign this, each with `devices agree WISH --key FILE`:\n{wish}")
    try:
        given = (click.prompt("First signature"), click.prompt("Second signature"))
        agreed = two_people.who_agreed(wish, given, people)
        content = asyncio.run(_recorded(device, verb)).to_lines().encode()
        sealed = two_people.seal(content, settings.sealed_to)
        folder = loaded.data / two_people.FOLDER
        path = two_people.keep(folder, name, sealed, agreed, settings.keep_days)
    except NotAgreed as error:
        fail(str(error))
    except OSError as error:
        fail(f"the recording could not be kept: {error.strerror}")
    click.echo(f"{agreed[0]} and {agreed[1]} agreed; sealed in {path}")


@click.command()
@click.argument("file", type=_FILE)
@click.option("--paced", is_flag=True, help="Keep the recorded time between two pieces.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def replay(file: Path, *, paced: bool, as_json: bool) -> None:
    """Play the device's end of a recording, run the recorded verbs against it, and compare how they end."""
    from config.settings import SettingsError
    from devices.recordings.replay import NotPlayable, play
    from devices.simulators.pcsc_service import ServiceMissing

    try:
        recording = Recording.from_lines(_read(file).decode())
        played = asyncio.run(play(recording, paced=paced))
    except (NotARecording, UnicodeDecodeError) as error:
        fail(f"{file}: is no recording: {error}")
    except (NotPlayable, ServiceMissing, SettingsError) as error:
        fail(f"{file}: {error}")
    if as_json:
        rows = [{"verb": one.verb, "recorded": one.recorded, "played": one.played} for one in played.outcomes]
        print_json({"same": played.same, "strayed": played.strayed or None, "verbs": rows})
    else:
        for one in played.outcomes:
            click.echo(f"{one.verb}: {one.played}" + ("" if one.same else f", recorded was {one.recorded}"))
        click.echo(played.strayed or "every exchange was as recorded")
    if not played.same:
        sys.exit(1)


@click.command()
@click.argument("wish")
@click.option("--key", required=True, metavar="FILE", type=_FILE, help="Your private key for agreeing.")
def agree(wish: str, key: Path) -> None:
    """Agree to one recording with nothing hidden: prints your signature of WISH, which `record` told."""
    try:
        click.echo(two_people.agree(wish, _read(key).decode()))
    except (NotAgreed, UnicodeDecodeError) as error:
        fail(f"{key}: {error}")


@click.command()
@click.argument("use", type=click.Choice(["agree", "open"]))
@click.argument("file", type=_FILE)
def key(use: str, file: Path) -> None:
    """Make a key to agree, or to open sealed recordings: writes the private, prints the public one."""
    private, public = two_people.new_keys()[use]
    if file.exists():
        fail(f"{file}: is there already")
    _write(file, private.encode(), mode=0o600)
    click.echo(public)


@click.command()
@click.argument("file", type=_FILE)
@click.option(
    "--key", "key_file", required=True, metavar="FILE", type=_FILE, help="The private key for opening."
)
@click.option("--out", required=True, metavar="FILE", type=_FILE, help="Where to write what was sealed.")
def unseal(file: Path, key_file: Path, out: Path) -> None:
    """Open a sealed recording. What comes out is personal: delete it when it has served."""
    try:
        content = two_people.unseal(_read(file), _read(key_file).decode())
    except (NotAgreed, UnicodeDecodeError) as error:
        fail(f"{file}: {error}")
    _write(out, content, mode=0o600)
    click.echo(f"{out}: nothing in it is hidden; delete it when it has served")


def wipe_old(site: Site) -> None:
    """Delete sealed recordings whose time is over."""
    folder = site.data / two_people.FOLDER
    try:
        two_people.wipe(folder, site.recordings.keep_days)
    except OSError as error:
        fail(f"{folder}: old recordings cannot be wiped: {error.strerror}")


async def _recorded(device: Device, verb: str) -> Recording:
    from devices.recordings.replay import work

    recorder = Recorder()
    device.tap = recorder
    try:
        if await recorder.run("open", device.open) == "success":
            await recorder.run(verb, lambda: work(device, verb))
    finally:
        await device.close()
    return recorder.recording(device)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        fail(f"{path}: {error.strerror}")


def _write(path: Path, content: bytes, mode: int = 0o644) -> None:
    try:
        path.touch(mode=mode)
        path.write_bytes(content)
    except OSError as error:
        fail(f"{path}: {error.strerror}")
