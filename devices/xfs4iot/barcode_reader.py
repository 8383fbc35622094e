"""Driver ``xfs4iot-barcode-reader``: a code scanner in a bank terminal (CWA 17852, Barcode Reader)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from devices.codes import ScannedCode, Symbology
from devices.contract import CodeScanner
from devices.errors import CompletionCode, KeeperAction, ResidentAction
from devices.status import DeviceState, DeviceStatus, Fitness
from devices.worker import Turn
from devices.xfs4iot.common import device_status
from devices.xfs4iot.message import Payload
from devices.xfs4iot.options import ServiceOptions, open_service
from devices.xfs4iot.service import Service, bytes_in

SYMBOLOGIES = {
    "qrCode": Symbology.QR,
    "dataMatrix": Symbology.DATA_MATRIX,
    "aztec": Symbology.AZTEC,
    "pdf417": Symbology.PDF417,
    "microPdf417": Symbology.PDF417,
    "code128": Symbology.CODE_128,
    "ean128": Symbology.CODE_128,
    "code93": Symbology.CODE_93,
    "code39": Symbology.CODE_39,
    "triopticCode39": Symbology.CODE_39,
    "codabar": Symbology.CODABAR,
    "itf": Symbology.ITF,
    "rss": Symbology.DATA_BAR,
    "rssExpanded": Symbology.DATA_BAR,
    "rssRestricted": Symbology.DATA_BAR,
} | dict.fromkeys(
    ("ean8", "ean8_2", "ean8_5", "ean13", "ean13_2", "ean13_5", "jan13", "upcA", "upcA_2", "upcA_5",
     "upcE0", "upcE0_2", "upcE0_5", "upcE1", "upcE1_2", "upcE1_5"),
    Symbology.EAN,
)  # fmt: skip
"""The standard's names for what a code was printed in; the others are nothing that a kiosk asks for."""


class Xfs4iotBarcodeReader(CodeScanner):
    """A scanner behind a service. It looks only while BarcodeReader.Read is open: no older code comes."""

    driver = "xfs4iot-barcode-reader"
    overrun = 1.5

    class Options(ServiceOptions):
        """Options of ``[devices.NAME]``."""

    options: Options
    _service: Service | None = None

    def _open(self, turn: Turn) -> None:
        self._service, _ = open_service(self.options, self.base, "BarcodeReader", turn)

    def _close(self, _turn: Turn) -> None:
        service, self._service = self._service, None
        if service is not None:
            service.close()

    def _check(self, turn: Turn) -> DeviceStatus:
        status, own = device_status(self._connected().ask("Common.Status", turn), "barcodeReader")
        if status.device is DeviceState.ONLINE and own.get("scanner") == "inoperative":
            return replace(status, fitness=Fitness.FAILED, reasons=("scanner-inoperative", *status.reasons))
        return status

    def _read(self, turn: Turn) -> ScannedCode:
        service = self._connected()
        limit = turn.remaining
        reading = service.begin("BarcodeReader.Read", turn, limit=limit)
        done = service.finish(reading, turn, limit=limit, errors=_ERRORS, detail="no-code")
        return first_code(done)

    def _connected(self) -> Service:
        assert self._service is not None, "verbs run on open devices only"
        return self._service


def first_code(payload: Payload) -> ScannedCode:
    """The first code in a completion of BarcodeReader.Read. Raises KeeperAction when there is none."""
    output = payload.get("readOutput")
    first = output[0] if isinstance(output, list) and output else None
    if not isinstance(first, Mapping) or not (data := bytes_in(first, "barcodeData")):
        raise KeeperAction(CompletionCode.HARDWARE_ERROR, "garbage", state=DeviceState.HARDWARE_ERROR)
    return ScannedCode(data, SYMBOLOGIES.get(str(first.get("symbology")), Symbology.UNKNOWN))


_ERRORS = {"barcodeInvalid": lambda: ResidentAction(CompletionCode.USER_ERROR, "code-not-read")}
