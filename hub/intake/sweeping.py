"""What nobody will ask for any more is removed, now and then, when a kiosk gives a sign of life."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Final

from hub.intake.models import SealedFile, Upload

_EVERY: Final = timedelta(hours=1)
KEEP: Final = timedelta(days=7)
"""How long a file that no case names, or a broken-off upload, is kept: the kiosk sends it again."""

_lock = threading.Lock()
_swept: datetime | None = None


def sweep(now: datetime) -> None:
    """Remove unnamed files and broken-off uploads, once an hour at most."""
    global _swept  # noqa: PLW0603 - one clock for all requests of this process
    with _lock:
        if _swept is not None and now - _swept < _EVERY:
            return
        _swept = now
    remove_unnamed(now)


def remove_unnamed(now: datetime) -> int:
    """Remove what is older than ``KEEP`` and named by nothing; how many files that were."""
    Upload.objects.filter(touched_at__lt=now - KEEP).delete()
    removed, _ = SealedFile.objects.filter(received_at__lt=now - KEEP, material__isnull=True).delete()
    return removed
