"""The audit trail as a file: JSON lines, by which it can be verified elsewhere, or a table."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any, Final

from django.db.models import QuerySet

from hub.audit.models import Entry
from hub.tables import table_cell

COLUMNS: Final = ("number", "at", "who", "role", "address", "action", "target", "detail", "previous", "hash")


def rows(entries: QuerySet[Entry]) -> Iterator[dict[str, Any]]:
    """Each entry as it was hashed, with its hash; oldest first."""
    for entry in entries.order_by("number").iterator(chunk_size=1000):
        row = {name: getattr(entry, name) for name in COLUMNS}
        yield {**row, "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds")}


def cells(row: dict[str, Any]) -> list[object]:
    """A row for a table."""
    return [json.dumps(row[one], ensure_ascii=False) if one == "detail" else row[one] for one in COLUMNS]


def write(entries: QuerySet[Entry], out: Path) -> int:
    """Write a table when ``out`` ends in ``.csv``, else JSON lines; how many entries. Raises ``OSError``."""
    count = 0
    with out.open("x", encoding="utf-8", newline="") as file:
        table = csv.writer(file) if out.suffix == ".csv" else None
        if table is not None:
            table.writerow(COLUMNS)
        for count, row in enumerate(rows(entries), 1):  # noqa: B007 - its last value is the answer
            if table is not None:
                table.writerow([table_cell(one) for one in cells(row)])
            else:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return count
