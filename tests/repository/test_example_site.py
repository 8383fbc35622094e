"""The example site file: what a technician copies from."""

from __future__ import annotations

from pathlib import Path

from config.settings import Site, load_site
from devices.registry import BUILT_IN, build_all

EXAMPLE = Path(__file__).resolve().parents[2] / "config" / "example.toml"


def test_it_is_understood_names_every_driver_and_changes_no_default() -> None:
    site = load_site(EXAMPLE)
    assert {table.driver for table in site.devices.values()} == set(BUILT_IN)
    assert build_all(site.devices, site.directory).keys() == site.devices.keys()
    plain = Site(directory=site.directory)
    for name in Site.model_fields.keys() - {"devices", "directory"}:
        assert getattr(site, name) == getattr(plain, name)
