"""What a kiosk counts, what it must not keep, and what leaves it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from config.settings import VisitSettings
from kiosk.counts import DAYS, Counts
from kiosk.daily_counts import tell
from kiosk.house import Kiosk
from kiosk.pages import Action, Answer, Ask, Done, Notice, Page
from kiosk.stage import Wish
from kiosk.submissions import Submissions
from kiosk.visit import Aside, Ending, Visit
from kiosk.wire import PLAIN, DayCounts, HpkeOpener, SearchCount, new_private_key
from offline_queue import OfflineQueue, Uploader
from tests.kiosk.resident import On, ScriptedResident

TODAY = date(2026, 11, 21)

SOMEBODYS = (
    "13800138000",
    "138 0013 8000",
    "１３８００１３８０００",
    "一三八零零一三八零零零",
    "11010519491231002X",
    "1234号",
    "我叫什么名字住在哪里电话是多少请告诉我谢谢",
    "李桂兰",
    "李 桂兰",
    "查一下王建国的社保",
    "欧阳娜娜",
    "阿迪力·买买提",
    "Zhang Wei",
    "liguilan",
    "li@example.cn",
    "和平路12号3单元502",
    "𠮷田",
)


def test_counts_survive_a_restart_and_old_days_go(tmp_path: Path) -> None:
    days = [TODAY]
    counts = Counts(tmp_path / "counts.json", lambda: days[0])
    counts.opened("passport-first")
    counts.found_nothing(" 修  水管 ")
    again = Counts(tmp_path / "counts.json", lambda: days[0])
    assert again.popularity == {"passport-first": 1}
    assert again.unanswered == {TODAY: {"修 水管": 1}}
    days[0] = TODAY + timedelta(days=DAYS)
    again.opened("notary")
    assert again.popularity == {"notary": 1}
    assert again.unanswered == {}


@pytest.mark.parametrize("words", SOMEBODYS)
def test_words_that_could_be_somebodys_are_counted_and_not_kept(tmp_path: Path, words: str) -> None:
    counts = Counts(tmp_path / "counts.json", lambda: TODAY)
    counts.found_nothing(words)
    assert counts.unanswered == {TODAY: {"other": 1}}
    assert words not in (tmp_path / "counts.json").read_text()


@pytest.mark.parametrize("words", ["修水管", "办 ETC", "宠物证", "充电桩", "装 5G"])
def test_words_that_are_nobodys_are_kept(words: str) -> None:
    counts = Counts(today=lambda: TODAY)
    counts.found_nothing(words)
    assert counts.unanswered == {TODAY: {words: 1}}


def test_a_damaged_or_unwritable_file_costs_the_counts_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "counts.json"
    path.write_text("{")
    assert Counts(path).popularity == {}
    nowhere = Counts(tmp_path / "no" / "where.json")
    nowhere.opened("notary")
    assert nowhere.popularity == {"notary": 1}


def test_words_leave_the_kiosk_once_they_were_sought_on_three_days() -> None:
    days = [TODAY]
    counts = Counts(today=lambda: days[0])
    told = []
    for _ in range(3):
        counts.found_nothing("修水管")
        counts.found_nothing("修水管")
        days[0] += timedelta(days=1)
        told += counts.to_tell()
        counts.told(told[-1].day)
    words = [one.words for day in told for one in day.unanswered]
    assert words == ["other", "other", "修水管"]
    assert told[-1].unanswered == (SearchCount(words="修水管", times=2),)
    days[0] = TODAY + timedelta(days=10)
    counts.found_nothing("宠物证")
    days[0] += timedelta(days=1)
    assert counts.to_tell()[0].unanswered == (SearchCount(words="other", times=1),)


# ----------------------------------------------------------------------------------- where visits go and stop


async def nothing(*_: object) -> None:
    pass


async def could_not(visit: Visit, page: Page) -> None:
    await visit.show(Notice(name="could-not-page", title=page.name))


def visit_of(resident: ScriptedResident, counts: Counts) -> Visit:
    kiosk = SimpleNamespace(
        aside=Aside(help=nothing, could_not=could_not, farewell=nothing),
        site=SimpleNamespace(visit=VisitSettings()),
        counts=counts,
    )
    return Visit(cast("Kiosk", kiosk), resident)


def question(name: str) -> Ask:
    return Ask(name=name, title=name, kind="text")


def done() -> Done:
    main = Action("finish", "finish")
    return Done(name="done", title="done", kept=False, number_label="number", number="7", main=main)


async def counted(*script: On, last: Page | None = None, elder: bool = False) -> tuple[Ending, set[str]]:
    """How a visit of two questions and ``last`` ended, and what was counted, as ``page how times``."""
    days = [TODAY]
    counts = Counts(today=lambda: days[0])

    async def journey(visit: Visit) -> None:
        visit.journey = "submit-item"
        for page in (question("first"), question("second"), *([last] if last else [])):
            await visit.show(page)

    resident = ScriptedResident(*script, language="en", elder=elder)
    how = await visit_of(resident, counts).run(journey)
    days[0] += timedelta(days=1)
    (told,) = counts.to_tell()
    assert {(one.journey, one.language, one.elder) for one in told.visits} == {("submit-item", "en", elder)}
    return how, {f"{one.page or 'visit'} {one.how} {one.times}" for one in told.visits}


def entered(value: str) -> Answer:
    return Answer("enter", value)


@pytest.mark.looptime
async def test_how_every_page_was_left_is_counted() -> None:
    how, found = await counted(
        On("first", entered("a")),
        On("second", Wish.BACK),
        On("first", entered("b")),
        On("second", Wish.COULD_NOT),
        On("could-not-page", "close"),
        On("second", entered("c")),
        elder=True,
    )
    assert how is Ending.DONE
    assert found == {
        "first forward 2",
        "second back 1",
        "second could-not 1",
        "second forward 1",
        "visit done 1",
    }


@pytest.mark.looptime
async def test_a_visit_that_stops_is_counted_where_it_stopped() -> None:
    how, found = await counted(On("first", entered("a")))
    assert how is Ending.IDLE
    assert found == {"first forward 1", "second idle 1", "visit idle 1"}
    how, found = await counted(On("first", Wish.LEAVE))
    assert how is Ending.LEFT
    assert found == {"first left 1", "visit left 1"}


@pytest.mark.looptime
async def test_who_walks_away_from_the_last_page_is_done() -> None:
    how, found = await counted(On("first", entered("a")), On("second", entered("b")), last=done())
    assert how is Ending.IDLE
    assert found == {"first forward 1", "second forward 1", "done idle 1", "visit done 1"}


# ------------------------------------------------------------------------------------------------ what leaves


@pytest.fixture
def opener() -> HpkeOpener:
    return HpkeOpener.from_texts([new_private_key(PLAIN)])


@pytest.fixture
def queue(tmp_path: Path, opener: HpkeOpener) -> Iterator[OfflineQueue]:
    with closing(OfflineQueue(tmp_path / "queue", opener.sealers[0])) as opened:
        yield opened


def submissions_of(queue: OfflineQueue, kiosk_id: str = "K1") -> Submissions:
    uploader = cast("Uploader", SimpleNamespace(wake=lambda: None))
    return Submissions(queue, uploader, kiosk_id=lambda: kiosk_id, clock_offset=lambda: None)


def told(queue: OfflineQueue, opener: HpkeOpener) -> list[DayCounts]:
    return [
        DayCounts.model_validate_json(
            opener.open(
                one.sealed,
                item_id=one.envelope.id,
                kind=one.envelope.kind,
                schema=one.envelope.schema,
                part=0,
            )
        )
        for one in queue.lease(10)
    ]


async def test_a_day_is_told_once_and_nothing_of_anybody_with_it(
    tmp_path: Path, queue: OfflineQueue, opener: HpkeOpener
) -> None:
    days = [TODAY]
    counts = Counts(tmp_path / "counts.json", lambda: days[0])
    for _ in range(4):  # often enough to leave, if anything of it could
        for words in SOMEBODYS:
            counts.found_nothing(words)
        days[0] += timedelta(days=1)
    counts.happened("idle", "submit-item", "present-id-card", "zh", elder=True)
    before = (tmp_path / "counts.json").read_bytes()
    await tell(counts, submissions_of(queue))
    assert len(queue.envelopes()) == 4
    # As after a power cut between putting and noting it: the same days again, under the same ids.
    (tmp_path / "counts.json").write_bytes(before)
    await tell(Counts(tmp_path / "counts.json", lambda: days[0]), submissions_of(queue))
    assert len(queue.envelopes()) == 4
    assert {one.words for day in told(queue, opener) for one in day.unanswered} == {"other"}
    assert counts.to_tell() == []


async def test_nothing_is_told_before_the_day_is_over_or_the_kiosk_is_known(queue: OfflineQueue) -> None:
    days = [TODAY]
    counts = Counts(today=lambda: days[0])
    counts.opened("notary")
    await tell(counts, submissions_of(queue))
    days[0] += timedelta(days=1)
    await tell(counts, submissions_of(queue, ""))
    assert queue.envelopes() == []
    queue.sealer = None
    await tell(counts, submissions_of(queue))
    assert len(counts.to_tell()) == 1, "it is told as soon as there is a key"
