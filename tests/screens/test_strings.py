"""Words by key, in two languages."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from kiosk.text import text
from screens.strings import MissingWords, Strings
from tests.screens.sample_pages import Both


def test_a_key_becomes_words_of_the_language() -> None:
    assert Strings("zh").say(text("bar.help")) == "找人帮忙"
    assert Strings("en").say(text("bar.help")) == "Get help"


def test_values_are_worded_too() -> None:
    words = text("strip.step", journey=Both("医保登记", "Medical insurance"), n=2, of=5)
    assert Strings("zh").say(words) == "医保登记 · 第 2 步，共 5 步"
    assert Strings("en").say(words) == "Medical insurance · step 2 of 5"


def test_words_of_the_catalogue_pass_and_fall_back_to_chinese() -> None:
    assert Strings("en").say(Both("户口簿", "Household register")) == "Household register"
    assert Strings("en").say(Both("户口簿", "")) == "户口簿"


def test_braces_in_a_value_are_only_characters() -> None:
    assert "{of}" in Strings("zh").say(text("strip.step", journey="{of}", n=1, of=2))


@pytest.mark.parametrize(
    ("language", "day", "moment"),
    [
        ("zh", "2026 年 11 月 4 日", "2026 年 11 月 4 日 02:05"),
        ("en", "4 November 2026", "4 November 2026 02:05"),
    ],
)
def test_dates_are_worded_as_people_say_them(language: str, day: str, moment: str) -> None:
    assert Strings(language).say(date(2026, 11, 4)) == day
    assert Strings(language).say(datetime(2026, 11, 4, 2, 5)) == moment  # noqa: DTZ001 as it is shown


def test_a_missing_key_fails_a_test_but_never_a_page() -> None:
    with pytest.raises(MissingWords):
        Strings("zh", strict=True).say(text("no.such.key"))
    assert Strings("zh").say(text("no.such.key")) == "no.such.key"
