"""What happens around any journey: back, help, idle, wipe, apology."""

from __future__ import annotations

import asyncio
import gc
from types import SimpleNamespace
from typing import cast

import pytest

from config.settings import VisitSettings
from kiosk.counts import Counts
from kiosk.house import Kiosk
from kiosk.pages import Answer, Ask, Choice, Choose, Idle, Notice, Page
from kiosk.stage import Wish
from kiosk.visit import Aside, Ending, Visit
from tests.kiosk.resident import On, ScriptedResident

pytestmark = pytest.mark.looptime


def question(name: str) -> Ask:
    return Ask(name=name, title=name, kind="text")


async def help_page(visit: Visit, page: Page) -> None:
    await visit.show(Notice(name="help", title=page.name))


async def could_not_page(visit: Visit, page: Page) -> None:
    await visit.show(Notice(name="could-not", title=page.name))


async def no_farewell(visit: Visit) -> None:
    del visit


ASIDE = Aside(help=help_page, could_not=could_not_page, farewell=no_farewell)


def visit_of(resident: ScriptedResident) -> Visit:
    kiosk = SimpleNamespace(aside=ASIDE, site=SimpleNamespace(visit=VisitSettings()), counts=Counts())
    return Visit(cast("Kiosk", kiosk), resident)


def entered(value: str) -> Answer:
    return Answer("enter", value)


async def test_going_back_shows_the_page_before_with_what_was_entered() -> None:
    resident = ScriptedResident(
        On("a", entered("first")),
        On("b", entered("second")),
        On("c", Wish.BACK),
        On("b", entered("better")),
        On("c", entered("third")),
    )
    result: list[str] = []

    async def journey(visit: Visit) -> None:
        result[:] = [(await visit.show(question(name))).value for name in "abc"]

    assert await visit_of(resident).run(journey) is Ending.DONE
    assert resident.names == ["a", "b", "c", "b", "c"]
    assert result == ["first", "better", "third"]
    again = resident.seen[3]
    assert isinstance(again, Ask)
    assert again.draft == "second"
    assert [page.back for page in resident.seen] == [False, True, True, True, True]


async def test_back_skips_what_only_passed_and_does_not_do_it_twice() -> None:
    done: list[str] = []

    async def work() -> str:
        done.append("read card")
        return "card"

    async def journey(visit: Visit) -> None:
        await visit.show(question("a"))
        assert await visit.show_while(Notice(name="wait"), work) == "card"
        await visit.show(question("b"))
        await visit.show(question("c"))

    resident = ScriptedResident(
        On("a", entered("1")),
        On("b", entered("2")),
        On("c", Wish.BACK),
        On("b", Wish.BACK),
        On("a", entered("1")),
        On("b", entered("2")),
        On("c", entered("3")),
    )
    assert await visit_of(resident).run(journey) is Ending.DONE
    assert resident.names == ["a", "wait", "b", "c", "b", "a", "wait", "b", "c"]
    assert done == ["read card", "read card"], "once, and once more only after going back before it"


async def test_nothing_leads_back_across_filing() -> None:
    filed: list[int] = []

    async def file() -> None:
        filed.append(1)

    async def journey(visit: Visit) -> None:
        await visit.show(question("a"))
        await visit.once("file", file)
        visit.no_way_back()
        await visit.show(Notice(name="done"))

    resident = ScriptedResident(On("a", entered("1")), On("done", Wish.BACK), On("done", None))
    visit = visit_of(resident)
    running = asyncio.create_task(visit.run(journey))
    await asyncio.sleep(1)
    assert not resident.seen[-1].back
    assert filed == [1]
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


@pytest.mark.parametrize(("wish", "name"), [(Wish.HELP, "help"), (Wish.COULD_NOT, "could-not")])
async def test_help_covers_the_page_and_gives_it_back(wish: Wish, name: str) -> None:
    resident = ScriptedResident(On("a", wish), On(name, "close"), On("a", entered("kept")))
    result = []

    async def journey(visit: Visit) -> None:
        result.append((await visit.show(question("a"))).value)

    assert await visit_of(resident).run(journey) is Ending.DONE
    assert resident.names == ["a", name], "the page below was never taken down"
    assert resident.seen[1].title == "a", "help knows where it was asked"
    assert result == ["kept"]


async def test_back_on_the_help_page_returns_to_the_page() -> None:
    resident = ScriptedResident(On("a", Wish.HELP), On("help", Wish.BACK), On("a", entered("x")))

    async def journey(visit: Visit) -> None:
        await visit.show(question("a"))

    assert await visit_of(resident).run(journey) is Ending.DONE
    assert resident.names == ["a", "help"]
    assert resident.seen[1].back


async def test_somebody_who_walked_away_is_warned_then_wiped() -> None:
    resident = ScriptedResident(On("a", None))

    async def journey(visit: Visit) -> None:
        await visit.show(question("a"))

    loop = asyncio.get_running_loop()
    started = loop.time()
    assert await visit_of(resident).run(journey) is Ending.IDLE
    assert resident.names == ["a", "still-there"]
    assert resident.alerts == 1
    assert resident.wipes == 1
    assert loop.time() - started == pytest.approx(60 + 30, abs=1)


async def test_a_touch_on_the_warning_continues_where_they_were() -> None:
    resident = ScriptedResident(On("a", lambda _: "x"), language="zh")
    resident.script.clear()
    resident.script.extend([On("still-there", "here"), On("a", None)])

    async def journey(visit: Visit) -> None:
        await visit.show(question("a"))

    visit = visit_of(resident)
    running = asyncio.create_task(visit.run(journey))
    await asyncio.sleep(61)
    assert resident.names == ["a", "still-there"]
    assert not running.done()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert resident.wipes == 1, "a kiosk that stops in the middle wipes, too"


async def test_elders_get_twice_the_time() -> None:
    resident = ScriptedResident(On("a", None), elder=True)

    async def journey(visit: Visit) -> None:
        await visit.show(question("a"))

    loop = asyncio.get_running_loop()
    started = loop.time()
    await visit_of(resident).run(journey)
    assert loop.time() - started == pytest.approx(120 + 60, abs=1)


async def test_leaving_ends_the_visit_at_once() -> None:
    resident = ScriptedResident(On("a", Wish.LEAVE))

    async def journey(visit: Visit) -> None:
        await visit.show(question("a"))

    assert await visit_of(resident).run(journey) is Ending.LEFT
    assert resident.wipes == 1


async def test_a_fault_becomes_an_apology_and_its_message_is_not_logged(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    resident = ScriptedResident(On("failsafe", "finish"))
    canary = "11010519491231002X"

    async def journey(visit: Visit) -> None:
        await visit.once("nothing", lambda: asyncio.sleep(0))
        raise RuntimeError(f"cannot parse {canary}")

    assert await visit_of(resident).run(journey) is Ending.FAILED
    assert resident.names == ["failsafe"]
    assert resident.wipes == 1
    logged = caplog.text + "".join(capsys.readouterr())
    assert "RuntimeError" in logged
    assert canary not in logged


async def test_nothing_personal_is_left_after_a_visit() -> None:
    class Canary:
        pass

    alive: list[Canary] = []

    async def work() -> Canary:
        return Canary()

    async def journey(visit: Visit) -> None:
        card = await visit.show_while(Notice(name="card"), work)
        assert isinstance(card, Canary)
        await visit.show(question("a"))

    resident = ScriptedResident(On("a", entered("secret")))
    visit = visit_of(resident)
    await visit.run(journey)
    gc.collect()
    alive = [thing for thing in gc.get_objects() if type(thing) is Canary]
    assert alive == []
    assert "secret" not in repr(vars(visit))


async def test_the_page_that_never_ends_is_never_warned_about() -> None:
    resident = ScriptedResident(On("wait", None))

    async def journey(visit: Visit) -> None:
        await visit.show(Choose(name="wait", choices=(Choice("x", "x"),), idle=Idle.NEVER))

    running = asyncio.create_task(visit_of(resident).run(journey))
    await asyncio.sleep(10_000)
    assert resident.names == ["wait"]
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
