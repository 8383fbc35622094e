"""One look at all rules: which alerts begin, go on and end, and who is to be told.

Only one process looks at a time: it takes its turn in the row of ``Round``, and a look too soon is none.
Everything is as of the moment ``now`` that is given.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction
from django.db.models import Q

from hub.alerts.choices import Grouping, State, SymptomKey
from hub.alerts.models import Alert, Member, Round, Rule
from hub.alerts.symptoms import SYMPTOMS, Sign
from hub.alerts.telling import Audience, tell_of

log = structlog.get_logger(__name__)

EVERY: Final = timedelta(seconds=60)
"""Time between two looks."""

CALM: Final = timedelta(minutes=5)
"""An alert is resolved when its symptom has stayed away for so long; doubled each time it came back."""

LONGEST_CALM: Final = timedelta(hours=4)
REMEMBERED: Final = timedelta(hours=6)
"""What comes back within this time after it was resolved goes on being called unsettled."""

KEEP: Final = timedelta(days=400)
"""How long resolved alerts are kept."""

Groups = dict[str, list[Sign]]


def look(now: datetime) -> bool:
    """Look at every rule that is due; ``False`` where somebody has just looked.

    What takes long, finding, locks nothing; each rule's alerts change in a transaction of their own.
    """
    if not _my_turn(now):
        return False
    for rule in Rule.objects.filter(enabled=True, symptom__in=SYMPTOMS).select_related("organisation"):
        if rule.looked_at is None or now - rule.looked_at >= SYMPTOMS[_key(rule)].every:
            _look_or_note(rule, now)
    _end_without_rule(now)
    with transaction.atomic():
        audience = Audience.at(now)
        for alert in Alert.objects.filter(state=State.FIRING, acknowledged_at=None).select_related(
            "organisation"
        ):
            tell_of(alert, now, audience)
    Alert.objects.filter(state=State.RESOLVED, resolved_at__lt=now - KEEP).delete()
    return True


def _look_or_note(rule: Rule, now: datetime) -> None:
    """Look at one rule; what is wrong with one symptom must not hide all others."""
    try:
        signs = list(SYMPTOMS[_key(rule)].find(now, rule.threshold, rule.organisation))
    except Exception as error:  # noqa: BLE001 shown with the rule, and logged
        log.critical("alerts.symptom_failed", symptom=rule.symptom, error=type(error).__name__)
        Rule.objects.filter(pk=rule.pk, failed_at=None).update(failed_at=now)
        return
    _look_at(rule, signs, now)


@transaction.atomic
def _my_turn(now: datetime) -> bool:
    Round.objects.get_or_create(id=1)
    last = Round.objects.select_for_update().get(id=1)
    if last.at is not None and now - last.at < EVERY / 2:
        return False
    last.at = now
    last.save(update_fields=["at"])
    return True


@transaction.atomic
def _look_at(rule: Rule, signs: list[Sign], now: datetime) -> None:
    if not Rule.objects.select_for_update().filter(pk=rule.pk).exists():
        return  # removed meanwhile
    groups: Groups = defaultdict(list)
    for sign in signs:
        groups[_group(rule, sign)].append(sign)
    still_open = rule.alerts.exclude(state=State.RESOLVED).prefetch_related("members")
    open_alerts = {one.group: one for one in still_open}
    seen = []
    for group, of_group in groups.items():
        alert = open_alerts.pop(group, None) or _new(rule, group, of_group, now)
        _seen(alert, rule, of_group, now)
        seen.append(alert.pk)
    Alert.objects.filter(pk__in=seen).update(seen_at=now)
    for alert in open_alerts.values():
        _absent(alert, now)
    Rule.objects.filter(pk=rule.pk).update(looked_at=now, failed_at=None)


def _key(rule: Rule) -> SymptomKey:
    return SymptomKey(rule.symptom)


def _group(rule: Rule, sign: Sign) -> str:
    match rule.grouping:
        case Grouping.KIOSK if sign.kiosk_id:
            return sign.kiosk_id
        case Grouping.RULE:
            return "-"
    return str(sign.organisation_id)


def _new(rule: Rule, group: str, signs: list[Sign], now: datetime) -> Alert:
    place = rule.organisation_id if rule.grouping == Grouping.RULE else signs[0].organisation_id
    assert place is not None, "places are saved"
    before = rule.alerts.filter(group=group, state=State.RESOLVED).order_by("-resolved_at").first()
    lately = before is not None and before.resolved_at is not None and now - before.resolved_at < REMEMBERED
    return Alert.objects.create(
        rule=rule,
        symptom=rule.symptom,
        group=group,
        organisation_id=place,
        severity=rule.severity,
        since=now,
        seen_at=now,
        flaps=before.flaps + 1 if before is not None and lately else 0,
    )


def _seen(alert: Alert, rule: Rule, signs: list[Sign], now: datetime) -> None:
    before = (alert.severity, alert.absent_since, alert.state)
    alert.severity = rule.severity
    if alert.absent_since is not None:
        alert.absent_since = None
        alert.flaps += 1
    if alert.state == State.PENDING and now - alert.since >= timedelta(minutes=rule.lasting):
        alert.state, alert.fired_at = State.FIRING, now
    if (alert.severity, alert.absent_since, alert.state) != before:
        alert.save()
    _keep_members(alert, signs, now)


def _keep_members(alert: Alert, signs: list[Sign], now: datetime) -> None:
    known = {one.key: one for one in alert.members.all()}
    new = []
    for sign in {one.key: one for one in signs}.values():
        member = known.pop(sign.key, None)
        if member is None:
            member = Member(alert=alert, key=sign.key, kiosk_id=sign.kiosk_id, since=now)
            new.append(member)
        elif (member.words, member.value, member.until) == (sign.words, sign.value, None):
            continue
        elif member.until is not None:
            member.since = now
        member.words, member.value, member.until = sign.words, sign.value, None
        if member.pk is not None:
            member.save()
    Member.objects.bulk_create(new)
    gone = [one.pk for one in known.values() if one.until is None]
    if gone:
        Member.objects.filter(pk__in=gone).update(until=now)


def _absent(alert: Alert, now: datetime) -> None:
    """The symptom is not there: an alert nobody was told of goes, another is resolved once it stays away."""
    if alert.state == State.PENDING:
        alert.delete()
        return
    if alert.absent_since is None:
        alert.absent_since = now
        alert.save(update_fields=["absent_since"])
        alert.members.filter(until=None).update(until=now)
    if now - alert.absent_since >= min(LONGEST_CALM, CALM * 2 ** min(alert.flaps, 8)):
        _resolve(alert, now)


def _resolve(alert: Alert, now: datetime) -> None:
    alert.state, alert.resolved_at = State.RESOLVED, now
    alert.save(update_fields=["state", "resolved_at"])
    alert.members.filter(until=None).update(until=now)
    tell_of(alert, now, Audience.at(now))


@transaction.atomic
def _end_without_rule(now: datetime) -> None:
    """Alerts whose rule was removed or put out of force are over."""
    left = Alert.objects.exclude(state=State.RESOLVED).filter(Q(rule=None) | Q(rule__enabled=False))
    for alert in left.select_related("organisation"):
        if alert.state == State.PENDING:
            alert.delete()
        else:
            _resolve(alert, now)
