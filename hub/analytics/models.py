"""What kiosks counted: whole numbers by kiosk and day (``kiosk.wire.DayCounts``), nothing about a person."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Counted(models.Model):
    """How often something happened at a kiosk on a day, by the calendar of China."""

    kiosk = models.ForeignKey(
        "kiosks.Kiosk", verbose_name=_("kiosk"), on_delete=models.CASCADE, related_name="+"
    )
    day = models.DateField(_("day"), db_index=True)
    times = models.PositiveIntegerField(_("times"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.kiosk_id} {self.day} {self.times}"


class VisitCount(Counted):
    """What happened on a page of a journey; to whole visits of it where ``page`` is empty."""

    journey = models.CharField(_("journey"), max_length=64)
    page = models.CharField(_("page"), max_length=64, blank=True)
    how = models.CharField(_("how"), max_length=16)
    language = models.CharField(_("language"), max_length=8)
    elder = models.BooleanField(_("elder mode"))

    class Meta:
        verbose_name = _("where visits stop")
        verbose_name_plural = _("where visits stop")
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(
                fields=("kiosk", "day", "journey", "page", "how", "language", "elder"),
                name="one_count_of_a_page",
            ),
        )


class GuideCount(Counted):
    """How often the guide of an item was opened."""

    item_id = models.CharField(_("item"), max_length=64)

    class Meta:
        verbose_name = _("opened guides")
        verbose_name_plural = _("opened guides")
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("kiosk", "day", "item_id"), name="one_count_of_a_guide"),
        )


class SearchCount(Counted):
    """How often a search found nothing; ``words`` is ``OTHER_WORDS`` for all not told to the hub."""

    words = models.CharField(_("words"), max_length=20)

    class Meta:
        verbose_name = _("sought and not found")
        verbose_name_plural = _("sought and not found")
        default_permissions = ("view",)
        constraints = (models.UniqueConstraint(fields=("kiosk", "day", "words"), name="one_count_of_words"),)
