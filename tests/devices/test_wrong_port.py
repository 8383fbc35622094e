"""FAULTS 18: two cables are swapped. Each driver says that this is not its device."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import DeviceSettings
from devices.contract import ReceiptPrinter
from devices.errors import DeviceError
from devices.registry import build
from devices.simulators.site import SimulatedSite
from devices.status import Paper, Supply

DRIVERS = ("sam-serial", "gm65-serial", "escpos-serial")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[SimulatedSite]:
    devices = {
        driver: DeviceSettings.model_validate({"driver": driver, "port": f"bench/{driver}"})
        for driver in DRIVERS
    }
    served = SimulatedSite(devices, tmp_path, tmp_path / "paper")
    served.start()
    yield served
    served.stop()


@pytest.mark.parametrize("port", DRIVERS)
@pytest.mark.parametrize("driver", DRIVERS)
async def test_a_driver_on_the_wrong_port_never_says_that_all_is_well(
    bench: SimulatedSite, tmp_path: Path, driver: str, port: str
) -> None:
    if driver == port:
        pytest.skip("the right port")
    settings = DeviceSettings.model_validate({"driver": driver, "port": f"bench/{port}"})
    device = build("swapped", settings, tmp_path)
    await device.open()
    try:
        status, error = await device.check(), None
    except DeviceError as failure:
        status, error = device.status, failure
    await device.close()
    if error is None:  # a printer may be one that never answers
        assert isinstance(device, ReceiptPrinter)
        assert (status.paper, status.supply) == (Paper.UNKNOWN, Supply.UNKNOWN)
        assert status.reasons == ("no-answer",)
    else:
        assert error.state is not None
        assert not status.usable
