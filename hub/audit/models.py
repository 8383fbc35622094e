"""The audit trail: rows that are only ever added, each holding the hash of the one before."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _


class EntryUnchangeable(Exception):
    """Somebody tried to change or remove an entry."""


class Entry(models.Model):
    """One deed. ``detail`` names fields, numbers and reasons, never anything about a resident."""

    number = models.PositiveBigIntegerField(_("number"), primary_key=True)
    at = models.DateTimeField(_("at"), db_index=True)
    who = models.CharField(_("who"), max_length=160, db_index=True)
    role = models.CharField(_("role"), max_length=20, blank=True)
    address = models.CharField(_("address"), max_length=45, blank=True)
    action = models.CharField(_("action"), max_length=64, db_index=True)
    target = models.CharField(_("target"), max_length=160, blank=True, db_index=True)
    detail = models.JSONField(_("detail"), default=dict)
    previous = models.CharField(max_length=64, editable=False)
    hash = models.CharField("SHA-256", max_length=64, editable=False)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        ordering = ("-number",)
        default_permissions = ("view",)
        permissions = (("export_entry", "Can export the audit trail"),)

    def __str__(self) -> str:
        return f"{self.number} {self.action}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add this entry; raises ``EntryUnchangeable`` if it is there already."""
        if not self._state.adding:
            raise EntryUnchangeable
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Entries stay; raises ``EntryUnchangeable``."""
        raise EntryUnchangeable


class Head(models.Model):
    """Where the chain stands: one row, locked while an entry is added."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)

    def __str__(self) -> str:
        return f"{self.number} {self.hash[:12]}"
