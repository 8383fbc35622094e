"""The rigs of the devices behind XFS4IoT services: each with a publisher and a service of its own."""

from __future__ import annotations

from pathlib import Path
from socket import create_server
from typing import Any

from devices.simulators.xfs4iot_camera import SimulatedCameraService
from devices.simulators.xfs4iot_services import (
    SimulatedBarcodeReaderService,
    SimulatedCardReaderService,
    SimulatedPrinterService,
)
from tests.conformance.rigs import (
    BenchRig,
    EscposTcpRig,
    Gm65SerialRig,
    OpencvCameraRig,
    PcscSocialCardRig,
)


class _ServiceRig(BenchRig):
    """A device whose service publishes on a port of this test."""

    def __init__(self, folder: Path) -> None:
        with create_server(("127.0.0.1", 0)) as server:
            self._port = server.getsockname()[1]
        super().__init__(folder)

    def options(self) -> dict[str, Any]:
        return {"port": self._port, "service_timeout": 0.4}


class Xfs4iotCardReaderRig(_ServiceRig):
    driver = "xfs4iot-card-reader"
    faults = SimulatedCardReaderService.faults
    offering = PcscSocialCardRig.offering
    withdrawing = PcscSocialCardRig.withdrawing
    secrets = PcscSocialCardRig.secrets


class Xfs4iotPrinterRig(_ServiceRig):
    driver = "xfs4iot-printer"
    faults = SimulatedPrinterService.faults
    secrets = EscposTcpRig.secrets

    def options(self) -> dict[str, Any]:
        return {**super().options(), "proof_timeout": 1, "write_timeout": 1}


class Xfs4iotBarcodeReaderRig(_ServiceRig):
    driver = "xfs4iot-barcode-reader"
    faults = SimulatedBarcodeReaderService.faults
    offering = Gm65SerialRig.offering
    secrets = Gm65SerialRig.secrets


class Xfs4iotCameraRig(_ServiceRig):
    driver = "xfs4iot-camera"
    faults = SimulatedCameraService.faults
    offering = OpencvCameraRig.offering
    withdrawing = OpencvCameraRig.withdrawing
