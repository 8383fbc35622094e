"""The simulated services of one site: devices that name the same host and port share one publisher."""

from __future__ import annotations

from pathlib import Path

from devices.simulators.paper import PaperPrinter
from devices.simulators.xfs4iot_camera import SimulatedCameraService
from devices.simulators.xfs4iot_host import ServiceHost
from devices.simulators.xfs4iot_service import SimulatedService
from devices.simulators.xfs4iot_services import (
    SimulatedBarcodeReaderService,
    SimulatedCardReaderService,
    SimulatedPrinterService,
)
from devices.xfs4iot.barcode_reader import Xfs4iotBarcodeReader
from devices.xfs4iot.camera import Xfs4iotCamera
from devices.xfs4iot.card_reader import Xfs4iotCardReader
from devices.xfs4iot.options import ServiceOptions
from devices.xfs4iot.printer import Xfs4iotPrinter


class SimulatedServices:
    """Makes the far ends of XFS4IoT devices.

    Args:
        papers: the folder for printed papers.
    """

    def __init__(self, papers: Path) -> None:
        self._papers = papers
        self._hosts: dict[tuple[str, int], ServiceHost] = {}

    def far_end(self, name: str, options: ServiceOptions) -> SimulatedService:
        """The service of one device, not started.

        Args:
            name: the device's name in the site file.
            options: its options; their host is this machine.
        """
        place = (options.host, options.port)
        host = self._hosts.setdefault(place, ServiceHost(*place))
        match options:
            case Xfs4iotCardReader.Options():
                return SimulatedCardReaderService(host, options.service or "CardReader")
            case Xfs4iotBarcodeReader.Options():
                return SimulatedBarcodeReaderService(host, options.service or "BarcodeReader")
            case Xfs4iotCamera.Options():
                return SimulatedCameraService(host, options.service or "Camera")
            case Xfs4iotPrinter.Options():
                paper = PaperPrinter(
                    self._papers, name, options.width_dots, taken_sensor=options.taken_sensor
                )
                return SimulatedPrinterService(host, paper, options.service or "Printer")
        raise TypeError(f"{type(options).__qualname__} has no simulated service")
