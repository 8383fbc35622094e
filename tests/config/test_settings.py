"""The site file: what is wrong in it is said with its place and a suggestion."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.settings import SettingsError, Site, load_site
from devices.registry import build

CONFIG = Path(__file__).parents[2] / "config"


def site_of(tmp_path: Path, text: str) -> Site:
    path = tmp_path / "site.toml"
    path.write_text(text, encoding="utf-8")
    return load_site(path)


@pytest.mark.parametrize("name", ["demonstration.toml", "example.toml"])
def test_the_shipped_site_files_are_good(name: str) -> None:
    site = load_site(CONFIG / name)
    for device, table in site.devices.items():
        build(device, table, site.directory)


def test_devices_alone_are_enough(tmp_path: Path) -> None:
    site = site_of(tmp_path, '[devices.id-reader]\ndriver = "sam-serial"\nport = "/dev/ttyUSB0"\n')
    assert site.devices["id-reader"].options == {"port": "/dev/ttyUSB0"}
    assert site.data == tmp_path / "var"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[kiosk]\nkeper = "x"', ["kiosk.keper", "did you mean 'keeper'"]),
        ("[panel]\nwidth = 10", ["panel.width", "480"]),
        ('[panel]\ntheme = "pink"', ["panel.theme", "'night'"]),
        ("[vist]\nform = 3", ["vist", "did you mean 'visit'"]),
        ('[devices.x]\nport = "y"', ["devices.x.driver", "missing"]),
        ("[visit]\nwarning = 5", ["visit.warning", "20"]),
        ("directory = '/'", ["directory"]),
        ("[kiosk", ["is not TOML"]),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(SettingsError) as refused:
        site_of(tmp_path, text)
    for word in ["site.toml", *words]:
        assert word in str(refused.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('driver = "sam-serail"\nport = "x"', ["devices.reader.driver", "did you mean 'sam-serial'"]),
        ('driver = "sam-serial"\nprot = "x"', ["devices.reader.prot", "did you mean 'port'"]),
        ('driver = "sam-serial"\nport = "x"\nbaudrate = "fast"', ["devices.reader.baudrate"]),
        ('driver = "escpos-tcp"\nhost = "127.0.0.1"\nport = 99999', ["devices.reader.port"]),
    ],
)
def test_a_driver_refuses_its_own_options_the_same_way(tmp_path: Path, text: str, words: list[str]) -> None:
    site = site_of(tmp_path, f"[devices.reader]\n{text}\n")
    with pytest.raises(SettingsError) as refused:
        build("reader", site.devices["reader"], site.directory)
    for word in words:
        assert word in str(refused.value)


def test_a_missing_file_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no such site file.*example\.toml"):
        load_site(tmp_path / "none.toml")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_are_a_site_or_a_clear_refusal(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "site.toml"
    path.write_bytes(content)
    with contextlib.suppress(SettingsError):
        load_site(path)
