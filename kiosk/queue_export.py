"""A queued item as a file that can be carried to the hub by hand: sealed as it is in the queue."""

from __future__ import annotations

import base64
import os
from pathlib import Path

from kiosk.wire import CarriedItem, IntakeEnvelope
from offline_queue import LeasedItem


def intake_envelope(item: LeasedItem) -> IntakeEnvelope:
    """What is told to the hub of an item, besides its attachments."""
    # Not validated: it is our own, and its content would be put into base64 and out of it again for nothing.
    return IntakeEnvelope.model_construct(
        id=item.envelope.id,
        kind=item.envelope.kind,
        payload_schema=item.envelope.schema,
        sealed=item.sealed,
        attachments=tuple(attachment.sha256 for attachment in item.attachments),
        age_seconds=item.age,
    )


def write_export(item: LeasedItem, kiosk_id: str, folder: Path) -> Path:
    """Write the item to ``folder``, for its owner alone, and return the file. Raises ``OSError``."""
    carried = CarriedItem(
        kiosk_id=kiosk_id,
        envelope=intake_envelope(item),
        files=tuple(base64.b64encode(attachment.sealed) for attachment in item.attachments),
    )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / f"{item.envelope.id}.json"
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as handle:
        handle.write(carried.model_dump_json())
        handle.flush()
        os.fsync(handle.fileno())
    return file
