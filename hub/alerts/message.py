"""What is said of an alert, in words and as data. Places and numbers; never anything about a resident."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext

from hub.accounts.models import Organisation
from hub.alerts.choices import Kind, SymptomKey
from hub.alerts.models import Alert, Member, Notification
from hub.alerts.symptoms import SYMPTOMS

MEMBERS_TOLD = 20
_LENGTHS = {SymptomKey.KIOSK_OFFLINE, SymptomKey.OUT_OF_SERVICE}
_HOURS_FROM, _DAYS_FROM = 120, 48 * 60


def subject(notification: Notification) -> str:
    """One line: what, how bad, where."""
    alert = notification.alert
    return gettext("[%(what)s] %(symptom)s: %(place)s") % {
        "what": _what(notification),
        "symptom": alert.get_symptom_display(),
        "place": place_words(alert.organisation),
    }


def text(notification: Notification) -> str:
    """The whole message, for people."""
    alert = notification.alert
    lines = [
        subject(notification),
        "",
        gettext("Since: %(when)s") % {"when": _local(alert.since)},
    ]
    if alert.resolved_at is not None and notification.kind == Kind.RESOLVED:
        lines.append(gettext("Resolved: %(when)s") % {"when": _local(alert.resolved_at)})
    else:
        members = _members(alert)
        lines += [
            "",
            ngettext("%(count)d concerned:", "%(count)d concerned:", len(members)) % {"count": len(members)},
        ]
        lines += [f"  - {member_words(member)}" for member in members[:MEMBERS_TOLD]]
        if len(members) > MEMBERS_TOLD:
            lines.append(gettext("  … and %(count)d more") % {"count": len(members) - MEMBERS_TOLD})
        lines += ["", gettext("Acknowledge or silence it here:")]
    lines.append(link(alert))
    return "\n".join(lines) + "\n"


def data(notification: Notification) -> dict[str, Any]:
    """The message for systems: the body of a webhook (Standard Webhooks: type, timestamp, data)."""
    alert = notification.alert
    members = _members(alert)
    return {
        "type": f"alert.{notification.kind}",
        "timestamp": notification.created_at.isoformat(),
        "data": {
            "alert": alert.pk,
            "symptom": alert.symptom,
            "severity": alert.get_severity_display(),
            "state": alert.state,
            "organisation": {"id": alert.organisation_id, "name": alert.organisation.name},
            "since": alert.since.isoformat(),
            "fired_at": alert.fired_at.isoformat() if alert.fired_at else None,
            "resolved_at": alert.resolved_at.isoformat() if alert.resolved_at else None,
            "came_back": alert.flaps,
            "members": [
                {"kiosk": one.kiosk_id, "name": one.words, "value": one.value, "since": one.since.isoformat()}
                for one in members[:MEMBERS_TOLD]
            ],
            "members_in_all": len(members),
            "unit": _unit(alert),
            "link": link(alert),
        },
    }


def in_language(notification: Notification) -> Any:
    """A context in which words are in the contact's language."""
    return translation.override(notification.contact.language)


def member_words(member: Member) -> str:
    """A member with its number, as ``K0000001 明灯社区 (37 minutes)``."""
    if member.value is None:
        return member.words
    lasting = member.alert.symptom in _LENGTHS
    number = _length(member.value) if lasting else f"{member.value:g} {_unit(member.alert)}".strip()
    return f"{member.words} ({number})" if member.words else number


def place_words(organisation: Organisation) -> str:
    """A place with the one above it, as communities of several districts have the same name."""
    above = organisation.parent
    if above is None or above.parent_id is None:
        return organisation.name
    return f"{above.name} {organisation.name}"


def link(alert: Alert) -> str:
    """Where the alert stands in the console."""
    return settings.ALERTS_HUB_URL + reverse("admin:alerts_alert_change", args=(alert.pk,))


def _members(alert: Alert) -> list[Member]:
    """Those concerned now; of a resolved alert, all that were."""
    members = list(alert.members.all())
    return [one for one in members if one.until is None] or members


def _unit(alert: Alert) -> str:
    return str(SYMPTOMS[SymptomKey(alert.symptom)].unit)


def _length(minutes: float) -> str:
    """Minutes as people say them."""
    if minutes < _HOURS_FROM:
        return f"{minutes:g} {gettext('minutes')}"
    if minutes < _DAYS_FROM:
        return f"{minutes // 60:g} {gettext('hours')}"
    return f"{minutes // 1440:g} {gettext('days')}"


def _what(notification: Notification) -> str:
    if notification.kind == Kind.FIRING:
        return str(notification.alert.get_severity_display())
    return str(notification.get_kind_display())


def _local(when: Any) -> str:
    return timezone.localtime(when).strftime("%Y-%m-%d %H:%M")
