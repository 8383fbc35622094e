"""What a kiosk counts in a day: whole numbers by page, outcome, guide and words; nothing about a person."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import Field

from kiosk.wire.base import Message, Name

COUNTS_KIND: Final = "counts"
"""Queue kind of a sealed ``DayCounts``."""

OTHER_WORDS: Final = "other"
"""Stands for all searches whose words do not leave the kiosk."""

How = Literal[
    # how a page was left
    "forward",
    "back",
    "left",
    "idle",
    # what was asked for on it
    "help",
    "could-not",
    # how a visit ended, beside ``left`` and ``idle``
    "done",
    "failed",
    # what came of it
    "filed",
    "printed",
    "not-printed",
]
"""What happened, in the words of ``kiosk.visit``."""

Times = Annotated[int, Field(ge=1, le=1_000_000)]


class VisitCount(Message):
    """How often something happened on a page of a journey, or, without ``page``, to whole visits of it."""

    journey: Name
    page: Name | None = None
    how: How
    language: Literal["zh", "en"]
    elder: bool
    times: Times


class GuideCount(Message):
    """How often the guide of an item was opened."""

    item_id: Name
    times: Times


class SearchCount(Message):
    """How often a search found nothing; ``words`` is ``OTHER_WORDS`` for all that do not leave the kiosk."""

    words: str = Field(min_length=1, max_length=20)
    times: Times


class DayCounts(Message):
    """A kiosk's counts of one day that is over, by the calendar of China."""

    day: date
    visits: tuple[VisitCount, ...] = Field(default=(), max_length=5000)
    opened: tuple[GuideCount, ...] = Field(default=(), max_length=5000)
    unanswered: tuple[SearchCount, ...] = Field(default=(), max_length=250)
