"""What a kiosk counts of its guides, and what it must not keep."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from kiosk.guide_counts import DAYS, GuideCounts

TODAY = date(2026, 11, 21)


def test_counts_survive_a_restart_and_old_days_go(tmp_path: Path) -> None:
    days = [TODAY]
    counts = GuideCounts(tmp_path / "counts.json", lambda: days[0])
    counts.opened("passport-first")
    counts.found_nothing(" 修  水管 ")
    again = GuideCounts(tmp_path / "counts.json", lambda: days[0])
    assert again.popularity == {"passport-first": 1}
    assert again.unanswered == {TODAY: {"修 水管": 1}}
    days[0] = TODAY + timedelta(days=DAYS)
    again.opened("notary")
    assert again.popularity == {"notary": 1}
    assert again.unanswered == {}


@pytest.mark.parametrize("words", ["13800138000", "我叫什么名字住在哪里电话是多少请告诉我谢谢", "1234号"])
def test_words_that_could_be_somebodys_are_counted_and_not_kept(tmp_path: Path, words: str) -> None:
    counts = GuideCounts(tmp_path / "counts.json", lambda: TODAY)
    counts.found_nothing(words)
    assert counts.unanswered == {TODAY: {"other": 1}}
    assert words not in (tmp_path / "counts.json").read_text()


def test_a_damaged_or_unwritable_file_costs_the_counts_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "counts.json"
    path.write_text("{")
    assert GuideCounts(path).popularity == {}
    nowhere = GuideCounts(tmp_path / "no" / "where.json")
    nowhere.opened("notary")
    assert nowhere.popularity == {"notary": 1}
