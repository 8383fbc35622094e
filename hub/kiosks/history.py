"""What the hub keeps of a kiosk's past. Rows are written when something changes, never for a mere check-in.

``hub.kiosks.watching`` writes them and removes what is older than it keeps.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class AvailabilitySpan(models.Model):
    """A stretch of time in which an item could not be done at a kiosk, or only with something less.

    ``item`` is empty where the whole kiosk was out of service. ``cause`` is what was missing: a need of the
    item, ``paper``, ``storage``, or the reason of the closing; ``device`` names the device concerned. While
    nothing is missing there is no row.
    """

    kiosk = models.ForeignKey("kiosks.Kiosk", on_delete=models.CASCADE, related_name="spans", db_index=False)
    item = models.CharField(_("item"), max_length=64, blank=True)
    able = models.BooleanField(_("can be done"))
    cause = models.CharField(_("cause"), max_length=64)
    device = models.CharField(_("device"), max_length=64, blank=True)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("limitation")
        verbose_name_plural = _("limitations")
        constraints = (
            models.UniqueConstraint(
                fields=("kiosk", "item"), condition=Q(until=None), name="one_open_span_of_an_item"
            ),
        )
        indexes = (
            models.Index(fields=("item", "kiosk"), condition=Q(until=None), name="open_span_by_item"),
            models.Index(
                fields=("cause", "kiosk", "since"), condition=Q(until=None), name="open_span_by_cause"
            ),
            models.Index(fields=("kiosk", "until"), name="span_by_kiosk"),
            models.Index(fields=("until",), name="span_by_end"),
        )

    def __str__(self) -> str:
        return f"{self.kiosk_id} {self.item} {self.cause}"


class Silence(models.Model):
    """A stretch of time in which the hub listened and a kiosk was not heard; written when it is back."""

    class Cause(models.TextChoices):
        """Why, as far as it can be known afterwards."""

        NETWORK = "network", _("no network")
        KIOSK_OFF = "kiosk_off", _("kiosk off")
        NOT_KNOWN = "not_known", _("not known")

    kiosk = models.ForeignKey(
        "kiosks.Kiosk", on_delete=models.CASCADE, related_name="silences", db_index=False
    )
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), db_index=True)
    cause = models.CharField(_("cause"), max_length=16, choices=Cause.choices)

    class Meta:
        verbose_name = _("silence")
        verbose_name_plural = _("silences")
        indexes = (models.Index(fields=("kiosk", "until"), name="silence_by_kiosk"),)

    def __str__(self) -> str:
        return f"{self.kiosk_id} {self.cause}"


class Change(models.Model):
    """Something about a kiosk that became another: a device, its software, its catalogue, its service.

    ``subject`` is the device's name, else empty. ``before`` and ``after`` hold words and numbers as reported.
    """

    class Kind(models.TextChoices):
        """What changed."""

        DEVICE = "device", _("device")
        SOFTWARE = "software", _("software")
        CATALOGUE = "catalogue", _("catalogue")
        SERVICE = "service", _("service")
        START = "start", _("start")

    kiosk = models.ForeignKey(
        "kiosks.Kiosk", on_delete=models.CASCADE, related_name="changes", db_index=False
    )
    at = models.DateTimeField(_("at"), db_index=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    subject = models.CharField(_("subject"), max_length=64, blank=True)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ("-at", "-id")
        indexes = (models.Index(fields=("kiosk", "-at"), name="change_by_kiosk"),)

    def __str__(self) -> str:
        return f"{self.kiosk_id} {self.kind}"


class Trend(models.Model):
    """A kiosk's last hours and days in numbers (``hub.kiosks.trends``), one row, written once an hour."""

    kiosk = models.OneToOneField(
        "kiosks.Kiosk", on_delete=models.CASCADE, related_name="trend", primary_key=True
    )
    numbers = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("trend")
        verbose_name_plural = _("trends")

    def __str__(self) -> str:
        return str(self.kiosk_id)


class Downtime(models.Model):
    """A stretch of time in which the hub itself was down: no kiosk is to blame for it."""

    since = models.DateTimeField(_("since"), unique=True)
    until = models.DateTimeField(_("until"), db_index=True)

    class Meta:
        verbose_name = _("downtime of the hub")
        verbose_name_plural = _("downtimes of the hub")
        ordering = ("-since",)

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d %H:%M}"


class HubSign(models.Model):
    """The hub's own sign of life: one row, renewed by every process that serves."""

    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
