"""The families of printers and their verbs: slips on a roll, documents on A4."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from devices.device import Device
from devices.errors import DeviceCancelled, DeviceError, JobState, PrintStopped
from devices.receipt import Columns, Qr, Receipt, Rule, Text, Title
from devices.selftest import Finding, Verdict, judged
from devices.status import DeviceState, DeviceStatus, Media, Paper, Supply

if TYPE_CHECKING:
    from devices.document import Document
    from devices.worker import Turn


class PrintProof(StrEnum):
    """What is known once a document has been handed to a printer."""

    PRINTED = "printed"  # the printer itself confirmed it, behind the last line
    SENT = "sent"  # every byte was taken; this printer cannot confirm more


_TEST_SLIP = Receipt(
    (
        Title("夜灯 Yedeng"),
        Text("自检 Self-test"),
        Rule(),
        Columns("常用字 GBK", "北京市东城区"),
        Columns("生僻字 rare", "䶮㛃𬴊"),
        Columns("数字 digits", "￥0123456789"),
        Qr("yedeng:self-test"),
    )
)
"""What a receipt printer prints in its self-test: every kind of line that a kiosk prints."""


class ReceiptPrinter(Device):
    """Prints slips on a roll."""

    family = "ReceiptPrinter"
    unknown = DeviceStatus(
        DeviceState.STARTING, media=Media.UNKNOWN, paper=Paper.UNKNOWN, supply=Supply.UNKNOWN
    )

    print_limit: ClassVar[float] = 30.0
    """Seconds that one document may take."""

    @property
    @abstractmethod
    def width_dots(self) -> int:
        """Printable width: 576 dots on 80 mm paper, 384 on 58 mm."""

    async def print_document(self, receipt: Receipt) -> PrintProof:
        """Print one document and say what is known of it.

        Raises:
            PrintStopped: paper out, cover open, printer gone or stuck; ``detail`` says which, ``job`` how far
                the document came. Nothing is repeated by itself.
        """
        return await self._run("print_document", self.print_limit, self._print_document, receipt)

    def _test(self, turn: Turn) -> tuple[Finding, ...]:
        status = self._check(turn)
        if not status.usable:
            return judged(status)
        proof = self._print_document(turn, _TEST_SLIP)
        proved = Verdict.GOOD if proof is PrintProof.PRINTED else Verdict.UNKNOWN
        return (*judged(status), Finding("proof-of-print", proved, proof.value))

    @abstractmethod
    def _print_document(self, turn: Turn, receipt: Receipt) -> PrintProof:
        """Send the document and look for proof."""


class DocumentPrinter(Device):
    """Prints finished documents on A4."""

    family = "DocumentPrinter"
    unknown = ReceiptPrinter.unknown

    print_limit: ClassVar[float] = 120.0
    """Seconds that one document may take."""

    test_limit = 150.0

    async def print_document(self, document: Document) -> PrintProof:
        """Print one document and say what is known of it. Raises like `ReceiptPrinter.print_document`.

        When it returns or raises, nothing of the document is left on any disk, as far as the printer's server
        can be reached; what it could not be told then, it is told when it answers again.
        """
        return await self._run("print_document", self.print_limit, self._print_document, document)

    def _test(self, turn: Turn) -> tuple[Finding, ...]:
        from devices.self_test_page import self_test_page

        # A page is tried in any case: it is how a print server learns that a tray was filled.
        try:
            proof = self._print_document(turn, self_test_page())
        except PrintStopped as stopped:
            page = Finding("page", Verdict.FAILED, stopped.detail)
        else:
            proved = Verdict.GOOD if proof is PrintProof.PRINTED else Verdict.UNKNOWN
            page = Finding("page", proved, proof.value)
        return (*judged(self._check(turn)), page)

    @abstractmethod
    def _print_document(self, turn: Turn, document: Document) -> PrintProof:
        """Send the document and look for proof."""


@contextmanager
def stopping(job: JobState) -> Iterator[None]:
    """For drivers: say of every error how far the document had come."""
    try:
        yield
    except (PrintStopped, DeviceCancelled):
        raise
    except DeviceError as error:
        raise PrintStopped(error.completion_code, error.detail, job=job, state=error.state) from None
