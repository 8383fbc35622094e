"""Who comes back with a paper: its code typed or scanned, or their card; with the hub there and away."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from unittest import mock
from uuid import UUID

import pytest

from devices.identity import CHINA_TIME
from kiosk.embedded import hub_data
from kiosk.enquiries import Enquiries, KeptHere, Missing
from kiosk.guide import Guide
from kiosk.hub_client import HubClient, HubRefused
from kiosk.hub_link import HubLink
from kiosk.hub_report import SelfReport
from kiosk.pages import Answer, Ask, Choose, Done, Notice, Page
from kiosk.settings_in_force import SettingsInForce
from kiosk.text import Text
from kiosk.visit import Ending
from kiosk.wire import Problem, Progress, SubmissionReceipt, check_code
from offline_queue import OfflineQueue, QueueDamaged, new_id
from screens.strings import Strings
from tests.hub.clerk import at_work
from tests.kiosk.resident import On, ScriptedResident
from tests.kiosk.site import Town, town
from tests.kiosk.test_journeys import ITEM, to_the_end
from tests.offline_queue.sealers import Scrambler

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
        On("ask-check-code", hold_what_is_no_check_code(here)),
        On("ask-check-code", _told_and_paper_held(here)),
        On("progress-received", "finish"),
    )
    assert how is Ending.DONE
    assert shown(asked, "progress-received").big == case["case_no"]

    await _hand_in_what_is_asked_for(here, case["case_no"])

    await here.until(lambda: here.opened.link.online)
    here.bench("network", state="off")
    _, asked = await here.visit(*by_code(code), On("progress-received", "finish"))
    assert shown(asked, "progress-received").big == case["case_no"], "this machine has the hub's receipt"


async def _hand_in_what_is_asked_for(here: Town, number: str) -> None:
    """A clerk asks for a document and a signature; the resident photographs the document here."""

    def the_one_asked_for(page: Page) -> str:
        assert isinstance(page, Choose)
        chips = {row.id: row.chip.text for row in page.choices if row.chip}
        return next(id_ for id_, words in chips.items() if words == Text("progress.supplement.chip"))

    with at_work(hub_data(here.site)) as clerk:
        clerk("claim", number)
        assert clerk("ask", number) == "supplement_asked"
        how, resident = await here.visit(
            On("home", "progress"),
            On("progress-way", "card"),
            here.lay_card(),
            On("choose-matter", the_one_asked_for),
            On("progress-supplement-asked", "hand-in"),
            here.put_page(),
            On("review-hukou-own-page", "keep"),
            On("supplement-received", "finish"),
        )
        assert how is Ending.DONE
        assert resident.names.count("present-id-card") == 1, "nobody is asked twice for their card"
        lines = shown(resident, "supplement-received").lines
        assert Text("supplement.rest") in lines, "the signature cannot be photographed"
        assert clerk("grant", number) == "decided"


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


def hold_what_is_no_check_code(here: Town) -> Callable[[Page], None]:
    """Hold something that looks like a check code, but for its check character, before the scanner."""

    def hold(_: Page) -> None:
        here.bench("show-code", device="code-scanner", hex=b"yedeng:0000-0000-001".hex(), symbology="qr")

    return hold


def _told_and_paper_held(here: Town) -> Callable[[Page], None]:
    def hold(page: Page) -> None:
        assert isinstance(page, Ask)
        assert isinstance(page.problem, Text)
        assert page.problem.key == "ask.code.other"
        hold_paper(here)(page)

    return hold


def _empty_desk(here: Town) -> Answer:
    here.bench("clear-desk", device="document-camera")
    return Answer("enter", "0000-0000-0000")


def _told_and_typed_anew(page: Page) -> Answer:
    assert isinstance(page, Ask)
    assert isinstance(page.problem, Text)
    assert page.problem.key == "ask.check-code.problem"
    assert page.draft == "7K3M9QX2P4A", "what was typed is not typed again"
    return Answer("enter", "0000-0000-000")


def without_hub(queue: OfflineQueue, client: object = None) -> Enquiries:
    site = SimpleNamespace(queue=SimpleNamespace(bandwidth=0))
    settings = cast("SettingsInForce", SimpleNamespace(site=site))
    link = HubLink(settings, queue, cast("Guide", None), cast("SelfReport", None))
    link.client = cast("HubClient", client)
    return Enquiries(link, queue)


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[OfflineQueue]:
    with closing(OfflineQueue(tmp_path / "queue", Scrambler(), reserve=0)) as opened:
        yield opened


def put(queue: OfflineQueue, kind: str = "submission") -> UUID:
    return queue.put(new_id(), kind, b"content").id


async def test_without_the_hub_a_receipt_leads_to_what_this_machine_knows(queue: OfflineQueue) -> None:
    kept, held, sent, overdue = (put(queue) for _ in range(4))
    queue.settle_held(held, "422 it cannot be taken")
    today = datetime.now(CHINA_TIME).date()
    for delivered, promised in ((sent, today), (overdue, today - timedelta(days=1))):
        queue.settle_delivered(delivered, receipt(delivered, promised).model_dump_json())
    asked = without_hub(queue)

    for item, state in ((kept, "kept"), (held, "held")):
        found = await asked.by_code(check_code(item))
        assert isinstance(found, KeptHere)
        assert (found.check_code, found.state) == (check_code(item), state)
    found = await asked.by_code(check_code(sent))
    assert isinstance(found, Progress)
    assert (found.number, found.promised_by) == ("SX1", today)
    found = await asked.by_code(check_code(overdue))
    assert isinstance(found, Progress)
    assert found.promised_by is None, "it may be decided long since: nobody is told that it is late"
    assert await asked.by_code(check_code(new_id())) is Missing.NO_NETWORK


def receipt(item: UUID, promised: date) -> SubmissionReceipt:
    return SubmissionReceipt(
        id=item,
        received_at=datetime.now(CHINA_TIME),
        case_no="SX1",
        check_code=check_code(item),
        promised_by=promised,
    )


async def test_what_the_disk_has_lost_is_not_said_to_be_kept(queue: OfflineQueue, tmp_path: Path) -> None:
    lost = put(queue)
    shutil.copytree(tmp_path / "queue", tmp_path / "crashed")
    (tmp_path / "crashed" / "queue.db-wal").unlink()
    with closing(OfflineQueue(tmp_path / "crashed", None, reserve=0)) as left:
        found = await without_hub(left).by_code(check_code(lost))
    assert isinstance(found, KeptHere)
    assert found.state == "lost"
    assert abs(found.since.timestamp() - queue.get(lost).created) < 1, (
        "when it was filed, not when it was missed"
    )


@pytest.mark.parametrize("state", ["kept", "held", "lost"])
def test_there_are_words_for_whatever_became_of_it(state: str) -> None:
    for language in ("zh", "en"):
        for key in (f"progress.{state}", f"progress.{state}.line"):
            assert Strings(language, strict=True).say(Text(key))


async def test_a_hub_that_refuses_and_a_queue_that_fails_are_no_answer_and_are_logged(
    queue: OfflineQueue, capsys: pytest.CaptureFixture[str]
) -> None:
    code = check_code(put(queue))

    def refuse(_: str) -> None:
        raise HubRefused(Problem(type="about:blank", title="Not you", status=401, detail=f"not {code}"))

    asked = without_hub(queue, SimpleNamespace(progress=refuse))
    assert isinstance(await asked.by_code(code), KeptHere)
    with mock.patch.object(queue, "ids", side_effect=QueueDamaged("the queue's database is damaged")):
        nothing = without_hub(queue, SimpleNamespace(progress=lambda _: None))
        assert await nothing.by_code(code) is Missing.NO_NETWORK, "nobody knows that there is nothing"
    told = capsys.readouterr().out
    assert "401" in told
    assert "QueueDamaged" in told
    assert code not in told
