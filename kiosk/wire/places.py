"""Offices: where a window is, and when it is open."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Self

from pydantic import Field, model_validator

from kiosk.wire.base import Bilingual, Message, Name


class OpeningHours(Message):
    """One stretch of a day, on some days of the week (1 is Monday), local time of the office."""

    days: tuple[int, ...] = Field(min_length=1)
    opens: time
    closes: time

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if not all(1 <= day <= 7 for day in self.days) or self.opens >= self.closes:
            raise ValueError("days are 1 (Monday) to 7, and an office closes after it has opened")
        return self

    def covers(self, at: datetime) -> bool:
        """Whether the office is open at this local time, public holidays aside."""
        return at.isoweekday() in self.days and self.opens <= at.time() < self.closes


class Office(Message):
    """A place with windows where people work (政务服务中心, 便民服务站).

    ``latitude`` and ``longitude`` are degrees (WGS 84). ``open`` is empty where the hours are not known for
    sure: then only ``hours``, the words, are told.
    """

    id: Name
    name: Bilingual
    address: Bilingual
    way: Bilingual | None = None
    hours: Bilingual
    open: tuple[OpeningHours, ...] = ()
    closed_on_holidays: bool = True
    closed_on: tuple[date, ...] = ()
    phone: str
    appointments: bool = False
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)
