"""Two machines with one key: nobody knows which is the kiosk, until an administrator has looked.

Meanwhile submissions are taken in, marked, so that nothing a resident filed is lost; nothing that concerns a
person is told, no command is given and no key is changed.
"""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from hub.audit.trail import record
from hub.kiosks.identity import HEARD_FIELDS, QUARANTINE_FIELDS, Heard
from hub.kiosks.models import Kiosk
from kiosk.wire import CheckIn


def hear(kiosk: Kiosk, report: CheckIn, signed_at: int, address: str) -> bool:
    """Judge who checks in; whether the report may be stored as the kiosk's, with ``HEARD_FIELDS``."""
    before = kiosk.network_address
    heard = kiosk.hear(report, signed_at, address)
    if heard is Heard.TWICE and kiosk.quarantined_at is None:
        _put_in(kiosk, sorted({one for one in (before, address) if one}))
    return heard is Heard.NOW


@transaction.atomic
def release(who: HttpRequest | str, kiosk: Kiosk, reason: str) -> None:
    """Let a kiosk do everything again. Does not take the key from the other machine: that is for ``renews``.

    See ``hub.kiosks.enrolment``: a code made for this kiosk gives the right machine a new key.
    """
    kiosk.begin_anew()
    kiosk.save(update_fields=(*HEARD_FIELDS, *QUARANTINE_FIELDS))
    record(who, "kiosk.released", kiosk, reason=reason)


@transaction.atomic
def _put_in(kiosk: Kiosk, addresses: list[str]) -> None:
    kiosk.quarantined_at, kiosk.quarantine_addresses = timezone.now(), ", ".join(addresses)[:400]
    kiosk.save(update_fields=QUARANTINE_FIELDS)
    record(kiosk, "kiosk.quarantined", kiosk, addresses=addresses)
