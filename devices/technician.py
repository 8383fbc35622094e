"""What a technician asks of devices at the shell: whether one works, and what is plugged in."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from config.settings import Site
from devices.selftest import Verdict
from devices.shell import fail, identity, load, named, print_json, print_table, site_options, use
from devices.words import finding_in_words

if TYPE_CHECKING:
    from devices.discovery import Found

_MARKS = {Verdict.GOOD: "ok", Verdict.FAILED: "FAILED", Verdict.UNKNOWN: "not known"}


@click.command()
@click.argument("name")
@site_options
def test(name: str, site: Path, as_json: bool) -> None:
    """Test the device NAME as its family is tested: a printer prints a slip, a speaker speaks.

    Ends with 1 when a part of the test failed. What only a person can judge is told, not judged.
    """
    device = named(load(site), name)
    findings = use(device, device.test)
    passed = all(finding.verdict is not Verdict.FAILED for finding in findings)
    rows = [
        {
            "key": finding.key,
            "verdict": finding.verdict.value,
            "value": finding.value,
            "words": finding_in_words(finding),
        }
        for finding in findings
    ]
    if as_json:
        print_json(identity(device) | {"passed": passed, "findings": rows})
    else:
        for finding in findings:
            value = f": {finding.value}" if finding.value else ""
            click.echo(f"{_MARKS[finding.verdict]:<10}{finding_in_words(finding)}{value}")
    if not passed:
        if as_json:
            sys.exit(1)
        fail(f"{name}: the test failed")


@click.command()
@click.argument("name")
@site_options
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="Write the table to this file.")
def profile(name: str, site: Path, as_json: bool, out: Path | None) -> None:
    """Measure the receipt printer NAME and print its table for the site file.

    What the printer answers is measured. A slip is printed for the rest: width_dots is right when its line of
    dashes reaches both edges, gbk when its Chinese is readable.
    """
    from devices.escpos.driver import EscposPrinter
    from devices.escpos.measure import table

    printer = named(load(site), name)
    if not isinstance(printer, EscposPrinter):
        fail(f"{name}: this is a {printer.family} with the driver {printer.driver}; it has no profile")
    measured = use(printer, printer.measure)
    told = table(name, printer.driver, printer.options, measured)
    if out is not None:
        out.write_text(told, encoding="utf-8")
    if as_json:
        options = printer.options.model_dump(mode="json") | measured.options
        print_json(identity(printer) | {"measured": asdict(measured), "options": options})
    elif out is None:
        click.echo(told, nl=False)


@click.command()
@click.argument("name")
@click.argument("port", type=click.Path(path_type=Path))
@click.option("--by-serial", is_flag=True, help="By the device's serial number, whatever plug it is in.")
def role(name: str, port: Path, *, by_serial: bool) -> None:
    """Print the udev rule that gives what is at PORT, e.g. /dev/ttyUSB0, the name /dev/yedeng/NAME."""
    from devices.roles import NoRole, properties, rule

    if not name.replace("-", "").replace("_", "").isalnum() or not name.isascii():
        raise click.BadParameter("may hold only letters, digits, - and _", param_hint="NAME")
    try:
        click.echo(rule(name, properties(port), by_serial=by_serial))
    except NoRole as error:
        fail(f"{port}: {error}")


@click.command()
@click.option("--site", metavar="FILE", type=click.Path(path_type=Path), help="Leave out what it names.")
@click.option("--port", "ports", multiple=True, metavar="PATH", help="Look at this serial port as well.")
@click.option(
    "--cups-port", metavar="PORT", default=631, show_default=True, help="Where this machine's CUPS listens."
)
@click.option(
    "--xfs4iot-port",
    metavar="PORT",
    default=0,
    help="Where this machine's XFS4IoT services are published; 0: where the standard says.",
)
@click.option("--probe", "ask", is_flag=True, help="Speak to every serial port: which driver gets an answer?")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def discover(
    site: Path | None, ports: tuple[str, ...], cups_port: int, xfs4iot_port: int, ask: bool, as_json: bool
) -> None:
    """List serial ports, chip card readers, cameras, printers and XFS4IoT services, and propose drivers.

    Without --probe nothing is sent to any device. With it each port hears the questions of several protocols;
    a printer that cannot answer may print them.
    """
    from devices.discovery import (
        cameras,
        card_readers,
        print_queues,
        serial_ports,
        terminal_services,
        usb_printers,
    )

    loaded = None if site is None else load(site)
    everything = (
        *serial_ports(ports), *card_readers(), *cameras(), *usb_printers(), *print_queues(cups_port),
        *terminal_services(xfs4iot_port),
    )  # fmt: skip
    found = [one for one in everything if not _in_use(one, loaded)]
    if ask:
        found = asyncio.run(_probed(found))
    rows = [
        {"kind": one.kind, "place": one.place, "what": one.what, "drivers": list(one.drivers)}
        for one in found
    ]
    if as_json:
        print_json(rows)
    elif rows:
        shown = [row | {"drivers": ", ".join(one.drivers)} for row, one in zip(rows, found, strict=True)]
        print_table(shown, ("kind", "place", "what", "drivers"))
    else:
        click.echo("nothing found")


async def _probed(found: list[Found]) -> list[Found]:
    from devices.discovery import probe

    return [await probe(one) if one.kind == "serial" else one for one in found]


def _in_use(found: Found, site: Site | None) -> bool:
    """A device of the site is on that port or camera."""
    if site is None:
        return False
    places = (
        settings.options.get(key)
        for settings in site.devices.values()
        for key in ("port", "source", "reader", "queue")
    )
    return any(
        isinstance(place, str) and place and _same(site.directory, place, found.place) for place in places
    )


def _same(base: Path, named_place: str, found_place: str) -> bool:
    here = base / named_place
    return named_place == found_place or here.resolve() == Path(found_place).resolve()
