"""The page on which one searches: what it shows, what it counts, and what it does not keep."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from config.settings import KioskSettings, VisitSettings
from kiosk.availability import Standing
from kiosk.counts import Counts
from kiosk.guide import Guide
from kiosk.house import Kiosk
from kiosk.journeys.look_up_guide import find_guide
from kiosk.pages import Find, Page
from kiosk.stage import Wish
from kiosk.text import Text
from kiosk.visit import Aside, Ending, Visit
from tests.kiosk.items import open_guide
from tests.kiosk.resident import On, ScriptedResident

pytestmark = pytest.mark.looptime


async def nothing(*_: object) -> None:
    pass


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Guide:
    return open_guide(tmp_path_factory.mktemp("find"))


@pytest.fixture
def counts(tmp_path: Path) -> Counts:
    return Counts(tmp_path / "counts.json")


def visit_of(resident: ScriptedResident, guide: Guide, counts: Counts) -> Visit:
    kiosk = SimpleNamespace(
        aside=Aside(help=nothing, could_not=nothing, farewell=nothing),
        site=SimpleNamespace(visit=VisitSettings(), kiosk=KioskSettings(keeper="12345", helpline="12345")),
        guide=guide,
        counts=counts,
        availability=SimpleNamespace(of=lambda _: Standing("here")),
    )
    return Visit(cast("Kiosk", kiosk), resident)


def typing(*keys: str, take: int | None = None) -> Callable[[Page], str | None]:
    """Type one after the other; then take the found one at ``take``, or look on."""

    def hands(page: Page) -> str | None:
        assert isinstance(page, Find)
        found = [page.find(words) for words in keys][-1]
        return found[take].id if take is not None else None

    return hands


async def test_who_finds_a_guide_reads_it_and_it_is_counted_once(guide: Guide, counts: Counts) -> None:
    resident = ScriptedResident(
        On("find", typing("s", "sf", "sfz", "sfzdl", take=0)), On("guide", Wish.BACK), On("find", Wish.LEAVE)
    )
    assert await visit_of(resident, guide, counts).run(find_guide) is Ending.LEFT
    assert resident.names == ["find", "guide", "find"]
    assert counts.popularity == {"id-card-reissue": 1}
    assert counts.unanswered == {}


async def test_a_search_that_found_nothing_is_counted_and_answered_with_a_number_to_call(
    guide: Guide, counts: Counts
) -> None:
    resident = ScriptedResident(On("find", typing("修", "修水", "修水管")))
    assert await visit_of(resident, guide, counts).run(find_guide) is Ending.IDLE
    page = resident.seen[0]
    assert isinstance(page, Find)
    assert isinstance(page.nothing, Text)
    assert page.nothing.values == {"phone": "12345"}
    assert [*counts.unanswered.values()] == [{"修水管": 1}]


async def test_what_was_understood_is_said(guide: Guide, counts: Counts) -> None:
    resident = ScriptedResident(On("find", typing("架照到期")))
    await visit_of(resident, guide, counts).run(find_guide)
    page = resident.seen[0]
    assert isinstance(page, Find)
    assert page.meant("架照到期") == Text("find.meant", {"name": "驾照到期"})
    assert page.meant("驾照到期") is None
