"""Choosing kiosks by live state, place, cause, item: one meaning for lists, the matrix and links."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.db.models import Q, QuerySet

from hub.accounts.models import Organisation
from hub.kiosks import availability
from hub.kiosks.history import AvailabilitySpan
from hub.kiosks.models import Kiosk
from hub.kiosks.offered import offered
from hub.kiosks.state import LiveState
from hub.kiosks.uptime import cutoffs, in_states

Kiosks = QuerySet[Kiosk]

BELIEVED: Final = (LiveState.ONLINE, LiveState.RECENT)
SILENT: Final = (LiveState.STALE, LiveState.OFFLINE)


def in_state(kiosks: Kiosks, word: str) -> Kiosks:
    """Those in one of the four states; all of them for any other word."""
    if word not in set(LiveState):
        return kiosks
    return kiosks.filter(in_states((LiveState(word),), cutoffs()), revoked=False)


def at_place(kiosks: Kiosks, place: Organisation) -> Kiosks:
    """Those of an organisation and of everything below it."""
    return kiosks.filter(organisation__path__startswith=place.path)


def in_trouble(kiosks: Kiosks, cause: str) -> Kiosks:
    """Those at which something is wrong now for this cause (``availability.troubles``)."""
    parted = cutoffs()
    heard = kiosks.filter(in_states(BELIEVED, parted), revoked=False)
    whole: Mapping[str, Callable[[], Kiosks]] = {
        availability.SILENT: lambda: kiosks.filter(in_states(SILENT, parted), revoked=False),
        availability.QUARANTINED: lambda: heard.exclude(quarantined_at=None),
        availability.CLOSED: lambda: heard.exclude(out_of_service=""),
        availability.NOT_TOLD: lambda: heard.filter(reporting_since=None),
    }
    if cause in whole:
        return whole[cause]()
    lacking = AvailabilitySpan.objects.filter(until=None, cause=cause).values("kiosk")
    return heard.filter(out_of_service="", pk__in=lacking)


def unable(kiosks: Kiosks, item: str) -> Kiosks:
    """Those that cannot do an item now, for whatever reason; what is not known is not among them."""
    known = offered().get(item)
    if known is None:
        return kiosks.none()
    lacking = AvailabilitySpan.objects.filter(until=None, item=item, able=False).values("kiosk")
    reasons = (
        Q(quarantined_at__isnull=False)
        | ~Q(out_of_service="")
        | Q(catalogue_version__lt=known.since_version)
        | Q(pk__in=lacking)
    )
    heard = kiosks.filter(in_states(BELIEVED, cutoffs()), revoked=False)
    return heard.filter(reasons, Q(reporting_since__isnull=False) | Q(quarantined_at__isnull=False))
