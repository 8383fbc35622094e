"""Publications of the catalogue, and the files that belong to them."""

from __future__ import annotations

import json

from django.db import models
from django.utils.translation import gettext_lazy as _

from kiosk.wire import ServiceItem


class File(models.Model):
    """The bytes of a catalogue, or of a form, card or video in one: named by their SHA-256, never changed."""

    sha256 = models.CharField("SHA-256", max_length=64, primary_key=True)
    content = models.BinaryField(_("content"))

    class Meta:
        verbose_name = _("file of the catalogue")
        verbose_name_plural = _("files of the catalogue")

    def __str__(self) -> str:
        return self.sha256


class Publication(models.Model):
    """One published catalogue: the signed notice kiosks get, the file, the items for the hub's own use."""

    version = models.PositiveIntegerField(_("version"), primary_key=True)
    published_at = models.DateTimeField(_("published"))
    notice = models.TextField(_("signed notice"))
    file = models.ForeignKey(File, verbose_name=_("file"), on_delete=models.PROTECT, related_name="+")
    items = models.TextField(_("items"))

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("catalogue")
        ordering = ("-version",)

    def __str__(self) -> str:
        return str(self.version)

    @classmethod
    def newest(cls) -> Publication | None:
        """The publication kiosks should have, ``None`` before the first."""
        return cls.objects.order_by("-version").first()

    @classmethod
    def newest_version(cls) -> int:
        """Version of the newest publication, 0 before the first."""
        return cls.objects.aggregate(newest=models.Max("version"))["newest"] or 0

    @classmethod
    def item(cls, item_id: str) -> ServiceItem | None:
        """A published item by its id."""
        newest = cls.newest()
        found = json.loads(newest.items).get(item_id) if newest is not None else None
        return ServiceItem.model_validate(found) if found else None
