"""Devices made from a site file's tables."""

from __future__ import annotations

from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from config.settings import DeviceSettings, SettingsError
from devices.contract import Device
from devices.registry import BUILT_IN, ENTRY_POINTS, build, driver_class, driver_names
from devices.sam.driver import SamSerial


@pytest.mark.parametrize("driver", sorted(BUILT_IN))
def test_every_driver_shipped_is_there_under_its_name(driver: str) -> None:
    found = driver_class(driver)
    assert issubclass(found, Device)
    assert found.driver == driver
    assert driver in driver_names()


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"driver": "sam-serail"}, ["devices.reader.driver", "'sam-serial'"]),
        ({"driver": "nothing like it"}, ["devices.reader.driver", "escpos-tcp", "sam-serial"]),
        ({"driver": "sam-serial", "prot": "x"}, ["devices.reader.prot", "did you mean 'port'"]),
        ({"driver": "sam-serial"}, ["devices.reader.port", "missing"]),
        ({"driver": "sam-serial", "port": "x", "baudrate": 1200}, ["devices.reader.baudrate"]),
    ],
)
def test_a_wrong_table_is_refused_with_its_place_and_a_hint(
    table: dict[str, object], words: list[str]
) -> None:
    with pytest.raises(SettingsError) as refusal:
        build("reader", DeviceSettings.model_validate(table), Path())
    for word in words:
        assert word in str(refusal.value)


@pytest.fixture
def third_party(monkeypatch: pytest.MonkeyPatch) -> None:
    found = EntryPoints(
        EntryPoint(name, value, ENTRY_POINTS)
        for name, value in (
            ("their-reader", "devices.sam.driver:SamSerial"),
            ("their-mistake", "devices.sam.frame:Reply"),
            ("their-typo", "devices.sam.driver:SamSeral"),
            ("their-lost-library", "a_library_that_is_not_here:Reader"),
        )
    )
    monkeypatch.setattr("devices.registry.entry_points", lambda group: found.select(group=group))


@pytest.mark.usefixtures("third_party")
def test_a_driver_from_another_package_is_found_by_its_name() -> None:
    table = DeviceSettings.model_validate({"driver": "their-reader", "port": "x"})
    assert isinstance(build("reader", table, Path()), SamSerial)
    assert "their-reader" in driver_names()


@pytest.mark.usefixtures("third_party")
@pytest.mark.parametrize("driver", ["their-mistake", "their-typo", "their-lost-library"])
def test_a_driver_that_cannot_be_loaded_is_refused_with_its_place(driver: str) -> None:
    with pytest.raises(SettingsError, match=f"devices.reader.driver: the driver '{driver}' cannot be loaded"):
        build("reader", DeviceSettings(driver=driver), Path())
