"""FAULTS 18: two cables are swapped. Each driver says that this is not its device."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import DeviceSettings
from devices.contract import CodeScanner, IdCardReader, ReceiptPrinter
from devices.device import Device
from devices.errors import DeviceError
from devices.gm65.driver import MODE
from devices.gm65.frame import read_zone
from devices.receipt import Receipt, Text
from devices.registry import build
from devices.sam.frame import SAM_STATUS
from devices.simulators.site import SimulatedSite
from devices.simulators.wire import PtyWire
from devices.status import DeviceState, Paper, Supply

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
    if error is None:
        assert isinstance(device, ReceiptPrinter)
        assert (status.paper, status.supply) == (Paper.UNKNOWN, Supply.UNKNOWN)
        assert status.reasons == ("no-answer",)
    else:
        assert error.state is not None
    assert not status.usable


GREETINGS = {
    "sam-serial": SAM_STATUS.encode(),
    "gm65-serial": read_zone(MODE).encode(),
    "escpos-serial": b"\x10\x04\x01\x10\x04\x04",
}
"""All that a device hears before it has shown that it is the right one."""


async def _work(device: Device) -> object:
    if isinstance(device, ReceiptPrinter):
        return await device.print_document(Receipt((Text("受理编号 7K3M"),)))
    assert isinstance(device, IdCardReader | CodeScanner)
    return await device.read(5)


@pytest.mark.parametrize("driver", DRIVERS)
async def test_a_stranger_hears_nothing_but_the_greeting(tmp_path: Path, driver: str) -> None:
    """Work begins at once, without a check before it, on a port where somebody else listens."""
    heard = bytearray()

    def listen(data: bytes) -> bytes:
        heard.extend(data)
        return b""

    stranger = PtyWire(listen, "stranger", tmp_path / "port")
    stranger.start()
    settings = DeviceSettings.model_validate({"driver": driver, "port": "port"})
    device = build("swapped", settings, tmp_path)
    await device.open()
    with pytest.raises(DeviceError) as refusal:
        await _work(device)
    await device.close()
    stranger.stop()
    assert refusal.value.state is DeviceState.OFFLINE
    assert heard
    assert not bytes(heard).replace(GREETINGS[driver], b"")
