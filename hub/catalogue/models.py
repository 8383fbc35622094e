"""Publications of the catalogue."""

from __future__ import annotations

import json

from django.db import models
from django.utils.translation import gettext_lazy as _

from kiosk.wire import ServiceItem


class Publication(models.Model):
    """One published catalogue, kept as the very text kiosks get; ``items_sha256`` tells if it changed."""

    version = models.PositiveIntegerField(_("version"), primary_key=True)
    published_at = models.DateTimeField(_("published"))
    items_sha256 = models.CharField(max_length=64)
    content = models.TextField(_("content"))

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("catalogue")
        ordering = ("-version",)

    def __str__(self) -> str:
        return str(self.version)

    @property
    def etag(self) -> str:
        """The entity tag of this publication (RFC 9110)."""
        return f'"{self.version}-{self.items_sha256[:16]}"'

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
        if newest is None:
            return None
        items = json.loads(newest.content)["items"]
        found = next((item for item in items if item["id"] == item_id), None)
        return ServiceItem.model_validate(found) if found else None
