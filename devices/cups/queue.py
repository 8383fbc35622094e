"""One queue of a print server: the IPP operations that this house uses (RFC 8011, section 4; CUPS)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from itertools import count
from typing import TYPE_CHECKING, Final

from devices.cups import http
from devices.cups.ipp import Answer, Attribute, IppError, Tag, decode_answer, encode_request, one
from devices.cups.state import Job, Printer, job, printer
from devices.errors import CompletionCode, KeeperAction
from devices.status import DeviceState

if TYPE_CHECKING:
    from devices.document import Document
    from devices.transports.tcp import TcpLine
    from devices.worker import Turn

JOB_NAME: Final = "yedeng"
"""Job names end in the server's history and page log: this one says nothing of anybody."""

_PDF: Final = "application/pdf"
_ABOUT_PRINTER: Final = (
    "printer-state", "printer-state-reasons", "printer-is-accepting-jobs", "printer-up-time",
    "printer-state-change-time", "marker-levels", "marker-types",
)  # fmt: skip
_ABOUT_JOB: Final = ("job-state", "job-impressions-completed", "time-at-processing")


class Operation(IntEnum):
    """Operation ids (RFC 8011, section 5.4.15; PWG 5100.11 for the last one)."""

    CREATE_JOB = 0x0005
    SEND_DOCUMENT = 0x0006
    CANCEL_JOB = 0x0008
    GET_JOB = 0x0009
    GET_JOBS = 0x000A
    GET_PRINTER = 0x000B
    CANCEL_MY_JOBS = 0x0039


_LOOK_AGAIN = 0.05
_NOT_POSSIBLE = 0x0404
_NOT_FOUND = 0x0406
_WORDS = {
    0x0401: "print-server-refuses",
    0x0402: "print-server-refuses",
    0x0403: "print-server-refuses",
    0x040A: "format-not-supported",
    0x0506: "not-accepting-jobs",
    0x0507: "print-server-busy",
}
"""Status codes of refusals (RFC 8011, appendix B) that have words of their own."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a queue is: server, its TCP port, the resource there, and in whose name jobs are kept."""

    host: str
    port: int
    path: str
    user: str


class Queue:
    """The conversation with one queue; every request has a connection of its own.

    Args:
        place: where it is.
        connect: opens the way there.
        patience: seconds without any answer.
    """

    def __init__(self, place: Place, connect: Callable[[Turn], TcpLine], patience: float) -> None:
        self._place = place
        self._connect = connect
        self._patience = patience
        self._numbers = count(1)

    def printer(self, turn: Turn) -> Printer:
        """How the queue is. Raises KeeperAction when nobody says."""
        wanted = one(Tag.KEYWORD, "requested-attributes", *_ABOUT_PRINTER)
        answer = self._done(self._ask(Operation.GET_PRINTER, turn, wanted))
        return printer(answer.group(Tag.PRINTER))

    def create(self, document: Document, media: str, cancel_after: int, turn: Turn) -> int:
        """Announce a document; the number of its job. Nothing is printed yet.

        Args:
            document: its copies and sides; its content is sent by `send`.
            media: name of the paper (PWG 5101.1), e.g. ``iso_a4_210x297mm``.
            cancel_after: seconds after which the server itself gives the job up, should we be gone.
            turn: the work that this is part of.
        """
        ticket = [
            one(Tag.INTEGER, "copies", document.copies),
            one(Tag.KEYWORD, "sides", document.sides.value),
            one(Tag.KEYWORD, "media", media),
            one(Tag.INTEGER, "job-cancel-after", cancel_after),
        ]
        name = one(Tag.NAME, "job-name", JOB_NAME)
        answer = self._done(self._ask(Operation.CREATE_JOB, turn, name, ticket=ticket))
        number = next(iter(answer.group(Tag.JOB).get("job-id", [])), None)
        if not isinstance(number, int):
            raise http.garbage()
        return number

    def send(self, number: int, pdf: bytes, turn: Turn) -> None:
        """Hand over the document of a job; from now on it may come out."""
        about = (
            one(Tag.INTEGER, "job-id", number),
            one(Tag.MIME_TYPE, "document-format", _PDF),
            one(Tag.BOOLEAN, "last-document", True),
        )
        self._done(self._ask(Operation.SEND_DOCUMENT, turn, *about, data=pdf))

    def job(self, number: int, turn: Turn) -> Job | None:
        """How a job is; ``None`` when the server knows no such job."""
        wanted = one(Tag.KEYWORD, "requested-attributes", *_ABOUT_JOB)
        answer = self._ask(Operation.GET_JOB, turn, one(Tag.INTEGER, "job-id", number), wanted)
        if answer.status == _NOT_FOUND:
            return None
        found = job(self._done(answer).group(Tag.JOB))
        if found is None:
            raise http.garbage()
        return found

    def cancel(self, number: int, turn: Turn) -> None:
        """Stop a job; one that has ended already is left as it is."""
        answer = self._ask(Operation.CANCEL_JOB, turn, one(Tag.INTEGER, "job-id", number))
        if answer.status not in {_NOT_POSSIBLE, _NOT_FOUND}:
            self._done(answer)

    def purge(self, number: int, turn: Turn) -> None:
        """Stop a job if it runs, and have the server delete its files and all memory of it (CUPS).

        Raises DeviceTimeout when it still exists at the end of the turn.
        """
        about = (one(Tag.INTEGER, "job-id", number), one(Tag.BOOLEAN, "purge-job", True))
        while True:
            answer = self._ask(Operation.CANCEL_JOB, turn, *about)
            if answer.status in {_NOT_POSSIBLE, _NOT_FOUND}:
                return  # it is gone, or it is with a printer that keeps no files
            self._done(answer)
            if self.job(number, turn) is None:
                return
            # CUPS says yes, and yet keeps a job whose back end is still ending: it is asked again.
            turn.pause(_LOOK_AGAIN)

    def purge_mine(self, turn: Turn) -> None:
        """The same for every job that bears our name, e.g. after a power cut."""
        for number in self.mine(turn):
            self.purge(number, turn)

    def mine(self, turn: Turn) -> list[int]:
        """The numbers of all jobs under our name of which the server still keeps anything."""
        about = (
            one(Tag.BOOLEAN, "my-jobs", True),
            one(Tag.KEYWORD, "which-jobs", "all"),
            one(Tag.KEYWORD, "requested-attributes", "job-id"),
        )
        answer = self._ask(Operation.GET_JOBS, turn, *about)
        numbers = [group.get("job-id", [None])[0] for group in self._done(answer).all_groups(Tag.JOB)]
        return [number for number in numbers if isinstance(number, int)]

    def _ask(
        self,
        operation: Operation,
        turn: Turn,
        *about: Attribute,
        ticket: list[Attribute] | None = None,
        data: bytes = b"",
    ) -> Answer:
        place = self._place
        uri = f"ipp://{place.host}:{place.port}{place.path}"
        target = [one(Tag.URI, "printer-uri", uri)]
        # An operation's targets come first, then who asks (RFC 8011, section 4.1.5).
        if about and about[0].name == "job-id":
            target, about = [*target, about[0]], about[1:]
        groups = {Tag.OPERATION: [*target, one(Tag.NAME, "requesting-user-name", place.user), *about]}
        if ticket:
            groups[Tag.JOB] = ticket
        number = next(self._numbers)
        body = encode_request(operation, number, groups, data)
        line = self._connect(turn)
        try:
            said = http.post(line, f"{place.host}:{place.port}", place.path, body, turn, self._patience)
        finally:
            line.close()
        try:
            answer = decode_answer(said)
        except IppError:
            raise http.garbage() from None
        if answer.request_id != number:
            raise http.garbage()
        return answer

    def _done(self, answer: Answer) -> Answer:
        """The answer, if it says that what was asked has been done."""
        if answer.successful:
            return answer
        if answer.status == _NOT_FOUND:
            raise KeeperAction(CompletionCode.DEVICE_NOT_READY, "no-such-queue", state=DeviceState.NO_DEVICE)
        words = _WORDS.get(answer.status, f"ipp-{answer.status:04x}")
        raise KeeperAction(CompletionCode.COMMAND_ERROR_CODE, words)
