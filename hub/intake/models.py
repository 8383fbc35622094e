"""What arrived from kiosks' queues."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
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

    The digest of its content decides whether a repetition is the same. ``age_seconds`` is how long it lay in
    the kiosk's queue by a clock that nobody can set, where that is known. ``receipt`` is the answer given
    then, and given again to every repetition. ``quarantined``: two machines used the kiosk's key then.
    """

    id = models.UUIDField(_("number"), primary_key=True)
    kind = models.CharField(_("kind"), max_length=64)
    content_sha256 = models.CharField(max_length=64)
    kiosk = models.ForeignKey("kiosks.Kiosk", verbose_name=_("kiosk"), on_delete=models.PROTECT)
    received_at = models.DateTimeField(_("received"))
    age_seconds = models.FloatField(_("queued for, seconds"), null=True, blank=True)
    receipt = models.JSONField(_("receipt"))
    quarantined = models.BooleanField(_("from a kiosk in quarantine"), default=False)

    class Meta:
        verbose_name = _("received item")
        verbose_name_plural = _("received items")
        ordering = ("-received_at",)

    def __str__(self) -> str:
        return str(self.id)


class Upload(models.Model):
    """A sealed file on its way in pieces (``hub.intake.uploads``), named by the SHA-256 it will have."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    kiosk = models.ForeignKey("kiosks.Kiosk", on_delete=models.CASCADE)
    sha256 = models.CharField(max_length=64)
    length = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    touched_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("kiosk", "sha256", "length"), name="one_upload_of_a_file"),
        )

    def __str__(self) -> str:
        return f"{self.sha256[:12]} {self.received}/{self.length}"


class UploadPiece(models.Model):
    """A piece of an upload, until the file is whole."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="pieces")
    offset = models.PositiveBigIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("upload", "offset"), name="one_piece_at_a_place"),)

    def __str__(self) -> str:
        return f"{self.upload_id} from {self.offset}"


class HeldSubmission(models.Model):
    """An item that was refused for good and waits for a person: somebody here owns it until it is solved.

    It lies at its kiosk, sealed; nothing of its content is here. ``reason`` is what the hub answered.
    ``due`` is when it is given to the next higher administrator.
    """

    id = models.UUIDField(_("number"), primary_key=True)
    kiosk = models.ForeignKey("kiosks.Kiosk", verbose_name=_("kiosk"), on_delete=models.PROTECT)
    kind = models.CharField(_("kind"), max_length=64)
    reason = models.CharField(_("reason"), max_length=400)
    reported_at = models.DateTimeField(_("reported"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="held_submissions",
    )
    due = models.DateField(_("due"))
    escalated = models.PositiveIntegerField(_("escalated, times"), default=0, editable=False)
    solved_at = models.DateTimeField(_("solved"), null=True, blank=True)
    note = models.TextField(_("what was done"), blank=True)

    class Meta:
        verbose_name = _("held submission")
        verbose_name_plural = _("held submissions")
        ordering = ("solved_at", "due", "id")
        default_permissions = ("view", "change")
        indexes = (models.Index(fields=("solved_at", "due"), name="held_due"),)

    def __str__(self) -> str:
        return str(self.id)[:13]
