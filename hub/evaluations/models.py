"""What residents say: ratings, which nobody changes; who could not get it done; and what is done about it."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from hub.accounts.models import root_organisation
from hub.encryption import EncryptedField, EncryptedJSONField
from hub.evaluations.said import Said
from hub.evaluations.words import LEVELS, OF, TROUBLES
from kiosk.wire import BAD_LEVEL


class TroubleTicket(Said):
    """A ``kiosk.wire.TroubleReport``: which page, why, in which language; nothing about the person.

    ``devices`` is what the kiosk's devices reported at that moment, by name; ``online`` whether it had a
    network. Both are empty from a kiosk that does not say so yet.
    """

    id = models.UUIDField(primary_key=True)
    check_code = models.CharField(_("check code"), max_length=16, db_index=True)
    kiosk = models.ForeignKey("kiosks.Kiosk", verbose_name=_("kiosk"), on_delete=models.PROTECT)
    journey = models.CharField(_("journey"), max_length=64)
    page = models.CharField(_("page"), max_length=64)
    reason = models.CharField(_("reason"), max_length=32, choices=TROUBLES)
    language = models.CharField(_("language"), max_length=8)
    devices = models.JSONField(_("devices"), default=dict)
    online = models.BooleanField(_("had a network"), null=True)
    happened_at = models.DateTimeField(_("happened"))
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("could not get it done")
        verbose_name_plural = _("could not get it done")
        ordering = ("-received_at",)
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.check_code


class Evaluation(Said):
    """A rating (好差评) as it came: ``kiosk.wire.Evaluation`` without the telephone number.

    Only the first of a case counts (``MAIN``, 主评: one evaluation for one matter, GB/T 39734-2020, 7.1). A
    second is shown beside it (``APPENDED``, 追评); whatever comes after is kept. ``case`` may point to a case
    that has not arrived yet, so the database does not insist on it.
    """

    class Standing(models.TextChoices):
        """Whether it counts."""

        MAIN = "main", _("first rating")
        APPENDED = "appended", _("added later")
        FURTHER = "further", _("one more, not counted")

    id = models.UUIDField(primary_key=True)
    check_code = models.CharField(_("check code"), max_length=16, db_index=True)
    standing = models.CharField(_("counts as"), max_length=10, choices=Standing.choices)
    level = models.PositiveSmallIntegerField(_("level"), choices=LEVELS)
    reasons = models.JSONField(_("reasons"), default=list)
    reasons_version = models.PositiveSmallIntegerField(_("version of the reasons"))
    of = models.CharField(_("rated after"), max_length=12, choices=OF)
    item_id = models.CharField(_("item"), max_length=64, blank=True, db_index=True)
    case = models.ForeignKey(
        "cases.Case",
        verbose_name=_("case"),
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="evaluations",
    )
    kiosk = models.ForeignKey("kiosks.Kiosk", verbose_name=_("kiosk"), on_delete=models.PROTECT)
    organisation = models.ForeignKey(
        "accounts.Organisation",
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        default=root_organisation,
    )
    language = models.CharField(_("language"), max_length=8)
    rated_at = models.DateTimeField(_("rated"))
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")
        ordering = ("-received_at",)
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(
                fields=("case",), condition=models.Q(standing="main"), name="one_first_rating_of_a_case"
            ),
        )
        indexes = (models.Index(fields=("rated_at", "level"), name="evaluation_when"),)

    def __str__(self) -> str:
        return self.check_code

    @property
    def case_no(self) -> str | None:
        """The number of its case; ``None`` where it is of none, or of one that has not arrived yet."""
        numbers = Evaluation.objects.filter(pk=self.pk).values_list("case__case_no", flat=True)
        found: str | None = numbers.first()
        return found

    @property
    def is_bad(self) -> bool:
        """Whether it is a bad rating (差评), which is always followed up."""
        return self.level <= BAD_LEVEL


class Figures(Evaluation):
    """The ratings as figures, which more people see than the ratings one by one."""

    class Meta:
        proxy = True
        verbose_name = _("Figures of the evaluations")
        verbose_name_plural = _("Figures of the evaluations")
        default_permissions = ("view",)


class Complaint(models.Model):
    """What has to be followed up: a bad rating, a wish to be called, or somebody who could not get it done.

    Opened by itself, never by hand. ``contact_by`` is the last day for the first call, ``due`` for all of it.
    ``phone`` is erased when it is closed.
    """

    class Kind(models.TextChoices):
        """Where it came from."""

        BAD_RATING = "bad_rating", _("bad rating")
        CALL_BACK = "call_back", _("wish to be called")
        TROUBLE = "trouble", _("could not get it done")

    class State(models.TextChoices):
        """Where it stands."""

        OPEN = "open", _("not begun")
        CALLING_BACK = "calling_back", _("calling back")
        REMEDIED = "remedied", _("remedied")
        CLOSED = "closed", _("settled")

    class Finding(models.TextChoices):
        """What the verification found (核实)."""

        JUSTIFIED = "justified", _("justified")
        UNJUSTIFIED = "unjustified", _("not justified")
        MISTAKEN = "mistaken", _("rated by mistake")

    id = models.UUIDField(primary_key=True, default=uuid4)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    evaluation = models.OneToOneField(
        Evaluation,
        verbose_name=_("evaluation"),
        null=True,
        on_delete=models.PROTECT,
        related_name="complaint",
    )
    ticket = models.OneToOneField(
        TroubleTicket,
        verbose_name=_("could not get it done"),
        null=True,
        on_delete=models.PROTECT,
        related_name="complaint",
    )
    organisation = models.ForeignKey(
        "accounts.Organisation",
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        default=root_organisation,
    )
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField(_("came in"))
    contact_by = models.DateField(_("first call by"))
    due = models.DateField(_("to be settled by"))
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("in hand of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="complaints",
    )
    phone = EncryptedJSONField(_("phone"), null=True, editable=False)
    finding = models.CharField(_("finding"), max_length=12, choices=Finding.choices, blank=True)
    closed_at = models.DateTimeField(_("settled on"), null=True, blank=True)
    reopened = models.PositiveSmallIntegerField(_("reopened, times"), default=0)
    revision = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("Complaints")
        ordering = ("due", "opened_at")
        default_permissions = ("view",)
        permissions = (
            ("handle_complaint", "Can take up, remedy and close complaints"),
            ("view_phone", "Can see the number to call back"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(evaluation__isnull=False) ^ models.Q(ticket__isnull=False),
                name="a_complaint_is_about_one_thing",
            ),
        )
        indexes = (models.Index(fields=("state", "due"), name="complaint_due"),)

    def __str__(self) -> str:
        about = self.evaluation or self.ticket
        return about.check_code if about is not None else ""


class ComplaintEntry(Said):
    """One line of a complaint's history: a call, a finding, a remedy, the evidence. Never changed."""

    class What(models.TextChoices):
        """What happened."""

        OPENED = "opened", _("came in")
        RATED_AGAIN = "rated_again", _("rated again")
        TAKEN = "taken", _("taken up")
        CALLED = "called", _("call")
        REMEDIED = "remedied", _("remedied")
        CLOSED = "closed", _("settled")
        REOPENED = "reopened", _("reopened")
        PHONE_SEEN = "phone_seen", _("number looked at")

    class Call(models.TextChoices):
        """What came of a call."""

        REACHED = "reached", _("reached")
        NO_ANSWER = "no_answer", _("no answer")
        WRONG_NUMBER = "wrong_number", _("wrong number")
        DECLINED = "declined", _("does not want to talk")

    id = models.UUIDField(primary_key=True, default=uuid4)
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField()
    at = models.DateTimeField(_("at"))
    who = models.CharField(_("who"), max_length=160)
    what = models.CharField(_("what happened"), max_length=12, choices=What.choices)
    outcome = models.CharField(_("outcome"), max_length=16, blank=True)
    note = EncryptedJSONField(_("note"), null=True)

    class Meta:
        verbose_name = _("history")
        verbose_name_plural = _("history")
        ordering = ("complaint", "number")
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("complaint", "number"), name="complaint_entry_once"),)

    def __str__(self) -> str:
        return f"{self.complaint} {self.number}"


class Evidence(Said):
    """A file that shows that a complaint was remedied; ``content`` is closed in the database."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    entry = models.OneToOneField(ComplaintEntry, on_delete=models.PROTECT, related_name="evidence")
    media_type = models.CharField(_("type"), max_length=32)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField("SHA-256", max_length=64)
    content = EncryptedField(editable=False)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        default_permissions = ()

    def __str__(self) -> str:
        return self.sha256[:12]
