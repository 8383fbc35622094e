"""A receipt printer behind a service: its status, and its bytes (CWA 17852, Printer Interface).

Printer.PrintRaw hands bytes to the device as they are and, if asked to, gives back what the device answers.
So the ESC/POS session that talks to a serial line talks to a service as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from devices.errors import CompletionCode, DeviceTimeout, KeeperAction
from devices.status import DeviceState, DeviceStatus, Fitness, Media, Paper, Supply
from devices.xfs4iot.common import device_status, one_of
from devices.xfs4iot.message import Payload, encode_bytes, section
from devices.xfs4iot.service import Service, bytes_in

if TYPE_CHECKING:
    from devices.worker import Turn
    from devices.xfs4iot.conversation import Exchange

GATHERED = 4096
"""Bytes sent in one command: few enough that an empty roll is noticed in the middle of a receipt."""

_SUPPLIES = ("upper", "lower", "external", "aux", "aux2", "park")
"""Where paper can come from, in the standard's order; a receipt printer has one of them."""

_MEDIA = {
    "notPresent": Media.NOT_PRESENT,
    "jammed": Media.JAMMED,
    "entering": Media.ENTERING,
}
"""Media of the standard. ``present`` is not among them: with paper on a roll it only says that the head has
paper under it, and nothing of a slip that waits to be taken."""

_SUPPLY = {Paper.FULL: Supply.OK, Paper.LOW: Supply.LOW, Paper.OUT: Supply.OUT}


@dataclass(frozen=True, slots=True)
class ServiceLook:
    """What Common.Status says of a printer: a `devices.escpos.status.Look`."""

    device: DeviceStatus
    media: Media
    paper: Paper
    toner: Paper | None

    @property
    def silent(self) -> bool:
        """The service does not know how its printer is."""
        return "no-answer" in self.device.reasons

    @property
    def paper_out(self) -> bool | None:
        """Whether there is no paper; None: not known."""
        return None if self.paper is Paper.UNKNOWN else self.paper is Paper.OUT

    @property
    def obstacle(self) -> str | None:
        """Why nothing can be printed now; None when the service names nothing."""
        if self.silent:
            return None
        reasons = self._reasons()
        if self.device.fitness is Fitness.DEGRADED or self.device.device is DeviceState.ONLINE:
            reasons = [reason for reason in reasons if reason in _STOPPING]
        return next(iter(reasons), None)

    def device_status(self, *, near_end_sensor: bool, taken_sensor: bool) -> DeviceStatus:
        """The snapshot for the contract. A supply that is not reported is unknown."""
        del taken_sensor  # the service says so itself
        paper = self.paper
        if paper is Paper.FULL and not near_end_sensor:
            paper = Paper.UNKNOWN
        jammed = paper is Paper.JAMMED or self.media is Media.JAMMED
        return replace(
            self.device,
            media=self.media,
            paper=paper,
            supply=self._supply(paper),
            fitness=Fitness.FAILED if jammed else self.device.fitness,
            reasons=tuple(self._reasons()),
        )

    def _reasons(self) -> list[str]:
        flags = {
            "paper-out": self.paper is Paper.OUT,
            "paper-jammed": self.paper is Paper.JAMMED,
            "media-jammed": self.media is Media.JAMMED,
            "toner-out": self.toner is Paper.OUT,
            "paper-low": self.paper is Paper.LOW,
            "toner-low": self.toner is Paper.LOW,
        }
        return [*self.device.reasons, *(reason for reason, on in flags.items() if on)]

    def _supply(self, paper: Paper) -> Supply:
        of_paper = _SUPPLY.get(paper, Supply.UNKNOWN)
        of_toner = _SUPPLY.get(self.toner, Supply.OK) if self.toner else Supply.OK
        worst = (Supply.OUT, Supply.LOW, Supply.UNKNOWN, Supply.OK)
        return min(of_paper, of_toner, key=worst.index)


_STOPPING = {"paper-out", "paper-jammed", "media-jammed", "toner-out"}


def read_look(payload: Payload) -> ServiceLook:
    """The completion of Common.Status for a printer's service."""
    device, own = device_status(payload, "printer")
    toner = own.get("toner")
    return ServiceLook(
        device,
        _MEDIA.get(str(own.get("media")), Media.UNKNOWN),
        _paper(section(own, "paper")),
        None if toner is None else one_of(Paper, toner, Paper.UNKNOWN),
    )


def _paper(supplies: Mapping[str, object]) -> Paper:
    """The supply that receipts are printed on: the first one that the service reports."""
    named = [supplies[name] for name in _SUPPLIES if supplies.get(name) is not None]
    named += [value for name, value in supplies.items() if name not in _SUPPLIES and value is not None]
    return one_of(Paper, named[0], Paper.UNKNOWN) if named else Paper.UNKNOWN


class RawLine:
    """The bytes of a printer behind a service: a `devices.escpos.session.Line`. Used by one thread only.

    What is written is gathered. It goes out with `flush`, when it is much, or with the next `read`: that asks
    the service for what the printer answers.

    Args:
        service: the connection; this object closes it.
        answer_limit: seconds in which the service may wait for an answer of the printer.
    """

    def __init__(self, service: Service, answer_limit: float) -> None:
        self._service = service
        self._answer_limit = answer_limit
        self._gathered = b""
        self._asked: Exchange | None = None

    def write(self, data: bytes, turn: Turn, stall: float) -> None:
        """Send bytes, now or with what follows. Raises like `flush`."""
        self._gathered += data
        if len(self._gathered) >= GATHERED:
            self.flush(turn, stall)

    def flush(self, turn: Turn, stall: float) -> None:
        """Send what was gathered, and wait until the printer has taken it.

        Raises:
            DeviceTimeout: it did not take it within ``stall`` seconds (``stalled``).
            KeeperAction: it cannot print, or the service is gone.
        """
        self._give_up()
        data, self._gathered = self._gathered, b""
        if not data:
            return
        try:
            self._service.execute("Printer.PrintRaw", turn, _raw(data, "no"), limit=stall)
        except DeviceTimeout as error:
            if error.state is not None or turn.remaining <= 0:
                raise
            raise DeviceTimeout("stalled", state=DeviceState.OFFLINE) from None

    def read(self, turn: Turn, seconds: float) -> bytes:
        """What the printer answers to what was gathered; nothing while it stays silent."""
        if self._gathered:
            self._give_up()
            data, self._gathered = self._gathered, b""
            limit = self._answer_limit
            self._asked = self._service.begin("Printer.PrintRaw", turn, _raw(data, "yes"), limit=limit)
        asked = self._asked
        if not self._service.attend(turn, seconds, lambda: asked is not None and asked.over):
            return b""
        self._asked = None
        return b"" if asked is None else self._answer(asked, turn)

    def drain(self) -> None:
        """Look whether the service is still there; what it said unasked is not about printing."""
        self._gathered = b""
        self._give_up()
        self._service.listen()
        for _ in self._service.unsolicited():
            pass

    def close(self) -> None:
        """Close the connection."""
        self._service.close()

    def _give_up(self) -> None:
        """Nobody waits for an earlier answer any more."""
        asked, self._asked = self._asked, None
        if asked is not None:
            self._service.abandon(asked)

    def _answer(self, asked: Exchange, turn: Turn) -> bytes:
        try:
            done = self._service.finish(asked, turn, limit=self._answer_limit)
        except DeviceTimeout as error:
            if error.state is not None or turn.remaining <= 0:
                raise
            return b""
        except KeeperAction as error:
            # A service that cannot give an answer has none to give; that is no reason not to print.
            if error.completion_code in _NO_ANSWERS:
                return b""
            raise
        return bytes_in(done, "data")


def _raw(data: bytes, answer: str) -> Payload:
    return {"inputData": answer, "data": encode_bytes(data)}


_NO_ANSWERS = {
    CompletionCode.UNSUPPORTED_DATA,
    CompletionCode.UNSUPPORTED_COMMAND,
    CompletionCode.INVALID_DATA,
}
