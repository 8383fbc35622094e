"""The offline queue: what must never be lost.

A durable outbox. ``OfflineQueue.put`` seals content to a recipient, syncs it to disk and only then returns;
``Uploader`` hands each item to a ``deliver`` callable until the other end has answered for it. The package
knows nothing of kiosks or hubs: it is handed a folder, a clock, a sealer and that callable.
"""

from offline_queue.checking import check_folder, migrate_folder
from offline_queue.errors import (
    ContentConflict,
    NoRecipient,
    NotHeld,
    QueueDamaged,
    QueueError,
    QueueInUse,
    QueueTooNew,
    SpaceLow,
    StorageFailed,
    UnknownItem,
)
from offline_queue.ids import new_id
from offline_queue.model import (
    Attachment,
    AuditEntry,
    Delivered,
    Envelope,
    Incident,
    LeasedItem,
    Outcome,
    QueueStats,
    Refused,
    RetryLater,
    Sealer,
    State,
)
from offline_queue.store import OfflineQueue
from offline_queue.uploader import Batches, Uploader, Waits

__all__ = [
    "Attachment",
    "AuditEntry",
    "Batches",
    "ContentConflict",
    "Delivered",
    "Envelope",
    "Incident",
    "LeasedItem",
    "NoRecipient",
    "NotHeld",
    "OfflineQueue",
    "Outcome",
    "QueueDamaged",
    "QueueError",
    "QueueInUse",
    "QueueStats",
    "QueueTooNew",
    "Refused",
    "RetryLater",
    "Sealer",
    "SpaceLow",
    "State",
    "StorageFailed",
    "UnknownItem",
    "Uploader",
    "Waits",
    "check_folder",
    "migrate_folder",
    "new_id",
]
