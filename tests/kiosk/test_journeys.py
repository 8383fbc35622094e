"""Whole visits against the real hub and the real wires, with a scripted resident: well and ill."""

from __future__ import annotations

import asyncio
import errno
import gc
from collections.abc import AsyncIterator, Iterator
from random import randrange
from typing import Any, cast

import pytest

from config.settings import Site
from devices.identity import IdCard
from kiosk.day import keep_open
from kiosk.evaluations import CALL_BACK
from kiosk.hub_client import HubClient
from kiosk.materials import Photo
from kiosk.opening import open_kiosk
from kiosk.pages import Answer, Ask, CheckAnswers, Done, Notice, Page, PresentCard
from kiosk.stage import Wish
from kiosk.text import Text
from kiosk.visit import Ending
from kiosk.wire import Applicant, Progress, check_code
from offline_queue import QueueInUse
from tests.kiosk.resident import On, ScriptedResident
from tests.kiosk.site import Town, reopened, see_page, standing

ITEM = "resident-medical-insurance-enrol"
PHONE = "13800138000"

#: Name and number on the card, backwards, so that this file is not where they are found.
BACKWARDS = ("兰桂李", "X20013219491501011")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with standing(tmp_path_factory.mktemp("town")) as built:
        yield built


@pytest.fixture
async def here(site: Site) -> AsyncIterator[Town]:
    async with reopened(site) as built:
        yield built


def to_the_questions(here: Town, phone: str = PHONE) -> list[On]:
    return [
        On("home", ITEM),
        On("guide", "submit"),
        here.lay_card(),
        On("ask-phone", Answer("enter", phone)),
        On("ask-support", Answer("enter", "none")),
    ]


def to_the_end(here: Town, phone: str = PHONE) -> list[On]:
    return [
        *to_the_questions(here, phone),
        here.put_page(),
        On("review-hukou-own-page", "keep"),
        On("check-answers", "file"),
    ]


async def cases_of(here: Town) -> list[str]:
    """The numbers of the cases that the hub has of the item."""
    return [case["case_no"] for case in await here.hub("cases") if case["item"] == ITEM]


def key_of(words: object) -> str:
    assert isinstance(words, Text)
    return words.key


def last(resident: ScriptedResident, kind: type[Page]) -> Any:
    return next(page for page in reversed(resident.seen) if isinstance(page, kind))


async def test_a_submission_arrives_once_and_the_paper_shows_its_number(here: Town) -> None:
    before = await cases_of(here)
    how, resident = await here.visit(*to_the_end(here), On("done", "finish"))
    assert how is Ending.DONE
    done = last(resident, Done)
    assert sorted(await cases_of(here)) == sorted([*before, done.number])
    paper = here.paper()
    assert done.number in paper
    assert BACKWARDS[1][::-1] not in paper, "no full ID number on paper"
    assert resident.wipes == 1
    assert resident.names[-1] == "take-card", "the card was left on the reader"


async def test_without_network_it_is_kept_says_so_and_follows_by_itself(here: Town) -> None:
    before = await cases_of(here)
    queue = here.kiosk.submissions.queue
    kept = {one.id for one in queue.envelopes()}
    here.bench("network", state="off")
    how, resident = await here.visit(*to_the_end(here), On("done-kept", "rate-5"), On("done-kept", "finish"))
    assert how is Ending.DONE
    done = last(resident, Done)
    assert done.kept
    paper = here.paper()
    assert done.number in paper
    assert await cases_of(here) == before
    (waiting,) = [one for one in queue.envelopes() if one.id not in kept and one.kind == "submission"]
    assert check_code(waiting.id) == done.number
    await here.until(lambda: not here.opened.link.online)  # the queue's failure is what tells the link

    here.bench("network", state="on")
    await here.until(lambda: queue.get(waiting.id).receipt is not None)
    assert len(await cases_of(here)) == len(before) + 1
    await here.until(
        lambda: (
            {one.kind for one in queue.envelopes() if one.id not in kept and one.receipt}
            == {"submission", "evaluation"}
        )
    )


async def test_out_of_paper_costs_the_receipt_and_nothing_else(here: Town) -> None:
    here.bench("fault", device="receipt-printer", fault="paper-out")
    await here.until(lambda: not here.kiosk.availability.has("receipt_printer"))
    how, resident = await here.visit(*to_the_end(here), On("done", "finish"))
    assert how is Ending.DONE
    assert key_of(last(resident, Done).note) in {"done.paper-out", "done.no-paper"}
    guide = next(page for page in resident.seen if page.name == "guide")
    assert key_of(guide.chips[0].text) == "standing.here.receipt_printer", "said before the first question"  # type: ignore[attr-defined]


async def test_a_receipt_that_broke_off_is_printed_again_as_a_copy_and_one_in_doubt_is_asked_for(
    here: Town,
) -> None:
    def fall_silent(page: Page) -> None:
        here.bench("fault", device="receipt-printer", fault="silent")

    def refill(page: Page) -> str:
        here.bench("fault", device="receipt-printer", fault="none")
        return "again"

    before = await cases_of(here)
    here.bench("fault", device="receipt-printer", fault="paper-out:3")
    how, resident = await here.visit(*to_the_end(here), On("receipt-spoiled", refill), On("done", "finish"))
    assert how is Ending.DONE
    assert key_of(last(resident, Done).note) == "done.paper"
    paper = here.paper()
    assert "paper.again" in paper, "the second sheet is marked"
    assert last(resident, Done).number in paper
    assert len(await cases_of(here)) == len(before) + 1

    _, resident = await here.visit(
        *to_the_end(here), On("filing", fall_silent), On("receipt-spoiled", "go-on"), On("done", "finish")
    )
    asked = next(page for page in resident.seen if page.name == "receipt-spoiled")
    assert key_of(asked.title) == "receipt.unsure", "nobody says that it is missing"
    assert key_of(last(resident, Done).note) == "done.paper-sent"


async def test_a_card_that_cannot_be_read_is_explained_and_read_the_next_time(here: Town) -> None:
    here.bench("fault", device="id-reader", fault="card-pulled-mid-read")

    def mend(page: Page) -> None:
        assert isinstance(page, PresentCard)
        assert key_of(page.problem).startswith("card.problem.")
        here.bench("fault", device="id-reader", fault="none")
        here.bench("pull-card", device="id-reader")
        here.bench("lay-card", device="id-reader", who="li-guilan")

    how, resident = await here.visit(
        On("home", ITEM),
        On("guide", "submit"),
        here.lay_card(),
        On("present-id-card", mend),
        On("ask-phone", Wish.LEAVE),
    )
    assert how is Ending.LEFT
    assert resident.names.count("present-id-card") >= 2


async def test_going_back_keeps_the_card_the_answers_and_the_photo(here: Town) -> None:
    def look(page: Page) -> Answer:
        assert isinstance(page, Ask)
        assert page.draft == PHONE
        return Answer("enter", "13900139000")

    def check(page: Page) -> str:
        assert isinstance(page, CheckAnswers)
        assert "139****9000" in [row.value for row in page.rows]
        return "file"

    how, resident = await here.visit(
        *to_the_questions(here),
        On("capture-hukou-own-page", Wish.BACK),
        On("ask-support", Wish.BACK),
        On("ask-phone", look),
        On("ask-support", Answer("enter", "none")),
        here.put_page(),
        On("review-hukou-own-page", "keep"),
        On("check-answers", check),
        On("done", "finish"),
    )
    assert how is Ending.DONE
    assert resident.names.count("present-id-card") == 1, "nobody is asked twice for their card"


async def test_a_changed_answer_asks_for_the_document_it_needs(here: Town) -> None:
    how, _ = await here.visit(
        *to_the_questions(here),
        here.put_page(),
        On("review-hukou-own-page", "keep"),
        On("check-answers", "support"),
        On("ask-support", Answer("enter", "subsistence")),
        here.put_page("capture-subsistence-cert"),
        On("review-subsistence-cert", "keep"),
        On("check-answers", "file"),
        On("done", "finish"),
    )
    assert how is Ending.DONE


async def test_an_empty_desk_is_noticed_before_anything_is_kept(here: Town) -> None:
    def empty(page: Page) -> str:
        here.bench("clear-desk", device="document-camera")
        return "shoot"

    def again(page: Page) -> Wish | str:
        assert key_of(page.problem) == "capture.problem.no-page"  # type: ignore[attr-defined]
        here.bench("put-page", device="document-camera", what="household-register")
        see_page(page)
        return "shoot"

    how, _ = await here.visit(
        *to_the_questions(here),
        On("capture-hukou-own-page", empty),
        On("capture-hukou-own-page", again),  # type: ignore[arg-type]
        On("review-hukou-own-page", Wish.LEAVE),
    )
    assert how is Ending.LEFT


async def test_a_result_is_printed_taken_and_every_copy_accounted_for(here: Town) -> None:
    def choose(page: Page) -> str:
        return page.choices[0].id  # type: ignore[attr-defined,no-any-return]

    def refill(page: Page) -> str:
        here.bench("fault", device="receipt-printer", fault="none")
        return "again"

    (result,) = await here.hub("results")
    before = len(result["copies"])
    queue = here.kiosk.submissions.queue
    delivered = queue.stats().delivered
    here.bench("fault", device="receipt-printer", fault="paper-out:3")
    how, _ = await here.visit(
        On("home", "results"),
        here.lay_card(),
        On("choose-result", choose),
        On("not-printed", refill),
        On("take-paper", "taken"),
        On("result-taken", "finish"),
    )
    assert how is Ending.DONE
    assert "paper.again" in here.paper(), "the second sheet is marked"
    await here.until(lambda: queue.stats().delivered == delivered + 3)
    (result,) = await here.hub("results")
    assert [copy["outcome"] for copy in result["copies"][before:]] == ["taken"], (
        "one copy, whatever became of the first sheet"
    )


async def test_a_printer_that_confirms_nothing_is_never_said_to_have_printed(here: Town) -> None:
    def choose(page: Page) -> str:
        return page.choices[0].id  # type: ignore[attr-defined,no-any-return]

    queue = here.kiosk.submissions.queue
    kept = {one.id for one in queue.envelopes()}
    here.bench("fault", device="receipt-printer", fault="silent")
    how, _ = await here.visit(
        On("home", "results"),
        here.lay_card(),
        On("choose-result", choose),
        On("take-paper", "taken"),
        On("result-taken", "finish"),
    )
    assert how is Ending.DONE
    reports = [one for one in queue.envelopes() if one.id not in kept and one.kind == "copy-report"]
    assert len(reports) == 1, "the resident's word alone"


async def test_somebody_without_results_is_told_so(here: Town) -> None:
    how, _ = await here.visit(
        On("home", "results"), here.lay_card("zhao-jianguo"), On("nothing-to-collect", "finish")
    )
    assert how is Ending.DONE


async def test_what_could_not_be_done_becomes_a_ticket_with_a_number(here: Town) -> None:
    queue = here.kiosk.submissions.queue
    delivered = queue.stats().delivered
    how, resident = await here.visit(
        On("home", ITEM),
        On("guide", Wish.COULD_NOT),
        On("trouble", "do-not-understand"),
        On("trouble-kept", "close"),
        On("guide", Wish.LEAVE),
    )
    assert how is Ending.LEFT
    number = last(resident, Notice).big
    assert number in here.paper()
    await here.until(lambda: queue.stats().delivered == delivered + 1)


async def test_nothing_personal_stays_on_the_kiosk_after_a_visit(
    here: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    queue = here.kiosk.submissions.queue
    kept = {one.id for one in queue.envelopes()}
    await here.visit(
        *to_the_end(here),
        On("done", "rate-1"),
        On("rating-reasons", Answer("enter", f"sent-around {CALL_BACK}")),
        On("rating-phone", lambda page: Answer("enter", cast("Ask", page).draft)),
        On("rating-kept", "close"),
        On("done", "finish"),
    )
    await here.until(lambda: all(one.receipt for one in queue.envelopes()))
    (rating,) = [one for one in queue.envelopes() if one.id not in kept and one.kind == "evaluation"]
    found = await here.kiosk.enquiries.by_code(check_code(rating.id))
    assert isinstance(found, Progress)
    assert (found.what, found.state) == ("evaluation", "received")
    assert found.number is not None, "bound to the case"
    assert found.promised_by is not None, "followed up"
    assert check_code(rating.id) in here.paper()
    canaries = [PHONE, *(word[::-1] for word in BACKWARDS)]
    said = "".join(capsys.readouterr())
    assert not [canary for canary in canaries if canary in said], "nothing personal is logged"
    data = here.site.data
    mine = [
        path
        for path in data.rglob("*")
        if path.is_file() and not {"hub", "bench"} & set(path.relative_to(data).parts)
    ]
    assert mine
    for path in mine:
        content = path.read_bytes()
        for canary in canaries:
            for encoding in ("utf-8", "gbk", "utf-16-le"):
                assert canary.encode(encoding) not in content, f"{path.name} holds something personal"


async def test_the_hub_going_away_between_choosing_and_printing_is_said_in_words(here: Town) -> None:
    def cut(page: Page) -> str:
        here.bench("network", state="off")
        return page.choices[0].id  # type: ignore[attr-defined,no-any-return]

    def mend(page: Page) -> str:
        here.bench("network", state="on")
        return "again"

    how, _ = await here.visit(
        On("home", "results"),
        here.lay_card(),
        On("choose-result", cut),
        On("no-network", mend),
        On("take-paper", "taken"),
        On("result-taken", "finish"),
    )
    assert how is Ending.DONE


def personal_things() -> int:
    """How many cards, applicants and photos are in memory; other tests keep some of their own."""
    gc.collect()
    return sum(type(thing) in {IdCard, Applicant, Photo} for thing in gc.get_objects())


async def test_nothing_personal_stays_in_memory_after_a_visit(here: Town) -> None:
    before = personal_things()
    # Backwards, so that the test itself is not where it is found.
    backwards = f"{randrange(10**8):08}931"
    await here.visit(*to_the_end(here, phone=backwards[::-1]), On("done", "finish"))
    assert personal_things() == before
    found = [
        type(holder).__name__
        for holder in gc.get_objects()
        for held in gc.get_referents(holder)
        if type(held) is str and backwards in held[::-1]
    ]
    assert found == []


async def test_residents_come_one_after_the_other(here: Town) -> None:
    resident = ScriptedResident(
        On("attract", "start"),
        On("home", Wish.LEAVE),
        On("home", ITEM),
        On("guide", Wish.LEAVE),
        On("home", None),
    )
    day = asyncio.create_task(keep_open(here.kiosk, resident))
    await here.until(lambda: len(resident.script) == 1 and resident.names[-1] == "home")
    day.cancel()
    await asyncio.gather(day, return_exceptions=True)
    assert resident.names == ["attract", "home", "home", "guide", "home"], (
        "who asks for the first page is on it"
    )


async def test_a_second_start_on_the_same_data_is_refused_in_words(here: Town) -> None:
    with pytest.raises(QueueInUse):
        async with open_kiosk(here.site):
            pass


async def test_a_disk_that_takes_no_guides_does_not_make_the_hub_unreachable(
    here: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, tries = here.opened.link, 0

    def full(_: HubClient) -> None:
        nonlocal tries
        tries += 1
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(link, "_fetch_files", full)
    for nth in (1, 2):
        link.doubt()
        await here.until(lambda nth=nth: tries >= nth)
    assert link.online, "what a resident files still goes out at once"
