"""A day's counts on their way: from the kiosk's queue to the hub, over real HTTP, once."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import cast

from kiosk.counts import Counts
from kiosk.daily_counts import tell
from kiosk.hub_client import HubClient
from kiosk.submissions import Submissions
from kiosk.wire import COUNTS_KIND, Receipt
from offline_queue import Delivered, OfflineQueue, State, Uploader

TODAY = date(2026, 11, 21)


async def test_a_day_is_delivered_once(client: HubClient, queue: OfflineQueue) -> None:
    days = [TODAY]
    counts = Counts(today=lambda: days[0])
    counts.opened("elderly-card")
    counts.found_nothing("修水管")
    counts.happened("idle", "submit-item", "present-id-card", "zh", elder=True)
    counts.happened("idle", "submit-item", None, "zh", elder=True)
    days[0] += timedelta(days=1)
    uploader = cast("Uploader", SimpleNamespace(wake=lambda: None))
    submissions = Submissions(queue, uploader, kiosk_id=lambda: "K1", clock_offset=lambda: None)
    await tell(counts, submissions)
    (envelope,) = queue.envelopes(State.PENDING)
    assert envelope.kind == COUNTS_KIND
    leased = queue.lease(1)
    receipts = []
    for _ in range(2):  # the second time as after an answer that was lost
        (outcome,) = client.deliver(leased)
        assert isinstance(outcome, Delivered)
        receipts.append(Receipt.model_validate_json(outcome.receipt))
    assert receipts[0] == receipts[1]
    assert receipts[0].id == envelope.id
