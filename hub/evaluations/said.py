"""Rows that stay as they were added: what residents said, and what was done about it."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models


class SaidUnchangeable(Exception):
    """Somebody tried to change or remove what a resident said, or what was done about it."""


class SaidQuerySet(models.QuerySet[Any]):
    """Rows that are added and read; nothing else."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Raises ``SaidUnchangeable``."""
        raise SaidUnchangeable

    def delete(self) -> NoReturn:
        """Raises ``SaidUnchangeable``."""
        raise SaidUnchangeable


class Said(models.Model):
    """A row that stays as it was added."""

    objects = SaidQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the row; raises ``SaidUnchangeable`` if it is there already."""
        if not self._state.adding:
            raise SaidUnchangeable
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raises ``SaidUnchangeable``."""
        raise SaidUnchangeable
