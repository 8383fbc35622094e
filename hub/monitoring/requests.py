"""How long requests take, counted by what was asked for and how it was answered."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram

REQUESTS: Final = Histogram(
    "yedeng_hub_request_duration_seconds",
    "Time to answer a request.",
    ("method", "route", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
)
CHECK_INS: Final = Counter("yedeng_hub_check_ins_total", "Check-ins of kiosks, by answer.", ("status",))

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_CHECK_IN: Final = "api/v1/check-in"

Answer = Callable[[HttpRequest], HttpResponse]


class RequestFigures:
    """Middleware: measures every request from its arrival to its answer.

    The labels are the pattern of the address, never the address itself, and the hundreds of the status: their
    number does not grow with kiosks, cases or guesses at addresses.
    """

    def __init__(self, get_response: Answer) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, measured."""
        began = time.perf_counter()
        answer = self._answer(request)
        match = request.resolver_match
        route = match.route if match is not None else "none"
        status = f"{answer.status_code // 100}xx"
        method = request.method if request.method in _METHODS else "other"
        REQUESTS.labels(method, route, status).observe(time.perf_counter() - began)
        if route == _CHECK_IN:
            CHECK_INS.labels(status).inc()
        return answer
