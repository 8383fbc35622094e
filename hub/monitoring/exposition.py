"""``/metrics`` for Prometheus, for who has the token in ``metrics.token`` of the data folder.

With several workers each process counts its own requests; where ``PROMETHEUS_MULTIPROC_DIR`` names a folder
(emptied at every start), prometheus-client sums them up. What comes from the database is the same in all.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY

from hub.data_keys import write_secret
from hub.monitoring.figures import HubFigures

FILE: Final = "metrics.token"
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


def metrics(request: HttpRequest) -> HttpResponse:
    """All figures, in the text format."""
    given = request.headers.get("Authorization", "")
    if not constant_time_compare(given, f"Bearer {token()}"):
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(exposed(), content_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})


def exposed() -> bytes:
    """What this process, or all of them, have counted, and what the database says."""
    requests: CollectorRegistry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        requests = CollectorRegistry()
        MultiProcessCollector(requests)  # type: ignore[no-untyped-call]
    database = CollectorRegistry()
    database.register(HubFigures())
    return generate_latest(requests) + generate_latest(database)


def token() -> str:
    """The token; made when it is asked for first."""
    file: Path = settings.DATA.folder / FILE
    with suppress(FileExistsError):
        write_secret(file, secrets.token_urlsafe(32) + "\n")
    return file.read_text(encoding="ascii").strip()
