"""Whether an office is open: weekdays, lunch, holidays, make-up days, and years nobody knows yet."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from devices.identity import CHINA_TIME
from kiosk.availability import Standing
from kiosk.guide_pages import guide_page
from kiosk.offices import closing, distance_km, is_open, next_opening
from kiosk.wire import Office
from tests.kiosk.items import demonstration, item

OFFICE = Office.model_validate(
    {
        "id": "hall",
        "name": "大厅",
        "address": "某路 1 号",
        "hours": "周一至周五",
        "phone": "12345",
        "latitude": 36.67,
        "longitude": 117.02,
        "open": [
            {"days": [1, 2, 3, 4, 5], "opens": "09:00", "closes": "12:00"},
            {"days": [1, 2, 3, 4, 5], "opens": "13:30", "closes": "17:00"},
        ],
    }
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA_TIME)


@pytest.mark.parametrize(
    ("now", "open_now", "opens"),
    [
        ("2026-11-20 09:00", True, "2026-11-20 13:30"),
        ("2026-11-20 12:00", False, "2026-11-20 13:30"),
        ("2026-11-20 17:00", False, "2026-11-23 09:00"),
        ("2026-11-21 10:00", False, "2026-11-23 09:00"),
        ("2026-10-01 10:00", False, "2026-10-08 09:00"),
        ("2026-10-10 10:00", True, "2026-10-10 13:30"),
        ("2031-03-03 10:00", None, None),
    ],
)
def test_an_office_is_open_when_people_are_there(now: str, open_now: bool | None, opens: str | None) -> None:
    assert is_open(OFFICE, at(now)) is open_now
    assert next_opening(OFFICE, at(now)) == (at(opens) if opens else None)


def test_a_day_on_which_it_says_it_is_closed_is_believed() -> None:
    closed = OFFICE.model_copy(update={"closed_on": (date(2026, 11, 20),)})
    assert is_open(closed, at("2026-11-20 10:00")) is False
    assert closing(OFFICE, at("2026-11-20 10:00")) == at("2026-11-20 12:00")


def test_how_far_it_is() -> None:
    near = distance_km(OFFICE, 36.68, 117.02)
    assert near == pytest.approx(1.112, abs=0.01)
    assert distance_km(OFFICE.model_copy(update={"latitude": None}), 36.68, 117.02) is None


def test_an_item_for_the_window_says_which_window_and_whether_it_is_open() -> None:
    wanted = item("marriage-register")
    offices = [one for one in demonstration().offices if one.id in wanted.offices]
    assert offices
    page = guide_page(wanted, Standing("window"), offices)
    rows = next(section for section in page.renderings[0].sections if section.id == "where").rows
    assert {office.name.zh for office in offices} <= {getattr(row.title, "zh", "") for row in rows}
