"""What is plugged into this machine, and which drivers could be for it.

Proposals are made from what the machine tells about a port. Only `probe` speaks to devices, because bytes of
one protocol are no harmless thing for a device of another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from serial.tools import list_ports

from config.settings import DeviceSettings
from devices.cups.queues import queues
from devices.errors import DeviceError
from devices.registry import build
from devices.status import Fitness
from devices.transports.pcsc import reader_names
from devices.transports.websocket import Address
from devices.worker import Turn
from devices.xfs4iot.discovery import PUBLISHER, list_services

SERIAL_DRIVERS = ("escpos-serial", "gm65-serial", "sam-serial")
"""In the order in which they are tried: the question of the first means nothing to the others."""

_BY_USB_ID = {(0x0400, 0xC35A): ("sam-serial",)}
"""Vendor and product of USB serial devices that say what they are (PROTOCOLS.md; remembered, not seen)."""

_BY_INTERFACE = {
    "CardReader": "card-reader",
    "Printer": "printer",
    "BarcodeReader": "barcode-reader",
    "Camera": "camera",
}
"""Interfaces of XFS4IoT and the drivers for them."""

LOOKING, ANSWERING = 5.0, 1.0
"""Seconds to look for XFS4IoT services, and for each answer."""

_STABLE = (Path("/dev/serial/by-path"), Path("/dev/v4l/by-path"), Path("/dev/yedeng"))

USB_PRINTERS = Path("/sys/class/usbmisc")
"""Where the kernel lists them, each with what it says of itself (IEEE 1284 device id)."""


@dataclass(frozen=True, slots=True)
class Found:
    """Something plugged in.

    Attributes:
        kind: ``serial``, ``chip-card``, ``camera``, ``usb-printer`` or ``print-queue``.
        place: what a site file calls it; a name that stays where it is plugged, if there is one.
        what: how it describes itself.
        drivers: drivers that could be for it, likeliest first.
    """

    kind: str
    place: str
    what: str
    drivers: tuple[str, ...]


def serial_ports(more: Iterable[str] = ()) -> list[Found]:
    """The serial ports of this machine, and those in ``more``."""
    found = [
        Found(
            "serial",
            _stable(port.device),
            port.description or "",
            _BY_USB_ID.get((port.vid or 0, port.pid or 0), SERIAL_DRIVERS),
        )
        for port in sorted(list_ports.comports())
    ]
    return found + [Found("serial", port, "", SERIAL_DRIVERS) for port in more]


def card_readers() -> list[Found]:
    """The readers of the PC/SC service; none when it does not run."""
    try:
        names = reader_names()
    except DeviceError:
        return []
    return [Found("chip-card", name, name, ("pcsc-social-card",)) for name in names]


def cameras() -> list[Found]:
    """The cameras that the system knows."""
    return [
        Found("camera", _stable(str(path)), _camera_name(path), ("opencv-camera",))
        for path in sorted(Path("/dev").glob("video*"))
        if _takes_pictures(path)
    ]


def usb_printers() -> list[Found]:
    """The printers that the kernel's own driver usblp serves; their names are what they say of themselves."""
    return [
        Found("usb-printer", _stable(f"/dev/usb/{node.name}"), _usb_printer_name(node), ("escpos-usb",))
        for node in sorted(USB_PRINTERS.glob("lp[0-9]*"))
    ]


def print_queues(port: int) -> list[Found]:
    """The queues of this machine's print server (CUPS) at that TCP port; none when it does not run."""
    try:
        found = queues("127.0.0.1", port)
    except DeviceError:
        return []
    return [Found("print-queue", name, model, ("cups",)) for name, model in found]


def terminal_services(port: int) -> list[Found]:
    """The XFS4IoT services published on this machine, at that port or where the standard says; often none."""
    machine = Address("127.0.0.1", port, PUBLISHER)
    try:
        found = list_services(machine, Turn(LOOKING), ANSWERING)
    except DeviceError:
        return []
    return [
        Found("service", uri, interface, (f"xfs4iot-{driver}",))
        for uri, interfaces in found
        for interface, driver in _BY_INTERFACE.items()
        if interface in interfaces
    ]


async def probe(found: Found) -> Found:
    """Try every driver of a serial port. What answers is proposed alone; if nothing does, nothing is."""
    for driver in found.drivers:
        settings = DeviceSettings.model_validate({"driver": driver, "port": found.place})
        device = build("probe", settings, Path.cwd())
        try:
            await device.open()
            status = await device.check()
        except DeviceError:
            continue
        finally:
            await device.close()
        if status.usable and status.fitness is not Fitness.UNKNOWN:
            return replace(found, drivers=(driver,))
    return replace(found, drivers=())


def _stable(device: str) -> str:
    """The name of a device by the path of its plug, which outlives renumbering; else its own."""
    real = Path(device).resolve()
    return next((str(link) for link in _links() if link.resolve() == real), device)


def _links() -> Iterator[Path]:
    for folder in _STABLE:
        if folder.is_dir():
            yield from sorted(folder.iterdir())


def _takes_pictures(path: Path) -> bool:
    """A camera has several nodes; the first one gives pictures, the others describe them."""
    index = Path("/sys/class/video4linux") / path.name / "index"
    try:
        return index.read_text().strip() == "0"
    except OSError:
        return True


def _camera_name(path: Path) -> str:
    try:
        return (Path("/sys/class/video4linux") / path.name / "name").read_text().strip()
    except OSError:
        return ""


def _usb_printer_name(node: Path) -> str:
    """Maker and model out of an id such as ``MFG:Xprinter;CMD:ESC/POS;MDL:XP-80C;``."""
    try:
        said = (node / "device" / "ieee1284_id").read_text(errors="replace")
    except OSError:
        return ""
    fields = dict(field.split(":", 1) for field in said.split(";") if ":" in field)
    known = (fields.get(key, "").strip() for key in ("MFG", "MDL"))
    return " ".join(word for word in known if word)
