"""The rig of the template driver: its far end on a pseudo-terminal. Copy it and change it."""

from __future__ import annotations

from typing import Any

from devices.contract import CodeScanner, Device
from devices.simulators.faults import Fault
from devices.simulators.wire import PtyWire
from tests.conformance.rigs import NAME, Rig
from tests.conformance.template.driver import TemplateScanner


class TemplateScannerRig(Rig):
    """A scanner that sees a code as long as one is offered."""

    driver = "template-scanner"
    faults = frozenset({Fault.SILENT, Fault.SLOW, Fault.ONE_BYTE, Fault.GARBAGE, Fault.UNPLUGGED})
    secrets = ("a-resident",)

    def options(self) -> dict[str, Any]:
        return {"port": "port"}

    def build(self, **more: object) -> Device:
        """Only here: a driver that is installed is found by its name, and this method is not needed."""
        if more:
            return super().build(**more)
        return TemplateScanner(NAME, TemplateScanner.Options(port="port"), self.folder)

    def start(self) -> None:
        self._seen = False
        self._fault = Fault.NONE
        self._wire = PtyWire(self._answer, NAME, self.folder / "port")
        self._wire.start()

    def stop(self) -> None:
        self._wire.stop()

    def misbehave(self, fault: Fault) -> None:
        was, self._fault = self._fault, fault
        self._wire.delay = 0.2 if fault is Fault.SLOW else 0.0
        self._wire.piece = 1 if fault is Fault.ONE_BYTE else 0
        if fault is Fault.UNPLUGGED:
            self._wire.unplug()
        elif was is Fault.UNPLUGGED:
            self._wire.plug()

    def offer(self) -> None:
        self._seen = True

    def withdraw(self) -> None:
        self._seen = False

    async def work(self, device: Device) -> object:
        assert isinstance(device, CodeScanner)
        return await device.read(5)

    def _answer(self, received: bytes) -> bytes:
        said = b"OK\n" * received.count(b"?\n") + b"a-resident's code\n" * self._seen
        match self._fault:
            case Fault.SILENT:
                return b""
            case Fault.GARBAGE:
                return bytes(byte ^ 0x5A for byte in said)
        return said
