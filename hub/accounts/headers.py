"""Who asks, and what a browser may do with our pages."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_CONTENT: Final = (
    "default-src 'none'",
    # Alpine, with which unfold's pages move, makes functions of its attributes: that is 'unsafe-eval'.
    # There is no inline script, so a <script> or an onclick that got into a page stays still.
    "script-src 'self' 'unsafe-eval'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-src 'self'",
    "frame-ancestors 'none'",
)
CONTENT_SECURITY_POLICY: Final = "; ".join(_CONTENT)
_PERMISSIONS: Final = ", ".join(
    f"{one}=()"
    for one in ("camera", "microphone", "geolocation", "usb", "serial", "payment", "display-capture")
)

Answer = Callable[[HttpRequest], HttpResponse]


class ClientAddress:
    """Puts the address of the client in place of that of our own proxies (``YEDENG_HUB_PROXIES`` of them).

    Each proxy adds at the right of ``X-Forwarded-For`` whom it was asked by, so the last as many are true and
    what stands left of them may be invented.
    """

    def __init__(self, get_response: Answer) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer to the request, made with the address of the client."""
        forwarded = request.META.pop("HTTP_X_FORWARDED_FOR", "")
        if settings.POLICY.proxies:
            named = [one.strip() for one in forwarded.split(",")]
            request.META["REMOTE_ADDR"] = _address(named[-min(settings.POLICY.proxies, len(named))]) or (
                request.META.get("REMOTE_ADDR", "")
            )
        return self._answer(request)


class PageHeaders:
    """Headers of everything a browser shows: no outside content, no frame, nothing kept."""

    def __init__(self, get_response: Answer) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer with the headers."""
        response = self._answer(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
        if request.path.startswith("/console/"):
            response.headers["Cache-Control"] = "no-store"
        return response


def _address(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None
