"""Taking in the tickets of those who could not get it done."""

from __future__ import annotations

from hub.evaluations.models import TroubleTicket
from hub.intake.opening import Arrival
from kiosk.wire import TroubleReceipt, TroubleReport, check_code


def receive_trouble(arrival: Arrival) -> TroubleReceipt:
    """Store a ticket that came by a kiosk's queue."""
    report = arrival.read(TroubleReport)
    ticket = TroubleTicket.objects.create(
        id=arrival.id,
        check_code=check_code(arrival.id),
        kiosk=arrival.kiosk,
        journey=report.journey,
        page=report.page,
        reason=report.reason,
        language=report.language,
        happened_at=report.at,
        received_at=arrival.received_at,
    )
    return TroubleReceipt(id=arrival.id, received_at=arrival.received_at, check_code=ticket.check_code)
