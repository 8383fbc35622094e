"""Who asks: HTTP Message Signatures (RFC 9421) by Ed25519, verified by the library; replays refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from http import HTTPStatus

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import DatabaseError, IntegrityError, transaction
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

from hub.kiosks.keys import use_next_key
from hub.kiosks.models import Kiosk, Nonce
from hub.problems import ProblemError
from kiosk.wire import (
    CLOCK_PROBLEM,
    QUARANTINE_PROBLEM,
    REVOKED_PROBLEM,
    SIGNATURE_TAG,
    SIGNATURE_WINDOW,
    SIGNED_PARTS,
)

_LONGEST_NONCE = 64
_SIGNED_AT = "yedeng.signed_at"


class KioskSignature(AuthBase):
    """Authenticates a kiosk by its signature; ``request.auth`` is then the ``Kiosk``.

    ``in_quarantine``: whether a kiosk may ask this while two machines use its key. What residents filed is
    taken in then, too, so that nothing is lost; what concerns a person is not told.
    """

    openapi_type = "http"
    openapi_scheme = "signature"

    def __init__(self, *, in_quarantine: bool = False) -> None:
        super().__init__()
        self._in_quarantine = in_quarantine

    def __call__(self, request: HttpRequest) -> Kiosk:
        """The kiosk that signed; raises ``ProblemError`` 401 or 403."""
        asked: dict[str, Kiosk] = {}

        def kiosk_named(key_id: str) -> Kiosk:
            asked[key_id] = asked.get(key_id) or Kiosk.objects.get(id=key_id)
            return asked[key_id]

        try:
            result = verified(request, lambda key_id: _public(kiosk_named(key_id).public_key))
        except NotSigned:
            result = verified(request, lambda key_id: _public(kiosk_named(key_id).next_key))
            used_next = True
        else:
            used_next = False
        kiosk = asked[str(result.parameters["keyid"])]
        if kiosk.revoked:
            raise ProblemError(HTTPStatus.FORBIDDEN, "This kiosk is revoked", kind=REVOKED_PROBLEM)
        if kiosk.quarantined_at is not None and not self._in_quarantine:
            detail = "Two machines use its key. An administrator of the hub has to look."
            raise ProblemError(
                HTTPStatus.FORBIDDEN, "This kiosk is in quarantine", detail, kind=QUARANTINE_PROBLEM
            )
        count_once(kiosk, result)
        if used_next:
            use_next_key(kiosk)
        request.META[_SIGNED_AT] = result.parameters["created"]
        return kiosk


def signed_at(request: HttpRequest) -> int:
    """When a request that ``KioskSignature`` let through was signed, seconds (Unix), as its kiosk says."""
    return int(request.META[_SIGNED_AT])


class NotSigned(ProblemError):
    """The signature is missing, or was not made with the key that was asked for."""

    def __init__(self) -> None:
        super().__init__(HTTPStatus.UNAUTHORIZED, "The signature is missing or does not fit")


def verified(request: HttpRequest, public_key: Callable[[str], Ed25519PublicKey]) -> VerifyResult:
    """The signature of a request, checked with the key that ``public_key`` finds for its key id.

    Raises ``ProblemError`` 401: ``NotSigned``, or of type ``CLOCK_PROBLEM`` when it was made at another time.
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
    except InvalidSignature as error:
        if isinstance(error.__cause__, DatabaseError):
            raise error.__cause__ from None  # nothing is known of the signature: not the kiosk's fault
        raise NotSigned from None
    if len(results) != 1:
        raise ProblemError(HTTPStatus.UNAUTHORIZED, "One signature is wanted")
    created = results[0].parameters.get("created")
    if not isinstance(created, int) or abs(created - timezone.now().timestamp()) > SIGNATURE_WINDOW:
        raise ProblemError(
            HTTPStatus.UNAUTHORIZED, "The signature was made at another time", kind=CLOCK_PROBLEM
        )
    return results[0]


def count_once(kiosk: Kiosk, signature: VerifyResult) -> None:
    """Take a signature's nonce; raises ``ProblemError`` 401 for one that this kiosk has used before."""
    nonce = signature.nonce
    if not nonce or len(nonce) > _LONGEST_NONCE:
        raise ProblemError(HTTPStatus.UNAUTHORIZED, "The signature has no nonce")
    try:
        with transaction.atomic():
            Nonce.objects.create(kiosk=kiosk, nonce=nonce)
    except IntegrityError:
        raise ProblemError(HTTPStatus.UNAUTHORIZED, "This request was made before") from None


def _public(key: bytes | memoryview | None) -> Ed25519PublicKey:
    """A key as the database holds it; raises ``NotSigned`` where there is none."""
    if key is None:
        raise NotSigned
    return Ed25519PublicKey.from_public_bytes(bytes(key))


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
