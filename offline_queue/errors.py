"""What can go wrong with the queue itself. None of these messages holds content of an item."""

from uuid import UUID


class QueueError(Exception):
    """Base of all errors of the queue."""


class QueueInUse(QueueError):
    """Another process has this queue open."""


class QueueDamaged(QueueError):
    """The queue's database cannot be read, or was written by a newer version."""


class StorageFailed(QueueError):
    """The disk did not take it: nothing was acknowledged, nothing is half stored."""


class NoRecipient(QueueError):
    """There is no key to seal to, so nothing may be stored."""


class UnknownItem(QueueError):
    """No item with this id was ever put here."""

    def __init__(self, item_id: UUID) -> None:
        super().__init__(f"no item {item_id} in this queue")


class ContentConflict(QueueError):
    """This id is already taken by other content; what was put first stays as it is."""

    def __init__(self, item_id: UUID) -> None:
        super().__init__(f"item {item_id} is already in the queue with other content")
