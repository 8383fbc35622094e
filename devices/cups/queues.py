"""Which queues a print server has: for `devices discover`."""

from __future__ import annotations

from devices.cups import http
from devices.cups.ipp import IppError, Tag, decode_answer, encode_request, one
from devices.transports.tcp import TcpLine
from devices.worker import Turn

_GET_PRINTERS = 0x4002
_PATIENCE = 1.0


def queues(host: str, port: int) -> list[tuple[str, str]]:
    """Name and model of every queue of a CUPS server (CUPS-Get-Printers).

    Raises:
        DeviceError: nobody answers there, or not as CUPS does.
    """
    turn = Turn(2 * _PATIENCE)
    wanted = one(Tag.KEYWORD, "requested-attributes", "printer-name", "printer-make-and-model")
    line = TcpLine(host, port, _PATIENCE)
    try:
        body = encode_request(_GET_PRINTERS, 1, {Tag.OPERATION: [wanted]})
        answer = decode_answer(http.post(line, host, "/", body, turn, _PATIENCE))
    except IppError:
        raise http.garbage() from None
    finally:
        line.close()
    found = []
    for group in answer.all_groups(Tag.PRINTER):
        name, model = (group.get(key, [""])[0] for key in ("printer-name", "printer-make-and-model"))
        if isinstance(name, str) and name:
            found.append((name, model if isinstance(model, str) else ""))
    return found
