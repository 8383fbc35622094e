"""Adding to the audit trail, and finding out whether anybody has changed it.

Each entry's hash is the SHA-256 of its canonical JSON, which holds the hash before it (a hash chain, as in
RFC 9162's spirit, without a tree: the trail is read whole). The head is kept in a row of its own, so that
entries cut off at the end are missed, too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC
from typing import Any, Final

from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from hub.accounts.roles import account_of
from hub.audit.models import Entry, Head

FIRST: Final = "0" * 64
"""What the first entry names as the hash before it."""

Value = str | int | float | bool | None | list[str]


@transaction.atomic
def record(who: HttpRequest | Model | str, action: str, target: Model | str = "", **detail: Value) -> Entry:
    """Add an entry: ``who`` (the user of a request, a kiosk, or a word as "command line") did ``action``.

    ``action`` is a dotted word ("case.decided"), ``target`` what it was done to. Nothing in ``detail`` may
    say anything about a resident. Where the deed is rolled back, so is the entry.
    """
    head, _created = Head.objects.select_for_update().get_or_create(id=1)
    name, role, address = _who(who)
    entry = Entry(
        number=head.number + 1,
        at=timezone.now(),
        who=name[:160],
        role=role,
        address=address,
        action=action,
        target=(target if isinstance(target, str) else _named(target))[:160],
        detail=detail,
        previous=head.hash,
    )
    entry.hash = digest(entry)
    entry.save()
    head.number, head.hash = entry.number, entry.hash
    head.save()
    return entry


def digest(entry: Entry) -> str:
    """The hash an entry must have."""
    content = {
        "number": entry.number,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "who": entry.who,
        "role": entry.role,
        "address": entry.address,
        "action": entry.action,
        "target": entry.target,
        "detail": entry.detail,
        "previous": entry.previous,
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def faults() -> Iterator[str]:
    """What is wrong with the trail, in words, one line each; nothing for a whole one."""
    number, before = 0, FIRST
    for entry in Entry.objects.order_by("number").iterator():
        if entry.number != number + 1:
            yield f"entries {number + 1} to {entry.number - 1} are missing"
        if entry.previous != before and entry.number == number + 1:
            yield f"entry {entry.number} does not follow the one before it"
        if entry.hash != digest(entry):
            yield f"entry {entry.number} was changed"
        number, before = entry.number, entry.hash
    head = Head.objects.filter(id=1).first()
    if (head.number if head else 0) != number:
        yield f"the trail ends at entry {number}, but {head.number if head else 0} were added"
    elif head is not None and head.hash != before:
        yield f"entry {number}, the last one, is another than was added"


def _who(who: HttpRequest | Model | str) -> tuple[str, str, str]:
    if isinstance(who, str):
        return who, "", ""
    if isinstance(who, Model):
        return _named(who), "", ""
    user: Any = getattr(who, "user", None)
    account = account_of(user) if user is not None else None
    name = user.get_username() if user is not None and user.is_authenticated else ""
    return name, account.role if account else "", who.META.get("REMOTE_ADDR", "")


def _named(target: Model) -> str:
    return f"{target._meta.label_lower} {target.pk}"
