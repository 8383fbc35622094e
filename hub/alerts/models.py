"""Rules, those who are told, silences; alerts with their members, and the outbox of notifications."""

from __future__ import annotations

import base64
import secrets
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hub.accounts.models import root_organisation
from hub.alerts.choices import Delivery, Grouping, Kind, Severity, State, SymptomKey
from hub.encryption import EncryptedField


class Rule(models.Model):
    """When a symptom becomes an alert: below ``organisation``, beyond ``threshold``, for ``lasting`` minutes.

    What the threshold counts is the symptom's to say (``hub.alerts.symptoms``). ``failed_at`` is since when
    it could not be looked at.
    """

    symptom = models.CharField(_("symptom"), max_length=32, choices=SymptomKey.choices)
    organisation = models.ForeignKey(
        "accounts.Organisation",
        verbose_name=_("organisation"),
        on_delete=models.CASCADE,
        default=root_organisation,
        related_name="+",
    )
    threshold = models.FloatField(_("threshold"), default=0, validators=[MinValueValidator(0)])
    lasting = models.PositiveIntegerField(_("for minutes"), default=0)
    severity = models.PositiveSmallIntegerField(
        _("severity"), choices=Severity.choices, default=Severity.WARNING
    )
    grouping = models.CharField(
        _("one alert for"), max_length=16, choices=Grouping.choices, default=Grouping.ORGANISATION
    )
    enabled = models.BooleanField(_("in force"), default=True)
    looked_at = models.DateTimeField(null=True, editable=False)
    failed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("alert rule")
        verbose_name_plural = _("alert rules")
        ordering = ("symptom", "id")

    def __str__(self) -> str:
        return str(self.get_symptom_display())


class Contact(models.Model):
    """Somebody, or some system, that is told of alerts below ``organisation``: by e-mail or by webhook.

    Told after ``after`` minutes in which nobody has acknowledged; of those several make an escalation.
    ``secret`` signs webhooks (Standard Webhooks, ``whsec_…``) and is made here.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(_("name"), max_length=80)
    organisation = models.ForeignKey(
        "accounts.Organisation",
        verbose_name=_("organisation"),
        on_delete=models.CASCADE,
        default=root_organisation,
        related_name="+",
    )
    email = models.EmailField(_("e-mail"), blank=True)
    url = models.CharField(_("webhook"), blank=True, max_length=400)
    secret = EncryptedField(editable=False, null=True)
    language = models.CharField(
        _("language"), max_length=8, choices=(("zh-hans", "简体中文"), ("en", "English")), default="zh-hans"
    )
    least = models.PositiveSmallIntegerField(
        _("from severity"), choices=Severity.choices, default=Severity.WARNING
    )
    after = models.PositiveIntegerField(_("after minutes without acknowledgement"), default=0)
    enabled = models.BooleanField(_("in force"), default=True)

    class Meta:
        verbose_name = _("alert contact")
        verbose_name_plural = _("alert contacts")
        ordering = ("organisation__path", "after", "name")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """One way to be told, and an address that may be called (``hub.alerts.addresses``)."""
        from hub.alerts.addresses import AddressRefused, check_url

        if bool(self.email) == bool(self.url):
            raise ValidationError(_("Give an e-mail address or a webhook, not both."))
        if self.url:
            try:
                check_url(self.url)
            except AddressRefused as error:
                raise ValidationError({"url": str(error)}) from None

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Give a webhook its secret."""
        if self.url and not self.secret:
            self.secret = secrets.token_bytes(32)
        super().save(*args, **kwargs)

    @property
    def secret_text(self) -> str:
        """The secret as the other end wants it."""
        return "whsec_" + base64.b64encode(self.secret).decode() if self.secret else ""


class AlertSilence(models.Model):
    """For a time nobody is told of what it matches; alerts are still shown. What is empty matches all."""

    organisation = models.ForeignKey(
        "accounts.Organisation",
        verbose_name=_("organisation"),
        on_delete=models.CASCADE,
        default=root_organisation,
        related_name="+",
    )
    symptom = models.CharField(_("symptom"), max_length=32, choices=SymptomKey.choices, blank=True)
    kiosk = models.ForeignKey(
        "kiosks.Kiosk",
        verbose_name=_("kiosk"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    reason = models.CharField(_("reason"), max_length=200)
    until = models.DateTimeField(_("silent until"))
    by = models.CharField(_("by"), max_length=160, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("alert silence")
        verbose_name_plural = _("alert silences")
        ordering = ("-until",)

    def __str__(self) -> str:
        return self.reason


class Alert(models.Model):
    """A symptom of one group (``group`` is a kiosk, an organisation, or the rule as a whole).

    ``since`` is when it was first seen, ``seen_at`` when it was seen last; ``flaps`` how often it went away
    and came back without being settled.
    """

    rule = models.ForeignKey(
        Rule, verbose_name=_("rule"), null=True, on_delete=models.SET_NULL, related_name="alerts"
    )
    symptom = models.CharField(_("symptom"), max_length=32, choices=SymptomKey.choices)
    group = models.CharField(max_length=64)
    organisation = models.ForeignKey(
        "accounts.Organisation",
        verbose_name=_("organisation"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity.choices)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.PENDING)
    since = models.DateTimeField(_("wrong since"))
    seen_at = models.DateTimeField(_("seen last"))
    fired_at = models.DateTimeField(_("fired"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, blank=True)
    acknowledged_by = models.CharField(_("acknowledged by"), max_length=160, blank=True)
    absent_since = models.DateTimeField(null=True, editable=False)
    flaps = models.PositiveIntegerField(_("how often it came back"), default=0)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ("-severity", "-since")
        default_permissions = ("view",)
        permissions = (("acknowledge_alert", "Can acknowledge alerts"),)
        constraints = (
            models.UniqueConstraint(
                fields=("rule", "group"), condition=~Q(state=State.RESOLVED), name="one_open_alert_of_a_group"
            ),
        )
        indexes = (models.Index(fields=("state", "organisation"), name="alert_by_state"),)

    def __str__(self) -> str:
        return str(self.get_symptom_display())


class Member(models.Model):
    """One kiosk, place or thing that shows the symptom; ``words`` says which, ``value`` how far it is."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="members")
    key = models.CharField(max_length=160)
    words = models.CharField(_("what"), max_length=200)
    value = models.FloatField(_("value"), null=True)
    kiosk = models.ForeignKey(
        "kiosks.Kiosk", verbose_name=_("kiosk"), null=True, on_delete=models.CASCADE, related_name="+"
    )
    since = models.DateTimeField(_("wrong since"))
    until = models.DateTimeField(_("recovered"), null=True)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ("until", "since", "key")
        constraints = (models.UniqueConstraint(fields=("alert", "key"), name="one_member_of_a_key"),)

    def __str__(self) -> str:
        return self.words


class Notification(models.Model):
    """What a contact is told, once: kept here until it is delivered. ``id`` names it at the other end."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="notifications")
    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), on_delete=models.CASCADE, related_name="notifications"
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    created_at = models.DateTimeField(_("created"))
    delivery = models.CharField(
        _("delivery"), max_length=16, choices=Delivery.choices, default=Delivery.WAITING
    )
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due"))
    sent_at = models.DateTimeField(_("sent"), null=True)
    problem = models.CharField(_("problem"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ("-created_at",)
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(fields=("alert", "contact", "kind"), name="told_once_of_a_kind"),
        )
        indexes = (models.Index(fields=("delivery", "due_at"), name="notification_by_due"),)

    def __str__(self) -> str:
        return str(self.id)


class Round(models.Model):
    """The last look at all rules: one row, locked while somebody looks, so that only one does at a time.

    ``trail_checked_at`` and ``trail_faults`` are of the audit trail, which is not read whole every time.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField(null=True)
    trail_checked_at = models.DateTimeField(null=True)
    trail_faults = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.at)
