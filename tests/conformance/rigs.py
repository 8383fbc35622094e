"""What the conformance suite needs of a driver: its far end, and one piece of work that it can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from config.settings import DeviceSettings
from devices.contract import (
    Camera,
    ChipCardReader,
    CodeScanner,
    Device,
    DocumentPrinter,
    IdCardReader,
    ReceiptPrinter,
    Speaker,
)
from devices.receipt import Receipt, Text
from devices.registry import build
from devices.self_test_page import self_test_page
from devices.simulators.code_scanner import SimulatedCodeScanner
from devices.simulators.control import BenchError
from devices.simulators.cups_server import SimulatedA4Printer
from devices.simulators.desk import SimulatedDesk
from devices.simulators.faults import Fault
from devices.simulators.receipt_printer import SimulatedPrinter
from devices.simulators.sam_reader import SimulatedSamReader
from devices.simulators.site import SimulatedSite
from devices.simulators.social_card import SimulatedSocialCard
from kiosk.simulated import free_ports

NAME = "under-test"


class Rig(ABC):
    """A driver on the bench. One rig is used by one test.

    Args:
        folder: an empty folder; paths in `options` are relative to it.
    """

    driver: ClassVar[str]
    faults: ClassVar[frozenset[Fault]] = frozenset()
    """The ways in which the far end can misbehave."""

    can_be_absent: ClassVar[bool] = True
    """Before `start` there is no device at all."""

    silence_shows: ClassVar[bool] = True
    """`check` asks that end of it which falls silent."""

    needs_pcsc: ClassVar[bool] = False
    secrets: ClassVar[tuple[str, ...]] = ()
    """What the work brings to light, as it must never stand in a log line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @abstractmethod
    def options(self) -> dict[str, Any]:
        """The device's table in a site file, without ``driver``; short time-outs make a short test."""

    def build(self, **more: object) -> Device:
        """The device, not opened. Raises SettingsError."""
        settings = DeviceSettings.model_validate({"driver": self.driver, **self.options(), **more})
        return build(NAME, settings, self.folder)

    @abstractmethod
    def start(self) -> None:
        """Plug the far end in."""

    @abstractmethod
    def stop(self) -> None:
        """Unplug it and end its threads."""

    @abstractmethod
    def misbehave(self, fault: Fault) -> None:
        """Let the far end misbehave, or with `Fault.NONE` work again."""

    @abstractmethod
    def offer(self) -> None:
        """Put there what the work needs: a card, a code, a page."""

    @abstractmethod
    def withdraw(self) -> None:
        """Take it away again."""

    @abstractmethod
    async def work(self, device: Device) -> object:
        """One piece of what the device is for, in at most five seconds. Raises DeviceError."""


class BenchRig(Rig):
    """A driver of this repository, against the simulator that the bench has for it."""

    offering: ClassVar[tuple[str, dict[str, str]] | None] = None
    withdrawing: ClassVar[str | None] = None

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        settings = DeviceSettings.model_validate({"driver": self.driver, **self.options()})
        self._site = SimulatedSite({NAME: settings}, folder, folder / "paper")

    def start(self) -> None:
        self._site.start()

    def stop(self) -> None:
        self._site.stop()

    def misbehave(self, fault: Fault) -> None:
        self._site.do("fault", {"device": NAME, "fault": fault.value})

    def offer(self) -> None:
        if self.offering is not None:
            command, arguments = self.offering
            self._site.do(command, {"device": NAME, **arguments})

    def withdraw(self) -> None:
        if self.withdrawing is not None:
            self._site.do(self.withdrawing, {"device": NAME})

    async def work(self, device: Device) -> object:
        match device:
            case IdCardReader() | ChipCardReader() | CodeScanner():
                return await device.read(5)
            case Camera():
                return await device.capture(5)
            case ReceiptPrinter():
                return await device.print_document(Receipt((Text("受理编号 7K3M"),)))
            case DocumentPrinter():
                return await device.print_document(self_test_page())
            case Speaker():
                await device.say("您好", "zh")
                return None
        raise BenchError(f"no piece of work is known for a {device.family}")


class SamSerialRig(BenchRig):
    driver = "sam-serial"
    faults = SimulatedSamReader.faults
    offering = ("lay-card", {"who": "li-guilan"})
    withdrawing = "pull-card"
    secrets = ("李桂兰", "桂兰", "11010519491231002X", "1949")

    def options(self) -> dict[str, Any]:
        return {"port": "port"}


class PcscSocialCardRig(BenchRig):
    driver = "pcsc-social-card"
    faults = SimulatedSocialCard.faults
    can_be_absent = False  # the virtual readers belong to the service
    silence_shows = False  # it is the card that falls silent, not the reader
    needs_pcsc = True
    offering = ("lay-card", {"who": "li-guilan"})
    withdrawing = "pull-card"
    secrets = SamSerialRig.secrets

    def options(self) -> dict[str, Any]:
        return {"reader": "Virtual PCD 00 00"}


class Gm65SerialRig(BenchRig):
    driver = "gm65-serial"
    faults = SimulatedCodeScanner.faults
    offering = ("show-code", {"hex": b"a resident's code".hex(), "symbology": "qr"})
    secrets = ("resident's",)

    def options(self) -> dict[str, Any]:
        return {"port": "port"}


class EscposTcpRig(BenchRig):
    driver = "escpos-tcp"
    faults = SimulatedPrinter.faults
    secrets = ("受理", "7K3M")

    def __init__(self, folder: Path) -> None:
        (self._port,) = free_ports(1)
        super().__init__(folder)

    def options(self) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": self._port, **_IMPATIENT}


class EscposSerialRig(BenchRig):
    driver = "escpos-serial"
    faults = SimulatedPrinter.faults
    secrets = EscposTcpRig.secrets

    def options(self) -> dict[str, Any]:
        return {"port": "port", **_IMPATIENT}


class EscposUsbRig(EscposSerialRig):
    """Its conversation is the serial line's; what its own way to the printer can do is tried again here."""

    driver = "escpos-usb"
    faults = SimulatedPrinter.faults - {Fault.SLOW, Fault.PAPER_LOW, Fault.COVER_OPEN}

    def options(self) -> dict[str, Any]:
        return {"port": "port", "answer_timeout": 0.2, "proof_timeout": 0.4, "write_timeout": 0.4}


class CupsRig(BenchRig):
    driver = "cups"
    faults = SimulatedA4Printer.faults
    secrets = ("PDF",)

    def __init__(self, folder: Path) -> None:
        (self._port,) = free_ports(1)
        super().__init__(folder)

    def options(self) -> dict[str, Any]:
        limits = {"answer_timeout": 1, "obstacle_timeout": 0.15, "job_timeout": 4}
        return {"queue": "a4", "port": self._port, **limits}


class OpencvCameraRig(BenchRig):
    driver = "opencv-camera"
    faults = SimulatedDesk.faults
    offering = ("put-page", {"what": "household-register"})
    withdrawing = "clear-desk"

    def options(self) -> dict[str, Any]:
        return {"source": "desk", "freshness": 0.4, "deadline": 1.5}


class EspeakNgRig(BenchRig):
    driver = "espeak-ng"
    can_be_absent = False  # a program of the machine, not a device
    secrets = ("您好",)

    def options(self) -> dict[str, Any]:
        return {"wav": "sound"}


_IMPATIENT = {"answer_timeout": 0.3, "proof_timeout": 1, "write_timeout": 1}

TEMPLATE = "template-scanner"
RIGS = {
    rig.driver: f"{__name__}:{rig.__name__}"
    for rig in (
        SamSerialRig,
        PcscSocialCardRig,
        Gm65SerialRig,
        EscposTcpRig,
        EscposSerialRig,
        EscposUsbRig,
        CupsRig,
        OpencvCameraRig,
        EspeakNgRig,
    )
} | {
    "xfs4iot-card-reader": "tests.conformance.xfs4iot_rigs:Xfs4iotCardReaderRig",
    "xfs4iot-printer": "tests.conformance.xfs4iot_rigs:Xfs4iotPrinterRig",
    "xfs4iot-barcode-reader": "tests.conformance.xfs4iot_rigs:Xfs4iotBarcodeReaderRig",
    "xfs4iot-camera": "tests.conformance.xfs4iot_rigs:Xfs4iotCameraRig",
    TEMPLATE: "tests.conformance.template.rig:TemplateScannerRig",
}
"""Every driver here and its rig as ``module:Class``; a third party names its own with ``--rig``."""


def load_rig(place: str) -> type[Rig]:
    """The class behind ``module:Class``. Raises ImportError, AttributeError, TypeError."""
    module, _, name = place.partition(":")
    found = getattr(import_module(module), name)
    if not (isinstance(found, type) and issubclass(found, Rig)):
        raise TypeError(f"{place} is not a Rig")
    return found
