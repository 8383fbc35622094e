"""Who is to be told of an alert: into the outbox, each contact once when it fires, once when it is over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet, Value

from hub.alerts.choices import Kind, State
from hub.alerts.models import Alert, AlertSilence, Contact, Notification


def tell_of(alert: Alert, now: datetime) -> None:
    """Put what is to be told now into the outbox; whatever was put before stays as it is."""
    if alert.state == State.RESOLVED:
        told = Contact.objects.filter(
            enabled=True, notifications__alert=alert, notifications__kind__in=(Kind.FIRING, Kind.ESCALATED)
        ).distinct()
        _put(alert, told, Kind.RESOLVED, now)
        return
    if alert.fired_at is None or alert.acknowledged_at is not None or silence_of(alert, now) is not None:
        return
    waited = (now - alert.fired_at) / timedelta(minutes=1)
    due = _contacts(alert).filter(after__lte=waited)
    _put(alert, due.filter(after=0), Kind.FIRING, now)
    _put(alert, due.filter(after__gt=0), Kind.ESCALATED, now)


def silence_of(alert: Alert, now: datetime) -> AlertSilence | None:
    """The silence that covers an alert now. One of a kiosk covers alerts of which it is the only member."""
    matching = (
        AlertSilence.objects.filter(until__gt=now)
        .filter(Q(symptom="") | Q(symptom=alert.symptom))
        .alias(path=Value(alert.organisation.path))
        .filter(path__startswith=F("organisation__path"))
        .order_by("-until")
    )
    kiosks = set(alert.members.filter(until=None).values_list("kiosk_id", flat=True))
    for silence in matching:
        if silence.kiosk_id is None or kiosks == {silence.kiosk_id}:
            return silence
    return None


def _contacts(alert: Alert) -> QuerySet[Contact]:
    """Those who answer for the alert's place or for one above it, and want to know of this severity."""
    return (
        Contact.objects.filter(enabled=True, least__lte=alert.severity)
        .alias(path=Value(alert.organisation.path))
        .filter(path__startswith=F("organisation__path"))
    )


def _put(alert: Alert, contacts: Iterable[Contact], kind: Kind, now: datetime) -> None:
    for contact in contacts:
        Notification.objects.get_or_create(
            alert=alert, contact=contact, kind=kind, defaults={"created_at": now, "due_at": now}
        )
