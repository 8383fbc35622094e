"""The catalogue's source, its versions and their states; publications, and the files that belong to them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
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


class SourceFile(models.Model):
    """One file of the catalogue's source folder: an item, an office, the facts, or a form, card or video.

    ``path`` is its path within the folder and stays; what it holds is in its versions. ``name`` is that of
    its newest version, in Chinese.
    """

    class Kind(models.TextChoices):
        """What it holds (``kiosk.wire.source.kind_of``)."""

        ITEM = "item", _("item")
        OFFICE = "office", _("office")
        FACTS = "facts", _("questions of policies")
        ASSET = "asset", _("form, picture or video")

    path = models.CharField(_("file"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("guide or file")
        verbose_name_plural = _("guides and files")
        ordering = ("path",)
        default_permissions = ("view",)
        permissions = (
            ("write_sourcefile", "Can write and import guides"),
            ("review_sourcefile", "Can review guides"),
            ("publish_sourcefile", "Can publish the catalogue"),
        )

    def __str__(self) -> str:
        return self.name or self.path

    @property
    def in_force(self) -> Version | None:
        """The version that is published, if there is one."""
        return self.versions.filter(state=Version.State.PUBLISHED).first()

    @property
    def working(self) -> Version | None:
        """The version that is written, reviewed or waits for its publication, if there is one."""
        return self.versions.filter(state__in=Version.WORKING).first()


class Version(models.Model):
    """One version of a source file: ``text`` as it is in the folder, or ``file`` for a form, card or video.

    ``removal``: with this version the file leaves the catalogue. ``author`` is who changed it last, nobody
    for the command line; ``reviewer`` is another account, always. ``sha256`` is the content's. The dates are
    the item's own, ``expires`` its last day.
    """

    class State(models.TextChoices):
        """Where a version stands."""

        DRAFT = "draft", _("draft")
        IN_REVIEW = "in_review", _("waits for review")
        APPROVED = "approved", _("approved")
        PUBLISHED = "published", _("is in force")
        REPLACED = "replaced", _("replaced")
        WITHDRAWN = "withdrawn", _("withdrawn")
        EXPIRED = "expired", _("expired")

    WORKING: Final = (State.DRAFT, State.IN_REVIEW, State.APPROVED)

    source_file = models.ForeignKey(
        SourceFile, verbose_name=_("guide or file"), on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.DRAFT)
    removal = models.BooleanField(_("withdraws it"), default=False)
    text = models.TextField(_("source"), blank=True)
    file = models.ForeignKey(
        File, verbose_name=_("file"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    effective_from = models.DateField(_("effective from"), null=True, blank=True)
    expires = models.DateField(_("expires"), null=True, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("written by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    written_at = models.DateTimeField(_("written"), default=timezone.now)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("reviewed by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, blank=True)
    remark = models.CharField(_("remark of the review"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ("-number",)
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("source_file", "number"), name="version_number_once"),
            models.UniqueConstraint(
                fields=("source_file",),
                condition=Q(state__in=("draft", "in_review", "approved")),
                name="one_working_version",
            ),
            models.UniqueConstraint(
                fields=("source_file",), condition=Q(state="published"), name="one_version_in_force"
            ),
            models.CheckConstraint(condition=~Q(reviewer=F("author")), name="four_eyes"),
        )

    def __str__(self) -> str:
        return f"{self.source_file.path} {self.number}"


class Publication(models.Model):
    """One published catalogue: the signed notice kiosks get, the file, the items for the hub's own use."""

    version = models.PositiveIntegerField(_("version"), primary_key=True)
    published_at = models.DateTimeField(_("published"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("published by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    notice = models.TextField(_("signed notice"))
    file = models.ForeignKey(File, verbose_name=_("file"), on_delete=models.PROTECT, related_name="+")
    items = models.TextField(_("items"))

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        ordering = ("-version",)

    def __str__(self) -> str:
        return str(self.version)

    @classmethod
    def newest(cls) -> Publication | None:
        """The publication kiosks should have, ``None`` before the first; its items come when asked for."""
        return cls.objects.defer("items").order_by("-version").first()

    @classmethod
    def newest_version(cls) -> int:
        """Version of the newest publication, 0 before the first."""
        return cls.objects.aggregate(newest=models.Max("version"))["newest"] or 0

    @classmethod
    def item(cls, item_id: str) -> ServiceItem | None:
        """A published item by its id."""
        found = cls.newest_items().get(item_id)
        return ServiceItem.model_validate(found) if found else None

    @classmethod
    def newest_items(cls) -> Mapping[str, dict[str, Any]]:
        """The items of the newest publication as they are written, by id; none before the first."""
        newest = cls.objects.order_by("-version").values_list("version", "file_id").first()
        return _items(*newest) if newest else {}


@lru_cache(maxsize=2)
def _items(version: int, _file: str) -> Mapping[str, dict[str, Any]]:
    """A publication never changes; a database that was exchanged has other files."""
    found: dict[str, dict[str, Any]] = json.loads(Publication.objects.get(version=version).items)
    return found


class Change(models.Model):
    """What a publication changed against the one before: ``after`` for ``before``; either may lack."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="changes")
    source_file = models.ForeignKey(SourceFile, on_delete=models.PROTECT, related_name="changes")
    before = models.ForeignKey(Version, null=True, on_delete=models.PROTECT, related_name="+")
    after = models.ForeignKey(Version, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ("source_file__path",)
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("publication", "source_file"), name="changed_once"),)

    def __str__(self) -> str:
        return f"{self.publication_id} {self.source_file_id}"

    @property
    def removal(self) -> bool:
        """Whether the file left the catalogue."""
        return self.after is None
