"""One-time codes, and the kiosks they make known."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from http import HTTPStatus

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from pydantic import ValidationError

from hub.accounts.models import Organisation
from hub.audit.trail import record
from hub.kiosks.models import EnrolmentCode, Kiosk
from hub.problems import ProblemError
from kiosk.wire import (
    KEY_BYTES,
    OLDEST_PROTOCOL,
    PROTOCOL,
    PROTOCOL_PROBLEM,
    EnrolmentReply,
    EnrolmentRequest,
    EnrolmentTicket,
)

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_code(
    who: HttpRequest | str,
    *,
    renews: Kiosk | None = None,
    organisation: Organisation | None = None,
    valid: timedelta = timedelta(days=7),
) -> str:
    """A fresh one-time code, e.g. ``7K3M-9QX2-P4C1``.

    The machine that uses it becomes the kiosk ``renews``, under its number, which no other key serves from
    then on; or a new kiosk of ``organisation`` (the root without it).
    """
    code = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    place = renews.organisation if renews is not None else organisation
    made = EnrolmentCode.objects.create(
        code_sha256=_digest(code),
        expires_at=timezone.now() + valid,
        renews=renews,
        **({"organisation": place} if place is not None else {}),
    )
    record(who, "enrolment-code.made", made, renews=renews.id if renews else "")
    return f"{code[:4]}-{code[4:8]}-{code[8:]}"


def ticket(code: str, hub: str, ca: str | None = None) -> EnrolmentTicket:
    """A code as a QR code holds it; ``hub`` is the address kiosks call. Raises ``ValueError``."""
    try:
        return EnrolmentTicket(hub=hub.rstrip("/"), code=code, ca=ca)
    except ValidationError:
        raise ValueError(f"{hub} is no address of a hub, such as https://hub.example") from None


@transaction.atomic
def enrol(request: EnrolmentRequest) -> tuple[Kiosk, EnrolmentReply]:
    """Use a code up for a kiosk's key; the same key may ask again. Raises ``ProblemError``."""
    _check_protocol(request.protocol)
    code = EnrolmentCode.objects.select_for_update().filter(code_sha256=_digest(request.code)).first()
    if code is None or code.expires_at < timezone.now():
        detail = "A code serves one kiosk and seven days. Have the hub's administrator make a new one."
        raise ProblemError(HTTPStatus.FORBIDDEN, "The enrolment code is not valid", detail)
    if code.kiosk is None:
        code.kiosk = _kiosk(request, code)
        code.save()
        record(code.kiosk, "kiosk.enrolled", code.kiosk, renewed=code.renews_id is not None)
    elif bytes(code.kiosk.public_key) != request.public_key:
        detail = "Another machine has used it. Have the hub's administrator make a new one."
        raise ProblemError(HTTPStatus.FORBIDDEN, "The enrolment code was used already", detail)
    return code.kiosk, _reply(code.kiosk, request.protocol)


def _check_protocol(kiosk_speaks: int) -> None:
    """Refuse, in words, a kiosk that this hub cannot speak with."""
    if OLDEST_PROTOCOL <= kiosk_speaks <= PROTOCOL:
        return
    detail = f"The kiosk speaks version {kiosk_speaks}, this hub {OLDEST_PROTOCOL} to {PROTOCOL}. " + (
        "Update the kiosk's software, then enrol again with the same code."
        if kiosk_speaks < OLDEST_PROTOCOL
        else "Update the hub first, then enrol again with the same code."
    )
    title = "The kiosk's software is too old" if kiosk_speaks < OLDEST_PROTOCOL else "This hub is too old"
    raise ProblemError(HTTPStatus.UPGRADE_REQUIRED, title, detail, PROTOCOL_PROBLEM)


def _reply(kiosk: Kiosk, protocol: int) -> EnrolmentReply:
    """What an enrolled kiosk is told; one of protocol 1 refuses what it does not know."""
    later = {} if protocol < 2 else {"command_keys": settings.DATA.command_keys}
    return EnrolmentReply.model_validate(
        {
            "protocol": protocol,
            "kiosk_id": kiosk.id,
            "region": settings.REGION,
            "intake_keys": settings.DATA.recipients,
            "publishers": settings.DATA.publishers,
            "hub_time": timezone.now(),
            **later,
        }
    )


def _kiosk(request: EnrolmentRequest, code: EnrolmentCode) -> Kiosk:
    if len(request.public_key) != KEY_BYTES:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "The public key is not an Ed25519 key")
    known = Kiosk.objects.filter(Q(public_key=request.public_key) | Q(next_key=request.public_key)).first()
    if code.renews is not None:
        return _renewed(code.renews, known, request)
    if known is not None:
        known.place, known.software = request.place or known.place, request.software
        known.save(update_fields=["place", "software"])
        return known
    return Kiosk.objects.create(
        id="K" + "".join(secrets.choice(_ALPHABET) for _ in range(7)),
        public_key=request.public_key,
        place=request.place,
        software=request.software,
        organisation=code.organisation,
    )


def _renewed(kiosk: Kiosk, known: Kiosk | None, request: EnrolmentRequest) -> Kiosk:
    """Give a kiosk that lost its key, or had it copied, a new one: it keeps its number and its past."""
    if known is not None and known != kiosk:
        raise ProblemError(HTTPStatus.CONFLICT, "This key is another kiosk's")
    if bytes(kiosk.public_key) == request.public_key and kiosk.quarantined_at is not None:
        detail = "Two machines have it. Remove the folder `identity` of this one, then enrol again."
        raise ProblemError(HTTPStatus.CONFLICT, "A kiosk in quarantine needs a new key", detail)
    kiosk.public_key, kiosk.next_key, kiosk.key_since = request.public_key, None, timezone.now()
    kiosk.software, kiosk.revoked = request.software, False
    kiosk.begin_anew()
    kiosk.save()
    return kiosk


def _digest(code: str) -> str:
    letters = "".join(code.split()).replace("-", "").upper()
    return hashlib.sha256(letters.encode()).hexdigest()
