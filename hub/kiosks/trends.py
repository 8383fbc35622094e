"""A kiosk's last hours and days in numbers: queue by the hour, documents and cards by the day. Pure.

The numbers are plain JSON, one row to a kiosk, renewed once an hour from what the check-in counts. A device's
counter only grows; one that shrank was begun anew, and its day counts for nothing.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final, NotRequired, TypedDict

from hub.kiosks.supplies import PaperUse
from kiosk.wire import CheckIn, DeviceReport

HOURS: Final = 48
DAYS: Final = 35
"""Hours and days that are kept."""

WHOLE_DAYS: Final = 14
"""Days from which daily numbers are taken."""

_ROLLS: Final = 5
_CARD_READERS: Final = {"IdCardReader", "ChipCardReader"}
_PRINTERS: Final = {"ReceiptPrinter", "DocumentPrinter"}


class Hour(TypedDict):
    """The queue as it stood at the first check-in of an hour; ``oldest`` in seconds."""

    at: str
    waiting: int
    oldest: float | None


class Numbers(TypedDict):
    """All of it: ``days`` holds by date the devices' counters as they stood at the day's first check-in."""

    hours: NotRequired[list[Hour]]
    days: NotRequired[dict[str, dict[str, int]]]
    changed: NotRequired[dict[str, int]]
    rolls: NotRequired[dict[str, list[int]]]


def documents(device: DeviceReport) -> int:
    """How many documents a printer has printed, by its counter."""
    return device.counts.done.get("print_document", 0) if device.counts else 0


def add_hour(numbers: Numbers, report: CheckIn, now: datetime) -> None:
    """Add the first check-in of an hour; ``now`` in local time."""
    hour = Hour(
        at=now.replace(minute=0, second=0, microsecond=0).isoformat(),
        waiting=report.queue.pending,
        oldest=report.queue.oldest_seconds,
    )
    numbers["hours"] = [*numbers.get("hours", []), hour][-HOURS:]
    days = numbers.setdefault("days", {})
    if now.date().isoformat() not in days:
        days[now.date().isoformat()] = _counters(report)
        for old in sorted(days)[:-DAYS]:
            del days[old]


def note_paper(numbers: Numbers, device: DeviceReport, before: str | None) -> None:
    """A printer's word for its paper has changed: learn how much a roll gives."""
    changed = numbers.setdefault("changed", {})
    printed = documents(device)
    if device.paper == "full" and before in {"low", "out", "jammed"}:
        changed[device.name] = printed
    elif device.paper in {"low", "out"} and before == "full":
        given = printed - changed.get(device.name, printed)
        if given > 0:
            rolls = numbers.setdefault("rolls", {})
            rolls[device.name] = [*rolls.get(device.name, []), given][-_ROLLS:]


def paper_use(numbers: Numbers, device: DeviceReport, today: date) -> PaperUse:
    """What is known of a printer's paper."""
    at_change = numbers.get("changed", {}).get(device.name)
    since_change = None if at_change is None else documents(device) - at_change
    return PaperUse(
        by_day=list(by_day(numbers, device.name, today).values()),
        since_change=since_change if since_change is None or since_change >= 0 else None,
        rolls=tuple(numbers.get("rolls", {}).get(device.name, ())),
        paper=device.paper,
        of_roll=device.family == "ReceiptPrinter",
    )


def by_day(numbers: Numbers, name: str, today: date) -> dict[date, int]:
    """What a counter grew on each of the last whole days that are known, oldest first."""
    days: Mapping[str, Mapping[str, int]] = numbers.get("days", {})
    grown: dict[date, int] = {}
    for ago in range(WHOLE_DAYS, 0, -1):
        day = today - timedelta(days=ago)
        before = days.get(day.isoformat(), {}).get(name)
        after = days.get((day + timedelta(days=1)).isoformat(), {}).get(name)
        if before is not None and after is not None and after >= before:
            grown[day] = after - before
    return grown


def people_a_day(numbers: Numbers, today: date) -> float | None:
    """How many people use the kiosk on a usual day, by the cards read; ``None`` while no day is known."""
    days = by_day(numbers, "cards", today).values()
    return float(statistics.median(days)) if days else None


def _counters(report: CheckIn) -> dict[str, int]:
    counters = {device.name: documents(device) for device in report.devices if device.family in _PRINTERS}
    cards = [
        one.counts.done.get("read", 0) for one in report.devices if one.family in _CARD_READERS and one.counts
    ]
    return {**counters, "cards": sum(cards)}
