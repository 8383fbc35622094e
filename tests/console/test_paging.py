"""Pages of long lists: nothing twice, nothing missed, whatever is added meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.paging import cursor_after, key_in, newest_first
from hub.problems import ProblemError

BEGAN = datetime(2026, 11, 20, 8, tzinfo=UTC)
Row = tuple[datetime, object, str]


def row(n: int, minutes: int | None = None) -> Row:
    return BEGAN + timedelta(minutes=n if minutes is None else minutes), n, f"row {n}"


def test_pages_together_are_the_list_the_newest_first() -> None:
    rows = [row(n, n // 2) for n in range(10)]  # two at each moment
    whole, end = newest_first(rows, "", None)
    assert end is None
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page, cursor = newest_first(rows, cursor, 3)
        found += page
        rows.append(row(100 + len(found)))  # something new arrives, at the beginning of the list
    assert tuple(found) == whole
    assert found[0] == "row 9"


def test_without_rows_there_is_one_empty_page() -> None:
    assert newest_first([], "", 10) == ((), None)


@pytest.mark.parametrize(
    "cursor", ["x", "%%%", cursor_after("one"), cursor_after("a", "b", "c"), cursor_after("a\0", "b"), "W10"]
)
def test_what_is_no_cursor_of_this_list_is_refused(cursor: str) -> None:
    with pytest.raises(ProblemError) as refused:
        key_in(cursor, 2)
    assert refused.value.problem.status == 422
