"""What can be done here now, from the devices, the network and the queue as they are."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import cast

import pytest

from devices.contract import (
    Camera,
    ChipCardReader,
    Device,
    DocumentPrinter,
    IdCardReader,
    ReceiptPrinter,
)
from devices.status import DeviceState, DeviceStatus, Fitness
from devices.supervisor import Supervisor
from kiosk.availability import Availability, Standing, cards_for
from kiosk.guide_pages import guide_page
from kiosk.my_list import MyList, list_page
from kiosk.pages import Action
from kiosk.submissions import Submissions
from kiosk.text import Text, text
from kiosk.wire import Lack
from offline_queue import OfflineQueue, Uploader
from tests.kiosk.items import demonstration, item
from tests.offline_queue.sealers import Scrambler

ALL = {IdCardReader, ChipCardReader, Camera, ReceiptPrinter}
MEDICAL = "resident-medical-insurance-enrol"
RECORD = "social-insurance-record"


class _Works:
    name = "a-device"
    status = DeviceStatus(DeviceState.ONLINE, fitness=Fitness.OK)


class _Devices:
    """Only says which families work; how devices come and go is the supervisor's own test."""

    def __init__(self, working: set[type[Device]]) -> None:
        self._working = working

    def first(self, family: type[Device]) -> _Works | None:
        return _Works() if family in self._working else None


def availability(working: set[type[Device]], *, online: bool = True, may_file: bool = True) -> Availability:
    return Availability(cast("Supervisor", _Devices(working)), lambda: online, lambda: may_file)


def test_an_a4_printer_alone_is_enough_for_a_result() -> None:
    only_a4 = (ALL - {ReceiptPrinter}) | {DocumentPrinter}
    assert availability(only_a4).of(item(RECORD)) == Standing("here")


@pytest.mark.parametrize(
    ("item_id", "without", "online", "standing"),
    [
        (MEDICAL, set(), True, Standing("here")),
        (MEDICAL, set(), False, Standing("here", ("network",))),
        (MEDICAL, {ReceiptPrinter}, True, Standing("here", ("receipt_printer",))),
        (MEDICAL, {Camera}, True, Standing("later", ("camera",))),
        (MEDICAL, {IdCardReader}, True, Standing("here")),
        (MEDICAL, {IdCardReader, ChipCardReader}, True, Standing("later", ("id_card",))),
        (RECORD, set(), True, Standing("here")),
        (RECORD, set(), False, Standing("later", ("network",))),
        (RECORD, {ReceiptPrinter}, True, Standing("later", ("document_printer",))),
        (RECORD, {IdCardReader}, True, Standing("later", ("id_card",))),
        ("marriage-register", ALL, False, Standing("window")),
    ],
)
def test_what_is_missing_costs_only_what_needs_it(
    item_id: str, without: set[type[Device]], online: bool, standing: Standing
) -> None:
    assert availability(ALL - without, online=online).of(item(item_id)) == standing


def test_nothing_is_taken_in_when_it_cannot_be_kept() -> None:
    standing = availability(ALL, may_file=False).of(item(MEDICAL))
    assert standing == Standing("later", ("storage",))
    assert isinstance(standing.chip.text, Text)
    assert standing.chip.text.key == "standing.later.storage"


@pytest.mark.parametrize("reserve", [0, 10**18])
def test_a_disk_down_to_its_reserve_is_told_before_the_first_question(tmp_path: Path, reserve: int) -> None:
    with closing(OfflineQueue(tmp_path, Scrambler(), reserve=reserve)) as queue:
        uploader = Uploader(queue, lambda items: [])
        submissions = Submissions(queue, uploader, kiosk_id=lambda: "", clock_offset=lambda: None)
        standing = availability(ALL, may_file=submissions.may_file()).of(item(MEDICAL))
    begin = guide_page(item(MEDICAL), standing).main
    on_the_list = list_page(MyList(item(MEDICAL), {}, {}), standing, printer=False).main
    if reserve:
        assert begin == Action("later", text("standing.later.storage"), enabled=False)
        assert on_the_list is None
    else:
        assert begin is not None
        assert on_the_list is not None
        assert (begin.id, begin.enabled, on_the_list.id) == ("submit", True, "submit")


def test_the_hub_is_told_what_is_missing_and_which_items_it_costs() -> None:
    items = (item(MEDICAL), item(RECORD), item("marriage-register"))
    assert availability(ALL).lacks(items) == ()
    without_camera = availability(ALL - {Camera}).lacks(items)
    assert without_camera == (Lack(cause="camera", stops=True, items=(MEDICAL,)),)
    without_printer = availability(ALL - {ReceiptPrinter}).lacks(items)
    assert without_printer == (
        Lack(cause="receipt_printer", stops=False, items=(MEDICAL,)),
        Lack(cause="document_printer", stops=True, items=(RECORD,)),
    )
    full = availability(ALL, may_file=False).lacks(items)
    assert full == (Lack(cause="storage", stops=True, items=(MEDICAL,)),)


def test_the_report_to_the_hub_agrees_with_what_each_page_says() -> None:
    items = tuple(demonstration().items)
    for without in ({Camera}, {IdCardReader}, {IdCardReader, ChipCardReader}, {ReceiptPrinter}, ALL):
        here = availability(ALL - without)
        told = {name: (lack.cause, lack.stops) for lack in here.lacks(items) for name in lack.items}
        standings = {one.id: here.of(one) for one in items}
        assert told == {
            name: (standing.missing[0], standing.where == "later")
            for name, standing in standings.items()
            if standing.missing
        }


def test_an_id_card_serves_wherever_a_social_security_card_does_and_alone_for_results() -> None:
    assert cards_for(item(MEDICAL)) == ("id_card", "social_card")
    assert cards_for(item(RECORD)) == ("id_card",)
