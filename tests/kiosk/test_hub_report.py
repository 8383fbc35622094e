"""What a kiosk tells its hub of itself."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from kiosk.availability import Availability
from kiosk.hub_report import SelfReport
from kiosk.wire import Lack
from offline_queue import OfflineQueue
from tests.kiosk.items import demonstration
from tests.offline_queue.sealers import Scrambler

MEDICAL = "resident-medical-insurance-enrol"


def report_of(queue: OfflineQueue, version: int) -> SelfReport:
    """A kiosk without any device, with a catalogue of this version."""
    devices: Any = SimpleNamespace(status=dict, get=None, first=lambda family: None)
    guide: Any = SimpleNamespace(version=version, items=tuple(demonstration().items) if version else ())
    site = SimpleNamespace(kiosk=SimpleNamespace(keeper_phone="0531-5550123" * 5))
    settings: Any = SimpleNamespace(site=site, report=lambda: None)
    report = SelfReport(queue, guide, devices, settings, SimpleNamespace(closed=None))  # type: ignore[arg-type]
    report.lacks = Availability(devices, is_online=lambda: True, may_file=lambda: True).lacks
    return report


def test_a_kiosk_without_devices_says_which_items_it_costs(tmp_path: Path) -> None:
    with closing(OfflineQueue(tmp_path, Scrambler())) as queue:
        told = report_of(queue, version=3).check_in()
    assert told.lacks is not None
    [cards] = [lack for lack in told.lacks if MEDICAL in lack.items]
    assert cards == Lack(cause="id_card", device="", stops=True, items=cards.items)
    assert not any(lack.cause == "network" for lack in told.lacks), "a report that arrives has found one"
    here = {item.id for item in demonstration().items if item.done_at_kiosks}
    assert {item for lack in told.lacks for item in lack.items} <= here
    assert told.up_seconds is not None
    assert told.keeper_phone == ("0531-5550123" * 5)[:40]


def test_before_its_first_catalogue_a_kiosk_says_nothing_of_items(tmp_path: Path) -> None:
    with closing(OfflineQueue(tmp_path, Scrambler())) as queue:
        assert report_of(queue, version=0).check_in().lacks is None
