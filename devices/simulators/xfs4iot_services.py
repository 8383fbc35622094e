"""The devices behind the simulated XFS4IoT services: a card reader, a printer, a code scanner, a camera."""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING

from devices.codes import ScannedCode, Symbology
from devices.simulators.cards import encode_social_card
from devices.simulators.faults import Fault
from devices.simulators.paper import PaperPrinter
from devices.simulators.social_card import ATR, READ_RECORD, Chip
from devices.simulators.xfs4iot_service import (
    Emit,
    Payload,
    Refused,
    SimulatedService,
    Work,
    command_error,
)

if TYPE_CHECKING:
    from devices.identity import SocialSecurityCard
    from devices.simulators.xfs4iot_host import ServiceHost

_SYMBOLOGIES = {
    Symbology.QR: "qrCode",
    Symbology.DATA_MATRIX: "dataMatrix",
    Symbology.AZTEC: "aztec",
    Symbology.PDF417: "pdf417",
    Symbology.CODE_128: "code128",
    Symbology.CODE_93: "code93",
    Symbology.CODE_39: "code39",
    Symbology.CODABAR: "codabar",
    Symbology.ITF: "itf",
    Symbology.EAN: "ean13",
    Symbology.DATA_BAR: "rss",
}


class SimulatedCardReaderService(SimulatedService):
    """A card reader with a chip card that is laid and pulled at the bench.

    Args:
        host: where it is served.
        name: the last part of its URI.
        motor: it draws a card in when it is asked to read, and holds it until it is told to move it out.
    """

    interface = "CardReader"
    faults = SimulatedService.faults | {Fault.CARD_PULLED_MID_READ}

    def __init__(self, host: ServiceHost, name: str = "CardReader", *, motor: bool = False) -> None:
        super().__init__(host, name)
        self.apdus: list[bytes] = []
        """Every command APDU so far."""
        self._motor = motor
        self._card: SocialSecurityCard | None = None
        self._inside = False
        self._chip: Chip | None = None
        self._came = asyncio.Event()

    def lay(self, card: SocialSecurityCard) -> None:
        """Put a card in, in place of any that is there. A motor takes it when it is asked to."""
        self.pull()
        self._card, self._chip = card, Chip(encode_social_card(card), by_tag=False)

        async def come() -> None:
            self._came.set()
            if not self._motor:
                self._inside = True
            self.changed()

        self.host.run(come)

    def pull(self) -> None:
        """Take the card out; one that a motor holds is taken when it is given back."""
        self.host.run(self._go)

    @property
    def card_lies_there(self) -> bool:
        """Whether a card is in it or at its slot."""
        return self._card is not None

    @property
    def holds_it(self) -> bool:
        """Nobody can take the card: the motor has it."""
        return self._motor and self._inside

    def _commands(self) -> dict[str, Work]:
        return {
            "CardReader.ReadRawData": self._read,
            "CardReader.ChipIO": self._chip_io,
            "CardReader.ChipPower": self._chip_power,
            "CardReader.Move": self._move,
            "CardReader.Reset": self._reset,
        }

    def _own_status(self) -> Payload:
        media = "notPresent"
        if self._card is not None:
            media = "present" if self._inside else "entering"
        return {"media": media, "chipPower": "noCard" if self._card is None else "online"}

    def _able(self) -> Payload:
        return {
            "type": "motor" if self._motor else "dip",
            "chipProtocols": {"chipT0": True, "chipT1": True},
            "chipPower": {"cold": True, "warm": True, "off": True},
        }

    async def _go(self) -> None:
        if self._card is None or self.holds_it:
            return
        self._card = self._chip = None
        self._inside = False
        self._came.clear()
        self.tell("CardReader.MediaRemovedEvent", {})
        self.changed()

    async def _read(self, payload: Payload, emit: Emit) -> Payload:
        if not payload.get("chip"):
            raise Refused("unsupportedData")
        if self._card is None:
            emit("CardReader.InsertCardEvent", {})
        await self._came.wait()
        if not self._inside:
            self._inside = True
            self.changed()
        emit("CardReader.MediaInsertedEvent", {})
        self._there().reset()
        return {"chip": [{"status": None, "data": _base64(ATR)}]}

    async def _chip_io(self, payload: Payload, _emit: Emit) -> Payload:
        chip = self._there()
        protocol, command = payload.get("chipProtocol"), base64.b64decode(payload.get("chipData", ""))
        if protocol not in {"chipT0", "chipT1"}:
            raise command_error("protocolNotSupported")
        self.apdus.append(command)
        if self._fault is Fault.CARD_PULLED_MID_READ and command[1:2] == bytes((READ_RECORD,)):
            self._fault, self._inside = Fault.NONE, False
            await self._go()
            raise command_error("noMedia")
        return {"chipProtocol": protocol, "chipData": _base64(chip.answer(command))}

    async def _chip_power(self, _payload: Payload, _emit: Emit) -> Payload:
        self._there().reset()
        return {}

    async def _move(self, payload: Payload, _emit: Emit) -> Payload:
        if (payload.get("from"), payload.get("to")) != ("transport", "exit"):
            raise Refused("unsupportedData")
        if not self.holds_it:
            raise command_error("noMedia")
        self._inside = False
        self._came.clear()
        self.changed()
        return {}

    async def _reset(self, _payload: Payload, _emit: Emit) -> Payload:
        self._inside = False
        self.changed()
        return {}

    def _there(self) -> Chip:
        if self._chip is None or not self._inside:
            raise command_error("noMedia")
        return self._chip


class SimulatedPrinterService(SimulatedService):
    """A receipt printer that is printed to by PrintRaw.

    Args:
        host: where it is served.
        paper: the printer itself, which interprets and draws.
        name: the last part of its URI.
    """

    interface = "Printer"
    faults = (SimulatedService.faults - {Fault.ONE_BYTE}) | {
        Fault.STALLED,
        Fault.PAPER_LOW,
        Fault.PAPER_OUT,
        Fault.PAPER_JAMMED,
    }

    def __init__(self, host: ServiceHost, paper: PaperPrinter, name: str = "Printer") -> None:
        super().__init__(host, name)
        self.paper = paper
        self.toner: str | None = None
        """A thermal printer has none."""
        self.refuses_answers: str | None = None
        """Completion code of commands that want an answer of the printer; None: they get it."""

    @property
    def fault(self) -> Fault:
        """The current misbehaviour."""
        return self._fault

    @fault.setter
    def fault(self, fault: Fault) -> None:
        self.misbehave(fault)

    def misbehave(self, fault: Fault, after_lines: int = 0) -> None:
        """Start one misbehaviour in place of any other; paper can run out after some more lines."""
        own = {Fault.PAPER_LOW, Fault.PAPER_OUT}
        self.paper.set_fault(fault if fault in own else Fault.NONE, after_lines)
        if fault is Fault.UNPLUGGED:
            self.paper.power_cycle()
        self._fault = fault
        self.host.run(self._misbehave)

    def _commands(self) -> dict[str, Work]:
        return {"Printer.PrintRaw": self._print_raw, "Printer.Reset": self._reset}

    def _own_status(self) -> Payload:
        supplies = {Fault.PAPER_LOW: "low", Fault.PAPER_JAMMED: "jammed"}
        upper = "out" if self.paper.out else supplies.get(self._fault, "full")
        status: Payload = {"media": "present", "paper": {"upper": upper}}
        return status | ({} if self.toner is None else {"toner": self.toner})

    def _able(self) -> Payload:
        return {"type": {"receipt": True}, "paperSources": {"upper": True}}

    async def _print_raw(self, payload: Payload, _emit: Emit) -> Payload:
        if self._fault is Fault.STALLED:
            await asyncio.Event().wait()  # until the command's own time is over
        if self._fault is Fault.PAPER_JAMMED:
            raise command_error("paperJammed")
        if self.paper.out:
            raise command_error("paperOut")
        if self.refuses_answers and payload.get("inputData") == "yes":
            raise Refused(self.refuses_answers)
        answer = self.paper.receive(base64.b64decode(payload.get("data", "")))
        if self.paper.out:
            self.paper.power_cycle()  # the service has the printer forget what it could not print
            self.changed()
            raise command_error("paperOut")
        return {"data": _base64(answer)} if payload.get("inputData") == "yes" else {}

    async def _reset(self, _payload: Payload, _emit: Emit) -> Payload:
        return {}


class SimulatedBarcodeReaderService(SimulatedService):
    """A code scanner, and what is held before it."""

    interface = "BarcodeReader"

    def __init__(self, host: ServiceHost, name: str = "BarcodeReader") -> None:
        super().__init__(host, name)
        self.shown: ScannedCode | None = None
        """The code that is held before the scanner."""
        self._seen = asyncio.Event()

    def show(self, code: ScannedCode) -> None:
        """Hold a code before the scanner, in place of any other."""
        self.shown = code
        self.host.run(self._look)

    def hide(self) -> None:
        """Take the code away."""
        self.shown = None
        self.host.run(self._look)

    def _commands(self) -> dict[str, Work]:
        return {"BarcodeReader.Read": self._read, "BarcodeReader.Reset": self._reset}

    def _own_status(self) -> Payload:
        return {"scanner": "on"}

    def _able(self) -> Payload:
        return {"canFilterSymbologies": False, "symbologies": dict.fromkeys(_SYMBOLOGIES.values(), True)}

    async def _look(self) -> None:
        if self.shown is None:
            self._seen.clear()
        else:
            self._seen.set()

    async def _read(self, _payload: Payload, _emit: Emit) -> Payload:
        await self._seen.wait()
        code = self.shown
        if code is None:
            raise command_error("barcodeInvalid")
        self.shown = None  # read once, however long it is held there
        self._seen.clear()
        symbology = _SYMBOLOGIES.get(code.symbology, "symbologyUnknown")
        return {"readOutput": [{"symbology": symbology, "barcodeData": _base64(code.data)}]}

    async def _reset(self, _payload: Payload, _emit: Emit) -> Payload:
        return {}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
