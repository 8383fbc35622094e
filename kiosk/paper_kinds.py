"""On what a result comes out here: a sealed certificate on A4, or a slip. Said before it is committed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from devices.contract import DocumentPrinter, ReceiptPrinter
from devices.supervisor import Supervisor
from kiosk.availability import usable

PaperKind = Literal["a4", "slip", "none"]

CHOOSE_NOTES: Final[Mapping[PaperKind, str]] = {
    "a4": "results.choose.note-a4",
    "slip": "results.choose.note",
    "none": "results.choose.note-none",
}
"""What the page says on which results are chosen."""


def paper_here(devices: Supervisor) -> PaperKind:
    """The best paper that this kiosk can print on now; ``none``: no printer works."""
    if usable(devices, DocumentPrinter):
        return "a4"
    return "slip" if usable(devices, ReceiptPrinter) else "none"
