"""Cases from before there was a workflow: their place, their outcome, and a history that says what is known."""

from uuid import uuid4

from django.db import migrations

BATCH = 500


def forward(apps, schema_editor):
    case_model, event_model = apps.get_model("cases", "Case"), apps.get_model("cases", "CaseEvent")
    decided = dict(apps.get_model("cases", "Result").objects.values_list("case_id", "decided_at"))
    for case in case_model.objects.select_related("kiosk").only("state", "received_at", "kiosk").iterator(BATCH):
        who = f"kiosk {case.kiosk_id}" if case.kiosk_id else "hub"
        new = {"revision": 1}
        if case.kiosk_id:
            new["organisation_id"] = case.kiosk.organisation_id
        events = [event_model(case=case, id=uuid4(), number=1, at=case.received_at, who=who, what="filed", after="received")]
        if case.state == "decided":
            at = decided.get(case.pk, case.received_at)
            new |= {"outcome": "granted" if case.pk in decided else "", "decided_at": at, "revision": 2}
            events.append(
                event_model(
                    case=case, id=uuid4(), number=2, at=at, who="hub", what="decide", before="received", after="decided"
                )
            )
        event_model.objects.bulk_create(events)
        case_model.objects.filter(pk=case.pk).update(**new)


def backward(apps, schema_editor):
    """The older hub knew two states."""
    apps.get_model("cases", "CaseEvent").objects.all().delete()
    cases = apps.get_model("cases", "Case").objects
    cases.filter(state__in=("in_review", "supplement_asked")).update(state="received")


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_workflow")]
    operations = [migrations.RunPython(forward, backward)]
