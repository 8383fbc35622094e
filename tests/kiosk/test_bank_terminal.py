"""Visits at a bank's machine: card reader and printer are services of its maker, all else is as it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.pages import Answer, Done
from kiosk.simulated import free_ports
from kiosk.text import Text
from kiosk.visit import Ending
from tests.kiosk.resident import On
from tests.kiosk.site import Town, town

ITEM = "resident-medical-insurance-enrol"

BANK = """\
[devices.card-reader]
driver = "xfs4iot-card-reader"
port = {port}

[devices.receipt-printer]
driver = "xfs4iot-printer"
port = {port}

[devices.document-camera]
driver = "opencv-camera"
source = "data/bench/desk"
"""


@pytest.fixture
async def bank(tmp_path: Path) -> AsyncIterator[Town]:
    (port,) = free_ports(1)
    async with town(tmp_path, BANK.format(port=port)) as built:
        yield built


def script(bank: Town) -> list[On]:
    def lay(_: Any) -> None:
        bank.bench("lay-card", device="card-reader", who="li-guilan")

    def pull(_: Any) -> None:
        bank.bench("pull-card", device="card-reader")

    return [
        On("home", ITEM),
        On("guide", "submit"),
        On("present-social-card", lay),
        On("ask-phone", Answer("enter", "13800138000")),
        On("ask-address", Answer("enter", "夜灯路1号")),  # which this card does not know
        On("ask-support", Answer("enter", "none")),
        bank.put_page(),
        On("review-hukou-own-page", "keep"),
        On("check-answers", "file"),
        On("done", "finish"),
        On("take-card", pull),
    ]


async def file(bank: Town) -> Done:
    """One visit from the first page to the last; the page that told how it ended."""
    how, resident = await bank.visit(*script(bank))
    assert how is Ending.DONE
    (done,) = [page for page in resident.seen if isinstance(page, Done)]
    return done


async def test_items_are_filed_with_the_card_in_chip_io_and_the_receipt_by_print_raw(bank: Town) -> None:
    first = await file(bank)
    assert first.number in bank.paper()

    # A printer that cannot print costs the receipt and nothing else.
    bank.bench("fault", device="receipt-printer", fault="paper-jammed")
    await bank.until(lambda: not bank.kiosk.availability.has("receipt_printer"))
    second = await file(bank)
    assert isinstance(second.note, Text)
    assert second.note.key == "done.no-paper"

    cases = [case["case_no"] for case in await bank.hub("cases") if case["item"] == ITEM]
    assert sorted(cases) == sorted([first.number, second.number])
