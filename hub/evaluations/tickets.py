"""Taking in the tickets of those who could not get it done; each is followed up."""

from __future__ import annotations

from hub.evaluations.complaints import open_complaint
from hub.evaluations.models import Complaint, TroubleTicket
from hub.intake.opening import Arrival
from kiosk.wire import TroubleReceipt, TroubleReport, check_code


def receive_trouble(arrival: Arrival) -> TroubleReceipt:
    """Store a ticket that came by a kiosk's queue, and open a complaint for it."""
    report = arrival.read(TroubleReport)
    ticket = TroubleTicket.objects.create(
        id=arrival.id,
        check_code=check_code(arrival.id),
        kiosk=arrival.kiosk,
        journey=report.journey,
        page=report.page,
        reason=report.reason,
        language=report.language,
        devices={one.name: one.state for one in report.devices},
        online=report.online,
        happened_at=report.at,
        received_at=arrival.received_at,
    )
    open_complaint(ticket, Complaint.Kind.TROUBLE, arrival.kiosk.organisation, None)
    return TroubleReceipt(id=arrival.id, received_at=arrival.received_at, check_code=ticket.check_code)
