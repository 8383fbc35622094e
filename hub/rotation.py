"""Closing residents' data anew with the present data key, row by row, while the hub serves."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Substr

from hub.data_keys import PREFIX_LENGTH, DataAltered, DataKeys
from hub.encryption import EncryptedField

BATCH: Final = 200
"""Rows of one transaction: some milliseconds during which others wait to write (SQLite)."""

_STILL_WRITING: Final = 60.0
"""Seconds after which no request is left that began with the key of before."""


class Column(NamedTuple):
    """A column with residents' data."""

    model: type[models.Model]
    field: EncryptedField

    def __str__(self) -> str:
        return f"{self.model._meta.label}.{self.field.name}"

    @property
    def rows(self) -> models.QuerySet[Any]:
        """Its rows that are not empty, each with the ``prefix`` that names its key."""
        prefix = Substr(self.field.name, 1, PREFIX_LENGTH, output_field=models.BinaryField())
        rows = self.model._base_manager.annotate(prefix=prefix).order_by("pk")  # noqa: SLF001 - Django's own way
        return rows.exclude(**{f"{self.field.name}__isnull": True})


class Outcome(NamedTuple):
    """How many rows were closed anew, and which could not be opened because they were altered."""

    done: int
    unreadable: tuple[str, ...]


class NotFinished(Exception):
    """A key of before cannot go yet; the message says why."""


def encrypted_columns() -> Iterator[Column]:
    """Every column with residents' data."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedField):
                yield Column(model, field)


def check_keys() -> None:
    """Whether the data folder has the keys of this database. Raises ``DataKeyError``."""
    for column in encrypted_columns():
        newest = column.rows.order_by("-pk").first()
        if newest is not None:
            try:
                getattr(newest, column.field.name)
            except DataAltered:
                continue  # one damaged row is no reason not to serve the others


def close_anew(progress: Callable[[str], None]) -> Outcome:
    """Close every row with the present key; may be broken off at any point and begun again.

    ``progress`` hears a line for each column. Raises ``DataKeyError``.
    """
    done, unreadable = 0, list[str]()
    for column in encrypted_columns():
        here, last = 0, None
        while batch := _batch(column, last):
            here, last = here + batch.done, batch.last
            unreadable += batch.unreadable
        done += here
        progress(f"{column}: {here}")
    return Outcome(done, tuple(unreadable))


def finish(now: float | None = None) -> list[Path]:
    """Remove the keys of before; their files. ``now`` is Unix time.

    Raises ``NotFinished`` while a row needs one or a request may still be writing with it, ``DataKeyError``,
    ``OSError``.
    """
    keys: DataKeys = settings.DATA.resident_keys
    present = keys.prefix
    since = (time.time() if now is None else now) - keys.since
    if since < _STILL_WRITING:
        raise NotFinished(
            f"the present key is {max(0, since):.0f} seconds old and a request may still be writing with "
            f"the one before: finish after {_STILL_WRITING:.0f} seconds"
        )
    for column in encrypted_columns():
        behind = column.rows.exclude(prefix=present).count()
        if behind:
            raise NotFinished(
                f"{behind} rows of {column} are still closed with a key of before: go on with the rotation"
            )
    files = sorted(keys.retired().values())
    for file in files:
        file.unlink()
    return files


class _Batch(NamedTuple):
    done: int
    unreadable: list[str]
    last: Any


@transaction.atomic
def _batch(column: Column, last: Any) -> _Batch | None:
    """Close the rows behind ``last`` anew, as many as fit a transaction; ``None`` when there are none."""
    name = column.field.name
    rows = column.rows.exclude(prefix=settings.DATA.resident_keys.prefix).only("pk", name)
    if last is not None:
        rows = rows.filter(pk__gt=last)
    found = list(rows.select_for_update()[:BATCH])
    unreadable = []
    for row in found:
        try:
            closed = column.field.closed(getattr(row, name), row)
        except DataAltered as error:
            unreadable.append(str(error))
        else:
            column.model._base_manager.filter(pk=row.pk).update(**{name: closed})  # noqa: SLF001
    return _Batch(len(found) - len(unreadable), unreadable, found[-1].pk) if found else None
