"""How an item is handled here: its certificate, the rules that grant it at once, how long data is kept."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from hub.cases.certificates import BadTemplate, check_template, parse_lines
from hub.cases.rules import BadCondition, parse_conditions


class CertificateTemplate(models.Model):
    """What a granted item's certificate says; in braces what is filled in: ``{name}``, ``{answer:phone}``."""

    item_id = models.CharField(_("item"), max_length=64, unique=True)
    title_zh = models.CharField(_("title"), max_length=80)
    title_en = models.CharField(_("title in English"), max_length=160, blank=True)
    lines = models.TextField(
        _("lines"),
        help_text=_("One a line: label | label in English | value. For example: 姓名 | Name | {name}"),
    )
    body_zh = models.TextField(_("body"))
    body_en = models.TextField(_("body in English"), blank=True)
    authority_zh = models.CharField(_("authority"), max_length=120)
    authority_en = models.CharField(_("authority in English"), max_length=240, blank=True)

    class Meta:
        verbose_name = _("certificate template")
        verbose_name_plural = _("certificate templates")
        ordering = ("item_id",)

    def __str__(self) -> str:
        return f"{self.title_zh} ({self.item_id})"

    def clean(self) -> None:
        """Refuse what could not be filled in."""
        try:
            parse_lines(self.lines)
            for text in (self.lines, self.body_zh, self.body_en):
                check_template(text)
        except BadTemplate as error:
            raise ValidationError(str(error)) from None


class InstantRule(models.Model):
    """Grants an item on the spot when all its conditions hold; whatever no rule grants goes to a clerk."""

    item_id = models.CharField(_("item"), max_length=64, db_index=True)
    conditions = models.TextField(
        _("conditions of the rule"),
        blank=True,
        help_text=_(
            "One a line; all must hold. For example: answer support = none, answer phone, "
            "material hukou-own-page, document resident_id, age >= 60"
        ),
    )
    active = models.BooleanField(_("switched on"), default=False)
    note = models.CharField(_("basis"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("rule for instant items")
        verbose_name_plural = _("rules for instant items")
        ordering = ("item_id", "id")

    def __str__(self) -> str:
        return f"{self.item_id} / {self.pk}"

    def clean(self) -> None:
        """Refuse conditions nobody can check, and a rule without a certificate to give."""
        try:
            parse_conditions(self.conditions)
        except BadCondition as error:
            raise ValidationError({"conditions": str(error)}) from None
        if not CertificateTemplate.objects.filter(item_id=self.item_id).exists():
            raise ValidationError({"item_id": _("This item has no certificate template yet.")})


class RetentionPolicy(models.Model):
    """How long after its decision residents' data of a case is kept; without an item: of every other item."""

    item_id = models.CharField(
        _("item"),
        max_length=64,
        unique=True,
        blank=True,
        help_text=_("Empty: every item without its own policy."),
    )
    days = models.PositiveIntegerField(
        _("days after the decision"), help_text=_("Calendar days; then data and documents are erased.")
    )
    basis = models.CharField(_("basis"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("retention policy")
        verbose_name_plural = _("retention policies")
        ordering = ("item_id",)

    def __str__(self) -> str:
        return f"{self.item_id or '*'}: {self.days}"


class ErasureRun(models.Model):
    """One run of the daily erasure and what it counted; kept as evidence that the policy is followed."""

    at = models.DateTimeField(_("at"))
    erased = models.PositiveIntegerField(_("cases erased"))
    files = models.PositiveIntegerField(_("documents erased"))
    on_hold = models.PositiveIntegerField(_("due, but on legal hold"))
    left = models.PositiveIntegerField(_("due, left for the next run"))

    class Meta:
        verbose_name = _("erasure run")
        verbose_name_plural = _("erasure runs")
        ordering = ("-at",)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
