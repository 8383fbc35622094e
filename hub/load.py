"""When all kiosks come back at once: signs of life are spread, residents' requests go first.

A check-in that comes too soon after too many others is told when to come again, before it costs anything; the
kiosk goes on serving meanwhile. Everything else is always taken: somebody waits for it.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, Final

from kiosk.wire import Problem

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

_CHECK_IN: Final = "/api/v1/check-in"
_COME_AGAIN: Final = (5, 30)
"""Seconds between which a kiosk is told to come again, at random."""


class SpreadCheckIns:
    """WSGI: takes at most so many check-ins a second in this process, with one second's worth at once.

    0 takes all. The rest are answered 429 with ``Retry-After`` (RFC 6585, 4).
    """

    def __init__(
        self, application: Application, a_second: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._application = application
        self._a_second = a_second
        self._clock = clock
        self._lock = threading.Lock()
        self._left = a_second
        self._at = clock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, or say when to come again."""
        if environ.get("PATH_INFO") != _CHECK_IN or self._may_pass():
            return self._application(environ, start_response)
        body = _BUSY.model_dump_json().encode()
        headers = [
            ("Content-Type", "application/problem+json"),
            ("Content-Length", str(len(body))),
            ("Retry-After", str(random.randint(*_COME_AGAIN))),  # noqa: S311 - spreading load, not secrecy
        ]
        start_response("429 Too Many Requests", headers)
        return [body]

    def _may_pass(self) -> bool:
        if not self._a_second:
            return True
        with self._lock:
            now = self._clock()
            self._left = min(self._a_second, self._left + (now - self._at) * self._a_second)
            self._at = now
            if self._left < 1:
                return False
            self._left -= 1
            return True


_BUSY: Final = Problem(
    title="Too many kiosks at once",
    status=HTTPStatus.TOO_MANY_REQUESTS,
    detail="Come again after the seconds of Retry-After; go on serving meanwhile",
)
