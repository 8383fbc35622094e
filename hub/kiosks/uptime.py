"""When the hub itself was there to hear, and how its kiosks stand by that."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import DatabaseError, close_old_connections, transaction
from django.db.models import Q
from django.utils import timezone

from hub.kiosks.history import Downtime, HubSign
from hub.kiosks.state import Cutoffs, LiveState, Stretch

log = structlog.get_logger(__name__)

EVERY: Final = timedelta(seconds=20)
LAPSE: Final = timedelta(seconds=90)
"""The hub's own sign of life, and the silence of its own after which it counts as having been down."""

_REMEMBERED: Final = timedelta(days=60)

_started = threading.Lock()
_ticking: threading.Thread | None = None


def tick(now: datetime | None = None) -> None:
    """The hub lives; if it gave no sign for longer than ``LAPSE``, it was down until now."""
    now = now or timezone.now()
    if HubSign.objects.filter(id=1, at__gte=now - EVERY / 2).exists():
        return  # another process said it a moment ago
    with transaction.atomic():
        sign, created = HubSign.objects.select_for_update().get_or_create(id=1, defaults={"at": now})
        if created:
            return
        if now - sign.at > LAPSE:
            Downtime.objects.get_or_create(since=sign.at, defaults={"until": now})
        if now > sign.at:
            sign.at = now
            sign.save(update_fields=["at"])


def keep_ticking() -> None:
    """Give the hub's sign of life from a thread of this process until it ends. Called once it serves."""
    global _ticking  # noqa: PLW0603 - one thread for all of this process
    with _started:
        if _ticking is None or not _ticking.is_alive():
            _ticking = threading.Thread(target=_run, name="hub-uptime", daemon=True)
            _ticking.start()


def _run() -> None:
    pause = threading.Event()
    while True:
        try:
            tick()
        except DatabaseError as error:
            log.warning("hub.sign_not_given", error=type(error).__name__)
        finally:
            close_old_connections()
        pause.wait(EVERY.total_seconds())


def downtimes(since: datetime, now: datetime) -> list[Stretch]:
    """When the hub was down between these moments, oldest first; a downtime that has just ended included."""
    rows = Downtime.objects.filter(until__gt=since, since__lt=now).order_by("since")
    down = [Stretch(row.since, row.until) for row in rows]
    sign = HubSign.objects.filter(id=1).first()
    if sign is not None and now - sign.at > LAPSE:
        down.append(Stretch(max(sign.at, down[-1].until if down else sign.at), now))
    return down


def cutoffs(now: datetime | None = None) -> Cutoffs:
    """What parts the live states now; two small queries, then every kiosk is a comparison."""
    now = now or timezone.now()
    return Cutoffs.at(now, downtimes(now - _REMEMBERED, now))


def in_states(states: Iterable[LiveState], parted: Cutoffs) -> Q:
    """A filter of kiosks by their live state."""
    conditions = {
        LiveState.ONLINE: Q(last_seen__gte=parted.online),
        LiveState.RECENT: Q(last_seen__gte=parted.recent, last_seen__lt=parted.online),
        LiveState.STALE: Q(last_seen__gte=parted.stale, last_seen__lt=parted.recent),
        LiveState.OFFLINE: Q(last_seen__lt=parted.stale) | Q(last_seen=None),
    }
    found = Q(pk__in=())
    for state in states:
        found |= conditions[state]
    return found
