"""Delivering what waits in the outbox: each notification by one process at a time, again until it arrives.

A notification is taken by moving its due time ahead; who dies with it in hand leaves it to be taken again
after ``IN_HAND``. So it arrives at least once, always under the same id, and nothing is lost.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db.models import F

from hub.alerts import mail, webhooks
from hub.alerts.choices import Delivery
from hub.alerts.models import Contact, Notification
from hub.alerts.webhooks import NotDelivered

log = structlog.get_logger(__name__)

IN_HAND: Final = timedelta(minutes=5)
FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(hours=1)
GIVE_UP_AFTER: Final = timedelta(days=3)
"""What could not be delivered for so long is given up, and shown as such."""

AT_ONCE: Final = 200
"""Notifications delivered in one go."""


def deliver(now: datetime) -> int:
    """Deliver what is due; how many arrived."""
    due = Notification.objects.filter(delivery=Delivery.WAITING, due_at__lte=now).order_by("due_at")
    return sum(
        _deliver(one, now) for one in list(due.values_list("pk", flat=True)[:AT_ONCE]) if _taken(one, now)
    )


def _taken(number: UUID, now: datetime) -> bool:
    """Whether it is ours: of several who try, the database lets one."""
    waiting = Notification.objects.filter(pk=number, delivery=Delivery.WAITING, due_at__lte=now)
    return waiting.update(due_at=now + IN_HAND, attempts=F("attempts") + 1) == 1


def _deliver(number: UUID, now: datetime) -> bool:
    notification = Notification.objects.select_related("alert__organisation", "contact").get(pk=number)
    if not notification.contact.enabled:
        _note(notification, delivery=Delivery.GIVEN_UP, problem="the contact is out of force")
        return False
    try:
        if notification.contact.email:
            mail.send(notification)
        else:
            webhooks.send(notification, now)
    except NotDelivered as error:
        _failed(notification, error, now)
        return False
    _note(notification, delivery=Delivery.SENT, sent_at=now, problem="")
    return True


def _failed(notification: Notification, error: NotDelivered, now: datetime) -> None:
    log.warning("alerts.not_delivered", notification=str(notification.id), problem=str(error))
    if error.for_good:
        Contact.objects.filter(pk=notification.contact_id).update(enabled=False)
    if error.for_good or now - notification.created_at > GIVE_UP_AFTER:
        _note(notification, delivery=Delivery.GIVEN_UP, problem=str(error)[:200])
        return
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(notification.attempts - 1, 12))
    spread = random.uniform(0.8, 1.2)  # noqa: S311 spreading load, not secrecy
    _note(notification, due_at=now + wait * spread, problem=str(error)[:200])


def _note(notification: Notification, **changes: object) -> None:
    Notification.objects.filter(pk=notification.pk).update(**changes)
