"""Devices made from a site file's tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import DeviceSettings, SettingsError
from devices.contract import Device
from devices.registry import BUILT_IN, build, driver_class, driver_names


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
