"""Offices as somebody needs to know them: open now or when next, and how far."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Final

from chinese_calendar import get_holiday_detail

from kiosk.wire import Office

_AHEAD: Final = 15
_EARTH_KM: Final = 6371.0


def is_open(office: Office, at: datetime) -> bool | None:
    """Whether an office is open at ``at`` (its local time); None: its hours are not known for that day.

    A day that is a public holiday by the State Council's calendar is closed, a make-up working Saturday or
    Sunday is taken as a Friday.
    """
    hours = _hours(office, at)
    return None if hours is None else any(opens <= at < closes for opens, closes in hours)


def next_opening(office: Office, at: datetime) -> datetime | None:
    """When it opens next, within two weeks; None: not known."""
    for ahead in range(_AHEAD):
        day = at + timedelta(days=ahead)
        hours = _hours(office, day)
        if hours is None:
            return None
        for opens, _ in sorted(hours):
            if opens > at:
                return opens
    return None


def closing(office: Office, at: datetime) -> datetime | None:
    """When it closes, if it is open at ``at``."""
    return next((closes for opens, closes in _hours(office, at) or () if opens <= at < closes), None)


def distance_km(office: Office, latitude: float, longitude: float) -> float | None:
    """How far an office is in kilometres, as the crow flies; None: it does not say where it is."""
    if office.latitude is None or office.longitude is None:
        return None
    south, north = radians(latitude), radians(office.latitude)
    east = radians(office.longitude - longitude)
    across = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin(east / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(across))


def _hours(office: Office, day: datetime) -> list[tuple[datetime, datetime]] | None:
    """The stretches in which it is open on one day; None: not known."""
    if not office.open:
        return None
    weekday = day.isoweekday()
    if day.date() in office.closed_on:
        return []
    if office.closed_on_holidays:
        try:
            off, holiday = get_holiday_detail(day.date())
        except NotImplementedError:  # the State Council has not named the holidays of that year yet
            return None
        if off and (holiday or weekday < 6):
            return []
        if not off and weekday >= 6 and not any(weekday in one.days for one in office.open):
            weekday = 5
    return [
        (_at(day, one.opens.hour, one.opens.minute), _at(day, one.closes.hour, one.closes.minute))
        for one in office.open
        if weekday in one.days
    ]


def _at(day: datetime, hour: int, minute: int) -> datetime:
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)
