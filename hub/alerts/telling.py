"""Who is to be told of an alert: into the outbox, each contact once when it fires, once when it is over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.alerts.choices import Kind, State
from hub.alerts.models import Alert, AlertSilence, Contact, Notification


@dataclass(frozen=True)
class Audience:
    """Contacts and silences in force, and what was told of alerts that are not over: read once for all."""

    contacts: tuple[Contact, ...]
    silences: tuple[AlertSilence, ...]
    told: frozenset[tuple[int, object, str]]

    @classmethod
    def at(cls, now: datetime) -> Audience:
        """As of now."""
        told = Notification.objects.exclude(kind=Kind.RESOLVED).filter(alert__state=State.FIRING)
        return cls(
            tuple(Contact.objects.filter(enabled=True).select_related("organisation")),
            tuple(
                AlertSilence.objects.filter(until__gt=now).select_related("organisation").order_by("-until")
            ),
            frozenset(told.values_list("alert_id", "contact_id", "kind")),
        )

    def silence_of(self, alert: Alert) -> AlertSilence | None:
        """The silence that covers an alert. One of a kiosk covers alerts of which it is the only member."""
        kiosks: set[str | None] | None = None
        for silence in self.silences:
            if not alert.organisation.path.startswith(silence.organisation.path):
                continue
            if silence.symptom not in {"", alert.symptom}:
                continue
            if silence.kiosk_id is None:
                return silence
            if kiosks is None:
                kiosks = set(alert.members.filter(until=None).values_list("kiosk_id", flat=True))
            if kiosks == {silence.kiosk_id}:
                return silence
        return None

    def of(self, alert: Alert) -> Iterable[Contact]:
        """Those who answer for the alert's place or for one above it, and want to know of this severity."""
        for contact in self.contacts:
            above = alert.organisation.path.startswith(contact.organisation.path)
            if above and contact.least <= alert.severity:
                yield contact


def tell_of(alert: Alert, now: datetime, audience: Audience) -> None:
    """Put what is to be told now into the outbox; whatever was put before stays as it is."""
    if alert.state == State.RESOLVED:
        told = Contact.objects.filter(enabled=True, notifications__alert=alert).distinct()
        for contact in told:
            _put(alert, contact, Kind.RESOLVED, now)
        return
    if alert.fired_at is None or alert.acknowledged_at is not None:
        return
    waited = (now - alert.fired_at) / timedelta(minutes=1)
    due = [
        (contact, Kind.ESCALATED if contact.after else Kind.FIRING)
        for contact in audience.of(alert)
        if contact.after <= waited
    ]
    new = [
        (contact, kind) for contact, kind in due if (alert.pk, contact.pk, kind.value) not in audience.told
    ]
    if new and audience.silence_of(alert) is None:
        for contact, kind in new:
            _put(alert, contact, kind, now)


def _put(alert: Alert, contact: Contact, kind: Kind, now: datetime) -> None:
    Notification.objects.get_or_create(
        alert=alert, contact=contact, kind=kind, defaults={"created_at": now, "due_at": now}
    )
