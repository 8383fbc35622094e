"""Receipt printers over TCP and serial lines.

Before a document the printer is asked whether it can print, between its parts whether it still can, and
after it for proof. A printer that answers nothing prints all the same; then `SENT` is all that is known. On
a serial line it must be said to be mute (``status = false``): else nobody knows that it is a printer.
"""

from __future__ import annotations

import random
import time
from abc import abstractmethod
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from devices.contract import PrintProof, ReceiptPrinter
from devices.errors import CompletionCode, DeviceError, JobState, KeeperAction, PrintStopped
from devices.escpos import commands
from devices.escpos.encode import PrinterProfile, encode
from devices.escpos.measure import Measured, measure, slip
from devices.escpos.metre import PaperMetre, paper_mm
from devices.escpos.session import Line, Session
from devices.escpos.status import Answer, Fence, Look, ProcessId, RealTimeStatus
from devices.printers import stopping
from devices.receipt import Receipt
from devices.selftest import Finding, Verdict
from devices.status import DeviceState, DeviceStatus, Supply
from devices.transports.serial_line import SerialLine
from devices.transports.tcp import TcpLine
from devices.worker import Turn

_LOOK_EVERY = 0.5
"""Seconds between two looks at paper and cover while a document is printed."""


class PrinterOptions(PrinterProfile):
    """What a site file may say about any ESC/POS printer."""

    status: bool = Field(default=True, description="Ask the printer how it is (DLE EOT).")
    proof: Literal["process-id", "fence", "none"] = Field(
        default="fence", description="How the printer confirms that a document has been printed."
    )
    near_end_sensor: bool = Field(
        default=True, description="The printer notices that the roll is nearly used up."
    )
    taken_sensor: bool = Field(
        default=False, description="The printer notices that paper was taken (Cashino)."
    )
    metre: Path | None = Field(
        default=None, description="File that counts the paper of the roll; relative to the site file."
    )
    roll_metres: float = Field(
        default=0, ge=0, le=500, description="Length of a new roll in metres; 0: not known, no forecast."
    )
    answer_timeout: float = Field(default=0.5, gt=0, le=5, description="Seconds to wait for a status answer.")
    proof_timeout: float = Field(
        default=5, gt=0, le=60, description="Seconds to wait for the proof of print."
    )
    write_timeout: float = Field(default=5, gt=0, le=60, description="Seconds a printer may take no bytes.")


class EscposPrinter(ReceiptPrinter):
    """A printer that speaks ESC/POS; subclasses know the way to it."""

    must_answer: ClassVar[bool] = False
    """Somebody else may be at this end: who has never answered is sent nothing, unless ``status`` is off."""

    Options = PrinterOptions
    options: PrinterOptions
    _session: Session | None = None

    def __init__(self, name: str, options: PrinterOptions, base: Path) -> None:
        super().__init__(name, options, base)
        self._metre = PaperMetre(base / options.metre, options.roll_metres) if options.metre else None

    @property
    def width_dots(self) -> int:
        """Printable width in dots."""
        return self.options.width_dots

    @abstractmethod
    def _connect(self, turn: Turn) -> Line:
        """Open the way to the printer."""

    def _open(self, turn: Turn) -> None:
        self._session = Session(self._connect(turn), self.options.answer_timeout, self.options.write_timeout)

    def _close(self, _turn: Turn) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def _ready(self, turn: Turn) -> Session:
        """The conversation; a printer that has hung up since the last one is called again."""
        if self._session is not None:
            try:
                self._session.refresh()
            except DeviceError:
                self._close(turn)
        if self._session is None:
            self._open(turn)
        if self._session is None:
            raise AssertionError("opened, and yet no session")
        return self._session

    def _check(self, turn: Turn) -> DeviceStatus:
        session = self._ready(turn)
        status = self._look(session, turn)
        # It has spoken before, so now it is off or its cable is out; or it is no printer at all.
        if status.silent and (session.answers or self._is_stranger(session)):
            return DeviceStatus(
                DeviceState.OFFLINE,
                self.unknown.media,
                self.unknown.paper,
                supply=self.unknown.supply,
                reasons=("no-answer",),
            )
        known = status.device_status(
            near_end_sensor=self.options.near_end_sensor, taken_sensor=self.options.taken_sensor
        )
        if self._metre is not None and self._metre.low and known.supply in {Supply.OK, Supply.UNKNOWN}:
            return replace(known, supply=Supply.LOW, reasons=(*known.reasons, "paper-forecast-low"))
        return known

    def _test(self, turn: Turn) -> tuple[Finding, ...]:
        findings = super()._test(turn)
        if self._metre is None:
            return findings
        return (*findings, Finding("paper-used", Verdict.GOOD, self._metre.words))

    async def measure(self) -> Measured:
        """Find out what this printer answers, and print a slip for what only an eye can tell.

        Raises:
            KeeperAction: the printer cannot be reached or cannot print.
        """
        return await self._run("measure", self.print_limit, self._measure)

    def _measure(self, turn: Turn) -> Measured:
        measured = measure(self._ready(turn), turn)
        self._print_document(turn, slip(self.width_dots), even_unseen=True)
        return measured

    def _look(self, session: Session, turn: Turn) -> Look:
        """Ask how the printer is; the paper metre hears of it."""
        status = self._ask(session, turn) if self.options.status else RealTimeStatus()
        if self._metre is not None and status.paper_out is not None:
            self._metre.see(out=status.paper_out)
        return status

    def _ask(self, session: Session, turn: Turn) -> Look:
        """How the printer is."""
        return session.ask(turn)

    def _ask_supply(self, session: Session, turn: Turn) -> Look:
        """What can change while a document is printed."""
        return session.ask_supply(turn)

    def _can_be_asked(self, session: Session) -> bool:
        """It has answered before, so that it is worth asking while a document is printed."""
        return self.options.status and session.answers

    def _is_stranger(self, session: Session) -> bool:
        """Nobody knows whether there is a printer at the other end."""
        return self.must_answer and self.options.status and not session.answers

    def _print_document(self, turn: Turn, receipt: Receipt, *, even_unseen: bool = False) -> PrintProof:
        try:
            blocks = encode(receipt, self.options)
        except ValueError:
            raise PrintStopped(
                CompletionCode.INVALID_DATA, "does-not-fit", job=JobState.NOT_STARTED
            ) from None
        with stopping(JobState.NOT_STARTED):
            session = self._ready(turn)
            _refuse_obstacle(self._look(session, turn), JobState.NOT_STARTED)
            if self._is_stranger(session) and not even_unseen:
                raise KeeperAction(CompletionCode.DEVICE_NOT_READY, "no-answer", state=DeviceState.OFFLINE)
            turn.check()
        if self._metre is not None:
            self._metre.add(paper_mm(blocks))
        try:
            with stopping(JobState.INCOMPLETE):
                self._send(session, blocks, turn)
                return self._prove(session, turn)
        except DeviceError:
            # What the line still holds must not come out before the next document.
            self._close(turn)
            raise

    def _send(self, session: Session, blocks: list[bytes], turn: Turn) -> None:
        looked = time.monotonic()
        for block in blocks:
            session.send(block, turn)
            if self._can_be_asked(session) and time.monotonic() - looked > _LOOK_EVERY:
                # Behind seconds of data on a slow line a question would be answered too late, for another.
                session.flush(turn)
                _refuse_obstacle(self._ask_supply(session, turn), JobState.INCOMPLETE)
                looked = time.monotonic()
        session.flush(turn)

    def _prove(self, session: Session, turn: Turn) -> PrintProof:
        """Wait until the printer confirms the end of the document, or says why it never will."""
        try:
            if self.options.proof != "none" and self._confirmed(session, turn):
                return PrintProof.PRINTED
        except KeeperAction as error:
            # A printer that never speaks may also hang up as soon as it has everything.
            if session.answers or error.detail != "connection-lost":
                raise
            self._close(turn)
            return PrintProof.SENT
        if self._can_be_asked(session):
            status = self._ask_supply(session, turn)
            _refuse_obstacle(status, JobState.INCOMPLETE)
            if status.silent:
                raise PrintStopped(
                    CompletionCode.TIME_OUT, "no-answer", job=JobState.UNKNOWN, state=DeviceState.OFFLINE
                )
        return PrintProof.SENT

    def _confirmed(self, session: Session, turn: Turn) -> bool:
        number = random.randrange(10_000)  # noqa: S311 - tells two documents apart, keeps no secret
        request, expected = {
            "fence": (commands.FENCE, Fence()),
            "process-id": (commands.process_id(number), ProcessId(number)),
        }[self.options.proof]

        def wanted(answer: Answer) -> bool:
            return answer == expected

        session.send(request, turn)
        # A printer that has never said a word is not waited for as long as one that talks.
        talks = session.answers
        waiting = Turn(self.options.proof_timeout if talks else self.options.answer_timeout)
        while waiting.remaining:
            if session.await_answer(wanted, turn, min(_LOOK_EVERY, waiting.remaining)):
                return True
            if self._can_be_asked(session):
                _refuse_obstacle(self._ask_supply(session, turn), JobState.INCOMPLETE)
        return False


class EscposTcp(EscposPrinter):
    """A printer on the network (raw port, usually 9100)."""

    driver: ClassVar[str] = "escpos-tcp"

    class Options(PrinterOptions):
        """Where the printer is."""

        host: str = Field(min_length=1, description="Name or address of the printer.")
        port: int = Field(default=9100, ge=1, le=65535, description="TCP port of the printer.")
        connect_timeout: float = Field(
            default=3, gt=0, le=30, description="Seconds to wait for the connection."
        )

    options: Options

    def _connect(self, turn: Turn) -> Line:
        options = self.options
        return TcpLine(options.host, options.port, min(options.connect_timeout, turn.remaining), self.tap)


class EscposSerial(EscposPrinter):
    """A printer on a serial line, 8N1."""

    driver: ClassVar[str] = "escpos-serial"
    must_answer = True  # cables can be swapped, and a reader is no place for somebody's receipt

    class Options(PrinterOptions):
        """Which line the printer is on."""

        port: Path = Field(description="Serial device, e.g. /dev/serial/by-id/…; relative to the site file.")
        baudrate: int = Field(default=115200, gt=0, description="Bits per second.")

    options: Options

    def _connect(self, _turn: Turn) -> Line:
        return SerialLine(self.base / self.options.port, self.options.baudrate, self.tap)


def _refuse_obstacle(status: Look, job: JobState) -> None:
    """Raise PrintStopped when the printer names a reason why it cannot print."""
    if (obstacle := status.obstacle) is not None:
        raise PrintStopped(CompletionCode.HARDWARE_ERROR, obstacle, job=job)
