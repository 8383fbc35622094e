"""Long lists in pages: an opaque cursor leads on from the last row seen, whatever is added meanwhile."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final, TypeVar

from ninja import Query

from hub.problems import ProblemError

T = TypeVar("T")
LONGEST_PAGE: Final = 200

Limit = Annotated[int, Query(ge=1, le=LONGEST_PAGE, description="Rows on a page.")]
AnyLimit = Annotated[
    int | None, Query(ge=1, le=LONGEST_PAGE, description="Rows on a page; all of them without it.")
]
Cursor = Annotated[
    str, Query(max_length=400, description="Where to go on: `next` of the page before; empty for the first.")
]


def cursor_after(*key: str) -> str:
    """The cursor that leads on after the row with this key."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def newest_first(
    rows: Iterable[tuple[datetime, object, T]], cursor: str, limit: int | None
) -> tuple[tuple[T, ...], str | None]:
    """A page of rows, each with its time and its id, the newest first, and the cursor of the next page.

    Without ``limit`` all of them. Raises ``ProblemError`` 422 for a cursor that is none.
    """
    after = key_in(cursor, 2)
    keyed = sorted((((at.isoformat(), str(id_)), row) for at, id_, row in rows), key=lambda one: one[0])
    left = [(key, row) for key, row in reversed(keyed) if after is None or key < after]
    page = left if limit is None else left[:limit]
    more = len(left) > len(page)
    return tuple(row for _, row in page), cursor_after(*page[-1][0]) if more and page else None


def key_in(cursor: str, length: int = 1) -> tuple[str, ...] | None:
    """The key in a cursor, ``None`` for the first page. Raises ``ProblemError`` 422 for what is no cursor."""
    if not cursor:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        key = None
    if not isinstance(key, list) or len(key) != length or not all(_sound(part) for part in key):
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "This cursor is not one of this list")
    return tuple(key)


def _sound(part: object) -> bool:
    return isinstance(part, str) and "\0" not in part
