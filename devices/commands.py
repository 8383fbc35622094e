"""``python main.py devices``: a site's devices from the shell."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import click

from config.logs import log_to_stderr
from devices import counters
from devices.codes import ScannedCode
from devices.contract import (
    Camera,
    ChipCardReader,
    CodeScanner,
    Device,
    DocumentPrinter,
    IdCardReader,
    ReceiptPrinter,
)
from devices.document import Document, Sides
from devices.errors import DeviceError
from devices.identity import IdCard, SocialSecurityCard
from devices.photo import decode_photo
from devices.receipt import Receipt, Text
from devices.recordings.commands import agree, key, record, replay, unseal
from devices.shell import (
    all_devices,
    fail,
    identity,
    load,
    named,
    print_json,
    print_table,
    site_options,
    use,
)
from devices.status import DeviceStatus
from devices.technician import discover, profile, role, test
from devices.words import in_words

CARD_TIMEOUT = 30.0


@click.group()
def devices() -> None:
    """List, watch, test, read and print with a site's devices; discover what is plugged in.

    A site file that holds only [devices.NAME] tables is enough. Personal data is masked unless asked for.
    """
    log_to_stderr("error")


@devices.command("list")
@site_options
def list_devices(site: Path, as_json: bool) -> None:
    """Name, driver and family of every device, without asking any of them."""
    rows = [identity(device) for device in all_devices(load(site)).values()]
    if as_json:
        print_json(rows)
    else:
        print_table(rows, ("name", "driver", "family"))


@devices.command()
@site_options
def status(site: Path, as_json: bool) -> None:
    """How every device is, by asking each of them now, and what the kiosk has counted of it so far.

    A device that is missing is a row like the others.
    """
    loaded = load(site)
    rows = asyncio.run(_status_rows(all_devices(loaded)))
    counted = counters.load(loaded.data / counters.FILE)
    if as_json:
        told = {name: counts.model_dump(mode="json") for name, counts in counted.items()}
        print_json([row | {"counters": told.get(row["name"])} for row in rows])
    else:
        shown = [row | {"reasons": ", ".join(row["reasons"])} for row in rows]
        columns = ("name", "driver", "device", "media", "paper", "fitness", "supply", "reasons")
        print_table(shown, columns)
        for row in rows:
            if (counts := counted.get(row["name"])) is not None:
                click.echo(f"{row['name']}: {counts.words}")


@devices.command()
@click.argument("name")
@site_options
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, max=3600),
    default=CARD_TIMEOUT,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for a card or a code.",
)
@click.option("--unmasked", is_flag=True, help="Show personal fields as they are on the card.")
@click.option(
    "--photo",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write the ID card's photo as BMP; needs a vendor's decoder.",
)
def read(name: str, site: Path, as_json: bool, timeout: float, unmasked: bool, photo: Path | None) -> None:
    """Wait for a card on the reader NAME, or a code before the scanner or camera NAME, and show it."""
    reader = named(load(site), name)
    if isinstance(reader, CodeScanner | Camera):
        _show_code(use(reader, lambda: _read_code(reader, timeout)), as_json=as_json, unmasked=unmasked)
        return
    if not isinstance(reader, IdCardReader | ChipCardReader):
        fail(f"{name}: this is a {reader.family}, not a reader")

    async def read_card() -> IdCard | SocialSecurityCard:
        return await reader.read(timeout)

    card = use(reader, read_card)
    if photo is not None:
        _write_photo(name, card, photo)
    document = card.unmasked() if unmasked else card.masked()
    if as_json:
        print_json(document)
    else:
        shown = {field: value for field, value in document.items() if value is not None}
        if isinstance(card, IdCard) and card.valid_until is None:
            shown["valid_until"] = "long term"
        if card_photo := shown.get("photo_wlt"):
            shown["photo_wlt"] = f"({len(str(card_photo))} characters of base64)"
        print_table([{"field": field, "value": value} for field, value in shown.items()], ("field", "value"))


@devices.command("print")
@click.argument("name")
@site_options
@click.option(
    "--text",
    "source",
    metavar="FILE",
    type=click.File(encoding="utf-8"),
    help="Text for a receipt printer, UTF-8, one paragraph a line; - is standard input.",
)
@click.option("--pdf", metavar="FILE", type=click.File("rb"), help="PDF for an A4 printer.")
@click.option("--copies", default=1, show_default=True, type=click.IntRange(1, 99), help="Copies of a PDF.")
@click.option("--two-sided", is_flag=True, help="Print a PDF on both sides, turned over the long edge.")
def print_file(
    name: str,
    site: Path,
    as_json: bool,
    source: TextIO | None,
    pdf: BinaryIO | None,
    copies: int,
    two_sided: bool,
) -> None:
    """Print a text or a PDF on the printer NAME and say what is known of it: printed, or sent."""
    printer = named(load(site), name)
    if (source is None) == (pdf is None):
        raise click.UsageError("give either --text or --pdf")
    if isinstance(printer, ReceiptPrinter) and source is not None:
        receipt = _receipt(source)
        proof = use(printer, lambda: printer.print_document(receipt))
    elif isinstance(printer, DocumentPrinter) and pdf is not None:
        document = Document(pdf.read(), copies, Sides.TWO_LONG_EDGE if two_sided else Sides.ONE)
        proof = use(printer, lambda: printer.print_document(document))
    else:
        fail(f"{name}: this is a {printer.family}; texts go to a ReceiptPrinter, PDFs to a DocumentPrinter")
    if as_json:
        print_json({"name": name, "proof": proof.value})
    else:
        click.echo(proof.value)


def _receipt(source: TextIO) -> Receipt:
    try:
        return Receipt(tuple(Text(paragraph) for paragraph in source.read().splitlines()))
    except UnicodeDecodeError:
        fail(f"{source.name}: is not UTF-8 text")


def _write_photo(name: str, card: IdCard | SocialSecurityCard, path: Path) -> None:
    if not isinstance(card, IdCard) or card.photo_wlt is None:
        fail(f"{name}: there is no photo on this card")
    try:
        path.write_bytes(decode_photo(card.photo_wlt))
    except DeviceError as error:
        fail(f"{name}: {in_words(error)}")
    except OSError as error:
        fail(f"{path}: {error.strerror}")


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
        print_json(document)
    else:
        shown = [{"field": key, "value": value} for key, value in document.items() if value is not None]
        print_table(shown, ("field", "value"))


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
    return identity(device) | axes | {"reasons": list(now.reasons)}


for command in (record, replay, agree, key, unseal):
    devices.add_command(command)
devices.add_command(test)
devices.add_command(profile)
devices.add_command(discover)
devices.add_command(role)
