"""Each day that is over is told to the hub, once: sealed, through the queue, like all that leaves a kiosk."""

from __future__ import annotations

import asyncio
from typing import Final
from uuid import UUID, uuid5

import structlog

from kiosk.counts import Counts
from kiosk.submissions import Submissions
from offline_queue import ContentConflict, QueueError

log = structlog.get_logger(__name__)

#: Seconds between two looks whether a day is over. Kiosks start at their own times, so they come apart.
LOOK_EVERY: Final = 3600.0
_NAMESPACE: Final = UUID("6d5f3a52-3c1b-5b0e-9d39-6a0c8f2f9b11")


async def keep_telling(counts: Counts, submissions: Submissions) -> None:
    """Tell the hub of every day that is over, until cancelled."""
    while True:
        await tell(counts, submissions)
        await asyncio.sleep(LOOK_EVERY)


async def tell(counts: Counts, submissions: Submissions) -> None:
    """Put what is to be told into the queue. A day's id is made of kiosk and day: it counts once for ever."""
    kiosk_id = submissions.kiosk_id
    if not kiosk_id:
        return
    for day in counts.to_tell():
        try:
            await submissions.report_counts(uuid5(_NAMESPACE, f"{kiosk_id} {day.day}"), day)
        except ContentConflict:  # it was told before, and our file was lost or set back since
            log.warning("counts.told-before", day=str(day.day))
        except QueueError as error:
            log.warning("counts.not-told", day=str(day.day), error=type(error).__name__)
            return
        counts.told(day.day)
