"""What arrived from kiosks' queues."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SealedFile(models.Model):
    """An attachment as it arrived and as it stays: sealed to our intake key, named by its SHA-256."""

    sha256 = models.CharField("SHA-256", max_length=64, primary_key=True)
    sealed = models.BinaryField(editable=False)
    kiosk = models.ForeignKey("kiosks.Kiosk", verbose_name=_("kiosk"), on_delete=models.PROTECT)
    received_at = models.DateTimeField(_("received"), auto_now_add=True)

    class Meta:
        verbose_name = _("sealed file")
        verbose_name_plural = _("sealed files")

    def __str__(self) -> str:
        return self.sha256[:12]


class ReceivedItem(models.Model):
    """One queued item, received once and for ever.

    The digest of its content decides whether a repetition is the same. ``receipt`` is the answer given
    then, and given again to every repetition.
    """

    id = models.UUIDField(_("number"), primary_key=True)
    kind = models.CharField(_("kind"), max_length=64)
    content_sha256 = models.CharField(max_length=64)
    kiosk = models.ForeignKey("kiosks.Kiosk", verbose_name=_("kiosk"), on_delete=models.PROTECT)
    received_at = models.DateTimeField(_("received"))
    receipt = models.JSONField(_("receipt"))

    class Meta:
        verbose_name = _("received item")
        verbose_name_plural = _("received items")
        ordering = ("-received_at",)

    def __str__(self) -> str:
        return str(self.id)
