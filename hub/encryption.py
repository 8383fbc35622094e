"""Fields whose content is closed in the database, each bound to its table, its column and its row.

The row is what makes an altered database harmless: a ciphertext that is put into another row does not open
there. A model field does not learn its row when Django reads it, so what is read stays closed until somebody
asks for the attribute; queries that do not ask never open anything. The primary key has to be known before
the row is saved: a UUID, not a number that the database gives.
"""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from hub.data_keys import PREFIX_LENGTH, DataKeys


class Closed(bytes):
    """What stands in the database: bytes that nothing but the field they belong to opens."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Closed(***)"

    __str__ = __repr__

    @property
    def prefix(self) -> bytes:
        """Which key closed it (``hub.data_keys``)."""
        return self[:PREFIX_LENGTH]


class _Attribute(DeferredAttribute):
    """The attribute of an encrypted field: opens its content when it is asked for, and keeps it opened."""

    field: EncryptedField

    def __get__(self, instance: models.Model | None, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is not None and isinstance(value, Closed):
            value = self.field.opened(value, instance)
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        # Having this makes Python ask ``__get__`` although the instance has the value.
        instance.__dict__[self.field.attname] = value


class EncryptedField(models.BinaryField):  # type: ignore[type-arg]
    """Bytes, closed in the database with the data keys. ``None`` stays ``NULL``."""

    descriptor_class = _Attribute

    def opened(self, closed: Closed, instance: models.Model) -> Any:
        """The content of ``closed`` in the row of ``instance``. Raises ``DataKeyError``, ``DataAltered``."""
        return self.from_content(_keys().open(closed, self.place(instance)))

    def closed(self, value: Any, instance: models.Model) -> Closed:
        """``value`` closed for the row of ``instance``. Raises ``DataKeyError``."""
        return Closed(_keys().close(self.to_content(value), self.place(instance)))

    def place(self, instance: models.Model) -> str:
        """What a content is bound to, as ``cases.case.resident|`` and the primary key."""
        if instance.pk is None:
            raise ValueError(f"{self.model._meta.label}.{self.name} is bound to a key that is not known yet")
        return f"{self.model._meta.label_lower}.{self.name}|{instance.pk}"

    def to_content(self, value: Any) -> bytes:
        """``value`` as bytes to close."""
        return bytes(value)

    def from_content(self, content: bytes) -> Any:
        """The value that ``to_content`` was given."""
        return content

    def pre_save(self, model_instance: models.Model, add: bool) -> Closed | None:
        """What goes into the database; what was closed with a key of before is closed anew."""
        value = model_instance.__dict__.get(self.attname)
        if isinstance(value, Closed):
            if value.prefix == _keys().prefix:
                return value
            value = self.opened(value, model_instance)
        return None if value is None else self.closed(value, model_instance)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """What is already closed, as it is; anything else was not saved as a part of its row."""
        if value is not None and not isinstance(value, Closed):
            raise TypeError(f"{self.model._meta.label}.{self.name} is saved with its row, never looked up")
        return super().get_db_prep_value(None if value is None else bytes(value), connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Closed | None:
        """As read: still closed."""
        return None if value is None else Closed(bytes(value))

    def value_to_string(self, obj: models.Model) -> str:
        """Nothing: a row written out as text does not carry residents' data."""
        return "***"

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Django's checks, and that the primary key is known before a row is saved."""
        found = super().check(**kwargs)
        if isinstance(self.model._meta.pk, models.AutoField):
            hint = "Give the model a UUIDField(primary_key=True)."
            found.append(checks.Error("An encrypted field is bound to its row.", hint, self, "hub.E001"))
        return found


class EncryptedJSONField(EncryptedField):
    """Any JSON value, closed in the database."""

    def to_content(self, value: Any) -> bytes:
        """The value as UTF-8."""
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    def from_content(self, content: bytes) -> Any:
        """The value."""
        return json.loads(content)


def _keys() -> DataKeys:
    keys: DataKeys = settings.DATA.resident_keys
    return keys
