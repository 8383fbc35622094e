"""Working days of mainland China: public holidays and the weekends that are worked in exchange for them.

The State Council publishes each year's days late in the year before; the library `chinesecalendar` carries
them. In a year that it does not know yet, Monday to Friday count, and ``is_known`` says so.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import chinese_calendar

_SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)


def is_known(year: int) -> bool:
    """Whether the holidays of this year have been published to us."""
    try:
        chinese_calendar.is_workday(date(year, 12, 31))
    except NotImplementedError:
        return False
    return True


def is_working_day(day: date) -> bool:
    """Whether offices work on this day; in a year not known yet, whether it is Monday to Friday."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < _SATURDAY


def working_days_after(day: date, days: int) -> date:
    """The day that many working days after ``day``, which itself does not count; ``day`` itself for none.

    Civil Code art. 201: a term of days begins with the day after.
    """
    while days > 0:
        day += _DAY
        if is_working_day(day):
            days -= 1
    return day


def working_days_between(start: date, end: date) -> int:
    """How many working days come after ``start`` until ``end``, which counts; negative if it lies before."""
    if end < start:
        return -working_days_between(end, start)
    return sum(is_working_day(start + n * _DAY) for n in range(1, (end - start).days + 1))
