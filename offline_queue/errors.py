"""What can go wrong with the queue itself. None of these messages holds content of an item."""

from uuid import UUID


class QueueError(Exception):
    """Base of all errors of the queue."""


class QueueInUse(QueueError):
    """Another process has this queue open."""


class QueueTooNew(QueueError):
    """The queue was written by a newer version, which has to take it back first (``migrate``)."""


class QueueDamaged(QueueError):
    """The queue's database cannot be read. The queue sets it aside and opens what could be saved of it."""


class StorageFailed(QueueError):
    """The disk did not take it: nothing was acknowledged. The same put, with the same id, may be repeated."""


class SpaceLow(StorageFailed):
    """The disk is down to its reserve: nothing new is taken in, what is here is still delivered."""


class NoRecipient(QueueError):
    """There is no key to seal to, so nothing may be stored."""


class UnknownItem(QueueError):
    """No item with this id was ever put here."""

    def __init__(self, item_id: UUID) -> None:
        super().__init__(f"no item {item_id} in this queue")


class NotHeld(QueueError):
    """Only a held item can be released, only a waiting one hurried."""


class ContentConflict(QueueError):
    """This id is already taken by other content; what was put first stays as it is."""

    def __init__(self, item_id: UUID) -> None:
        super().__init__(f"item {item_id} is already in the queue with other content")
