"""All symptoms, with what a rule for each begins with."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from hub.alerts.choices import Grouping, Severity, SymptomKey
from hub.alerts.symptoms import fleet, house, residents, work
from hub.alerts.symptoms.sign import Sign, Symptom

__all__ = ["SYMPTOMS", "Sign", "Symptom"]

_QUARTER: Final = timedelta(minutes=15)
_KIOSKS: Final = "admin:kiosks_kiosk_changelist"
_ALL: Final = (
    Symptom(SymptomKey.KIOSK_OFFLINE, fleet.not_heard, _("minutes"), threshold=15, page=_KIOSKS),
    Symptom(SymptomKey.ITEM_UNAVAILABLE, fleet.unavailable, _("minutes"), threshold=30, page=_KIOSKS),
    Symptom(SymptomKey.OUT_OF_SERVICE, fleet.out_of_service, _("minutes"), threshold=10, page=_KIOSKS),
    Symptom(
        SymptomKey.PAPER_LOW,
        fleet.paper_low,
        _("days"),
        threshold=1,
        below=True,
        page=_KIOSKS,
        every=_QUARTER,
    ),
    Symptom(SymptomKey.QUEUE_OLD, fleet.queue_old, _("hours"), threshold=4, page=_KIOSKS),
    Symptom(
        SymptomKey.HELD_OVERDUE,
        fleet.held_overdue,
        _("submissions"),
        threshold=0,
        severity=Severity.CRITICAL,
        page=_KIOSKS,
    ),
    Symptom(
        SymptomKey.CASE_RED,
        work.red_cards,
        _("overdue cases"),
        threshold=0,
        page="admin:cases_case_changelist",
    ),
    Symptom(SymptomKey.CLOCK_OFF, fleet.clock_off, _("seconds"), threshold=120, lasting=5, page=_KIOSKS),
    Symptom(
        SymptomKey.QUARANTINE,
        fleet.quarantined,
        "",
        threshold=0,
        severity=Severity.CRITICAL,
        grouping=Grouping.KIOSK,
        page=_KIOSKS,
    ),
    Symptom(
        SymptomKey.KEY_EXPIRING,
        fleet.key_expiring,
        _("days"),
        threshold=30,
        below=True,
        every=_QUARTER,
        page=_KIOSKS,
    ),
    Symptom(
        SymptomKey.COMPLAINTS_OVERDUE,
        residents.complaints_overdue,
        _("complaints"),
        threshold=0,
        page="admin:evaluations_complaint_changelist",
    ),
    Symptom(
        SymptomKey.RATINGS_BAD,
        residents.bad_ratings,
        "%",
        threshold=20,
        every=_QUARTER,
        page="admin:evaluations_complaint_changelist",
    ),
    Symptom(
        SymptomKey.LOGIN_LOCKED,
        house.logins_locked,
        _("locked logins in an hour"),
        threshold=2,
        grouping=Grouping.RULE,
        page="admin:audit_entry_changelist",
    ),
    Symptom(
        SymptomKey.AUDIT_BROKEN,
        house.trail_broken,
        _("faults"),
        threshold=0,
        severity=Severity.CRITICAL,
        grouping=Grouping.RULE,
        page="admin:audit_entry_changelist",
    ),
    Symptom(
        SymptomKey.DISK_LOW,
        house.disk_low,
        _("% free"),
        threshold=10,
        below=True,
        severity=Severity.CRITICAL,
        grouping=Grouping.RULE,
    ),
    Symptom(
        SymptomKey.BACKUP_OLD,
        house.backup_old,
        _("hours"),
        threshold=26,
        grouping=Grouping.RULE,
        every=_QUARTER,
    ),
    Symptom(
        SymptomKey.SEAL_EXPIRING,
        house.seal_expiring,
        _("days"),
        threshold=30,
        below=True,
        grouping=Grouping.RULE,
        every=_QUARTER,
    ),
    Symptom(
        SymptomKey.UNTOLD,
        house.untold,
        "",
        threshold=0,
        grouping=Grouping.RULE,
        page="admin:alerts_notification_changelist",
    ),
)

SYMPTOMS: Final[dict[SymptomKey, Symptom]] = {one.key: one for one in _ALL}
"""Every symptom by its key."""
