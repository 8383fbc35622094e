"""Cases, their materials, their results, and the numbered copies of results."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from hub.encryption import EncryptedJSONField


class Case(models.Model):
    """A submission as the authority handles it.

    Everything that says who the resident is or what they answered is in ``resident``, closed in the database
    (``hub.encryption``); ``resident_index`` finds a person without opening it.
    """

    class State(models.TextChoices):
        """Where a case stands."""

        RECEIVED = "received", _("received")
        DECIDED = "decided", _("decided")

    id = models.UUIDField(_("submission"), primary_key=True)
    case_no = models.CharField(_("case number"), max_length=32, unique=True)
    check_code = models.CharField(_("check code"), max_length=16, db_index=True)
    item_id = models.CharField(_("item"), max_length=64, db_index=True)
    item_version = models.PositiveIntegerField(_("item version"))
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.RECEIVED)
    kiosk = models.ForeignKey(
        "kiosks.Kiosk", verbose_name=_("kiosk"), null=True, blank=True, on_delete=models.PROTECT
    )
    captured_at = models.DateTimeField(_("filed, kiosk's clock"))
    clock_offset = models.FloatField(_("kiosk's clock behind ours, seconds"), null=True, blank=True)
    received_at = models.DateTimeField(_("received"))
    promised_by = models.DateField(_("promised by"), null=True, blank=True)
    resident = EncryptedJSONField(_("resident"))
    resident_index = models.CharField(max_length=64, db_index=True, editable=False)

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ("-received_at",)

    def __str__(self) -> str:
        return self.case_no


class Material(models.Model):
    """A document given with a case; ``sha256`` is of the document, its content stays in the sealed file."""

    case = models.ForeignKey(Case, verbose_name=_("case"), on_delete=models.CASCADE, related_name="materials")
    material_id = models.CharField(_("material"), max_length=64)
    sha256 = models.CharField("SHA-256", max_length=64)
    media_type = models.CharField(_("type"), max_length=64)
    pages = models.PositiveIntegerField(_("pages"))
    file = models.ForeignKey("intake.SealedFile", verbose_name=_("sealed file"), on_delete=models.PROTECT)

    class Meta:
        verbose_name = _("material")
        verbose_name_plural = _("materials")

    def __str__(self) -> str:
        return self.material_id


class CaseSequence(models.Model):
    """The last case number given in a region and year."""

    region = models.CharField(max_length=12)
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("region", "year"), name="one_sequence"),)

    def __str__(self) -> str:
        return f"{self.region}-{self.year}"


class Result(models.Model):
    """What was decided; ``certificate`` (title, lines, body, authority) is the resident's, closed."""

    id = models.UUIDField(_("result"), primary_key=True)
    case = models.OneToOneField(Case, verbose_name=_("case"), on_delete=models.PROTECT, related_name="result")
    decided_at = models.DateTimeField(_("decided"))
    certificate = EncryptedJSONField(_("certificate"))

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        ordering = ("-decided_at",)

    def __str__(self) -> str:
        return str(self.case)


class Copy(models.Model):
    """One numbered copy, committed before it was printed, and what became of its paper."""

    class Outcome(models.TextChoices):
        """``kiosk.wire.CopyOutcome``; empty until the kiosk reports."""

        PRINTED = "printed", _("printed")
        TAKEN = "taken", _("taken")
        NOT_TAKEN = "not_taken", _("not taken")
        NOT_PRINTED = "not_printed", _("not printed")

    id = models.UUIDField(_("copy"), primary_key=True)
    result = models.ForeignKey(
        Result, verbose_name=_("result"), on_delete=models.PROTECT, related_name="copies"
    )
    copy_no = models.PositiveIntegerField(_("copy number"))
    kiosk = models.ForeignKey("kiosks.Kiosk", verbose_name=_("kiosk"), on_delete=models.PROTECT)
    issued_at = models.DateTimeField(_("issued"))
    verification_code = models.CharField(_("verification code"), max_length=16, unique=True)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome.choices, blank=True)
    outcome_at = models.DateTimeField(_("outcome at"), null=True, blank=True)

    class Meta:
        verbose_name = _("copy")
        verbose_name_plural = _("copies")
        ordering = ("result", "copy_no")
        constraints = (models.UniqueConstraint(fields=("result", "copy_no"), name="copy_number_once"),)

    def __str__(self) -> str:
        return f"{self.result} / {self.copy_no}"


def resident_index(number: str) -> str:
    """The look-up key of a document number: a keyed digest, so that the table alone names nobody."""
    index: str = settings.DATA.resident_keys.index(number.strip().upper())
    return index
