"""Tickets of people who could not get it done (办不成事)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class TroubleTicket(models.Model):
    """A ``kiosk.wire.TroubleReport``: which page, why, in which language; nothing about the person."""

    id = models.UUIDField(primary_key=True)
    check_code = models.CharField(_("check code"), max_length=16, db_index=True)
    kiosk = models.ForeignKey("kiosks.Kiosk", verbose_name=_("kiosk"), on_delete=models.PROTECT)
    journey = models.CharField(_("journey"), max_length=64)
    page = models.CharField(_("page"), max_length=64)
    reason = models.CharField(_("reason"), max_length=32)
    language = models.CharField(_("language"), max_length=8)
    happened_at = models.DateTimeField(_("happened"))
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("could not get it done")
        verbose_name_plural = _("could not get it done")
        ordering = ("-received_at",)

    def __str__(self) -> str:
        return self.check_code
