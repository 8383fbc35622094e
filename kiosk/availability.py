"""What can be done here, now; and if not, why, and where instead. Said before anything is asked.

Computed afresh from the live status of devices and network every time it is shown; nothing is cached.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from devices.supervisor import Supervisor

from devices.contract import Camera, ChipCardReader, Device, IdCardReader, ReceiptPrinter
from devices.status import Supply
from kiosk.pages import Chip, Tone
from kiosk.text import text
from kiosk.wire import ServiceItem

D = TypeVar("D", bound=Device)

#: What can stand in for a need: an ID card serves where a social-security card does, and a receipt
#: printer's slip carries what an A4 sheet would.
SERVED_BY: dict[str, tuple[type[Device], ...]] = {
    "id_card": (IdCardReader,),
    "social_card": (ChipCardReader, IdCardReader),
    "camera": (Camera,),
    "receipt_printer": (ReceiptPrinter,),
    "document_printer": (ReceiptPrinter,),
}

#: A submission waits in the queue and its number stands on the screen, so neither of these stops it.
NOT_NEEDED_TO_SUBMIT = {"network", "receipt_printer", "document_printer"}


@dataclass(frozen=True)
class Standing:
    """Where an item can be done: ``here`` now, here ``later``, or at the ``window`` only.

    ``missing`` names what this kiosk lacks for it now; with ``here`` it costs something but does not stop it.
    """

    where: Literal["here", "later", "window"]
    missing: tuple[str, ...] = ()

    @property
    def chip(self) -> Chip:
        """The truth chip of this standing."""
        if self.where == "window":
            return Chip(text("standing.window"), "quiet")
        tone: Tone = "ok" if not self.missing else "warn"
        return Chip(
            text(f"standing.{self.where}.{self.missing[0]}" if self.missing else "standing.here"), tone
        )


class Availability:
    """Says of every item where it can be done.

    ``is_online`` tells whether the hub answered lately; ``may_file`` whether the queue takes submissions.
    """

    def __init__(
        self, devices: Supervisor, is_online: Callable[[], bool], may_file: Callable[[], bool]
    ) -> None:
        self._devices = devices
        self._is_online = is_online
        self._may_file = may_file

    def of(self, item: ServiceItem) -> Standing:
        """Where ``item`` can be done now."""
        if item.self_service not in {"submit", "print"} or (item.self_service == "submit" and not item.form):
            return Standing("window")
        missing = [need for need in item.needs if not self.has(need)]
        if item.self_service == "submit":
            if not self._may_file():
                return Standing("later", ("storage",))
            stops = [need for need in missing if need not in NOT_NEEDED_TO_SUBMIT]
        else:
            stops = missing
        if stops:
            return Standing("later", tuple(stops))
        return Standing("here", tuple(missing))

    def has(self, need: str) -> bool:
        """Whether something that serves ``need`` is usable now."""
        if need == "network":
            return self._is_online()
        return any(usable(self._devices, family) is not None for family in SERVED_BY[need])

    def paper_is_low(self) -> bool:
        """Whether the receipt printer says that its paper ends soon."""
        printer = usable(self._devices, ReceiptPrinter)
        return printer is not None and printer.status.supply is Supply.LOW


def usable(devices: Supervisor, family: type[D]) -> D | None:
    """The first device of ``family`` that works now, if any."""
    device = devices.first(family)
    return device if device is not None and device.status.usable else None
