"""The closed sets of words in which alerts are spoken of."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Severity(models.IntegerChoices):
    """How bad it is; a higher number is worse."""

    NOTICE = 1, _("notice")
    WARNING = 2, _("warning")
    CRITICAL = 3, _("critical")


class Grouping(models.TextChoices):
    """What one alert is about: everything else with the same symptom becomes a member of it."""

    KIOSK = "kiosk", _("each kiosk")
    ORGANISATION = "organisation", _("each organisation")
    RULE = "rule", _("all together")


class State(models.TextChoices):
    """Where an alert stands. While ``pending`` its symptom has not lasted long enough to tell anybody."""

    PENDING = "pending", _("watched")
    FIRING = "firing", _("firing")
    RESOLVED = "resolved", _("resolved")


class SymptomKey(models.TextChoices):
    """What can be wrong, as somebody would notice it (``hub.alerts.symptoms``)."""

    KIOSK_OFFLINE = "kiosk_offline", _("kiosk not heard")
    ITEM_UNAVAILABLE = "item_unavailable", _("item cannot be done anywhere in the organisation")
    OUT_OF_SERVICE = "out_of_service", _("kiosk out of service")
    PAPER_LOW = "paper_low", _("paper runs out")
    QUEUE_OLD = "queue_old", _("queue does not empty")
    HELD_OVERDUE = "held_overdue", _("held submission overdue")
    CASE_RED = "case_red", _("cases with a red card")
    CLOCK_OFF = "clock_off", _("kiosk's clock is wrong")
    QUARANTINE = "quarantine", _("kiosk in quarantine")
    KEY_EXPIRING = "key_expiring", _("kiosk's key is old")
    COMPLAINTS_OVERDUE = "complaints_overdue", _("complaints overdue")
    RATINGS_BAD = "ratings_bad", _("share of bad ratings")
    LOGIN_LOCKED = "login_locked", _("logins locked")
    AUDIT_BROKEN = "audit_broken", _("audit trail broken")
    DISK_LOW = "disk_low", _("disk of the hub nearly full")
    BACKUP_OLD = "backup_old", _("backup too old")
    SEAL_EXPIRING = "seal_expiring", _("seal certificate expires")
    UNTOLD = "untold", _("alerts that could not be delivered")


class Kind(models.TextChoices):
    """What a contact is told of an alert."""

    FIRING = "firing", _("firing")
    ESCALATED = "escalated", _("escalated")
    RESOLVED = "resolved", _("resolved")


class Delivery(models.TextChoices):
    """Where a notification stands in the outbox."""

    WAITING = "waiting", _("waiting to be sent")
    SENT = "sent", _("sent")
    GIVEN_UP = "given_up", _("given up")
