"""What can be done here, now; and if not, why, and where instead. Said before anything is asked.

Computed afresh from the live status of devices and network every time it is shown; nothing is cached.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from devices.contract import (
    Camera,
    ChipCardReader,
    Device,
    DocumentPrinter,
    IdCardReader,
    ReceiptPrinter,
)
from devices.supervisor import Supervisor
from kiosk.pages import Chip, Tone
from kiosk.text import text
from kiosk.wire import Lack, ServiceItem

D = TypeVar("D", bound=Device)

#: What serves a need, the best first; a slip of the receipt printer carries what an A4 sheet would.
SERVED_BY: dict[str, tuple[type[Device], ...]] = {
    "id_card": (IdCardReader,),
    "social_card": (ChipCardReader,),
    "camera": (Camera,),
    "receipt_printer": (ReceiptPrinter,),
    "document_printer": (DocumentPrinter, ReceiptPrinter),
}
CARDS = ("id_card", "social_card")

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
        self._sorted: tuple[tuple[ServiceItem, ...], tuple[tuple[ServiceItem, ...], ...]] | None = None

    def of(self, item: ServiceItem) -> Standing:
        """Where ``item`` can be done now."""
        if not item.done_at_kiosks:
            return Standing("window")
        missing = self._missing(item)
        stops = missing
        if item.self_service == "submit":
            if not self._may_file():
                return Standing("later", ("storage",))
            sometimes = set() if _always_photographed(item) else {"camera"}
            stops = [need for need in missing if need not in NOT_NEEDED_TO_SUBMIT | sometimes]
        return Standing("later", tuple(stops)) if stops else Standing("here", tuple(missing))

    def lacks(self, items: tuple[ServiceItem, ...]) -> tuple[Lack, ...]:
        """What is missing here now, with those of ``items`` that it costs, for the hub.

        Items that are alike in what they need are asked for once: a catalogue may have 100,000 of them.
        """
        found: dict[tuple[str, bool], list[str]] = {}
        for alike in self._alike(items):
            standing = self.of(alike[0])
            if standing.missing:
                cost = found.setdefault((standing.missing[0], standing.where == "later"), [])
                cost.extend(item.id for item in alike)
        return tuple(
            Lack(cause=cause, device=self._device(cause), stops=stops, items=tuple(ids))
            for (cause, stops), ids in found.items()
        )

    def _alike(self, items: tuple[ServiceItem, ...]) -> tuple[tuple[ServiceItem, ...], ...]:
        if self._sorted is None or self._sorted[0] is not items:
            groups: dict[object, list[ServiceItem]] = {}
            for item in items:
                if item.done_at_kiosks:
                    key = (item.self_service, item.needs, _always_photographed(item))
                    groups.setdefault(key, []).append(item)
            self._sorted = items, tuple(map(tuple, groups.values()))
        return self._sorted[1]

    def _device(self, need: str) -> str:
        devices = (self._devices.first(family) for family in SERVED_BY.get(need, ()))
        return next((device.name for device in devices if device is not None), "")

    def _missing(self, item: ServiceItem) -> list[str]:
        """What this kiosk lacks now; of the cards that serve, one reader is enough."""
        missing: list[str] = [need for need in item.needs if need not in CARDS and not self.has(need)]
        cards = cards_for(item)
        if not any(self.has(card) for card in cards):
            missing.insert(0, cards[0])
        return missing

    def has(self, need: str) -> bool:
        """Whether something that serves ``need`` is usable now."""
        if need == "network":
            return self._is_online()
        return any(usable(self._devices, family) for family in SERVED_BY[need])


def cards_for(item: ServiceItem) -> tuple[str, ...]:
    """The cards that serve for an item, the best first.

    Only an ID card proves who somebody is, which a result needs; and it serves wherever a social-security
    card does.
    """
    if item.self_service != "submit":
        return ("id_card",)
    return item.accepts if "id_card" in item.accepts else (*item.accepts, "id_card")


def _always_photographed(item: ServiceItem) -> bool:
    return any(material.capture and material.situation is None for material in item.materials)


def usable(devices: Supervisor, family: type[D]) -> D | None:
    """The first device of ``family`` that works now, if any."""
    device = devices.first(family)
    return device if device is not None and device.status.usable else None
