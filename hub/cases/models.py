"""Cases, their history, their materials, their results, and the numbered copies of results."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from hub.accounts.models import root_organisation
from hub.cases import workflow
from hub.cases.practice import CertificateTemplate, ErasureRun, InstantRule, RetentionPolicy
from hub.cases.sealed import SealedCopy
from hub.encryption import EncryptedJSONField

__all__ = [
    "Case",
    "CaseEvent",
    "CaseSequence",
    "CertificateTemplate",
    "Copy",
    "ErasureRun",
    "InstantRule",
    "Material",
    "Result",
    "RetentionPolicy",
    "SealedCopy",
    "Supplement",
    "resident_index",
]


class Case(models.Model):
    """A submission as the authority handles it.

    Everything that says who the resident is or what they answered is in ``resident``, closed in the database
    (``hub.encryption``); ``resident_index`` finds a person without opening it. ``revision`` counts what was
    done to the case: who acts on an older one has not seen what happened since. ``promised_days`` and
    ``legal_days`` are the item's when it was filed. ``explanation`` says why it was decided so: ``reason``,
    ``basis``, ``complain`` (where to).
    """

    class State(models.TextChoices):
        """Where a case stands."""

        RECEIVED = workflow.State.RECEIVED, _("received")
        IN_REVIEW = workflow.State.IN_REVIEW, _("in review")
        SUPPLEMENT_ASKED = workflow.State.SUPPLEMENT_ASKED, _("supplement asked for")
        DECIDED = workflow.State.DECIDED, _("decided")

    class Outcome(models.TextChoices):
        """How it was decided; empty until then."""

        GRANTED = workflow.Outcome.GRANTED, _("granted")
        REFUSED = workflow.Outcome.REFUSED, _("refused")
        NOT_ACCEPTED = workflow.Outcome.NOT_ACCEPTED, _("not accepted")
        WITHDRAWN = workflow.Outcome.WITHDRAWN, _("withdrawn")

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
    organisation = models.ForeignKey(
        "accounts.Organisation",
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        default=root_organisation,
        related_name="cases",
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("clerk"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="cases",
    )
    revision = models.PositiveIntegerField(default=0, editable=False)
    promised_days = models.PositiveIntegerField(_("promised, working days"), null=True, blank=True)
    legal_days = models.PositiveIntegerField(_("by law, working days"), null=True, blank=True)
    legal_by = models.DateField(_("by law until"), null=True, blank=True)
    paused_on = models.DateField(_("clock stopped"), null=True, blank=True)
    supplement_due = models.DateField(_("supplement due"), null=True, blank=True)
    supplement_came = models.BooleanField(_("supplement came"), default=False)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome.choices, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    explanation = EncryptedJSONField(_("explanation"), null=True, blank=True)
    legal_hold = models.BooleanField(_("legal hold"), default=False)
    erased_at = models.DateTimeField(_("data erased"), null=True, blank=True)

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ("-received_at",)
        default_permissions = ("view",)
        permissions = (
            ("view_personal", "Can see who a case is about and what was handed in"),
            ("decide_case", "Can claim cases, ask for supplements and decide"),
            ("assign_case", "Can hand over other people's cases"),
            ("erase_case", "Can erase residents' data and set legal holds"),
        )
        indexes = (
            models.Index(fields=("-received_at",), name="case_newest"),
            models.Index(fields=("state", "-received_at"), name="case_state_newest"),
            models.Index(fields=("state", "promised_by"), name="case_due"),
            models.Index(fields=("erased_at", "decided_at"), name="case_retention"),
        )

    def __str__(self) -> str:
        return self.case_no


class Supplement(models.Model):
    """One request for what is missing: the complete list, told once, and when the answer came.

    ``lines`` is a list of ``{material_id, name, problem, remedy}``; ``material_id`` is empty for what is no
    material of the item.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    case = models.ForeignKey(
        Case, verbose_name=_("case"), on_delete=models.CASCADE, related_name="supplements"
    )
    asked_at = models.DateTimeField(_("asked"))
    due = models.DateField(_("due"))
    lines = EncryptedJSONField(_("what is missing"), null=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("supplement")
        verbose_name_plural = _("supplements")
        ordering = ("-asked_at",)
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.case} {self.asked_at:%Y-%m-%d}"


class CaseEvent(models.Model):
    """What was done to a case: by whom, when, from which state to which. Stays; only ``note`` is erased."""

    class What(models.TextChoices):
        """The moves of ``hub.cases.workflow``, and what changes no state."""

        FILED = "filed", _("filed")
        BEGIN_REVIEW = workflow.Move.BEGIN_REVIEW, _("taken up")
        HANDED_OVER = "handed_over", _("handed over")
        ASK_SUPPLEMENT = workflow.Move.ASK_SUPPLEMENT, _("supplement asked for")
        TAKE_SUPPLEMENT = workflow.Move.TAKE_SUPPLEMENT, _("supplement came")
        DECIDE = workflow.Move.DECIDE, _("decided")
        DECIDE_BY_RULE = workflow.Move.DECIDE_BY_RULE, _("decided by rule")
        WITHDRAW = workflow.Move.WITHDRAW, _("withdrawn")
        LAPSE = workflow.Move.LAPSE, _("closed without supplement")
        HOLD_SET = "hold_set", _("legal hold set")
        HOLD_LIFTED = "hold_lifted", _("legal hold lifted")
        ERASED = "erased", _("data erased")

    id = models.UUIDField(primary_key=True, default=uuid4)
    case = models.ForeignKey(Case, verbose_name=_("case"), on_delete=models.CASCADE, related_name="events")
    number = models.PositiveIntegerField()
    at = models.DateTimeField(_("at"))
    who = models.CharField(_("who"), max_length=160)
    what = models.CharField(_("what"), max_length=20, choices=What.choices)
    before = models.CharField(_("state before"), max_length=16, choices=Case.State.choices, blank=True)
    after = models.CharField(_("state after"), max_length=16, choices=Case.State.choices)
    note = EncryptedJSONField(_("note"), null=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("history")
        ordering = ("case", "number")
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("case", "number"), name="event_number_once"),)

    def __str__(self) -> str:
        return f"{self.case} {self.number}"


class Material(models.Model):
    """A document given with a case, or later with a supplement; its content stays in the sealed file.

    ``sha256`` is of the document. ``bound_to`` is what the seal was made for (``item_id``, ``kind``,
    ``schema``, ``part``), without which it does not open.
    """

    case = models.ForeignKey(Case, verbose_name=_("case"), on_delete=models.CASCADE, related_name="materials")
    material_id = models.CharField(_("material"), max_length=64)
    sha256 = models.CharField("SHA-256", max_length=64)
    media_type = models.CharField(_("type"), max_length=64)
    pages = models.PositiveIntegerField(_("pages"))
    file = models.ForeignKey("intake.SealedFile", verbose_name=_("sealed file"), on_delete=models.PROTECT)
    supplement = models.ForeignKey(
        Supplement,
        verbose_name=_("supplement"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="materials",
    )
    bound_to = models.JSONField(default=dict, editable=False)

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
