"""The list for one's own situation: narrowed, marked, on paper, in a QR code that needs nobody's server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.journeys.submit_item import settle_situation
from kiosk.my_list import LARGEST_QR, MyList, phone_words, read_marks
from kiosk.pages import Answer, Page, ReadGuide, ShowPaper
from kiosk.policies import match_all, next_fact
from kiosk.stage import Wish
from kiosk.visit import Ending, Visit
from tests.kiosk.items import demonstration, item
from tests.kiosk.resident import On, ScriptedResident
from tests.kiosk.site import Town, town

ITEM = "resident-medical-insurance-enrol"


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path) as built:
        yield built


async def test_the_answers_narrow_the_list_which_is_printed_and_not_asked_for_again(here: Town) -> None:
    how, resident = await here.visit(
        On("home", ITEM),
        On("guide", "list"),
        On("situation-person", Answer("enter", "adult")),
        On("situation-support", Answer("enter", "none")),
        On("mark-materials", Answer("enter", "id-card=have")),
        On("my-list", "large"),
        On("list-printed", "close"),
        On("my-list", "phone"),
        On("list-for-phone", "close"),
        On("my-list", "submit"),
        here.lay_card(),
        On("ask-phone", Answer("enter", "13800138000")),
        here.put_page(),
        On("review-hukou-own-page", "keep"),
        On("check-answers", "file"),
        On("done", "finish"),
    )
    assert how is Ending.DONE
    assert "ask-support" not in resident.names, "what the list asked is known to the form"
    _, matched = await here.visit(
        On("home", "benefits"),
        On("policies-about", "person"),
        *(On(f"fact-{fact}", Answer("skip")) for fact in _asked_if_nothing_is_said()[:3]),
        On(f"fact-{_asked_if_nothing_is_said()[3]}", "enough"),
        On("policies", lambda page: page.choices[0].id),  # type: ignore[attr-defined]
        On("policy-reasons", "guide"),
        On("guide", Wish.LEAVE),
    )
    assert "policy-reasons" in matched.names
    told = next(page for page in resident.seen if page.name == "my-list")
    assert isinstance(told, ReadGuide)
    sections = {section.id: section for section in told.renderings[0].sections}
    shown = [resident.say(row.title) for row in sections["bring"].rows]
    needed = [one.name.zh for one in item(ITEM).materials_for({"person": "adult", "support": "none"})]
    assert shown == needed
    assert len(needed) < len(item(ITEM).materials)


@pytest.mark.parametrize("item_id", [one.id for one in demonstration().items[::7]])
def test_the_code_for_the_phone_holds_words_alone_and_fits(item_id: str) -> None:
    mine = MyList(item(item_id), {}, {})
    say = ScriptedResident().say
    words = phone_words(mine, say)
    assert len(words.encode()) <= LARGEST_QR
    assert "http" not in words, "it opens without anybody's server"
    assert int(segno.make_qr(words, error="l").version) <= 22
    for material in mine.materials[:1]:
        assert material.name.zh in words


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_marks_are_read_from_whatever_is_there(value: str) -> None:
    assert all(mark == mark.strip() for mark in read_marks(value).values())


async def test_a_situation_that_decides_what_is_photographed_is_asked_once() -> None:
    usual = item(ITEM)
    photographed = usual.model_copy(
        update={"materials": tuple(one.model_copy(update={"capture": True}) for one in usual.materials)}
    )
    asked = []

    async def show(page: Page) -> Answer:
        asked.append(page.name)
        return Answer("enter", "child")

    visit = cast("Visit", SimpleNamespace(show=show))
    assert await settle_situation(visit, photographed, {}) == {"person": "child"}
    assert await settle_situation(visit, photographed, {"person": "adult"}) == {"person": "adult"}
    assert asked == ["situation-person"]
    assert await settle_situation(visit, usual, {}) == {}, "nothing is asked that decides nothing"


def _asked_if_nothing_is_said() -> list[str]:
    asked: list[str] = []
    found = match_all(demonstration().items, "person", {})
    while (fact := next_fact(found, asked)) is not None:
        asked.append(fact)
    return asked


async def test_a_filled_sample_is_looked_at_and_the_guide_goes_on(
    here: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(here.kiosk.guide, "asset", lambda name: tmp_path / name)
    how, resident = await here.visit(
        On("home", ITEM),
        On("guide", "sample-application-form"),
        On("sample", "close"),
        On("guide", Wish.BACK),
        On("home", Wish.LEAVE),
    )
    assert resident.names[:5] == ["home", "guide", "sample", "guide", "home"], how
    sample = resident.seen[2]
    assert isinstance(sample, ShowPaper)
    assert sample.picture == tmp_path / f"samples/{ITEM}.png"
    guide = resident.seen[1]
    assert isinstance(guide, ReadGuide)
    cards = [row.card for row in guide.renderings[1].sections[3].rows]
    assert tmp_path / f"cards/{ITEM}-1.png" in cards
