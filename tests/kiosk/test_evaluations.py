"""Rating what was done: voluntary, one touch, never twice; who walks away in the middle has given it."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest

from config.settings import KioskSettings, VisitSettings
from kiosk.counts import Counts
from kiosk.evaluations import CALL_BACK, Subject, show_rated
from kiosk.house import Kiosk
from kiosk.journeys.look_up_progress import look_up_progress
from kiosk.pages import Answer, Ask, Choose, ChooseSeveral, Done, Notice, Page
from kiosk.stage import Wish
from kiosk.text import Text
from kiosk.visit import Aside, Ending, Visit
from kiosk.wire import EVALUATION_LEVELS, EVALUATION_REASONS, Evaluation, Progress, check_code
from offline_queue import StorageFailed
from tests.kiosk.resident import On, ScriptedResident

SUBJECT = Subject("guide", "elderly-card")
PHONE = "13900139000"
LAST = Done(name="done", kept=False, number_label="no", number="1")


class Kept:
    """Where ratings are kept; a full disk keeps none."""

    def __init__(self) -> None:
        self.full = False
        self.ratings: list[Evaluation] = []

    async def evaluate(self, evaluation: Evaluation) -> str:
        if self.full:
            raise StorageFailed("disk")
        self.ratings.append(evaluation)
        return "7K3M9QX2P4C"


async def nothing(*_: object) -> None:
    """No help, no farewell."""


def visit_of(resident: ScriptedResident, kept: Kept, found: Progress | None = None) -> Visit:
    place = KioskSettings(place_zh="测试", place_en="Test", helpline="12345")
    kiosk = SimpleNamespace(
        aside=Aside(help=nothing, could_not=nothing, farewell=nothing),
        site=SimpleNamespace(visit=VisitSettings(), kiosk=place),
        counts=Counts(),
        submissions=kept,
        devices=SimpleNamespace(first=lambda family: None),
        enquiries=SimpleNamespace(by_code=lambda code: asyncio.sleep(0, found)),
    )
    return Visit(cast("Kiosk", kiosk), resident)


async def rated(*script: On, full: bool = False, phone: str = "") -> tuple[Ending, ScriptedResident, Kept]:
    """A visit whose last page asks how it went."""
    resident, kept = ScriptedResident(*script), Kept()
    kept.full = full

    async def journey(visit: Visit) -> None:
        await show_rated(visit, LAST, SUBJECT, phone)

    how = await visit_of(resident, kept).run(journey)
    assert not resident.script
    return how, resident, kept


def asked(page: Page) -> list[str]:
    assert page.rating is not None
    return [choice.id for choice in page.rating.choices]


@pytest.mark.looptime
async def test_one_touch_is_enough_and_nobody_is_asked_twice() -> None:
    _, resident, kept = await rated(On("done", "rate-5"), On("done", "finish"))
    assert [one.level for one in kept.ratings] == [5]
    first, again = resident.seen
    assert asked(first) == [f"rate-{level}" for level in (5, 4, 3, 2, 1)]
    assert asked(again) == [], "thanked, not asked"


@pytest.mark.looptime
@pytest.mark.parametrize("do", ["finish", Wish.LEAVE, None], ids=["finished", "left", "walked away"])
async def test_who_says_nothing_has_rated_nothing(do: Any) -> None:
    _, _, kept = await rated(On("done", do)) if do else await rated()
    assert kept.ratings == [], "silence is no good rating"


@pytest.mark.looptime
async def test_a_bad_level_may_be_explained_and_called_back_about() -> None:
    def number(page: Page) -> Answer:
        assert isinstance(page, Ask)
        assert page.draft == PHONE, "a number given before is not asked for again"
        return Answer("enter", page.draft)

    _, resident, kept = await rated(
        On("done", "rate-1"),
        On("rating-reasons", Answer("enter", f"guide-wrong {CALL_BACK} machine-failed")),
        On("rating-phone", number),
        On("rating-kept", "close"),
        On("done", "finish"),
        phone=PHONE,
    )
    (rating,) = kept.ratings
    assert (rating.level, rating.reasons, rating.call_back) == (1, ("guide-wrong", "machine-failed"), PHONE)
    assert (rating.of, rating.item_id) == ("guide", "elderly-card")
    assert PHONE not in repr(rating)
    told = next(page for page in resident.seen if page.name == "rating-kept")
    assert told.big == "7K3M9QX2P4C"  # type: ignore[attr-defined]


@pytest.mark.looptime
async def test_a_bad_level_needs_neither_reason_nor_number() -> None:
    def wrong(page: Page) -> Answer:
        return Answer("enter", "123")

    def told_so(page: Page) -> str:
        assert isinstance(page, Ask)
        assert isinstance(page.problem, Text)
        return "none"

    _, _, kept = await rated(
        On("done", "rate-2"),
        On("rating-reasons", Answer("enter", CALL_BACK)),
        On("rating-phone", wrong),
        On("rating-phone", told_so),
        On("rating-kept", "close"),
        On("done", "finish"),
    )
    (rating,) = kept.ratings
    assert (rating.level, rating.reasons, rating.call_back) == (2, (), None)


@pytest.mark.looptime
@pytest.mark.parametrize("do", [Wish.LEAVE, None], ids=["left", "walked away"])
async def test_who_leaves_among_the_reasons_has_given_the_level(do: Any) -> None:
    _, _, kept = await rated(On("done", "rate-1"), *([On("rating-reasons", do)] if do else []))
    assert [(one.level, one.reasons) for one in kept.ratings] == [(1, ())]


@pytest.mark.looptime
async def test_back_from_the_number_is_the_reasons_and_back_from_them_is_no_rating() -> None:
    resident, kept = (
        ScriptedResident(
            On("done", "rate-2"),
            On("rating-reasons", Answer("enter", CALL_BACK)),
            On("rating-phone", Wish.BACK),
            On("rating-reasons", Wish.BACK),
            On("done", "finish"),
        ),
        Kept(),
    )

    async def journey(visit: Visit) -> None:
        await show_rated(visit, LAST, SUBJECT)

    await visit_of(resident, kept).run(journey)
    assert kept.ratings == []
    assert not resident.script
    marked = resident.seen[resident.names.index("rating-phone") + 1]
    assert isinstance(marked, ChooseSeveral)
    assert marked.draft == CALL_BACK, "what was marked is still marked"


@pytest.mark.looptime
async def test_after_a_rating_the_way_back_is_what_it_was() -> None:
    resident, kept = (
        ScriptedResident(
            On("choose", "this"),
            On("done", "rate-4"),
            On("done", Wish.BACK),
            On("choose", "this"),
            On("done", "x"),
        ),
        Kept(),
    )

    async def journey(visit: Visit) -> None:
        await visit.show(Choose(name="choose", choices=()))
        await show_rated(visit, LAST, SUBJECT)

    await visit_of(resident, kept).run(journey)
    assert len(kept.ratings) == 1
    assert asked(resident.seen[-1]) == [], "still thanked"


@pytest.mark.looptime
async def test_a_full_disk_is_told_and_the_visit_goes_on() -> None:
    how, resident, kept = await rated(
        On("done", "rate-5"), On("rating-not-kept", "close"), On("done", "finish"), full=True
    )
    assert (how, kept.ratings) == (Ending.DONE, [])
    assert asked(resident.seen[-1]), "it can be tried again"


def test_a_reason_belongs_to_its_level() -> None:
    common = {"of": "guide", "language": "zh", "at": "2026-11-22T02:00:00Z"}
    Evaluation.model_validate(common | {"level": 2, "reasons": ["hard-to-use"]})
    for wrong in (["guide-wrong"], ["hard-to-use", "hard-to-use"]):
        with pytest.raises(ValueError, match="reason"):
            Evaluation.model_validate(common | {"level": 2, "reasons": wrong})
    assert {*EVALUATION_REASONS} == {*EVALUATION_LEVELS}


CODE = check_code(UUID(int=7))


async def looked_up(found: Progress, *script: On) -> tuple[ScriptedResident, Kept]:
    """Somebody who asks with the code of a rating or a ticket."""
    resident = ScriptedResident(
        On("progress-way", "code"), On("ask-check-code", Answer("enter", CODE)), *script
    )
    kept = Kept()
    await visit_of(resident, kept, found).run(look_up_progress)
    assert not resident.script
    return resident, kept


def said(what: str, state: str, number: str | None = None, promised_by: str | None = None) -> Progress:
    return Progress.model_validate(
        {
            "check_code": CODE,
            "what": what,
            "state": state,
            "number": number,
            "received_at": "2026-11-20T02:00:00Z",
            "promised_by": promised_by,
        }
    )


def keys(page: Page) -> list[str]:
    assert isinstance(page, Notice)
    return [line.key for line in page.lines if isinstance(line, Text)]


@pytest.mark.looptime
@pytest.mark.parametrize("what", ["ticket", "evaluation"])
async def test_what_became_of_it_is_told_as_it_is(what: str) -> None:
    for state, by, expected in (
        ("received", "2999-01-01", ["progress.said.received", "progress.said.due", "help.line"]),
        ("in_review", "2020-01-01", ["progress.said.in_review", "progress.said.late", "help.line"]),
        ("decided", None, ["progress.said.decided", "help.line"]),
    ):
        resident, _ = await looked_up(said(what, state, promised_by=by), On(f"progress-{what}", "finish"))
        assert keys(resident.seen[-1]) == expected


@pytest.mark.looptime
async def test_what_was_dealt_with_badly_can_be_said_at_any_kiosk() -> None:
    found = said("evaluation", "decided", "3701-2026-000173")
    resident, kept = await looked_up(
        found,
        On("progress-evaluation", "rate-1"),
        On("rating-reasons", Answer("enter", "")),
        On("rating-kept", "close"),
        On("progress-evaluation", "finish"),
    )
    assert [(one.level, one.case_no, one.of) for one in kept.ratings] == [(1, "3701-2026-000173", "progress")]
    still_open = said("evaluation", "in_review", "3701-2026-000173")
    resident, _ = await looked_up(still_open, On("progress-evaluation", "finish"))
    assert resident.seen[-1].rating is None, "not asked while somebody looks into it"
