"""``python main.py bench``: play with a site's devices without hardware."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from config.settings import SettingsError, load_site
from devices.simulators.bench import Bench
from devices.simulators.control import BenchClient, BenchError, Message, control_socket
from devices.simulators.relay import Relay

F = TypeVar("F", bound=Callable[..., Any])


class _Ports(click.ParamType[tuple[int, int]]):
    """``LISTEN:TARGET``, two TCP ports."""

    name = "listen:target"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        listen, _, target = str(value).partition(":")
        if not (listen.isdecimal() and target.isdecimal() and 0 < int(listen) < 65536 > int(target) > 0):
            self.fail(f"{value!r} is not LISTEN_PORT:TARGET_PORT", param, ctx)
        return int(listen), int(target)


def _where(command: F) -> F:
    """The options that say which bench is meant."""
    command = click.option("--site", type=click.Path(path_type=Path), help="Site file whose bench is meant.")(
        command
    )
    command = click.option(
        "--socket", "control", type=click.Path(path_type=Path), help="Control socket, if it lies elsewhere."
    )(command)
    return click.option("--json", "as_json", is_flag=True, help="Print the reply as one JSON document.")(
        command
    )


@click.group()
def bench() -> None:
    """Simulate a site's devices: cards, pages, paper, faults, network.

    `serve` stands in for every device a site file names, over the real transports; the other commands play
    with a bench that is being served.
    """


@bench.command()
@click.option("--site", required=True, type=click.Path(path_type=Path), help="Site file with the devices.")
@click.option("--socket", "control", type=click.Path(path_type=Path), help="Where to put the control socket.")
@click.option("--relay", type=_Ports(), help="Also carry TCP from one port of 127.0.0.1 to another.")
@click.option("--paced", is_flag=True, help="Let serial lines take as long as real ones.")
def serve(site: Path, control: Path | None, relay: tuple[int, int] | None, paced: bool) -> None:
    """Serve the far ends of all devices until stopped; prints `ready` when everything listens."""
    try:
        loaded = load_site(site)
        cable = Relay(*relay) if relay else None
        asyncio.run(_serve(Bench(loaded, control, cable, paced=paced)))
    except (SettingsError, BenchError) as error:
        _fail(error)


async def _serve(served: Bench) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await served.start()
    try:
        print("ready", flush=True)
        await stop.wait()
    finally:
        await served.stop()


@bench.command("lay-card")
@click.argument("device")
@click.argument("who")
@_where
def lay_card(device: str, who: str, **where: Any) -> None:
    """Lay the card of WHO, a demonstration resident, on DEVICE."""
    _ask(where, "lay-card", f"{who} laid a card on {device}", device=device, who=who)


@bench.command("pull-card")
@click.argument("device")
@_where
def pull_card(device: str, **where: Any) -> None:
    """Take the card from DEVICE."""
    _ask(where, "pull-card", f"no card on {device}", device=device)


@bench.command("show-code")
@click.argument("device")
@click.argument("code")
@click.option("--hex", "as_hex", is_flag=True, help="CODE is hexadecimal digits, not text.")
@click.option("--symbology", default="qr", show_default=True, help="What kind of code it is.")
@_where
def show_code(device: str, code: str, as_hex: bool, symbology: str, **where: Any) -> None:
    """Hold CODE before the scanner DEVICE."""
    data = code if as_hex else code.encode().hex()
    _ask(where, "show-code", f"a code is held before {device}", device=device, hex=data, symbology=symbology)


@bench.command("show-paper")
@click.argument("device")
@click.argument("printer")
@_where
def show_paper(device: str, printer: str, **where: Any) -> None:
    """Hold the newest paper of PRINTER before the scanner DEVICE."""
    _ask(where, "show-paper", f"the paper is held before {device}", device=device, printer=printer)


@bench.command("put-page")
@click.argument("device")
@click.argument("what")
@_where
def put_page(device: str, what: str, **where: Any) -> None:
    """Put WHAT, a demonstration document or an image file, under the camera DEVICE."""
    page = str(Path(what).resolve()) if Path(what).is_file() else what
    _ask(where, "put-page", f"{what} lies under {device}", device=device, what=page)


@bench.command("clear-desk")
@click.argument("device")
@_where
def clear_desk(device: str, **where: Any) -> None:
    """Take away what lies under the camera DEVICE."""
    _ask(where, "clear-desk", f"nothing lies under {device}", device=device)


@bench.command("take-paper")
@click.argument("device")
@_where
def take_paper(device: str, **where: Any) -> None:
    """Take the paper that waits in the printer DEVICE; prints its picture's path."""
    _ask(where, "take-paper", None, device=device)


@bench.command()
@click.argument("device")
@_where
def paper(device: str, **where: Any) -> None:
    """Show what the printer DEVICE has printed last; prints its picture's path."""
    _ask(where, "paper", None, device=device)


@bench.command()
@click.argument("state", type=click.Choice(["on", "off"]))
@_where
def network(state: str, **where: Any) -> None:
    """Pull the network cable or put it back in."""
    _ask(where, "network", f"network {state}", state=state)


@bench.command()
@click.argument("device")
@click.argument("fault")
@_where
def fault(device: str, fault: str, **where: Any) -> None:
    """Let DEVICE misbehave. FAULT is a name such as silent; paper-out:5: after five lines; none mends it."""
    _ask(where, "fault", f"{device}: {fault}", device=device, fault=fault)


@bench.command()
@_where
def status(**where: Any) -> None:
    """Show every device of the bench, and what can be laid on it."""
    reply = _reply(where, "status")
    if where["as_json"]:
        print(json.dumps(reply, ensure_ascii=False))
        return
    for name, known in reply["devices"].items():
        details = [f"{key} {known[key]}" for key in ("fault", "card", "page", "waiting") if known.get(key)]
        print(f"{name} ({known['driver']})", *details, sep="  ")
    print("network", reply["network"] or "not on this bench")
    print("residents:", ", ".join(reply["residents"]))
    print("documents:", ", ".join(reply["documents"]))


def _ask(where: dict[str, Any], command: str, words: str | None, **arguments: str) -> None:
    """Have one command done; tell it in words, or by the path of the paper that it is about."""
    reply = _reply(where, command, **arguments)
    print(json.dumps(reply, ensure_ascii=False) if where["as_json"] else words or reply["path"])


def _reply(where: dict[str, Any], command: str, **arguments: str) -> Message:
    control: Path | None = where["control"]
    site: Path | None = where["site"]
    if control is None:
        if site is None:
            raise click.UsageError("say which bench: --site FILE or --socket PATH")
        try:
            control = control_socket(load_site(site))
        except SettingsError as error:
            _fail(error)
    try:
        reply = BenchClient(control).ask(command, **arguments)
    except BenchError as error:
        _fail(error)
    return {key: value for key, value in reply.items() if key != "ok"}


def _fail(error: Exception) -> NoReturn:
    print(error, file=sys.stderr)
    sys.exit(1)
