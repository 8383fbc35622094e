"""Watching: look at the rules and deliver, over and over, in one process or in several."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Final

import structlog
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from hub.alerts.outbox import deliver
from hub.alerts.rounds import EVERY, look

log = structlog.get_logger(__name__)

_DELIVER_EVERY: Final = 10.0
"""Seconds between two looks into the outbox."""

_started = threading.Lock()
_watching: threading.Thread | None = None


def once(now: datetime | None = None) -> tuple[bool, int]:
    """One look, if it is time, and one delivery: whether there was a look, and how many arrived."""
    now = now or timezone.now()
    return look(now), deliver(now)


def watch(stop: threading.Event) -> None:
    """Watch until told to stop. A database that fails is tried again: an alert must not end the alerts."""
    next_look = 0.0
    while not stop.is_set():
        now = timezone.now()
        try:
            if now.timestamp() >= next_look:
                next_look = now.timestamp() + EVERY.total_seconds()
                look(now)
            deliver(now)
        except DatabaseError as error:
            log.error("alerts.look_failed", error=type(error).__name__)  # noqa: TRY400 it may quote rows
        finally:
            close_old_connections()
        stop.wait(_DELIVER_EVERY)


def keep_watching() -> None:
    """Watch from a thread of this process until it ends. Called once it serves."""
    global _watching  # noqa: PLW0603 - one thread for all of this process
    with _started:
        if _watching is None or not _watching.is_alive():
            arguments = (threading.Event(),)
            _watching = threading.Thread(target=watch, args=arguments, name="hub-watch", daemon=True)
            _watching.start()
