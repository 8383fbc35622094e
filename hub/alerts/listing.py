"""Alerts as the console shows them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from hub.accounts.scope import within
from hub.alerts.choices import Severity, State, SymptomKey
from hub.alerts.message import member_words, place_words
from hub.alerts.models import Alert, Rule
from hub.alerts.symptoms import SYMPTOMS
from hub.alerts.telling import Audience

SEVERITY_TYPES: Final = {
    Severity.NOTICE.value: "info",
    Severity.WARNING.value: "warning",
    Severity.CRITICAL.value: "danger",
}
STATE_TYPES: Final = {
    State.FIRING.value: "danger",
    "acknowledged": "info",
    State.RESOLVED.value: "success",
}
MEMBERS_SHOWN: Final = 200


def open_alerts(request: HttpRequest) -> Any:
    """What is wrong now in the scope of who asks, the worst first."""
    firing = Alert.objects.filter(state=State.FIRING).select_related("organisation__parent")
    return within(firing, request.user).order_by("-severity", "acknowledged_at", "since")


def context_of(request: HttpRequest, alert: Alert) -> dict[str, Any]:
    """What the page of an alert shows."""
    now = timezone.now()
    members = [
        {"words": member_words(one), "kiosk": one.kiosk_id, "since": one.since, "until": one.until}
        for one in alert.members.all()[:MEMBERS_SHOWN]
    ]
    return {
        "title": str(alert),
        "is_fullwidth": True,
        "alert": alert,
        "place": place_words(alert.organisation),
        "severity_type": SEVERITY_TYPES[alert.severity],
        "state_type": STATE_TYPES.get(alert.state, "info"),
        "silence": Audience.at(now).silence_of(alert) if alert.state == State.FIRING else None,
        "members_now": [one for one in members if one["until"] is None],
        "members_before": [one for one in members if one["until"] is not None],
        "notifications": alert.notifications.select_related("contact"),
        "rule_words": symptom_with_unit(alert.rule) if alert.rule else "",
        "may_acknowledge": alert.state == State.FIRING
        and alert.acknowledged_at is None
        and request.user.has_perm("alerts.acknowledge_alert"),
        "may_silence": alert.state == State.FIRING and request.user.has_perm("alerts.add_alertsilence"),
        "silence_address": _silence_address(alert, now),
        "page": page_of(alert.symptom, request.user),
    }


def symptom_with_unit(rule: Rule) -> str:
    """A rule's threshold in words, as ``> 15 minutes``."""
    symptom = SYMPTOMS.get(SymptomKey(rule.symptom))
    if symptom is None or not symptom.unit:
        return ""
    return f"{'<' if symptom.below else '>'} {rule.threshold:g} {symptom.unit}"


def page_of(symptom: str, user: AbstractBaseUser | AnonymousUser) -> str:
    """The list of the console that shows more of a symptom; empty where there is none for this user."""
    known = SYMPTOMS.get(SymptomKey(symptom))
    if known is None or not known.page:
        return ""
    app, _, model = known.page.removeprefix("admin:").removesuffix("_changelist").partition("_")
    may = isinstance(user, User) and user.has_perm(f"{app}.view_{model}")
    return reverse(known.page) if may else ""


def _silence_address(alert: Alert, now: datetime) -> str:
    """The form of a new silence that matches this alert, for the next two hours."""
    kiosks = {one.kiosk_id for one in alert.members.filter(until=None)[:2]}
    matcher: dict[str, Any] = {"organisation": alert.organisation_id, "symptom": alert.symptom}
    if len(kiosks) == 1 and None not in kiosks:
        matcher["kiosk"] = kiosks.pop()
    until = timezone.localtime(now + timedelta(hours=2))
    return (
        reverse("admin:alerts_alertsilence_add")
        + "?"
        + urlencode({**matcher, "until": f"{until:%Y-%m-%d %H:%M}"})
    )
