"""Every simulated device of one site, and what people at the bench can do with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from pydantic import BaseModel

from config.settings import DeviceSettings
from devices.camera.codes import find_code
from devices.camera.driver import OpencvCamera
from devices.codes import ScannedCode, Symbology
from devices.cups.driver import CupsPrinter
from devices.escpos.driver import EscposSerial, EscposTcp, PrinterOptions
from devices.escpos.usb import EscposUsb
from devices.gm65.driver import Gm65Serial
from devices.registry import build
from devices.sam.driver import SamSerial
from devices.simulators.camera_stream import is_pipe
from devices.simulators.cards import RESIDENTS
from devices.simulators.code_scanner import SimulatedCodeScanner
from devices.simulators.control import BenchError, Message
from devices.simulators.cups_server import SimulatedA4Printer
from devices.simulators.desk import SimulatedDesk, UnknownPage
from devices.simulators.documents import DOCUMENTS
from devices.simulators.faults import Fault
from devices.simulators.kinds import HoldsCodes, PrintsSlips, SeesPages
from devices.simulators.paper import PaperPrinter
from devices.simulators.receipt_printer import SimulatedPrinter
from devices.simulators.sam_reader import SimulatedSamReader
from devices.simulators.social_card import SimulatedSocialCard, slot_port
from devices.simulators.wire import PtyWire, TcpWire
from devices.simulators.xfs4iot_service import SimulatedService
from devices.simulators.xfs4iot_services import SimulatedCardReaderService
from devices.simulators.xfs4iot_site import SimulatedServices
from devices.social_card.driver import PcscSocialCard
from devices.xfs4iot.options import ServiceOptions

Simulator = (
    SimulatedSamReader
    | SimulatedSocialCard
    | SimulatedCodeScanner
    | SimulatedDesk
    | SimulatedPrinter
    | SimulatedA4Printer
    | SimulatedService
)
S = TypeVar("S")


class SimulatedSite:
    """The far ends of a site's devices. Blocking, used by one thread at a time.

    Args:
        devices: the ``[devices.*]`` tables of the site file.
        base: the folder of the site file.
        papers: the folder for printed papers.
        paced: serial lines take as long for every byte as real ones.

    Raises:
        SettingsError: a device's driver or options are wrong.
        BenchError: a device is none that a bench may stand in for.
    """

    def __init__(
        self, devices: Mapping[str, DeviceSettings], base: Path, papers: Path, *, paced: bool = False
    ) -> None:
        self._drivers = {name: settings.driver for name, settings in devices.items()}
        self._simulators: dict[str, Simulator] = {}
        self._cards: dict[str, str] = {}
        services = SimulatedServices(papers)
        for name, settings in devices.items():
            options = build(name, settings, base).options
            if isinstance(options, ServiceOptions):
                _here(name, options.host)
                self._simulators[name] = services.far_end(name, options)
                continue
            simulator = _simulator(name, options, base, papers, paced=paced)
            if simulator is not None:
                self._simulators[name] = simulator
        self.commands: dict[str, Callable[[Message], Message]] = {
            "lay-card": self._lay_card,
            "pull-card": self._pull_card,
            "show-code": self._show_code,
            "show-paper": self._show_paper,
            "put-page": self._put_page,
            "clear-desk": self._clear_desk,
            "take-paper": self._take_paper,
            "paper": self._paper,
            "fault": self._fault,
        }

    @property
    def needs_pcsc(self) -> bool:
        """A chip card reader is among the devices."""
        return any(isinstance(simulator, SimulatedSocialCard) for simulator in self._simulators.values())

    def start(self) -> None:
        """Plug everything in. Raises OSError when a port cannot be had."""
        for simulator in self._simulators.values():
            if not isinstance(simulator, SimulatedSocialCard):  # a card, not a reader: nothing to plug in
                simulator.start()

    def stop(self) -> None:
        """Unplug everything."""
        for simulator in self._simulators.values():
            simulator.stop()

    def do(self, command: str, arguments: Message) -> Message:
        """Do one of `commands`. Raises BenchError, in words."""
        try:
            return self.commands[command](arguments)
        except (OSError, UnknownPage) as error:
            raise BenchError(str(error)) from error

    def status(self) -> Message:
        """Every device by name, and what can be laid on it."""
        return {
            "devices": {name: self._describe(name) for name in self._drivers},
            "residents": list(RESIDENTS),
            "documents": list(DOCUMENTS),
        }

    def _lay_card(self, arguments: Message) -> Message:
        name, who = text(arguments, "device"), text(arguments, "who")
        resident = RESIDENTS.get(who)
        if resident is None:
            raise BenchError(f"there is no resident {who!r}; there are: {', '.join(RESIDENTS)}")
        reader = self._named(name)
        match reader:
            case SimulatedSamReader():
                reader.lay(resident.id_card)
            case SimulatedSocialCard() | SimulatedCardReaderService() if resident.social_card is not None:
                reader.lay(resident.social_card)
            case SimulatedSocialCard() | SimulatedCardReaderService():
                raise BenchError(f"{who} has no social-security card")
            case _:
                raise BenchError(f"{name} takes no cards")
        self._cards[name] = who
        return {"device": name, "who": who}

    def _pull_card(self, arguments: Message) -> Message:
        name = text(arguments, "device")
        reader = self._named(name)
        if not isinstance(reader, SimulatedSamReader | SimulatedSocialCard | SimulatedCardReaderService):
            raise BenchError(f"{name} takes no cards")
        if isinstance(reader, SimulatedCardReaderService) and reader.holds_it:
            raise BenchError(f"{name} holds the card; it can be taken when the kiosk gives it back")
        reader.pull()
        return {"device": name}

    def _show_code(self, arguments: Message) -> Message:
        name, symbology = text(arguments, "device"), text(arguments, "symbology")
        scanner = self._of_kind(name, HoldsCodes, "is no code scanner")
        try:
            code = ScannedCode(bytes.fromhex(text(arguments, "hex")), Symbology(symbology))
        except ValueError:
            raise BenchError("a code is an even number of hexadecimal digits of a known symbology") from None
        scanner.show(code)
        return {"device": name, "bytes": len(code.data), "symbology": symbology}

    def _show_paper(self, arguments: Message) -> Message:
        """Hold the newest paper of a printer before the scanner."""
        name, printer = text(arguments, "device"), text(arguments, "printer")
        scanner = self._of_kind(name, HoldsCodes, "is no code scanner")
        newest = self._of_kind(printer, PrintsSlips, "is no printer").paper.peek()
        picture = None if newest is None else cv2.imread(str(newest[0]))
        code = None if picture is None else find_code(np.asarray(picture, np.uint8))
        if code is None:
            raise BenchError(f"{printer} has printed no paper with a code")
        scanner.show(code)
        return {"device": name, "bytes": len(code.data), "symbology": code.symbology.value}

    def _put_page(self, arguments: Message) -> Message:
        name, what = text(arguments, "device"), text(arguments, "what")
        self._of_kind(name, SeesPages, "is no camera").put(what)
        return {"device": name, "page": what}

    def _clear_desk(self, arguments: Message) -> Message:
        name = text(arguments, "device")
        self._of_kind(name, SeesPages, "is no camera").clear()
        return {"device": name}

    def _take_paper(self, arguments: Message) -> Message:
        name = text(arguments, "device")
        path = self._of_kind(name, PrintsSlips, "is no printer").paper.take()
        if path is None:
            raise BenchError(f"no paper waits in {name}")
        return {"device": name, "path": str(path)}

    def _paper(self, arguments: Message) -> Message:
        name = text(arguments, "device")
        newest = self._of_kind(name, PrintsSlips, "is no printer").paper.peek()
        if newest is None:
            raise BenchError(f"{name} has printed nothing yet")
        return {"device": name, "path": str(newest[0]), "text": newest[1]}

    def _fault(self, arguments: Message) -> Message:
        name = text(arguments, "device")
        wanted, _, lines = text(arguments, "fault").partition(":")
        simulator = self._named(name)
        known = sorted({Fault.NONE, *simulator.faults})
        if wanted not in known or (lines and not (wanted == Fault.PAPER_OUT and lines.isdecimal())):
            raise BenchError(f"{name} knows no fault {wanted!r}; it knows: {', '.join(known)}")
        if isinstance(simulator, PrintsSlips):
            simulator.misbehave(Fault(wanted), int(lines or 0))
        else:
            simulator.fault = Fault(wanted)
        return {"device": name, "fault": simulator.fault.value}

    def _describe(self, name: str) -> Message:
        simulator = self._simulators.get(name)
        known: Message = {"driver": self._drivers[name], "simulated": simulator is not None}
        if simulator is None:
            return known
        known |= {"fault": simulator.fault.value, "faults": sorted({Fault.NONE, *simulator.faults})}
        match simulator:
            case SimulatedSamReader() | SimulatedSocialCard() | SimulatedCardReaderService():
                known["card"] = self._cards.get(name) if simulator.card_lies_there else None
            case HoldsCodes():
                known["code"] = None if simulator.shown is None else len(simulator.shown.data)
            case SeesPages():
                known["page"] = simulator.page
            case PrintsSlips():
                waiting = simulator.paper.waiting
                known["waiting"] = None if waiting is None else str(waiting)
                known["papers"] = [str(path) for path in simulator.paper.papers]
        return known

    def _named(self, name: str) -> Simulator:
        if name not in self._simulators:
            raise BenchError(f"the bench has no device {name!r}; it has: {', '.join(self._simulators)}")
        return self._simulators[name]

    def _of_kind(self, name: str, kind: type[S], otherwise: str) -> S:
        simulator = self._named(name)
        if not isinstance(simulator, kind):
            raise BenchError(f"{name} {otherwise}")
        return simulator


def text(arguments: Message, key: str) -> str:
    """One argument of a command. Raises BenchError when it is missing."""
    value = arguments.get(key)
    if not isinstance(value, str) or not value:
        raise BenchError(f"the command needs {key!r}")
    return value


def _simulator(name: str, options: BaseModel, base: Path, papers: Path, *, paced: bool) -> Simulator | None:
    """The far end of one device; None for a device that needs none."""
    match options:
        case SamSerial.Options():
            return SimulatedSamReader(_free(name, base / options.port), options.baudrate, paced=paced)
        case Gm65Serial.Options():
            return SimulatedCodeScanner(name, _free(name, base / options.port))
        case PcscSocialCard.Options():
            return SimulatedSocialCard(slot_port(options.reader))
        case OpencvCamera.Options() if not options.source.isdecimal() and "://" not in options.source:
            return SimulatedDesk(_free(name, base / options.source, camera=True))
        case CupsPrinter.Options():
            return SimulatedA4Printer(options.queue, papers / name, _here(name, options.host), options.port)
        case EscposTcp.Options():
            paper = _paper(name, options, papers)
            return SimulatedPrinter(
                paper, TcpWire(paper.receive, name, _here(name, options.host), options.port)
            )
        case EscposSerial.Options() | EscposUsb.Options():
            paper = _paper(name, options, papers)
            return SimulatedPrinter(paper, PtyWire(paper.receive, name, _free(name, base / options.port)))
    return None


def _paper(name: str, options: PrinterOptions, papers: Path) -> PaperPrinter:
    return PaperPrinter(papers, name, options.width_dots, taken_sensor=options.taken_sensor)


def _free(name: str, path: Path, *, camera: bool = False) -> Path:
    """A path where the bench may put something of its own: never a real device, never somebody's file."""
    own = camera and (is_pipe(path) or _old_desk(path))
    in_the_way = path.exists() and not path.is_symlink() and not own
    if path.is_relative_to("/dev") or in_the_way:
        raise BenchError(
            f"devices.{name}: {path} is a real device or file; the bench only stands in for paths of its own"
        )
    return path


def _old_desk(path: Path) -> bool:
    """What an earlier version's bench left where a camera's pipe goes now: a folder of one picture."""
    return path.is_dir() and all(inside.name == "desk.jpg" for inside in path.iterdir())


def _here(name: str, host: str) -> str:
    """An address of this machine alone."""
    try:
        if host == "localhost" or ip_address(host).is_loopback:
            return host
    except ValueError:
        pass
    raise BenchError(f"devices.{name}.host: the bench serves only this machine (127.0.0.1), not {host}")
