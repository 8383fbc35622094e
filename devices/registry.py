"""Drivers by name.

A driver is a class that fills one family of `devices.contract`. The ones shipped here are listed below and
imported only when a site file names them; others come as Python entry points of the group ``yedeng.drivers``.
"""

from __future__ import annotations

import difflib
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from pydantic import ValidationError

from config.settings import SettingsError, explain
from devices.contract import Device

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from config.settings import DeviceSettings

ENTRY_POINTS = "yedeng.drivers"

BUILT_IN = {
    "sam-serial": "devices.sam.driver:SamSerial",
    "pcsc-social-card": "devices.social_card.driver:PcscSocialCard",
    "escpos-tcp": "devices.escpos.driver:EscposTcp",
    "escpos-serial": "devices.escpos.driver:EscposSerial",
    "escpos-usb": "devices.escpos.usb:EscposUsb",
    "cups": "devices.cups.driver:CupsPrinter",
    "xfs4iot-card-reader": "devices.xfs4iot.card_reader:Xfs4iotCardReader",
    "xfs4iot-printer": "devices.xfs4iot.printer:Xfs4iotPrinter",
    "xfs4iot-barcode-reader": "devices.xfs4iot.barcode_reader:Xfs4iotBarcodeReader",
    "xfs4iot-camera": "devices.xfs4iot.camera:Xfs4iotCamera",
    "gm65-serial": "devices.gm65.driver:Gm65Serial",
    "opencv-camera": "devices.camera.driver:OpencvCamera",
    "espeak-ng": "devices.speech.driver:EspeakSpeaker",
}


def driver_names() -> list[str]:
    """Every driver that a site file may name, sorted."""
    return sorted({*BUILT_IN, *entry_points(group=ENTRY_POINTS).names})


def driver_class(driver: str) -> type[Device]:
    """The class behind a driver's name.

    Raises:
        KeyError: there is no such driver.
        ImportError, AttributeError, TypeError: what should be the driver cannot be loaded, or is no `Device`.
    """
    if driver in BUILT_IN:
        module, _, name = BUILT_IN[driver].partition(":")
        found = getattr(import_module(module), name)
    else:
        found = entry_points(group=ENTRY_POINTS)[driver].load()
    if not (isinstance(found, type) and issubclass(found, Device)):
        raise TypeError(f"the driver {driver!r} is not a Device")
    return found


def build(name: str, settings: DeviceSettings, base: Path) -> Device:
    """Make one device of a site file, not opened yet.

    Args:
        name: the device's name in the site file.
        settings: its ``[devices.NAME]`` table.
        base: the folder that relative paths in the table resolve against.

    Raises:
        SettingsError: the driver or one of its options is not known or not valid.
    """
    try:
        cls = driver_class(settings.driver)
    except KeyError:
        known = driver_names()
        near = difflib.get_close_matches(settings.driver, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known drivers: {', '.join(known)}"
        unknown = f"devices.{name}.driver: there is no driver {settings.driver!r}; {hint}"
        raise SettingsError(unknown) from None
    except (ImportError, AttributeError, TypeError) as error:
        broken = f"devices.{name}.driver: the driver {settings.driver!r} cannot be loaded: {error}"
        raise SettingsError(broken) from error
    try:
        options = cls.Options(**settings.options)
    except ValidationError as error:
        raise SettingsError("\n".join(explain(error, cls.Options, ("devices", name)))) from error
    return cls(name, options, base)


def build_all(devices: Mapping[str, DeviceSettings], base: Path) -> dict[str, Device]:
    """Make every device of a site file, in its order. Raises like `build`."""
    return {name: build(name, settings, base) for name, settings in devices.items()}
