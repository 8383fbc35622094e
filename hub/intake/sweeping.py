"""The hub's daily work: by its command once a day, and some of it whenever a kiosk says that it lives.

What nobody will ask for any more is removed, residents' data whose time is over is erased, and what is held
too long goes to the next higher administrator.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Final

from hub.cases.erasure import BATCH, due, erase_due
from hub.intake.held import escalate
from hub.intake.models import SealedFile, Upload

_EVERY: Final = timedelta(hours=1)
KEEP: Final = timedelta(days=7)
"""How long a file that no case names, or a broken-off upload, is kept: the kiosk sends it again."""

_lock = threading.Lock()
_swept: datetime | None = None


def sweep(now: datetime) -> None:
    """A part of the daily work, once an hour at most, and never so much that a kiosk would wait for it."""
    global _swept  # noqa: PLW0603 - one clock for all requests of this process
    with _lock:
        if _swept is not None and now - _swept < _EVERY:
            return
        _swept = now
    remove_unnamed(now)
    escalate(now)
    erase_due(now, BATCH)


def daily_work(now: datetime) -> dict[str, int]:
    """All of the daily work; what was counted, by word."""
    run = erase_due(now)
    return {
        "unnamed files removed": remove_unnamed(now),
        "held submissions escalated": escalate(now),
        "cases erased": run.erased if run else 0,
        "documents erased": run.files if run else 0,
        "cases due but on legal hold": due(now).filter(legal_hold=True).count(),
    }


def remove_unnamed(now: datetime) -> int:
    """Remove what is older than ``KEEP`` and named by nothing; how many files that were."""
    Upload.objects.filter(touched_at__lt=now - KEEP).delete()
    removed, _ = SealedFile.objects.filter(received_at__lt=now - KEEP, material__isnull=True).delete()
    return removed
