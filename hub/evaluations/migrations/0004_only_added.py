"""The database itself refuses to change or remove what residents said and what was done about it.

Encrypted columns may be closed anew with another key (``hub.rotation``): they are not among those watched. A
later migration that makes one of these tables anew (SQLite does for every change) has to set these again.
"""

from django.db import migrations

WATCHED = {
    "evaluations_evaluation": "",
    "evaluations_troubleticket": "",
    "evaluations_complaintentry": "OF complaint_id, number, at, who, what, outcome",
    "evaluations_evidence": "OF entry_id, media_type, size, sha256",
}
WORDS = "what was said is only added to"


def forward(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        schema_editor.execute(
            "CREATE FUNCTION evaluations_only_added() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
    for table, columns in WATCHED.items():
        for verb in (f"UPDATE {columns}", "DELETE"):
            name = f"{table}_never_{verb.split()[0].lower()}"
            if vendor == "postgresql":
                schema_editor.execute(
                    f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION evaluations_only_added()"
                )
            else:
                schema_editor.execute(
                    f"CREATE TRIGGER {name} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
                )


def backward(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for table in WATCHED:
        for verb in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER {table}_never_{verb}" + (f" ON {table}" if postgresql else ""))
    if postgresql:
        schema_editor.execute("DROP FUNCTION evaluations_only_added()")


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0003_earlier_tickets")]
    operations = [migrations.RunPython(forward, backward)]
