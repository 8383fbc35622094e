"""A rule for every symptom, as the symptom proposes it: alerts work before anybody has set anything."""

from django.db import migrations

# symptom, threshold, lasting (minutes), severity, one alert for
USUAL = (
    ("kiosk_offline", 15, 0, 2, "organisation"),
    ("item_unavailable", 30, 0, 2, "organisation"),
    ("out_of_service", 10, 0, 2, "organisation"),
    ("paper_low", 1, 0, 2, "organisation"),
    ("queue_old", 4, 0, 2, "organisation"),
    ("held_overdue", 0, 0, 3, "organisation"),
    ("case_red", 0, 0, 2, "organisation"),
    ("clock_off", 120, 5, 2, "organisation"),
    ("quarantine", 0, 0, 3, "kiosk"),
    ("key_expiring", 30, 0, 2, "organisation"),
    ("complaints_overdue", 0, 0, 2, "organisation"),
    ("ratings_bad", 20, 0, 2, "organisation"),
    ("login_locked", 2, 0, 2, "rule"),
    ("audit_broken", 0, 0, 3, "rule"),
    ("disk_low", 10, 0, 3, "rule"),
    ("backup_old", 26, 0, 2, "rule"),
    ("seal_expiring", 30, 0, 2, "rule"),
    ("untold", 0, 0, 2, "rule"),
)


def add(apps, _schema_editor):
    rule, organisation = apps.get_model("alerts", "Rule"), apps.get_model("accounts", "Organisation")
    root = organisation.objects.filter(parent=None).order_by("pk").first()
    for symptom, threshold, lasting, severity, grouping in USUAL:
        rule.objects.create(
            symptom=symptom,
            organisation=root,
            threshold=threshold,
            lasting=lasting,
            severity=severity,
            grouping=grouping,
        )


def remove(apps, _schema_editor):
    """Rules as they were made here go; changed ones would go with their table."""
    rule = apps.get_model("alerts", "Rule")
    for symptom, threshold, lasting, severity, grouping in USUAL:
        rule.objects.filter(
            symptom=symptom, threshold=threshold, lasting=lasting, severity=severity, grouping=grouping
        ).delete()


class Migration(migrations.Migration):
    dependencies = [("alerts", "0001_initial")]
    operations = [migrations.RunPython(add, remove)]
