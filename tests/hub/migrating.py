"""Takes a hub's database back to where it began and forward again: ``migrating DATA``, prints what differs.

Run as a program of its own: Django is set up once for each database.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

BEGINNING = {"kiosks": "0001_initial", "intake": "0001_initial", "cases": "0001_initial"}
"""Where the first installations stood; applications that came later go as a whole."""


def main() -> None:
    """Back, forward, and the tables of the beginning before and after it."""
    from hub.command_line import set_up

    set_up(Path(sys.argv[1]))
    from django.apps import apps
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    newest = executor.loader.graph.leaf_nodes()
    hub_apps = [app.label for app in apps.get_app_configs() if app.name.startswith("hub.")]
    erase_one()
    before = rows()
    executor.migrate([(label, BEGINNING.get(label)) for label in hub_apps])
    at_the_beginning = set(connection.introspection.table_names())
    executor = MigrationExecutor(connection)
    executor.migrate(newest)
    after = rows()
    tables = {table: len(found) for table, found in before.items() if table in at_the_beginning}
    lost = {
        table: gone
        for table in tables
        if (gone := [row for row in before[table] if row not in after.get(table, [])])
    }
    sys.stdout.write(json.dumps({"tables": tables, "lost": lost}))


def erase_one() -> None:
    """Of one case of the intake nothing about its person is left, as after an erasure."""
    from django.utils import timezone

    from hub.cases.erasure import erase_on_request
    from hub.cases.models import Case

    case = Case.objects.filter(state=Case.State.RECEIVED).latest("received_at")
    case.state, case.outcome, case.decided_at = Case.State.DECIDED, Case.Outcome.REFUSED, timezone.now()
    case.save(update_fields=["state", "outcome", "decided_at"])
    erase_on_request("hub", case.pk, None, "the person asked")


def rows() -> dict[str, list[Any]]:
    """The columns of the beginning, of every table, as text."""
    from django.apps import apps

    found: dict[str, list[Any]] = {}
    for model in apps.get_models():
        names = KEPT.get(model._meta.label_lower)
        if names:
            found[model._meta.db_table] = [
                [_text(getattr(one, name)) for name in names] for one in model._default_manager.order_by("pk")
            ]
    return found


def _text(value: Any) -> str:
    """As text; PostgreSQL keeps what is in a document, not its order."""
    return json.dumps(value, sort_keys=True) if isinstance(value, dict) else str(value)


KEPT = {
    "kiosks.kiosk": ("id", "place", "software", "enrolled_at", "revoked", "last_seen"),
    "kiosks.enrolmentcode": ("code_sha256", "expires_at", "kiosk_id"),
    "cases.case": ("id", "case_no", "check_code", "item_id", "received_at", "promised_by", "resident"),
    "cases.result": ("id", "case_id", "decided_at", "certificate"),
    "cases.copy": ("id", "copy_no", "verification_code", "outcome"),
    "cases.material": ("case_id", "material_id", "sha256", "pages"),
    "intake.receiveditem": ("id", "kind", "content_sha256", "receipt"),
    "intake.sealedfile": ("sha256", "received_at"),
}
"""Fields by model that were there from the beginning and mean the same since."""


if __name__ == "__main__":
    main()
