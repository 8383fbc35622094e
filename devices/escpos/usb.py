"""Receipt printers on USB: the same conversation as over a serial line, and the port's own word on paper."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from devices.contract import PrintProof
from devices.errors import CompletionCode, JobState, PrintStopped
from devices.escpos.driver import EscposPrinter, PrinterOptions
from devices.escpos.session import Line, Session
from devices.escpos.status import PAPER_OUT, Look, RealTimeStatus
from devices.transports.usb_printer import UsbPrinterLine
from devices.worker import Turn


class EscposUsb(EscposPrinter):
    """A printer on USB, by the kernel's driver usblp."""

    driver: ClassVar[str] = "escpos-usb"

    class Options(PrinterOptions):
        """Which device the printer is."""

        port: Path = Field(
            description="Device of the printer, e.g. /dev/usb/lp0, better a name that stays; "
            "relative to the site file."
        )

    options: Options
    _usb: UsbPrinterLine | None = None

    def _connect(self, _turn: Turn) -> Line:
        self._usb = UsbPrinterLine(self.base / self.options.port, self.tap)
        return self._usb

    def _ask(self, session: Session, turn: Turn) -> Look:
        return self._with_port(session.ask(turn))

    def _ask_supply(self, session: Session, turn: Turn) -> Look:
        return self._with_port(session.ask_supply(turn))

    def _prove(self, session: Session, turn: Turn) -> PrintProof:
        proof = super()._prove(session, turn)
        if proof is PrintProof.SENT and self.options.status and self._port_empty:
            # A printer that never speaks may still have a port that does.
            raise PrintStopped(CompletionCode.HARDWARE_ERROR, "paper-out", job=JobState.INCOMPLETE)
        return proof

    @property
    def _port_empty(self) -> bool | None:
        return None if self._usb is None else self._usb.paper_empty

    def _with_port(self, status: RealTimeStatus) -> RealTimeStatus:
        """What the printer said itself; where it said nothing of paper, the bad news of its port."""
        if status.paper is None and self._port_empty:
            return replace(status, paper=PAPER_OUT)
        return status
