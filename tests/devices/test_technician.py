"""`devices test` and `devices discover`, as a technician uses them; the far ends are the bench's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from config.settings import load_site
from devices.commands import devices
from devices.simulators.site import SimulatedSite

SITE = """
[devices.id-reader]
driver = "sam-serial"
port = "bench/id-reader"
[devices.slip-printer]
driver = "escpos-serial"
port = "bench/printer"
answer_timeout = 0.2
[devices.code-scanner]
driver = "gm65-serial"
port = "bench/scanner"
[devices.camera]
driver = "opencv-camera"
source = "bench/desk"
[devices.speaker]
driver = "espeak-ng"
wav = "bench/sound"
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "site.toml"
    path.write_text(SITE)
    return path


@pytest.fixture
def bench(site: Path) -> Iterator[SimulatedSite]:
    served = SimulatedSite(load_site(site).devices, site.parent, site.parent / "paper")
    served.start()
    yield served
    served.stop()


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(devices, [str(argument) for argument in arguments])


def _json(result: Result) -> Any:
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("id-reader", ["answers", "self-test", "sam-number", "baudrate"]),
        ("slip-printer", ["answers", "paper", "proof-of-print"]),
        ("code-scanner", ["answers", "framed-output", "symbology"]),
        ("camera", ["answers", "picture", "rate"]),
        ("speaker", ["answers", "spoke"]),
    ],
)
def test_every_family_has_its_test(site: Path, bench: SimulatedSite, name: str, keys: list[str]) -> None:
    told = _run("test", name, "--site", site, "--json")
    assert told.exit_code == 0, told.output
    document = _json(told)
    assert document["passed"]
    assert [finding["key"] for finding in document["findings"]] == keys
    assert all(finding["words"] != finding["key"] for finding in document["findings"])


def test_the_test_slip_is_on_paper(site: Path, bench: SimulatedSite) -> None:
    told = _run("test", "slip-printer", "--site", site)
    assert told.exit_code == 0
    assert "printed" in told.stdout
    assert "自检 Self-test" in bench.do("paper", {"device": "slip-printer"})["text"]


def test_a_failed_test_is_said_in_words(site: Path, bench: SimulatedSite) -> None:
    bench.do("fault", {"device": "slip-printer", "fault": "paper-out"})
    told = _run("test", "slip-printer", "--site", site)
    assert told.exit_code == 1
    assert "FAILED    has paper: out" in told.stdout
    assert told.stderr == "Error: slip-printer: the test failed\n"
    bench.do("fault", {"device": "id-reader", "fault": "silent"})
    silent = _run("test", "id-reader", "--site", site)
    assert silent.exit_code == 1
    assert "(silent)" in silent.stderr


def test_a_port_is_proposed_and_left_alone(site: Path, bench: SimulatedSite) -> None:
    port = site.parent / "bench" / "id-reader"
    (row,) = [row for row in _json(_run("discover", "--port", port, "--json")) if row["place"] == str(port)]
    assert row["kind"] == "serial"
    assert "sam-serial" in row["drivers"]
    assert _run("discover", "--port", port, "--site", site).stdout.count(str(port)) == 0


def test_probing_tells_who_is_at_which_port(site: Path, bench: SimulatedSite) -> None:
    ports = {
        "id-reader": "sam-serial",
        "printer": "escpos-serial",
        "scanner": "gm65-serial",
    }
    options = [word for port in ports for word in ("--port", site.parent / "bench" / port)]
    rows = _json(_run("discover", "--probe", *options, "--json"))
    answered = {Path(row["place"]).name: row["drivers"] for row in rows}
    assert {port: answered[port] for port in ports} == {port: [driver] for port, driver in ports.items()}


def test_a_printer_is_measured_and_its_table_can_go_into_a_site_file(
    site: Path, bench: SimulatedSite, tmp_path: Path
) -> None:
    told = _json(_run("profile", "slip-printer", "--site", site, "--json"))
    assert told["measured"]["status_calls"] == [1, 2, 3, 4]
    assert told["measured"]["proof"] == "process-id"
    assert told["options"]["width_dots"] == 576
    exported = tmp_path / "profile.toml"
    assert _run("profile", "slip-printer", "--site", site, "--out", exported).exit_code == 0
    settings = load_site(exported).devices["slip-printer"]
    assert settings.driver == "escpos-serial"
    assert settings.options == {
        "port": "bench/printer",
        "answer_timeout": 0.2,
        "status": True,
        "proof": "process-id",
    }
    assert "打印机测量" in bench.do("paper", {"device": "slip-printer"})["text"]


def test_a_printer_that_never_answers_is_measured_as_such(site: Path, bench: SimulatedSite) -> None:
    bench.do("fault", {"device": "slip-printer", "fault": "silent"})
    told = _json(_run("profile", "slip-printer", "--site", site, "--json"))
    assert told["measured"] == {"status_calls": [], "proof": "none", "answer_ms": 0}


def test_only_a_printer_has_a_profile(site: Path, bench: SimulatedSite) -> None:
    refused = _run("profile", "id-reader", "--site", site)
    assert refused.exit_code == 1
    assert "it has no profile" in refused.stderr
