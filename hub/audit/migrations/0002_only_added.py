"""The database itself refuses to change or remove what is in the trail, to whoever asks with SQL.

The owner of the tables can drop these triggers; that the chain was changed then shows by its hashes.
"""

from django.db import migrations

SQLITE = (
    """CREATE TRIGGER audit_entry_never_updated BEFORE UPDATE ON audit_entry
       BEGIN SELECT RAISE(ABORT, 'the audit trail is only added to'); END""",
    """CREATE TRIGGER audit_entry_never_deleted BEFORE DELETE ON audit_entry
       BEGIN SELECT RAISE(ABORT, 'the audit trail is only added to'); END""",
    """CREATE TRIGGER audit_head_never_back BEFORE UPDATE ON audit_head WHEN NEW.number <> OLD.number + 1
       BEGIN SELECT RAISE(ABORT, 'the audit trail is only added to'); END""",
    """CREATE TRIGGER audit_head_never_deleted BEFORE DELETE ON audit_head
       BEGIN SELECT RAISE(ABORT, 'the audit trail is only added to'); END""",
)
SQLITE_BACK = (
    "DROP TRIGGER audit_entry_never_updated",
    "DROP TRIGGER audit_entry_never_deleted",
    "DROP TRIGGER audit_head_never_back",
    "DROP TRIGGER audit_head_never_deleted",
)
POSTGRESQL = (
    """CREATE FUNCTION audit_only_added() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'the audit trail is only added to' USING ERRCODE = 'integrity_constraint_violation';
       END $$""",
    """CREATE TRIGGER audit_entry_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
       FOR EACH STATEMENT EXECUTE FUNCTION audit_only_added()""",
    """CREATE TRIGGER audit_head_never_back BEFORE UPDATE ON audit_head FOR EACH ROW
       WHEN (NEW.number <> OLD.number + 1) EXECUTE FUNCTION audit_only_added()""",
    """CREATE TRIGGER audit_head_never_deleted BEFORE DELETE OR TRUNCATE ON audit_head
       FOR EACH STATEMENT EXECUTE FUNCTION audit_only_added()""",
)
POSTGRESQL_BACK = (
    "DROP TRIGGER audit_entry_only_added ON audit_entry",
    "DROP TRIGGER audit_head_never_back ON audit_head",
    "DROP TRIGGER audit_head_never_deleted ON audit_head",
    "DROP FUNCTION audit_only_added()",
)


def run(schema_editor, sqlite, postgresql):
    for statement in {"sqlite": sqlite, "postgresql": postgresql}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def forward(apps, schema_editor):
    run(schema_editor, SQLITE, POSTGRESQL)


def backward(apps, schema_editor):
    run(schema_editor, SQLITE_BACK, POSTGRESQL_BACK)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(forward, backward)]
