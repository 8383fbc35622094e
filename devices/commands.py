"""``python main.py devices``: a site's devices from the shell."""

from __future__ import annotations

import asyncio
import base64
import difflib
import json
import unicodedata
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NoReturn, TextIO, TypeVar

import click

from config.logs import log_to_stderr
from config.settings import SettingsError, Site, load_site
from devices.codes import ScannedCode
from devices.contract import Camera, ChipCardReader, CodeScanner, Device, IdCardReader, ReceiptPrinter
from devices.errors import DeviceError
from devices.identity import IdCard, SocialSecurityCard
from devices.receipt import Receipt, Text
from devices.registry import build, build_all
from devices.status import DeviceStatus
from devices.words import in_words

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

CARD_TIMEOUT = 30.0


def _site_options(command: F) -> F:
    """The options that every command of this group takes."""
    command = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(command)
    return click.option(
        "--site",
        required=True,
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Site file that names the devices.",
    )(command)


@click.group()
def devices() -> None:
    """List, watch, read and print with a site's devices.

    A site file that holds only [devices.NAME] tables is enough. Personal data is masked unless asked for.
    """
    log_to_stderr("error")


@devices.command("list")
@_site_options
def list_devices(site: Path, as_json: bool) -> None:
    """Name, driver and family of every device, without asking any of them."""
    rows = [_identity(device) for device in _build_all(_load(site)).values()]
    if as_json:
        _print_json(rows)
    else:
        _print_table(rows, ("name", "driver", "family"))


@devices.command()
@_site_options
def status(site: Path, as_json: bool) -> None:
    """How every device is, by asking each of them now. A device that is missing is a row like the others."""
    rows = asyncio.run(_status_rows(_build_all(_load(site))))
    if as_json:
        _print_json(rows)
    else:
        shown = [row | {"reasons": ", ".join(row["reasons"])} for row in rows]
        columns = ("name", "driver", "device", "media", "paper", "fitness", "supply", "reasons")
        _print_table(shown, columns)


@devices.command()
@click.argument("name")
@_site_options
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, max=3600),
    default=CARD_TIMEOUT,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for a card or a code.",
)
@click.option("--unmasked", is_flag=True, help="Show personal fields as they are on the card.")
def read(name: str, site: Path, as_json: bool, timeout: float, unmasked: bool) -> None:
    """Wait for a card on the reader NAME, or a code before the scanner or camera NAME, and show it."""
    reader = _device(_load(site), name)
    if isinstance(reader, CodeScanner | Camera):
        _show_code(_use(reader, lambda: _read_code(reader, timeout)), as_json=as_json, unmasked=unmasked)
        return
    if not isinstance(reader, IdCardReader | ChipCardReader):
        _fail(f"{name}: this is a {reader.family}, not a reader")

    async def read_card() -> IdCard | SocialSecurityCard:
        return await reader.read(timeout)

    card = _use(reader, read_card)
    document = card.unmasked() if unmasked else card.masked()
    if as_json:
        _print_json(document)
    else:
        shown = {field: value for field, value in document.items() if value is not None}
        if isinstance(card, IdCard) and card.valid_until is None:
            shown["valid_until"] = "long term"
        if card_photo := shown.get("photo_wlt"):
            shown["photo_wlt"] = f"({len(str(card_photo))} characters of base64)"
        _print_table([{"field": field, "value": value} for field, value in shown.items()], ("field", "value"))


@devices.command("print")
@click.argument("name")
@_site_options
@click.option(
    "--text",
    "source",
    required=True,
    metavar="FILE",
    type=click.File(encoding="utf-8"),
    help="Text to print, UTF-8, one paragraph a line; - is standard input.",
)
def print_text(name: str, site: Path, as_json: bool, source: TextIO) -> None:
    """Print a text on the receipt printer NAME and say what is known of it: printed, or sent."""
    printer = _device(_load(site), name)
    if not isinstance(printer, ReceiptPrinter):
        _fail(f"{name}: this is a {printer.family}, not a receipt printer")
    try:
        paragraphs = source.read().splitlines()
    except UnicodeDecodeError:
        _fail(f"{source.name}: is not UTF-8 text")
    receipt = Receipt(tuple(Text(paragraph) for paragraph in paragraphs))
    proof = _use(printer, lambda: printer.print_document(receipt))
    if as_json:
        _print_json({"name": name, "proof": proof.value})
    else:
        click.echo(proof.value)


def _read_code(scanner: CodeScanner | Camera, timeout: float) -> Awaitable[ScannedCode]:
    return scanner.read(timeout) if isinstance(scanner, CodeScanner) else scanner.read_code(timeout)


def _show_code(code: ScannedCode, *, as_json: bool, unmasked: bool) -> None:
    """What a code holds is a stranger's: shown as base64, which no terminal obeys, and only if asked for."""
    document: dict[str, Any] = {
        "document": "code",
        "symbology": code.symbology.value,
        "bytes": len(code.data),
        "data": base64.b64encode(code.data).decode() if unmasked else None,
    }
    if as_json:
        _print_json(document)
    else:
        shown = [{"field": key, "value": value} for key, value in document.items() if value is not None]
        _print_table(shown, ("field", "value"))


def _load(site: Path) -> Site:
    try:
        return load_site(site)
    except SettingsError as error:
        _fail(str(error))


def _build_all(site: Site) -> dict[str, Device]:
    try:
        return build_all(site.devices, site.directory)
    except SettingsError as error:
        _fail(str(error))


def _device(site: Site, name: str) -> Device:
    if name not in site.devices:
        near = difflib.get_close_matches(name, site.devices, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(site.devices) or 'none'}"
        raise click.BadParameter(f"there is no device {name!r} in this site file; {hint}", param_hint="NAME")
    try:
        return build(name, site.devices[name], site.directory)
    except SettingsError as error:
        _fail(str(error))


def _use(device: Device, verb: Callable[[], Awaitable[T]]) -> T:
    """Open a device, do one thing with it, close it."""

    async def use() -> T:
        await device.open()
        try:
            return await verb()
        finally:
            await device.close()

    try:
        return asyncio.run(use())
    except DeviceError as error:
        _fail(f"{device.name}: {in_words(error)}")


async def _status_rows(built: dict[str, Device]) -> list[dict[str, Any]]:
    return list(await asyncio.gather(*(_status_row(device) for device in built.values())))


async def _status_row(device: Device) -> dict[str, Any]:
    try:
        await device.open()
        await device.check()
        now = device.status
    except DeviceError as error:
        now = device.status
        if error.state is None:
            # The error says nothing of the device's state: what is shown is that nothing is known.
            now = DeviceStatus(now.device, now.media, now.paper, supply=now.supply, reasons=(error.detail,))
    finally:
        await device.close()
    axes = {axis: getattr(now, axis) for axis in ("device", "media", "paper", "fitness", "supply")}
    return _identity(device) | axes | {"reasons": list(now.reasons)}


def _identity(device: Device) -> dict[str, Any]:
    return {"name": device.name, "driver": device.driver, "family": device.family}


def _print_json(document: object) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def _print_table(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> None:
    """Left-aligned columns with a heading; a Chinese character counts as two."""
    cells = [columns, *(tuple(_cell(row[column]) for column in columns) for row in rows)]
    widths = [max(_width(line[i]) for line in cells) for i in range(len(columns))]
    for line in cells:
        padded = (cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


def _cell(value: object) -> str:
    return "-" if value is None or value == "" else str(value)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _fail(words: str) -> NoReturn:
    """End with one line in words and exit code 1."""
    raise click.ClickException(words)
