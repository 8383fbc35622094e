"""A simulated receipt printer: its paper, and the wire it hangs on."""

from __future__ import annotations

from devices.simulators.faults import Fault
from devices.simulators.paper import PaperPrinter
from devices.simulators.wire import Wire

SLOW = 0.25
"""Seconds before each answer of a slow printer."""


class SimulatedPrinter:
    """A printer on the bench.

    Args:
        paper: what interprets and draws.
        wire: the TCP port or pseudo-terminal that feeds it.
    """

    faults = frozenset(
        {
            Fault.SILENT,
            Fault.SLOW,
            Fault.GARBAGE,
            Fault.STALLED,
            Fault.UNPLUGGED,
            Fault.PAPER_LOW,
            Fault.PAPER_OUT,
            Fault.COVER_OPEN,
        }
    )

    def __init__(self, paper: PaperPrinter, wire: Wire) -> None:
        self.paper = paper
        self.wire = wire
        self._fault = Fault.NONE

    def start(self) -> None:
        """Plug in. Raises OSError when the port cannot be had."""
        self.wire.start()

    def stop(self) -> None:
        """Unplug for good."""
        self.wire.stop()

    @property
    def fault(self) -> Fault:
        """The current misbehaviour."""
        return self._fault

    @fault.setter
    def fault(self, fault: Fault) -> None:
        self.misbehave(fault)

    def misbehave(self, fault: Fault, after_lines: int = 0) -> None:
        """Start one misbehaviour in place of any other; paper can run out after some more lines."""
        self.wire.delay = SLOW if fault is Fault.SLOW else 0.0
        self.wire.reading = fault is not Fault.STALLED
        if fault is Fault.UNPLUGGED:
            self.wire.unplug()
            self.paper.power_cycle()
        elif self._fault is Fault.UNPLUGGED:
            self.wire.plug()
        self.paper.set_fault(fault, after_lines)
        self._fault = fault
