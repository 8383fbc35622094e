"""Who may read: a channel with its token, so and so often a minute; and pages of its origins in a browser."""

from __future__ import annotations

import time
from collections.abc import Callable
from http import HTTPStatus
from threading import Lock
from typing import Final

from django.http import HttpRequest, HttpResponse
from ninja.security import HttpBearer

from hub.channels.models import Channel
from hub.problems import ProblemError

PUBLIC: Final = "/api/v1/public/"
_MINUTE: Final = 60.0


class ChannelToken(HttpBearer):
    """Authenticates a channel by its bearer token (RFC 6750); ``request.auth`` is then the ``Channel``.

    Requests are counted by each process of the hub for itself.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._lock = Lock()
        self._counts: dict[int, tuple[float, int]] = {}

    def authenticate(self, request: HttpRequest, token: str) -> Channel | None:
        """The channel; raises ``ProblemError`` 429."""
        channel = Channel.known_by(token)
        if channel is not None:
            self._count(channel)
        return channel

    def _count(self, channel: Channel) -> None:
        now = self._clock()
        with self._lock:
            began, count = self._counts.get(channel.pk, (now, 0))
            if now - began >= _MINUTE:
                began, count = now, 0
            self._counts[channel.pk] = began, count + 1
        if count >= channel.a_minute:
            raise ProblemError(
                HTTPStatus.TOO_MANY_REQUESTS,
                "Too many requests",
                f"This channel may ask {channel.a_minute} times a minute",
                headers={"Retry-After": str(max(1, round(began + _MINUTE - now)))},
            )


class CrossOrigin:
    """Lets web pages of the channels' origins read from a browser (CORS, fetch.spec.whatwg.org)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a preflight; add the headers to everything else."""
        if not request.path.startswith(PUBLIC):
            return self._get_response(request)
        asked_before = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        answer = HttpResponse(status=HTTPStatus.NO_CONTENT) if asked_before else self._get_response(request)
        answer.headers["Vary"] = ", ".join(filter(None, (answer.headers.get("Vary"), "Origin")))
        origin = request.headers.get("Origin", "")
        if origin and _is_known(origin):
            answer.headers["Access-Control-Allow-Origin"] = origin
            answer.headers["Access-Control-Expose-Headers"] = "ETag, Retry-After"
            if asked_before:
                answer.headers["Access-Control-Allow-Methods"] = "GET"
                answer.headers["Access-Control-Allow-Headers"] = "Authorization, If-None-Match"
                answer.headers["Access-Control-Max-Age"] = "600"
        return answer


def _is_known(origin: str) -> bool:
    """Whether a page of this origin belongs to a channel."""
    lists = Channel.objects.filter(revoked=False).exclude(origins="").values_list("origins", flat=True)
    return any(origin in origins.split() for origins in lists)
