"""Who asks: HTTP Message Signatures (RFC 9421) by Ed25519, verified by the library; replays refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from http import HTTPStatus

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from http_message_signatures import (
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    VerifyResult,
    algorithms,
)
from ninja.security.base import AuthBase

from hub.kiosks.models import Kiosk, Nonce
from hub.problems import ProblemError
from kiosk.wire import CLOCK_PROBLEM, SIGNATURE_TAG, SIGNATURE_WINDOW, SIGNED_PARTS

_LONGEST_NONCE = 64


class KioskSignature(AuthBase):
    """Authenticates a kiosk by its signature; ``request.auth`` is then the ``Kiosk``."""

    openapi_type = "http"
    openapi_scheme = "signature"

    def __call__(self, request: HttpRequest) -> Kiosk:
        """The kiosk that signed; raises ``ProblemError`` 401 or 403."""
        known: dict[str, Kiosk] = {}

        def public_key(key_id: str) -> Ed25519PublicKey:
            known[key_id] = Kiosk.objects.get(id=key_id)
            return Ed25519PublicKey.from_public_bytes(bytes(known[key_id].public_key))

        result = verified(request, public_key)
        kiosk = known[str(result.parameters["keyid"])]
        if kiosk.revoked:
            raise ProblemError(HTTPStatus.FORBIDDEN, "This kiosk is revoked")
        _count_once(kiosk, result.nonce)
        return kiosk


def verified(request: HttpRequest, public_key: Callable[[str], Ed25519PublicKey]) -> VerifyResult:
    """The signature of a request, checked with the key that ``public_key`` finds for its key id.

    Raises ``ProblemError`` 401; one of type ``CLOCK_PROBLEM`` when it was made at another time than now.
    """
    verifier = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=_Resolver(public_key))
    verifier.max_clock_skew = timedelta(days=366 * 200)  # the window is ours to judge, below
    try:
        results = verifier.verify(
            _Signed(request),
            max_age=None,
            expect_tag=SIGNATURE_TAG,
            require_components=(*SIGNED_PARTS, "content-digest"),
            body=request.body,
        )
    except InvalidSignature:
        raise ProblemError(HTTPStatus.UNAUTHORIZED, "The signature is missing or does not fit") from None
    if len(results) != 1:
        raise ProblemError(HTTPStatus.UNAUTHORIZED, "One signature is wanted")
    created = results[0].parameters.get("created")
    if not isinstance(created, int) or abs(created - timezone.now().timestamp()) > SIGNATURE_WINDOW:
        raise ProblemError(
            HTTPStatus.UNAUTHORIZED, "The signature was made at another time", kind=CLOCK_PROBLEM
        )
    return results[0]


def _count_once(kiosk: Kiosk, nonce: str | None) -> None:
    if not nonce or len(nonce) > _LONGEST_NONCE:
        raise ProblemError(HTTPStatus.UNAUTHORIZED, "The signature has no nonce")
    try:
        with transaction.atomic():
            Nonce.objects.create(kiosk=kiosk, nonce=nonce)
    except IntegrityError:
        raise ProblemError(HTTPStatus.UNAUTHORIZED, "This request was made before") from None


class _Resolver(HTTPSignatureKeyResolver):
    def __init__(self, public_key: Callable[[str], Ed25519PublicKey]) -> None:
        self._public_key = public_key

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey:
        return self._public_key(key_id)

    def resolve_private_key(self, key_id: str) -> bytes:
        raise NotImplementedError


class _Signed:
    """A Django request as the library reads requests."""

    def __init__(self, request: HttpRequest) -> None:
        self.method = request.method
        self.url = request.build_absolute_uri(request.get_full_path())
        self.headers: Mapping[str, str] = dict(request.headers.items())


def signing_kiosk(request: HttpRequest) -> Kiosk:
    """The kiosk that signed a request which ``KioskSignature`` has let through."""
    kiosk = getattr(request, "auth", None)
    assert isinstance(kiosk, Kiosk), "only behind KioskSignature"
    return kiosk
