"""Long lists in pages: an opaque cursor leads on from the last row seen, whatever is added meanwhile."""

from __future__ import annotations

import base64
import binascii
import json
from http import HTTPStatus
from typing import Annotated, Final

from ninja import Query

from hub.problems import ProblemError

LONGEST_PAGE: Final = 200

Limit = Annotated[int, Query(ge=1, le=LONGEST_PAGE, description="Rows on a page.")]
Cursor = Annotated[
    str, Query(max_length=400, description="Where to go on: `next` of the page before; empty for the first.")
]


def cursor_after(*key: str) -> str:
    """The cursor that leads on after the row with this key."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


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
