"""A kiosk's keys: taking a new one, taking them all away."""

from __future__ import annotations

import base64
from http import HTTPStatus

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from hub.audit.trail import record
from hub.kiosks.models import Kiosk
from hub.problems import ProblemError
from kiosk.wire import KeyReceipt, KeyRequest


@transaction.atomic
def take_next_key(kiosk: Kiosk, request: KeyRequest) -> KeyReceipt:
    """Remember the key that a kiosk wants to go over to; both count until the new one was used.

    Asking again for the same key changes nothing. Raises ``ProblemError`` 422 and 409.
    """
    wanted = request.public_key
    if not request.is_proven(kiosk.id):
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "The new key does not prove itself")
    if Kiosk.objects.exclude(id=kiosk.id).filter(Q(public_key=wanted) | Q(next_key=wanted)).exists():
        raise ProblemError(HTTPStatus.CONFLICT, "This key is another kiosk's")
    if wanted not in {bytes(kiosk.public_key), bytes(kiosk.next_key or b"")}:
        kiosk.next_key = wanted
        kiosk.save(update_fields=["next_key"])
        record(kiosk, "kiosk.key-offered", kiosk)
    text = base64.b64encode(wanted)
    return KeyReceipt.model_validate({"public_key": text, "received_at": timezone.now()})


def use_next_key(kiosk: Kiosk) -> None:
    """The next key was used: it is the key from now on, the old one counts no more."""
    assert kiosk.next_key is not None
    kiosk.public_key, kiosk.next_key, kiosk.key_since = kiosk.next_key, None, timezone.now()
    with transaction.atomic():
        kiosk.save(update_fields=["public_key", "next_key", "key_since"])
        record(kiosk, "kiosk.key-rolled", kiosk)


@transaction.atomic
def revoke(who: HttpRequest | str, kiosk: Kiosk, reason: str) -> None:
    """Refuse every request of this kiosk from now on; a new enrolment with a code made for it ends that."""
    kiosk.revoked, kiosk.next_key = True, None
    kiosk.save(update_fields=["revoked", "next_key"])
    record(who, "kiosk.revoked", kiosk, reason=reason)
