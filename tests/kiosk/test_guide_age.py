"""What a guide says of its own age: a kiosk may have been alone for long."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from devices.identity import CHINA_TIME
from kiosk.availability import Standing
from kiosk.guide_pages import STALE_DAYS, guide_page
from kiosk.text import Text
from tests.kiosk.items import item


@pytest.mark.parametrize(
    ("updated", "ends", "said"),
    [
        (0, None, "guide.updated"),
        (-STALE_DAYS - 1, None, "guide.stale"),
        (0, 0, "guide.updated"),
        (0, -1, "guide.ended"),
        (-STALE_DAYS - 1, -1, "guide.ended"),
    ],
)
def test_it_is_said_that_it_is_old_and_that_it_has_ended(updated: int, ends: int | None, said: str) -> None:
    today = datetime.now(CHINA_TIME).date()
    dates = {
        "updated": today + timedelta(days=updated),
        "expires": None if ends is None else today + timedelta(days=ends),
    }
    age = guide_page(item("elderly-card").model_copy(update=dates), Standing("here")).chips[-1].text
    assert isinstance(age, Text)
    assert age.key == said
