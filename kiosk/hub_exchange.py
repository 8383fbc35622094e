"""One signed request to the hub, and its whole answer.

Every request is signed with the kiosk's Ed25519 key (HTTP Message Signatures, RFC 9421). What an answer means
is for who asked; here only what the hub says of the request itself is understood: its problem documents, a
wish to be left alone, and that our clock is wrong.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import Final

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver, algorithms
from urllib3.exceptions import HTTPError

from kiosk.hub_answers import Answer, HubRefused, HubUnreachable
from kiosk.hub_deadline import BoundedAnswers
from kiosk.pacing import UNPACED, Pace, PacedBody
from kiosk.wire import CLOCK_PROBLEM, SIGNATURE_TAG, SIGNED_PARTS

LARGEST_ANSWER: Final = 64_000_000
"""Bytes; a longer answer is no answer of ours."""

_AT_ONCE: Final = 65536

TRY_AGAIN: Final = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}
"""What says nothing of the request but "not now"."""

_ACCEPT = "application/json, application/problem+json"


@dataclass(frozen=True)
class Credentials:
    """Who signs: the kiosk's id at the hub and its Ed25519 key."""

    key_id: str
    key: Ed25519PrivateKey = field(repr=False)


class SignedExchange:
    """Speaks to one hub; may be used from several threads.

    ``timeout``: seconds for connecting, for silence on the line, and (times four) for a whole answer.
    ``ca``: file of the certificate authority to trust instead of the system's.
    """

    def __init__(
        self, url: str, credentials: Credentials, timeout: float, ca: str | None, clock: Callable[[], float]
    ) -> None:
        self._url = url.rstrip("/")
        self._timeout = timeout
        self._clock = clock
        self.clock_offset: float | None = None
        self.take_credentials(credentials)
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy and no password file that the site file does not name
        self.session.verify = ca or True
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, BoundedAnswers())
        self.session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    @property
    def credentials(self) -> Credentials:
        """Who signs."""
        return self._signs[0]

    def take_credentials(self, credentials: Credentials) -> None:
        """Sign with this key from now on; what is under way goes on with the one before."""
        keys = MappingKeyResolver(private_keys={credentials.key_id: credentials.key}, public_keys={})
        signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=keys)
        self._signs = credentials, signer

    def close(self) -> None:
        """Close the kept connections."""
        self.session.close()

    def __call__(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], pace: Pace = UNPACED
    ) -> Answer:
        """One request and its answer; once more if the hub says that our clock is wrong.

        Raises ``HubRefused`` for a problem, ``HubUnreachable`` without an answer or for "not now".
        """
        answer = self._send(method, path, body, headers, pace)
        if answer.problem is not None and answer.problem.type == CLOCK_PROBLEM:
            self.learn_clock(answer)
            answer = self._send(method, path, body, headers, pace)
        if answer.problem is not None and answer.status not in TRY_AGAIN - {HTTPStatus.TOO_EARLY}:
            raise HubRefused(answer.problem)  # 425 of the hub is about what was sent, not about the hub
        if answer.status in TRY_AGAIN:
            raise HubUnreachable(f"the hub asks to wait (status {answer.status})", answer.after)
        return answer

    def _send(self, method: str, path: str, body: bytes, headers: Mapping[str, str], pace: Pace) -> Answer:
        try:
            request = self._signed(method, path, body, headers)
            if pace.rate and body:
                request.body = PacedBody(body, pace)  # type: ignore[assignment]  # requests reads any file
            with self.session.send(
                request, timeout=self._timeout, allow_redirects=False, stream=True
            ) as response:
                return Answer(response.status_code, response.headers, _read(response))
        except (requests.RequestException, HTTPError) as error:
            raise HubUnreachable(f"no answer from the hub ({type(error).__name__})") from None

    def _signed(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> requests.PreparedRequest:
        request = self.session.prepare_request(
            requests.Request(method, self._url + path, data=body, headers={**headers, "Accept": _ACCEPT})
        )
        credentials, signer = self._signs
        signer.sign(
            request,
            key_id=credentials.key_id,
            created=datetime.fromtimestamp(self._clock() + (self.clock_offset or 0.0), UTC),
            nonce=secrets.token_urlsafe(18),
            tag=SIGNATURE_TAG,
            covered_component_ids=SIGNED_PARTS,
            body=body,
        )
        return request

    def learn_clock(self, answer: Answer) -> None:
        """Take the hub's time from an answer that is known to be its own."""
        try:
            theirs = parsedate_to_datetime(answer.headers["Date"]).timestamp()
        except (KeyError, ValueError):
            return
        self.clock_offset = theirs - self._clock()


def _read(response: requests.Response) -> bytes:
    body = bytearray()
    while piece := response.raw.read1(_AT_ONCE, decode_content=True):
        body += piece
        if len(body) > LARGEST_ANSWER:
            raise HubUnreachable("the answer is too long to be the hub's")
    return bytes(body)
