"""A row of any table of the hub, made from what its model says, in a place of the tree."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import models

from hub.accounts.models import Account, Organisation
from hub.audit.models import Entry
from hub.audit.trail import record
from hub.catalogue.models import Publication
from hub.encryption import EncryptedJSONField
from hub.evaluations.models import Complaint, TroubleTicket
from hub.kiosks.models import Kiosk

_numbers = count(1)


class Place(NamedTuple):
    """Where rows are made: an organisation, and a kiosk that stands there."""

    organisation: Organisation
    kiosk: Kiosk


def place(organisation: Organisation) -> Place:
    """A place with a kiosk."""
    number = next(_numbers)
    kiosk = Kiosk.objects.create(
        id=f"K8{number:06d}", public_key=number.to_bytes(32, "big"), organisation=organisation
    )
    return Place(organisation, kiosk)


def specimen(model: type[models.Model], where: Place, text: str | None = None, **given: Any) -> Any:
    """A row that belongs there; ``text`` stands in every field of words that takes it."""
    if model is Kiosk and text is None:
        return where.kiosk
    if model is Organisation and text is None:
        return where.organisation
    if model is User:
        return User.objects.create_user(f"specimen-{next(_numbers)}", is_staff=True)
    if model is Account:
        user = specimen(User, where)
        return Account.objects.create(user=user, role="clerk", organisation=where.organisation, phone="1")
    if model is Entry:
        return record(text or "command line", "thing.done", text or "", why=text or "so")
    if model is Complaint:
        given = {"ticket": specimen(TroubleTicket, where, text), **given}
    if model is Publication:
        given = {"items": "{}", **given}
    values = {
        field.name: _value(field, where, text)
        for field in model._meta.concrete_fields
        if _wanted(field, text) and field.name not in given
    }
    manager: models.Manager[Any] = model._default_manager
    return manager.create(**values, **given)


def _wanted(field: models.Field[Any, Any], text: str | None) -> bool:
    if isinstance(field, models.ForeignKey):
        return not field.null or field.related_model in {Organisation, Kiosk}
    if field.primary_key:
        return not isinstance(field, models.AutoField) and not field.has_default()
    if text is not None and _takes_words(field):
        return True
    return not field.null and not field.has_default() and not getattr(field, "auto_now_add", False)


def _takes_words(field: models.Field[Any, Any]) -> bool:
    words = isinstance(field, models.CharField | models.TextField) and not field.choices
    return words and not field.unique and not field.validators[1:]


def _value(field: models.Field[Any, Any], where: Place, text: str | None) -> Any:
    if isinstance(field, models.ForeignKey):
        return specimen(field.related_model, where)
    if field.choices:
        return next(value for value, _label in field.flatchoices if value != "")
    return _plain(field, text)


def _plain(field: models.Field[Any, Any], text: str | None) -> Any:
    number = next(_numbers)
    if isinstance(field, models.CharField | models.TextField):
        made = text if text is not None and _takes_words(field) else f"s{number}"
        return made[: field.max_length] if field.max_length else made
    for kind, value in (
        (EncryptedJSONField, {} if text is None else {"title": text, "name": text, "answers": {text: text}}),
        (models.BooleanField, False),
        (models.UUIDField, uuid.uuid4()),
        (models.DateTimeField, datetime(2026, 1, 1, tzinfo=UTC)),
        (models.DateField, date(2026, 1, 1)),
        (models.IntegerField, number),
        (models.FloatField, 1.0),
        (models.BinaryField, number.to_bytes(32, "big")),
        (models.JSONField, {} if text is None else {"title": text, "lines": [[text, text]], "body": text}),
    ):
        if isinstance(field, kind):
            return value
    raise TypeError(f"{field} takes nothing that is known here")
