"""Enrolment, signs of life, keys, and what became of commands."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from hub.answers import json_answer
from hub.catalogue.models import Publication
from hub.intake.held import note_held
from hub.intake.sweeping import sweep
from hub.kiosks import quarantine
from hub.kiosks.desired import to_tell
from hub.kiosks.enrolment import enrol
from hub.kiosks.identity import HEARD_FIELDS
from hub.kiosks.keys import take_next_key
from hub.kiosks.models import Kiosk, Nonce
from hub.kiosks.remote_commands import note_report, told
from hub.kiosks.signatures import KioskSignature, count_once, signed_at, signing_kiosk, verified
from hub.kiosks.state import PERIOD
from hub.kiosks.watching import note_check_in
from kiosk.wire import (
    PROTOCOL,
    SIGNATURE_WINDOW,
    CheckIn,
    CheckInReply,
    CommandReceipt,
    CommandReport,
    EnrolmentReply,
    EnrolmentRequest,
    KeyReceipt,
    KeyRequest,
)

_FORGET_EVERY: Final = 16
"""Check-ins of a kiosk after which its old nonces are removed."""

router = Router(tags=["kiosks"])


@router.post("/enrolment", response=EnrolmentReply)
def enrolment(request: HttpRequest, wanted: EnrolmentRequest) -> HttpResponse:
    """Become known with a one-time code. The request is signed with the key it carries."""
    signature = verified(request, lambda _key_id: Ed25519PublicKey.from_public_bytes(wanted.public_key))
    with transaction.atomic():
        kiosk, reply = enrol(wanted)
        count_once(kiosk, signature)
    return json_answer(reply)


@router.post("/check-in", response=CheckInReply, auth=KioskSignature(in_quarantine=True))
def check_in(request: HttpRequest, report: CheckIn) -> HttpResponse:
    """Say that the kiosk lives and how it stands; hear what is new, what is wanted and what is to be done."""
    kiosk = signing_kiosk(request)
    now = timezone.now()
    if report.queue.held or _held_before(kiosk):
        note_held(kiosk, report.queue.held_items, report.queue.held, now)
    if quarantine.hear(kiosk, report, signed_at(request), request.META.get("REMOTE_ADDR", "")):
        note_check_in(kiosk, report, now, also=HEARD_FIELDS)
    if report.sequence % _FORGET_EVERY == 0:
        old = now - timedelta(seconds=3 * SIGNATURE_WINDOW)
        Nonce.objects.filter(kiosk=kiosk, seen_at__lt=old).delete()
    sweep(now)
    reply = CheckInReply.model_validate(
        {
            "kiosk_id": kiosk.id,
            "hub_time": now,
            "catalogue_version": Publication.newest_version(),
            # Kiosks that lost the hub in the same second do not go on coming in the same second.
            "next_in_seconds": round(PERIOD.total_seconds() * random.uniform(0.8, 1.0), 1),  # noqa: S311
            "intake_keys": settings.DATA.recipients,
            "publishers": settings.DATA.publishers,
            **_told_since_protocol_2(kiosk, report),
        }
    )
    return json_answer(reply)


def _told_since_protocol_2(kiosk: Kiosk, report: CheckIn) -> dict[str, Any]:
    """What a kiosk of protocol 1 would refuse to read; commands wait while two machines could hear them."""
    if report.protocol < 2:
        return {}
    quarantined = kiosk.quarantined_at is not None
    return {
        "protocol": PROTOCOL,
        "command_keys": settings.DATA.command_keys,
        "renew_key": kiosk.key_is_old and not quarantined,
        "settings": to_tell(kiosk, report.settings.version if report.settings else ""),
        "commands": told(kiosk.id) if kiosk.open_commands and not quarantined else (),
        "quarantined": quarantined,
    }


@router.post("/keys", response=KeyReceipt, auth=KioskSignature())
def keys(request: HttpRequest, wanted: KeyRequest) -> HttpResponse:
    """Announce the kiosk's next key; the present one counts until the next was used."""
    return json_answer(take_next_key(signing_kiosk(request), wanted))


@router.post("/commands/{command_id}/outcome", response=CommandReceipt, auth=KioskSignature())
def command_outcome(request: HttpRequest, command_id: UUID, report: CommandReport) -> CommandReceipt:
    """Tell what became of a command; the first report of a command stays."""
    return note_report(signing_kiosk(request).id, command_id, report)


def _held_before(kiosk: Kiosk) -> bool:
    """Whether the kiosk's last report named items that it holds."""
    return bool((kiosk.status or {}).get("queue", {}).get("held"))
