"""One-time codes, and the kiosks they make known."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from http import HTTPStatus

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from hub.kiosks.models import EnrolmentCode, Kiosk
from hub.problems import ProblemError
from kiosk.wire import PROTOCOL, EnrolmentReply, EnrolmentRequest

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_KEY_BYTES = 32


def new_code(valid: timedelta = timedelta(days=7)) -> str:
    """A fresh one-time code, e.g. ``7K3M-9QX2-P4C1``."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    EnrolmentCode.objects.create(code_sha256=_digest(code), expires_at=timezone.now() + valid)
    return f"{code[:4]}-{code[4:8]}-{code[8:]}"


@transaction.atomic
def enrol(request: EnrolmentRequest) -> EnrolmentReply:
    """Use a code up for a kiosk's key; the same key may ask again. Raises ``ProblemError``."""
    if request.protocol != PROTOCOL:
        detail = f"This hub speaks version {PROTOCOL}, the kiosk {request.protocol}"
        raise ProblemError(HTTPStatus.UPGRADE_REQUIRED, "The kiosk's software does not fit this hub", detail)
    code = EnrolmentCode.objects.select_for_update().filter(code_sha256=_digest(request.code)).first()
    if code is None or code.expires_at < timezone.now():
        raise ProblemError(HTTPStatus.FORBIDDEN, "The enrolment code is not valid")
    if code.kiosk is None:
        code.kiosk = _kiosk(request)
        code.save()
    elif bytes(code.kiosk.public_key) != request.public_key:
        raise ProblemError(HTTPStatus.FORBIDDEN, "The enrolment code was used already")
    return EnrolmentReply(
        protocol=PROTOCOL,
        kiosk_id=code.kiosk.id,
        region=settings.REGION,
        intake_keys=settings.DATA.recipients,
        publishers=settings.DATA.publishers,
        hub_time=timezone.now(),
    )


def _kiosk(request: EnrolmentRequest) -> Kiosk:
    if len(request.public_key) != _KEY_BYTES:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "The public key is not an Ed25519 key")
    kiosk, _created = Kiosk.objects.update_or_create(
        public_key=request.public_key,
        defaults={"place": request.place, "software": request.software},
        create_defaults={
            "id": "K" + "".join(secrets.choice(_ALPHABET) for _ in range(7)),
            "place": request.place,
            "software": request.software,
        },
    )
    return kiosk


def _digest(code: str) -> str:
    letters = "".join(code.split()).replace("-", "").upper()
    return hashlib.sha256(letters.encode()).hexdigest()
