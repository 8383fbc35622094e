"""Driver ``xfs4iot-printer``: a receipt printer in a bank terminal, printed to by Printer.PrintRaw."""

from __future__ import annotations

from devices.errors import CompletionCode, KeeperAction
from devices.escpos.driver import EscposPrinter, PrinterOptions
from devices.escpos.session import Line, Session
from devices.escpos.status import Look
from devices.status import DeviceState
from devices.worker import Turn
from devices.xfs4iot.options import ServiceOptions, open_service
from devices.xfs4iot.printing import RawLine, ServiceLook, read_look
from devices.xfs4iot.service import Service


class Xfs4iotPrinter(EscposPrinter):
    """An ESC/POS printer behind a service: the same document, the same bytes; the service knows how it is."""

    driver = "xfs4iot-printer"

    class Options(PrinterOptions, ServiceOptions):
        """What is printed on, and where its service is."""

    options: Options
    _service: Service | None = None

    def _connect(self, turn: Turn) -> Line:
        self._service, able = open_service(self.options, self.base, "Printer", turn)
        if not able.supports("Printer.PrintRaw"):
            self._service.close()
            raise KeeperAction(
                CompletionCode.UNSUPPORTED_COMMAND, "no-raw-printing", state=DeviceState.HARDWARE_ERROR
            )
        return RawLine(self._service, self.options.proof_timeout)

    def _ask(self, _session: Session, turn: Turn) -> Look:
        return self._look_by_service(turn)

    def _ask_supply(self, _session: Session, turn: Turn) -> Look:
        return self._look_by_service(turn)

    def _can_be_asked(self, _session: Session) -> bool:
        return self.options.status

    def _look_by_service(self, turn: Turn) -> ServiceLook:
        assert self._service is not None, "a session has a service"
        return read_look(self._service.ask("Common.Status", turn))
