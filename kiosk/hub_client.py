"""What the kiosk asks of the hub. Blocking: the kiosk calls it through a thread.

An answer counts only if it is one of the messages of ``kiosk.wire`` and names what was asked for: the login
page of a captive portal, a proxy's error page or half an answer is as good as no network.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import quote
from uuid import UUID

from pydantic import ValidationError

from kiosk.hub_answers import Answer, HubError, HubRefused, HubUnreachable, Reply, named, typed
from kiosk.hub_exchange import TRY_AGAIN, Credentials, SignedExchange
from kiosk.hub_uploads import PIECE, upload
from kiosk.pacing import UNPACED, Pace
from kiosk.queue_export import intake_envelope
from kiosk.wire import (
    COPY_REPORT_KIND,
    COUNTS_KIND,
    EVALUATION_KIND,
    SUBMISSION_KIND,
    SUPPLEMENT_KIND,
    TROUBLE_KIND,
    AttachmentReceipt,
    CheckIn,
    CheckInReply,
    CommandReceipt,
    CommandReport,
    CopyDocument,
    CopyReceipt,
    CopyReport,
    CopyRequest,
    EnrolmentReply,
    EnrolmentRequest,
    EvaluationReceipt,
    IntakeAnswer,
    IntakeAnswers,
    IntakeBatch,
    KeyReceipt,
    KeyRequest,
    Message,
    Progress,
    ProgressList,
    Publication,
    Receipt,
    ResultCopy,
    ResultList,
    ResultQuery,
    ResultSummary,
    SubmissionReceipt,
    TroubleReceipt,
    VerifiedCopy,
    normalise_check_code,
    normalise_verification_code,
)
from offline_queue import Delivered, LeasedItem, Outcome, Refused, RetryLater

__all__ = ["Credentials", "HubClient", "HubError", "HubRefused", "HubUnreachable"]

_NOT_KNOWN_THERE = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}

_JSON = {"Content-Type": "application/json"}
_OCTETS = {"Content-Type": "application/octet-stream"}

Pages = TypeVar("Pages", ResultList, ProgressList)
_PAGE = 50
_MOST_PAGES = 20

_PROTOCOL_1 = {
    "sent_at": True,
    "software": True,
    "catalogue_version": True,
    "devices": True,
    "queue": True,
    "out_of_service": True,
}

_REPLIES: Mapping[str, type[Receipt]] = {
    SUBMISSION_KIND: SubmissionReceipt,
    SUPPLEMENT_KIND: SubmissionReceipt,
    COPY_REPORT_KIND: CopyReceipt,
    TROUBLE_KIND: TroubleReceipt,
    EVALUATION_KIND: EvaluationReceipt,
    COUNTS_KIND: Receipt,
}


class HubClient:
    """Asks one hub; may be used from several threads.

    ``timeout``: seconds for connecting, for silence on the line, and (times four) for a whole answer.
    ``ca``: file of the certificate authority to trust instead of the system's. ``pace`` caps what the queue
    sends; it does not slow down what somebody waits for. All methods raise ``HubError``.
    """

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        timeout: float = 8.0,
        ca: str | None = None,
        clock: Callable[[], float] = time.time,
        pace: Pace = UNPACED,
    ) -> None:
        self._exchange = SignedExchange(url, credentials, timeout, ca, clock)
        self._pace = pace

    def close(self) -> None:
        """Close the kept connections."""
        self._exchange.close()

    @property
    def clock_offset(self) -> float | None:
        """Seconds the hub's clock is ahead of ours, to within a second; ``None`` before its first answer."""
        return self._exchange.clock_offset

    # -------------------------------------------------------------------------------------------------- verbs

    def enrol(self, request: EnrolmentRequest) -> EnrolmentReply:
        """Become known to the hub with a one-time code; the same key and code give the same reply again."""
        return self._ask("POST", "/api/v1/enrolment", EnrolmentReply, request)

    def check_in(self, report: CheckIn) -> CheckInReply:
        """Say that we live. A hub that knows protocol 1 alone is told what it understands."""
        try:
            reply = self._ask("POST", "/api/v1/check-in", CheckInReply, report)
        except HubRefused as error:
            if error.problem.status != HTTPStatus.UNPROCESSABLE_ENTITY:
                raise
            body = report.model_dump_json(include=_PROTOCOL_1).encode()
            answer = self._exchange("POST", "/api/v1/check-in", body, _JSON)
            reply = typed(answer, CheckInReply)
            self._exchange.learn_clock(answer)
        if reply.kiosk_id != self._exchange.credentials.key_id:
            raise HubUnreachable("the answer is for another kiosk")
        return reply

    def roll_key(self, request: KeyRequest) -> None:
        """Announce our next key; asking again for the same one is harmless."""
        receipt = self._ask("POST", "/api/v1/keys", KeyReceipt, request)
        if receipt.public_key != request.public_key:
            raise HubUnreachable("the answer is for another key")

    def take_credentials(self, credentials: Credentials) -> None:
        """Sign with another key from now on."""
        self._exchange.take_credentials(credentials)

    def report_command(self, command_id: UUID, report: CommandReport) -> None:
        """Say what became of a command; the first report of a command stays."""
        path = f"/api/v1/commands/{command_id}/outcome"
        if self._ask("POST", path, CommandReceipt, report).id != command_id:
            raise HubUnreachable("the answer names another command")

    def publication(self) -> Publication | None:
        """The newest publication of the catalogue; ``None`` before the first."""
        try:
            return typed(self._exchange("GET", "/api/v1/catalogue", b"", {}), Publication)
        except HubRefused as error:
            if error.problem.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    def catalogue_file(self, sha256: str) -> bytes:
        """The bytes of a published catalogue, or of a file of it; the caller checks the digest."""
        answer = self._paced_exchange("GET", f"/api/v1/catalogue/files/{sha256}", b"", {})
        if answer.status != HTTPStatus.OK or answer.headers.get("Content-Type") != _OCTETS["Content-Type"]:
            raise HubUnreachable("not the hub's answer (no file)")
        return answer.body

    def find_results(self, query: ResultQuery) -> ResultList:
        """The results that wait for a person, the newest first."""
        found: list[ResultSummary] = []
        for page in self._pages("/api/v1/results/search", ResultList, query):
            found += page.results
        return ResultList(results=tuple(found))

    def make_copy(self, request: CopyRequest) -> ResultCopy:
        """Commit a numbered copy; asking again with the same copy id gives the same copy."""
        copy = self._ask("POST", "/api/v1/results/copies", ResultCopy, request)
        if (copy.copy_id, copy.result_id) != (request.copy_id, request.result_id):
            raise HubUnreachable("the answer names another copy")
        return copy

    def copy_document(self, copy_id: UUID, document: CopyDocument) -> bytes:
        """The sealed PDF of a copy that this kiosk committed, whole and as the hub described it."""
        answer = self._exchange("GET", f"/api/v1/results/copies/{copy_id}/document", b"", {})
        pdf = answer.body
        if answer.status != HTTPStatus.OK or hashlib.sha256(pdf).hexdigest() != document.sha256:
            raise HubUnreachable("the document is not the one that was sealed")
        return pdf

    def report_copy(self, report: CopyReport) -> CopyReceipt:
        """Say what became of the paper of a copy."""
        receipt = self._ask("POST", "/api/v1/results/copies/outcome", CopyReceipt, report)
        return named(receipt, report.copy_id)

    def progress(self, code: str) -> Progress | None:
        """What a check code from any kiosk leads to; ``None`` while nothing has arrived with it."""
        found = self._look_up("cases/by-code", code, Progress)
        if found is not None and found.check_code != normalise_check_code(code):
            raise HubUnreachable("the answer is for another code")
        return found

    def matters(self, query: ResultQuery) -> ProgressList:
        """Every matter of a person, wherever it was filed, the newest first."""
        found: list[Progress] = []
        for page in self._pages("/api/v1/cases/search", ProgressList, query):
            found += page.matters
        return ProgressList(matters=tuple(found))

    def verify(self, code: str) -> VerifiedCopy | None:
        """The copy that was issued with a verification code; ``None``: there is none."""
        found = self._look_up("results/by-verification-code", code, VerifiedCopy)
        if found is not None and found.verification_code != normalise_verification_code(code):
            raise HubUnreachable("the answer is for another code")
        return found

    def deliver(self, items: Sequence[LeasedItem]) -> list[Outcome]:
        """Deliver queued items, their attachments first (the ``deliver`` of ``offline_queue.Uploader``)."""
        outcomes: dict[UUID, Outcome] = {}
        ready = []
        for item in items:
            try:
                self._upload_files(item)
                ready.append(item)
            except HubError as error:
                outcomes[item.envelope.id] = _outcome(error)
        outcomes |= self._hand_in(ready)
        return [outcomes[item.envelope.id] for item in items]

    # ------------------------------------------------------------------------------------------------- inside

    def _upload_files(self, item: LeasedItem) -> None:
        exchange = self._exchange if item.awaited else self._paced_exchange
        for attachment in item.attachments:
            if len(attachment.sealed) > PIECE:
                upload(exchange, attachment.sha256, attachment.sealed)
                continue
            path = f"/api/v1/attachments/{attachment.sha256}"
            answer = exchange("PUT", path, attachment.sealed, _OCTETS)
            if typed(answer, AttachmentReceipt).sha256 != attachment.sha256:
                raise HubUnreachable("the answer names another attachment")

    def _hand_in(self, items: list[LeasedItem]) -> dict[UUID, Outcome]:
        if len(items) == 1:
            return {items[0].envelope.id: self._hand_in_one(items[0])}
        if not items:
            return {}
        batch = IntakeBatch(items=tuple(map(intake_envelope, items)))
        try:
            answer = self._paced_exchange(
                "POST", "/api/v1/intake/batch", batch.model_dump_json().encode(), _JSON
            )
            answers = {one.id: one for one in typed(answer, IntakeAnswers).answers}
            self._exchange.learn_clock(answer)
        except HubRefused as error:
            if error.problem.status in {HTTPStatus.NOT_FOUND, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}:
                return {item.envelope.id: self._hand_in_one(item) for item in items}
            # Nothing is said of any item, so none may be held for it.
            return {item.envelope.id: RetryLater(str(error), systemic=True) for item in items}
        except HubError as error:
            return {item.envelope.id: _outcome(error) for item in items}
        return {item.envelope.id: _answered(item, answers.get(item.envelope.id)) for item in items}

    def _hand_in_one(self, item: LeasedItem) -> Outcome:
        exchange = self._exchange if item.awaited else self._paced_exchange
        body = intake_envelope(item).model_dump_json().encode()
        try:
            answer = exchange("POST", "/api/v1/intake", body, _JSON)
            receipt = named(typed(answer, _receipt_of(item)), item.envelope.id)
            self._exchange.learn_clock(answer)
        except HubError as error:
            return _outcome(error)
        return Delivered(receipt.model_dump_json())

    def _paced_exchange(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        return self._exchange(method, path, body, headers, self._pace)

    def _ask(self, method: str, path: str, reply: type[Reply], message: Message) -> Reply:
        answer = self._exchange(method, path, message.model_dump_json().encode(), _JSON)
        typed_reply = typed(answer, reply)
        self._exchange.learn_clock(answer)
        return typed_reply

    def _pages(self, path: str, reply: type[Pages], query: ResultQuery) -> Iterator[Pages]:
        """A long list, page by page. A hub that knows no pages sends it whole."""
        cursor = ""
        for _ in range(_MOST_PAGES):
            page = self._ask("POST", f"{path}?limit={_PAGE}&cursor={quote(cursor, safe='')}", reply, query)
            yield page
            if not page.next:
                return
            cursor = page.next

    def _look_up(self, where: str, code: str, reply: type[Reply]) -> Reply | None:
        """What a code on paper leads to; ``None``: the hub has nothing with it."""
        try:
            answer = self._exchange("GET", f"/api/v1/{where}/{quote(code, safe='')}", b"", {})
        except HubRefused as error:
            if error.problem.status == HTTPStatus.NOT_FOUND:
                return None
            raise
        return typed(answer, reply)


def _receipt_of(item: LeasedItem) -> type[Receipt]:
    return _REPLIES.get(item.envelope.kind, Receipt)


def _answered(item: LeasedItem, answer: IntakeAnswer | None) -> Outcome:
    """What one answer of a batch means; an item that no answer names has not been delivered."""
    if answer is not None and answer.problem is not None:
        return _outcome(HubRefused(answer.problem))
    try:
        receipt = _receipt_of(item).model_validate(answer.receipt if answer else None)
        return Delivered(named(receipt, item.envelope.id).model_dump_json())
    except (ValidationError, HubUnreachable):
        return RetryLater("the answer does not name this item")


def _outcome(error: HubError) -> Outcome:
    """What an error means for the item it was met with."""
    if isinstance(error, HubRefused):
        status = error.problem.status
        if status in _NOT_KNOWN_THERE:  # it is not the item's fault
            return RetryLater(str(error), systemic=True)
        if status in TRY_AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return RetryLater(str(error))
        return Refused(str(error))
    return RetryLater(str(error), getattr(error, "after", None), systemic=True)
