"""Residents' data and certificates are closed in the database, and found by a key of their own.

The plain column steps aside under another name, so that what is closed is bound to its final name from the start.
"""

from django.conf import settings
from django.db import migrations, models
from django.utils.crypto import salted_hmac

import hub.encryption

BATCH = 500
COLUMNS = (("Case", "resident"), ("Result", "certificate"))


def close(apps, schema_editor):
    """Close every plain row; find residents by ``index.key``."""
    for model_name, column in COLUMNS:
        model = apps.get_model("cases", model_name)
        for row in model.objects.iterator(BATCH):
            setattr(row, column, getattr(row, f"{column}_plain"))
            changed = [column]
            if column == "resident":
                row.resident_index = _index(row, settings.DATA.resident_keys.index)
                changed.append("resident_index")
            row.save(update_fields=changed)


def open_again(apps, schema_editor):
    """Write every row in plain again; find residents by ``secret.key``."""
    for model_name, column in COLUMNS:
        model = apps.get_model("cases", model_name)
        for row in model.objects.iterator(BATCH):
            setattr(row, f"{column}_plain", getattr(row, column))
            changed = [f"{column}_plain"]
            if column == "resident":
                row.resident_index = _index(row, _by_secret_key)
                changed.append("resident_index")
            row.save(update_fields=changed)


def _index(case, by):
    """By what ``case`` is found; nothing for one whose data was erased."""
    return by(case.resident["applicant"]["number"].strip().upper()) if case.resident else ""


def _by_secret_key(number):
    return salted_hmac("hub.cases.resident", number, algorithm="sha256").hexdigest()


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [
        migrations.RenameField("case", "resident", "resident_plain"),
        migrations.AlterField("case", "resident_plain", models.JSONField(null=True)),
        migrations.AddField("case", "resident", hub.encryption.EncryptedJSONField("resident", null=True)),
        migrations.RenameField("result", "certificate", "certificate_plain"),
        migrations.AlterField("result", "certificate_plain", models.JSONField(null=True)),
        migrations.AddField("result", "certificate", hub.encryption.EncryptedJSONField("certificate", null=True)),
        migrations.RunPython(close, open_again),
        migrations.RemoveField("case", "resident_plain"),
        migrations.RemoveField("result", "certificate_plain"),
        migrations.AlterField("case", "resident", hub.encryption.EncryptedJSONField(verbose_name="resident")),
        migrations.AlterField("result", "certificate", hub.encryption.EncryptedJSONField(verbose_name="certificate")),
    ]
