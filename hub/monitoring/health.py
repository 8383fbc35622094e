"""Liveness and readiness, as JSON for systemd, load balancers and Kubernetes.

``/healthz`` says that this process answers, and asks nothing of anything else: who restarts a process on it
must not do so because a database is away. ``/readyz`` says whether this process can do its work; with 503 a
load balancer sends requests elsewhere. Neither says more than one word of each thing, as anybody may ask.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from hub.data import HubDataError
from hub.data_keys import DataKeyError

log = structlog.get_logger(__name__)

LEAST_FREE: Final = 200_000_000
"""Bytes of disk below which nothing more is taken in."""

_migrated = False


class NotReady(Exception):
    """Something the hub needs is not there; the message is a word of the log, not of the answer."""


def healthz(_request: HttpRequest) -> JsonResponse:
    """This process answers."""
    return JsonResponse({"status": "ok"})


def readyz(_request: HttpRequest) -> JsonResponse:
    """Whether database, migrations, keys and disk let this process work."""
    checks = {name: _word(name, check) for name, check in CHECKS.items()}
    ready = all(word == "ok" for word in checks.values())
    return JsonResponse(
        {"status": "ready" if ready else "not ready", "checks": checks},
        status=HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE,
        headers={"Cache-Control": "no-store"},
    )


def _word(name: str, check: Callable[[], None]) -> str:
    try:
        check()
    except (NotReady, DatabaseError, HubDataError, DataKeyError, OSError) as error:
        log.warning("hub.not_ready", check=name, error=type(error).__name__)
        return "failed"
    return "ok"


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _migrations() -> None:
    """Every migration of this version has been applied; once seen, that stays so."""
    global _migrated  # noqa: PLW0603 - a fact about the process and its database
    if _migrated:
        return
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotReady("migrations")
    _migrated = True


def _keys() -> None:
    """What kiosks sealed can be opened, what is closed in the database can be read."""
    if not settings.DATA.recipients or not settings.DATA.resident_keys.prefix:
        raise NotReady("keys")


def _disk() -> None:
    if shutil.disk_usage(settings.DATA.folder).free < LEAST_FREE:
        raise NotReady("disk")


CHECKS: Final[dict[str, Callable[[], None]]] = {
    "database": _database,
    "migrations": _migrations,
    "keys": _keys,
    "disk": _disk,
}
