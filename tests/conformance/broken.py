"""Drivers that break one promise each: proof that the suite would notice."""

from __future__ import annotations

from typing import ClassVar

import structlog

from devices.codes import ScannedCode
from devices.contract import Device
from devices.status import DeviceState, DeviceStatus, Fitness
from devices.transports.serial_line import SerialLine
from devices.worker import Turn
from tests.conformance.rigs import NAME
from tests.conformance.template.driver import TemplateScanner
from tests.conformance.template.rig import TemplateScannerRig


class Forgetful(TemplateScanner):
    """Says how it is without asking."""

    def _check(self, _turn: Turn) -> DeviceStatus:
        return DeviceStatus(DeviceState.ONLINE, fitness=Fitness.OK)


class Leaky(TemplateScanner):
    """Never closes its port."""

    kept: ClassVar[list[SerialLine | None]] = []

    def _open(self, turn: Turn) -> None:
        super()._open(turn)
        self.kept.append(self._line)

    def _close(self, _turn: Turn) -> None:
        self._line = None


class Talkative(TemplateScanner):
    """Logs what it reads."""

    def _read(self, turn: Turn) -> ScannedCode:
        code = super()._read(turn)
        structlog.get_logger().info("read", data=code.data)
        return code


class _BrokenRig(TemplateScannerRig):
    broken: ClassVar[type[TemplateScanner]]

    def build(self, **_: object) -> Device:
        return self.broken(NAME, self.broken.Options(port="port"), self.folder)


class ForgetfulRig(_BrokenRig):
    broken = Forgetful


class LeakyRig(_BrokenRig):
    broken = Leaky


class TalkativeRig(_BrokenRig):
    broken = Talkative
