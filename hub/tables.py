"""Tables for spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final

from django.http import StreamingHttpResponse

_FORMULA: Final = frozenset("=+-@＝＋－＠")
_BLANKS: Final = " \u00a0\u3000\u200b\ufeff"


def table_cell(value: object) -> str:
    """A value for a CSV file; what a spreadsheet would take for a formula is marked as text (CWE-1236)."""
    text = "" if value is None else str(value)
    # Some spreadsheets skip blanks before they look for a formula, some take the full-width signs for one.
    begins = text.lstrip(_BLANKS)[:1]
    return f"'{text}" if text[:1] in {"\t", "\r", "\n"} or begins in _FORMULA else text


def csv_answer(name: str, head: Sequence[str], lines: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """A table as a download: UTF-8 with a byte order mark, by which spreadsheets know it; cells are safe."""
    writer = csv.writer(_Echo())
    rows = (writer.writerow([table_cell(one) for one in row]) for row in chain([head], lines))
    return StreamingHttpResponse(
        chain(["\ufeff"], rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


class _Echo:
    """A file that gives back what is written to it: ``csv`` writes lines, we send them."""

    def write(self, line: str) -> str:
        """The line itself."""
        return line
