"""What this kiosk counts, by day: guides opened, searches that found nothing, and where visits go and stop.

Whole numbers alone, never beside a person, a visit or an hour. Words that could be somebody's are not kept
but counted as ``other`` (``kiosk.anonymous_words``); others leave the kiosk only once they were sought on
``DAYS_SOUGHT`` different days. Each day goes to the hub once, when it is over (``kiosk.daily_counts``).

The file is small and written without waiting for the disk: a power cut may cost the last counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final, cast

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from devices.identity import CHINA_TIME
from kiosk.anonymous_words import may_be_kept
from kiosk.stage import Language
from kiosk.wire.counts import OTHER_WORDS, DayCounts, GuideCount, How, SearchCount, VisitCount

log = structlog.get_logger(__name__)

#: Its name in the data folder.
FILE: Final = "counts.json"
#: Days that are kept, and that popularity is taken from.
DAYS: Final = 30
#: Words kept a day; what comes after them is counted as ``other``.
MOST_WORDS: Final = 200
#: On so many different days words must have been sought here before the hub is told them.
DAYS_SOUGHT: Final = 3
#: Different pages, ways to leave them, languages … counted a day.
MOST_KEYS: Final = 5000


class Day(BaseModel):
    """One day's counts: ``opened`` by item, ``unanswered`` by words, ``visits`` by what ``_key`` joins."""

    model_config = ConfigDict(extra="forbid")

    opened: Counter[str] = Field(default_factory=Counter)
    unanswered: Counter[str] = Field(default_factory=Counter)
    visits: Counter[str] = Field(default_factory=Counter)
    told: bool = False


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    days: dict[date, Day] = Field(default_factory=dict)


class Counts:
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
        self.keep()

    def found_nothing(self, words: str) -> None:
        """Somebody left with this search unanswered."""
        words = " ".join(words.split())
        if not words:
            return
        unanswered = self._day().unanswered
        full = len(unanswered) >= MOST_WORDS and words not in unanswered
        unanswered[words if may_be_kept(words) and not full else OTHER_WORDS] += 1
        self.keep()

    def happened(self, how: How, journey: str, page: str | None, language: Language, *, elder: bool) -> None:
        """Something happened on a page, or to a whole visit. On disk with the next ``keep``."""
        visits, key = self._day().visits, _key(how, journey, page, language, elder=elder)
        if key in visits or len(visits) < MOST_KEYS:
            visits[key] += 1

    def to_tell(self) -> list[DayCounts]:
        """The days that are over and that the hub was not told of, oldest first."""
        today = self._today()
        over = sorted(on for on, day in self._file.days.items() if on < today and not day.told)
        return [self._told_as(on) for on in over]

    def told(self, on: date) -> None:
        """The hub is being told of this day: where its visits went is kept here no longer."""
        day = self._file.days[on]
        day.told, day.visits = True, Counter()
        self.keep()

    def _told_as(self, on: date) -> DayCounts:
        day = self._file.days[on]
        unanswered = Counter[str]()
        for words, times in day.unanswered.items():
            unanswered[words if self._days_sought(words) >= DAYS_SOUGHT else OTHER_WORDS] += times
        return DayCounts(
            day=on,
            visits=tuple(_visit_count(key, times) for key, times in sorted(day.visits.items())),
            opened=tuple(GuideCount(item_id=item, times=times) for item, times in sorted(day.opened.items())),
            unanswered=tuple(
                SearchCount(words=words, times=times) for words, times in sorted(unanswered.items())
            ),
        )

    def _days_sought(self, words: str) -> int:
        return sum(words in day.unanswered for day in self._file.days.values())

    def _day(self) -> Day:
        today = self._today()
        oldest = today - timedelta(days=DAYS)
        for on in [on for on in self._file.days if on <= oldest]:
            del self._file.days[on]
        self._popularity = None
        return self._file.days.setdefault(today, Day())

    def keep(self) -> None:
        """Write what was counted."""
        if self._path is None:
            return
        new = self._path.with_suffix(".new")
        try:
            new.write_text(self._file.model_dump_json(), encoding="utf-8")
            new.replace(self._path)
        except OSError as error:
            # Nobody is kept waiting or turned away because a count could not be written.
            log.warning("counts.not-written", error=error.strerror)


def _key(how: How, journey: str, page: str | None, language: Language, *, elder: bool) -> str:
    """No word of it has a space."""
    return " ".join((journey, page or "-", how, language, "elder" if elder else "usual"))


def _visit_count(key: str, times: int) -> VisitCount:
    journey, page, how, language, mode = key.split(" ")
    return VisitCount(
        journey=journey,
        page=None if page == "-" else page,
        how=cast("How", how),
        language=cast("Language", language),
        elder=mode == "elder",
        times=times,
    )


def _read(path: Path) -> _File:
    try:
        return _File.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return _File()
    except (ValidationError, OSError) as error:
        log.warning("counts.lost", error=type(error).__name__)
        return _File()
