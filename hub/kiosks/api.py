"""Enrolment and signs of life."""

from __future__ import annotations

from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from hub.catalogue.models import Publication
from hub.intake.sweeping import sweep
from hub.kiosks.enrolment import enrol
from hub.kiosks.models import Nonce
from hub.kiosks.signatures import KioskSignature, signing_kiosk, verified
from hub.kiosks.state import PERIOD
from hub.kiosks.watching import note_check_in
from kiosk.wire import SIGNATURE_WINDOW, CheckIn, CheckInReply, EnrolmentReply, EnrolmentRequest

router = Router(tags=["kiosks"])


@router.post("/enrolment", response=EnrolmentReply)
def enrolment(request: HttpRequest, wanted: EnrolmentRequest) -> EnrolmentReply:
    """Become known with a one-time code. The request is signed with the key it carries."""
    verified(request, lambda _key_id: Ed25519PublicKey.from_public_bytes(wanted.public_key))
    return enrol(wanted)


@router.post("/check-in", response=CheckInReply, auth=KioskSignature())
def check_in(request: HttpRequest, report: CheckIn) -> CheckInReply:
    """Store a kiosk's sign of life."""
    kiosk = signing_kiosk(request)
    now = timezone.now()
    note_check_in(kiosk, report, now)
    Nonce.objects.filter(kiosk=kiosk, seen_at__lt=now - timedelta(seconds=3 * SIGNATURE_WINDOW)).delete()
    sweep(now)
    return CheckInReply(
        kiosk_id=kiosk.id,
        hub_time=now,
        catalogue_version=Publication.newest_version(),
        next_in_seconds=PERIOD.total_seconds(),
        intake_keys=settings.DATA.recipients,
        publishers=settings.DATA.publishers,
    )
