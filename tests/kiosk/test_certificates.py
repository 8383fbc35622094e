"""Results on A4: the sealed certificate, through hub, network and a real print server, to the tray."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from devices.contract import DocumentPrinter
from hub.seals.checking import Verdict, check_seal
from hub.seals.demonstration import DemonstrationSeals
from kiosk.embedded import hub_data
from kiosk.pages import Choose, Notice, Page
from kiosk.simulated import free_ports
from kiosk.text import text
from kiosk.visit import Ending
from tests.kiosk.resident import On
from tests.kiosk.site import Town, town

A4_PRINTER = """
[devices.a4-printer]
driver = "cups"
queue = "a4"
port = {port}
obstacle_timeout = 0.3
"""


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Town]:
    (port,) = free_ports(1)
    async with town(tmp_path, also=A4_PRINTER.format(port=port)) as built:
        yield built


def choose(page: Page) -> str:
    assert isinstance(page, Choose)
    assert page.note == text("results.choose.note-a4"), "the paper is told before a copy is committed"
    return page.choices[0].id


def verdict(here: Town) -> Verdict:
    """What the hub's own root says of the sheet in the tray."""
    pdf = Path(here.bench("paper", device="a4-printer")["path"]).read_bytes()
    return check_seal(pdf, DemonstrationSeals(hub_data(here.site)).trusted()).verdict


async def test_a_sealed_certificate_comes_out_on_a4_or_else_a_slip(here: Town) -> None:
    printer = here.kiosk.devices.first(DocumentPrinter)
    assert printer is not None
    await here.until(lambda: printer.status.usable)
    how, resident = await here.visit(
        On("home", "results"),
        here.lay_card(),
        On("choose-result", choose),
        On("take-paper", "taken"),
        On("result-taken", "finish"),
    )
    assert how is Ending.DONE
    taking = next(page for page in resident.seen if page.name == "take-paper")
    assert isinstance(taking, Notice)
    assert taking.note == text("take-paper.note-a4")
    assert await asyncio.to_thread(verdict, here) is Verdict.INTACT

    how, _ = await here.visit(
        On("home", "results"),
        here.lay_card(),
        On("choose-result", choose),
        On("take-paper", "not-printed"),
        On("not-printed", "again"),
        On("take-paper", "taken"),
        On("result-taken", "finish"),
    )
    here.bench("fault", device="a4-printer", fault="paper-out")
    how, _ = await here.visit(
        On("home", "results"),
        here.lay_card(),
        On("choose-result", choose),
        On("not-printed", "slip"),
        On("take-paper", "taken"),
        On("result-taken", "finish"),
    )
    assert how is Ending.DONE
    await here.until(lambda: here.kiosk.submissions.queue.stats().pending == 0)
    (result,) = await here.hub("results")
    became = {copy["copy_no"]: copy["outcome"] for copy in result["copies"]}
    assert became == {1: "taken", 2: "not_printed", 3: "taken", 4: "taken"}, "a sheet again is another copy"
    assert "paper.verify-code" in here.paper()
    mine = [
        path
        for path in here.site.data.rglob("*")
        if path.is_file() and not {"hub", "bench"} & set(path.relative_to(here.site.data).parts)
    ]
    assert mine
    assert not [path for path in mine if b"ETSI.CAdES" in path.read_bytes()], "no sealed PDF stays here"
