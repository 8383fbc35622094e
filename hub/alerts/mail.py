"""Notifications by e-mail, through the mail server that Django's settings name."""

from __future__ import annotations

from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage

from hub.alerts.message import in_language, subject, text
from hub.alerts.models import Notification
from hub.alerts.webhooks import NotDelivered


def send(notification: Notification) -> None:
    """Send a notification to its contact's mailbox; repeated, it has the same Message-ID.

    Raises ``NotDelivered``.
    """
    if not settings.EMAIL_HOST:
        raise NotDelivered("no mail server is set")
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    with in_language(notification):
        message = EmailMessage(
            subject=" ".join(subject(notification).split()),
            body=text(notification),
            to=[notification.contact.email],
            headers={
                "Message-ID": f"<{notification.id}@{domain}>",
                "References": f"<alert-{notification.alert_id}@{domain}>",
                "Auto-Submitted": "auto-generated",
            },
        )
    try:
        message.send()
    except (OSError, SMTPException) as error:
        raise NotDelivered(type(error).__name__) from None
