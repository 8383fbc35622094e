"""The one client that speaks to the hub. Blocking: the kiosk calls it through a thread.

Every request is signed with the kiosk's Ed25519 key (HTTP Message Signatures, RFC 9421). An answer counts
only if it is one of the messages of ``kiosk.wire`` and names what was asked for: the login page of a captive
portal, a proxy's error page or half an answer is as good as no network.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import Final

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver, algorithms

from kiosk.hub_answers import Answer, HubError, HubRefused, HubUnreachable, Reply, named, typed
from kiosk.queue_export import intake_envelope
from kiosk.wire import (
    CLOCK_PROBLEM,
    COPY_REPORT_KIND,
    SIGNATURE_TAG,
    SIGNED_PARTS,
    SUBMISSION_KIND,
    TROUBLE_KIND,
    AttachmentReceipt,
    Catalogue,
    CheckIn,
    CheckInReply,
    CopyReceipt,
    CopyReport,
    CopyRequest,
    EnrolmentReply,
    EnrolmentRequest,
    Message,
    Receipt,
    ResultCopy,
    ResultList,
    ResultQuery,
    SubmissionReceipt,
    TroubleReceipt,
)
from offline_queue import Delivered, LeasedItem, Outcome, Refused, RetryLater

__all__ = ["Credentials", "HubClient", "HubError", "HubRefused", "HubUnreachable", "PublishedCatalogue"]

LARGEST_ANSWER: Final = 64_000_000
"""Bytes; a longer answer is no answer of ours."""

_TRY_AGAIN = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}
_NOT_KNOWN_THERE = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}

_JSON = {"Content-Type": "application/json"}
_OCTETS = {"Content-Type": "application/octet-stream"}
_ACCEPT = "application/json, application/problem+json"

_REPLIES: Mapping[str, type[Receipt]] = {
    SUBMISSION_KIND: SubmissionReceipt,
    COPY_REPORT_KIND: CopyReceipt,
    TROUBLE_KIND: TroubleReceipt,
}


@dataclass(frozen=True)
class Credentials:
    """Who signs: the kiosk's id at the hub and its Ed25519 key."""

    key_id: str
    key: Ed25519PrivateKey = field(repr=False)


@dataclass(frozen=True)
class PublishedCatalogue:
    """A catalogue and the tag by which to ask whether it is still the newest."""

    etag: str
    catalogue: Catalogue


class HubClient:
    """Asks one hub; may be used from several threads.

    ``timeout``: seconds for connecting, for silence on the line, and (times four) for a whole exchange.
    ``ca``: file of the certificate authority to trust instead of the system's. All methods raise
    ``HubError``.
    """

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        timeout: float = 8.0,
        ca: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._url = url.rstrip("/")
        self._credentials = credentials
        self._timeout = timeout
        self._clock = clock
        self._clock_offset: float | None = None
        self._signer = HTTPMessageSigner(
            signature_algorithm=algorithms.ED25519,
            key_resolver=MappingKeyResolver(
                private_keys={credentials.key_id: credentials.key}, public_keys={}
            ),
        )
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy and no password file that the site file does not name
        self._session.verify = ca or True
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def close(self) -> None:
        """Close the kept connections."""
        self._session.close()

    @property
    def clock_offset(self) -> float | None:
        """Seconds the hub's clock is ahead of ours, to within a second; ``None`` before its first answer."""
        return self._clock_offset

    # -------------------------------------------------------------------------------------------------- verbs

    def enrol(self, request: EnrolmentRequest) -> EnrolmentReply:
        """Become known to the hub with a one-time code; the same key and code give the same reply again."""
        return self._ask("POST", "/api/v1/enrolment", EnrolmentReply, request)

    def check_in(self, report: CheckIn) -> CheckInReply:
        """Say that we live."""
        reply = self._ask("POST", "/api/v1/check-in", CheckInReply, report)
        if reply.kiosk_id != self._credentials.key_id:
            raise HubUnreachable("the answer is for another kiosk")
        return reply

    def catalogue(self, etag: str | None = None) -> PublishedCatalogue | None:
        """The published catalogue, or ``None`` if the one with ``etag`` is still the newest."""
        headers = {"If-None-Match": etag} if etag else {}
        answer = self._exchange("GET", "/api/v1/catalogue", b"", headers)
        tag = answer.headers.get("ETag", "")
        if answer.status == HTTPStatus.NOT_MODIFIED and tag and tag == etag:
            return None
        return PublishedCatalogue(tag, typed(answer, Catalogue))

    def find_results(self, query: ResultQuery) -> ResultList:
        """The results that wait for a person."""
        return self._ask("POST", "/api/v1/results/search", ResultList, query)

    def make_copy(self, request: CopyRequest) -> ResultCopy:
        """Commit a numbered copy; asking again with the same copy id gives the same copy."""
        copy = self._ask("POST", "/api/v1/results/copies", ResultCopy, request)
        if (copy.copy_id, copy.result_id) != (request.copy_id, request.result_id):
            raise HubUnreachable("the answer names another copy")
        return copy

    def report_copy(self, report: CopyReport) -> CopyReceipt:
        """Say what became of the paper of a copy."""
        receipt = self._ask("POST", "/api/v1/results/copies/outcome", CopyReceipt, report)
        return named(receipt, report.copy_id)

    def deliver(self, items: Sequence[LeasedItem]) -> list[Outcome]:
        """Deliver queued items, their attachments first (the ``deliver`` of ``offline_queue.Uploader``)."""
        return [self._deliver(item) for item in items]

    # ------------------------------------------------------------------------------------------------- inside

    def _deliver(self, item: LeasedItem) -> Outcome:
        try:
            return Delivered(self._upload(item).model_dump_json())
        except HubUnreachable as error:
            return RetryLater(str(error), error.after, systemic=True)
        except HubRefused as error:
            if error.problem.status in _NOT_KNOWN_THERE:  # it is not the item's fault
                return RetryLater(str(error), systemic=True)
            if error.problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                return RetryLater(str(error))
            return Refused(str(error))

    def _upload(self, item: LeasedItem) -> Receipt:
        for attachment in item.attachments:
            path = f"/api/v1/attachments/{attachment.sha256}"
            answer = self._exchange("PUT", path, attachment.sealed, _OCTETS)
            if typed(answer, AttachmentReceipt).sha256 != attachment.sha256:
                raise HubUnreachable("the answer names another attachment")
        envelope = intake_envelope(item)
        reply = self._ask("POST", "/api/v1/intake", _REPLIES.get(item.envelope.kind, Receipt), envelope)
        return named(reply, item.envelope.id)

    def _ask(self, method: str, path: str, reply: type[Reply], message: Message) -> Reply:
        answer = self._exchange(method, path, message.model_dump_json().encode(), _JSON)
        typed_reply = typed(answer, reply)
        self._learn_clock(answer)
        return typed_reply

    def _exchange(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """One signed request and its whole answer; once more if the hub says that our clock is wrong."""
        answer = self._send(method, path, body, headers)
        if answer.problem is not None and answer.problem.type == CLOCK_PROBLEM:
            self._learn_clock(answer)
            answer = self._send(method, path, body, headers)
        if answer.problem is not None and answer.status not in _TRY_AGAIN:
            raise HubRefused(answer.problem)
        if answer.status in _TRY_AGAIN:
            raise HubUnreachable(f"the hub asks to wait (status {answer.status})", answer.after)
        return answer

    def _send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        ends = time.monotonic() + 4 * self._timeout
        try:
            request = self._signed(method, path, body, headers)
            with self._session.send(
                request, timeout=self._timeout, allow_redirects=False, stream=True
            ) as response:
                return Answer(response.status_code, response.headers, _read(response, ends))
        except requests.RequestException as error:
            raise HubUnreachable(f"no answer from the hub ({type(error).__name__})") from None

    def _signed(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> requests.PreparedRequest:
        request = self._session.prepare_request(
            requests.Request(method, self._url + path, data=body, headers={**headers, "Accept": _ACCEPT})
        )
        self._signer.sign(
            request,
            key_id=self._credentials.key_id,
            created=datetime.fromtimestamp(self._clock() + (self._clock_offset or 0.0), UTC),
            nonce=secrets.token_urlsafe(18),
            tag=SIGNATURE_TAG,
            covered_component_ids=SIGNED_PARTS,
            body=body,
        )
        return request

    def _learn_clock(self, answer: Answer) -> None:
        try:
            theirs = parsedate_to_datetime(answer.headers["Date"]).timestamp()
        except (KeyError, ValueError):
            return
        self._clock_offset = theirs - self._clock()


def _read(response: requests.Response, ends: float) -> bytes:
    body = bytearray()
    for piece in response.iter_content(chunk_size=None):
        body += piece
        if len(body) > LARGEST_ANSWER:
            raise HubUnreachable("the answer is too long to be the hub's")
        if time.monotonic() > ends:
            raise HubUnreachable("the answer takes too long")
    return bytes(body)
