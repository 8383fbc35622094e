"""Tickets that came before there were complaints are followed up, too: late as they are."""

from uuid import uuid4

from django.db import migrations
from django.utils import timezone

from hub.cases.working_days import working_days_after

BATCH = 500


def forward(apps, schema_editor):
    complaint_model = apps.get_model("evaluations", "Complaint")
    entry_model = apps.get_model("evaluations", "ComplaintEntry")
    tickets = apps.get_model("evaluations", "TroubleTicket").objects.select_related("kiosk")
    for ticket in tickets.iterator(BATCH):
        day = timezone.localdate(ticket.received_at)
        complaint = complaint_model.objects.create(
            id=uuid4(),
            kind="trouble",
            ticket=ticket,
            organisation_id=ticket.kiosk.organisation_id,
            opened_at=ticket.received_at,
            contact_by=working_days_after(day, 1),
            due=working_days_after(day, 5),
            revision=1,
        )
        entry_model.objects.create(
            id=uuid4(),
            complaint=complaint,
            number=1,
            at=ticket.received_at,
            who=ticket.kiosk_id,
            what="opened",
        )


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0002_complaints")]
    operations = [migrations.RunPython(forward, migrations.RunPython.noop)]
