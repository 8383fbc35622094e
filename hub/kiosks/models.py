"""Kiosks and what makes them known."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hub.accounts.models import root_organisation
from hub.kiosks.desired import DesiredSetting
from hub.kiosks.grouping import Keeper, Label, SavedFilter
from hub.kiosks.history import AvailabilitySpan, Change, Downtime, HubSign, Silence, Trend
from hub.kiosks.identity import Identity
from hub.kiosks.remote_commands import KioskCommand

__all__ = [
    "AvailabilitySpan",
    "Change",
    "DesiredSetting",
    "Downtime",
    "EnrolmentCode",
    "HubSign",
    "Keeper",
    "Kiosk",
    "KioskCommand",
    "Label",
    "Nonce",
    "SavedFilter",
    "Silence",
    "Trend",
]


class Kiosk(Identity):
    """An enrolled kiosk and its last sign of life (``kiosk.wire.CheckIn``).

    From ``catalogue_version`` on, the fields repeat what is in ``status`` or what was counted, so that lists
    of ten thousand kiosks need not read it: ``reporting_since`` is when the kiosk first said what can be done
    there, ``waiting`` the items in its queue, ``people_a_day`` how many use it, ``None`` while not known.
    """

    id = models.CharField(_("number"), max_length=32, primary_key=True)
    place = models.CharField(_("place"), max_length=120, blank=True)
    organisation = models.ForeignKey(
        "accounts.Organisation",
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        default=root_organisation,
        related_name="kiosks",
    )
    software = models.CharField(_("software"), max_length=64, blank=True)
    enrolled_at = models.DateTimeField(_("enrolled"), auto_now_add=True)
    revoked = models.BooleanField(_("revoked"), default=False)
    last_seen = models.DateTimeField(_("last seen"), null=True, blank=True)
    status = models.JSONField(_("status"), null=True, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    keeper = models.ForeignKey(
        Keeper,
        verbose_name=_("keeper"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="kiosks",
    )
    labels = models.ManyToManyField(Label, verbose_name=_("labels"), blank=True, related_name="kiosks")
    catalogue_version = models.PositiveIntegerField(_("catalogue"), default=0, editable=False)
    out_of_service = models.CharField(_("out of service"), max_length=64, blank=True, editable=False)
    reporting_since = models.DateTimeField(null=True, editable=False)
    waiting = models.PositiveIntegerField(_("waiting"), default=0, editable=False)
    people_a_day = models.FloatField(_("people a day"), null=True, editable=False)
    trend_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("kiosk")
        verbose_name_plural = _("kiosks")
        ordering = ("id",)
        indexes = (
            # Everything that counting a fleet asks for, so that it need not read the long reports beside it.
            models.Index(
                fields=(
                    "last_seen",
                    "organisation",
                    "revoked",
                    "quarantined_at",
                    "reporting_since",
                    "out_of_service",
                    "catalogue_version",
                    "people_a_day",
                    "id",
                ),
                name="kiosk_live",
            ),
        )

    def __str__(self) -> str:
        return f"{self.id} {self.place}".strip()


class EnrolmentCode(models.Model):
    """A one-time code; only its SHA-256 is kept, which is enough for a code with 60 random bits.

    ``renews`` is the kiosk that the machine with this code becomes, keeping its number; a new one where it
    is empty, which is put into ``organisation``.
    """

    code_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    kiosk = models.ForeignKey(
        Kiosk,
        verbose_name=_("used by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="enrolment_codes",
    )
    renews = models.ForeignKey(
        Kiosk, verbose_name=_("renews"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    organisation = models.ForeignKey(
        "accounts.Organisation",
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        default=root_organisation,
        related_name="+",
    )

    class Meta:
        verbose_name = _("enrolment code")
        verbose_name_plural = _("enrolment codes")
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M}"


class Nonce(models.Model):
    """A signature already seen: it counts once within the window."""

    kiosk = models.ForeignKey(Kiosk, on_delete=models.CASCADE)
    nonce = models.CharField(max_length=64)
    seen_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("kiosk", "nonce"), name="nonce_once"),)

    def __str__(self) -> str:
        return self.nonce
