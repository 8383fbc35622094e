"""Who comes back with a paper: its code typed or scanned, or their card; with the hub there and away."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from kiosk.pages import Answer, Ask, Choose, Done, Notice, Page
from kiosk.text import Text
from kiosk.visit import Ending
from tests.kiosk.resident import On, ScriptedResident
from tests.kiosk.site import Town, town
from tests.kiosk.test_journeys import ITEM, to_the_end

pytestmark = pytest.mark.timeout(120)

PAPER = "receipt-printer"


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path) as built:
        yield built


def shown(resident: ScriptedResident, name: str) -> Notice:
    page = next(page for page in reversed(resident.seen) if page.name == name)
    assert isinstance(page, Notice)
    return page


def number(resident: ScriptedResident) -> str:
    return next(page.number for page in resident.seen if isinstance(page, Done))


def by_code(code: str) -> list[On]:
    return [On("home", "progress"), On("progress-way", "code"), On("ask-check-code", Answer("enter", code))]


def hold_paper(here: Town) -> Callable[[Page], None]:
    """Hold the newest paper before the scanner."""

    def hold(_: Page) -> None:
        here.bench("show-paper", device="code-scanner", printer=PAPER)

    return hold


async def test_what_is_kept_here_is_found_here_and_everywhere_once_it_has_arrived(here: Town) -> None:
    here.bench("network", state="off")
    _, filed = await here.visit(*to_the_end(here), On("done-kept", "finish"))
    code = number(filed)
    sloppy = code.replace("-", "").lower().replace("0", "o").replace("1", "l")
    _, asked = await here.visit(*by_code(sloppy), On("progress-kept", "finish"))
    assert shown(asked, "progress-kept").big == code

    here.bench("network", state="on")
    (kept,) = [one for one in here.kiosk.submissions.queue.envelopes() if one.kind == "submission"]
    await here.until(lambda: here.kiosk.submissions.queue.get(kept.id).receipt is not None)
    _, asked = await here.visit(
        *by_code("7K3M9QX2P4A"), On("ask-check-code", _told_and_typed_anew), On("progress-nothing", "finish")
    )
    (case,) = [case for case in await here.hub("cases") if case["item"] == ITEM]
    how, asked = await here.visit(
        On("home", "progress"),
        On("progress-way", "code"),
        On("ask-check-code", hold_paper(here)),
        On("progress-received", "finish"),
    )
    assert how is Ending.DONE
    assert shown(asked, "progress-received").big == case["case_no"]

    await here.until(lambda: here.opened.link.online)
    here.bench("network", state="off")
    _, asked = await here.visit(*by_code(code), On("progress-received", "finish"))
    assert shown(asked, "progress-received").big == case["case_no"], "this machine has the hub's receipt"


async def test_by_card_ones_own_matters_are_found_and_a_decided_one_leads_to_its_paper(here: Town) -> None:
    def decided(page: Page) -> str:
        assert isinstance(page, Choose)
        assert page.private
        return page.choices[0].id

    how, resident = await here.visit(
        On("home", "progress"),
        On("progress-way", "card"),
        here.lay_card(),
        On("choose-matter", decided),
        On("progress-decided", "collect"),
        On("choose-result", lambda page: page.choices[0].id),  # type: ignore[attr-defined]
        On("take-paper", "taken"),
        On("result-taken", "finish"),
    )
    assert how is Ending.DONE
    assert resident.names.count("present-id-card") == 1, "nobody is asked twice for their card"
    _, verified = await here.visit(
        On("home", "progress"),
        On("progress-way", "verify"),
        On("ask-verification-code", hold_paper(here)),
        On("verify-genuine", "finish"),
    )
    words = [verified.say(line) for line in shown(verified, "verify-genuine").lines]
    assert any("李**" in line for line in words), words
    here.bench("fault", device="code-scanner", fault="silent")
    await here.until(lambda: not here.kiosk.devices.get("code-scanner").status.usable)

    def under_the_camera(page: Page) -> None:
        assert isinstance(page, Ask)
        assert isinstance(page.hint, Text)
        assert page.hint.key == "ask.verification-code.camera", "the camera will do where there is no scanner"
        here.bench("put-page", device="document-camera", what=here.bench("paper", device=PAPER)["path"])

    _, verified = await here.visit(
        On("home", "progress"),
        On("progress-way", "verify"),
        On("ask-verification-code", under_the_camera),
        On("verify-genuine", "finish"),
    )
    await here.visit(
        On("home", "progress"),
        On("progress-way", "verify"),
        On("ask-verification-code", lambda _: _empty_desk(here)),
        On("verify-unknown", "finish"),
    )


def _empty_desk(here: Town) -> Answer:
    here.bench("clear-desk", device="document-camera")
    return Answer("enter", "0000-0000-0000")


def _told_and_typed_anew(page: Page) -> Answer:
    assert isinstance(page, Ask)
    assert isinstance(page.problem, Text)
    assert page.problem.key == "ask.check-code.problem"
    assert page.draft == "7K3M9QX2P4A", "what was typed is not typed again"
    return Answer("enter", "0000-0000-000")
