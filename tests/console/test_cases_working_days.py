"""Working days: published holidays, weekends worked in exchange, years that are not published yet."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.cases.working_days import is_known, is_working_day, working_days_after, working_days_between

DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))
TERMS = st.integers(0, 60)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        pytest.param(date(2026, 10, 1), False, id="national holiday"),
        pytest.param(date(2026, 10, 10), True, id="a Saturday worked in exchange"),
        pytest.param(date(2026, 10, 8), True, id="the day after the holiday"),
        pytest.param(date(2026, 10, 11), False, id="Sunday"),
        pytest.param(date(2031, 10, 1), True, id="a Wednesday of a year not published: offices seem to work"),
        pytest.param(date(2031, 10, 4), False, id="a Saturday of that year"),
    ],
)
def test_days_by_name(day: date, works: bool) -> None:
    assert is_working_day(day) is works


def test_a_year_that_is_not_published_is_said_to_be_so() -> None:
    assert is_known(2026)
    assert not is_known(2031)


def test_the_term_begins_with_the_day_after_and_jumps_over_the_holiday() -> None:
    assert working_days_after(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert working_days_after(date(2026, 9, 30), 3) == date(2026, 10, 10)
    assert working_days_after(date(2026, 9, 30), 0) == date(2026, 9, 30)


@settings(deadline=None)
@given(DAYS, TERMS)
def test_no_day_is_lost_or_counted_twice(start: date, days: int) -> None:
    end = working_days_after(start, days)
    assert working_days_between(start, end) == days
    assert days == 0 or is_working_day(end), "no term ends on a day on which nobody works"


@settings(deadline=None)
@given(DAYS, TERMS, TERMS)
def test_terms_add_up(start: date, first: int, second: int) -> None:
    assert working_days_after(working_days_after(start, first), second) == working_days_after(
        start, first + second
    )


@settings(deadline=None)
@given(DAYS, st.integers(0, 20), TERMS)
def test_who_comes_later_never_ends_earlier(start: date, wait: int, days: int) -> None:
    assert working_days_after(start, days) <= working_days_after(start + timedelta(days=wait), days)


@settings(deadline=None)
@given(DAYS, DAYS)
def test_back_is_as_far_as_forth(one: date, other: date) -> None:
    assert working_days_between(one, other) == -working_days_between(other, one)
