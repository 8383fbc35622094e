"""What this kiosk counts of its guides: how often each was opened, and which searches found nothing.

Numbers by day and words alone, never beside a person, a visit or an hour. Words that could be somebody's,
such as a number or a whole sentence, are not kept but counted as ``other``. The file is small and written
without waiting for the disk: a power cut may cost the last counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from devices.identity import CHINA_TIME

log = structlog.get_logger(__name__)

#: Its name in the data folder.
FILE: Final = "guide-counts.json"
#: Days that are kept, and that popularity is taken from.
DAYS: Final = 30
#: Words kept a day; what comes after them is counted as ``other``.
MOST_WORDS: Final = 200
LONGEST_WORDS: Final = 20
OTHER: Final = "other"

_NUMBER: Final = re.compile(r"\d{4,}")


class Day(BaseModel):
    """One day's counts: ``opened`` by item, ``unanswered`` by words."""

    model_config = ConfigDict(extra="forbid")

    opened: Counter[str] = Field(default_factory=Counter)
    unanswered: Counter[str] = Field(default_factory=Counter)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    days: dict[date, Day] = Field(default_factory=dict)


class GuideCounts:
    """The counts of one kiosk, kept at ``path``; without one, in memory only."""

    def __init__(self, path: Path | None = None, today: Callable[[], date] | None = None) -> None:
        self._path = path
        self._today = today or (lambda: datetime.now(CHINA_TIME).date())
        self._file = _read(path) if path else _File()
        self._popularity: Counter[str] | None = None

    @property
    def popularity(self) -> Counter[str]:
        """How often each guide was opened in the days that are kept."""
        if self._popularity is None:
            self._popularity = sum((day.opened for day in self._file.days.values()), Counter())
        return self._popularity

    @property
    def unanswered(self) -> dict[date, Counter[str]]:
        """The searches that found nothing, by day."""
        return {on: day.unanswered for on, day in self._file.days.items() if day.unanswered}

    def opened(self, item_id: str) -> None:
        """Somebody opened this guide."""
        self._day().opened[item_id] += 1
        self._keep()

    def found_nothing(self, words: str) -> None:
        """Somebody left with this search unanswered."""
        words = " ".join(words.split())
        if not words:
            return
        unanswered = self._day().unanswered
        kept = len(words) <= LONGEST_WORDS and not _NUMBER.search(words)
        full = len(unanswered) >= MOST_WORDS and words not in unanswered
        unanswered[words if kept and not full else OTHER] += 1
        self._keep()

    def _day(self) -> Day:
        today = self._today()
        oldest = today - timedelta(days=DAYS)
        for on in [on for on in self._file.days if on <= oldest]:
            del self._file.days[on]
        self._popularity = None
        return self._file.days.setdefault(today, Day())

    def _keep(self) -> None:
        if self._path is None:
            return
        new = self._path.with_suffix(".new")
        try:
            new.write_text(self._file.model_dump_json(), encoding="utf-8")
            new.replace(self._path)
        except OSError as error:
            # Nobody is kept waiting or turned away because a count could not be written.
            log.warning("guide-counts.not-written", error=error.strerror)


def _read(path: Path) -> _File:
    try:
        return _File.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return _File()
    except (ValidationError, OSError) as error:
        log.warning("guide-counts.lost", error=type(error).__name__)
        return _File()
