"""`python main.py devices …` as a stranger uses it: real child processes, real far ends."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices import counters
from devices.simulators.cards import RESIDENTS
from devices.simulators.faults import Fault
from devices.simulators.pcsc_service import PcscService
from devices.simulators.sam_reader import SimulatedSamReader
from devices.simulators.social_card import SimulatedSocialCard

MAIN = Path(__file__).parents[2] / "main.py"
SITE = """
[devices.id-reader]
driver = "sam-serial"
port = "bench/id-reader"
[devices.receipt-printer]
driver = "escpos-tcp"
host = "127.0.0.1"
port = 9
"""
FIELDS = [
    "document",
    "name",
    "name_en",
    "sex",
    "ethnicity",
    "birth_date",
    "address",
    "number",
    "issuer",
    "valid_from",
    "valid_until",
    "pass_number",
    "issue_count",
    "nationality",
    "photo_wlt",
]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "site.toml"
    path.write_text(SITE, encoding="utf-8")
    return path


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[SimulatedSamReader]:
    simulated = SimulatedSamReader(tmp_path / "bench" / "id-reader")
    simulated.start()
    yield simulated
    simulated.stop()


def _run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, MAIN, "devices", *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=50,
        check=False,
    )


def _json(*arguments: str | Path) -> Any:
    done = _run(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_list_names_what_the_site_has(site: Path) -> None:
    assert _json("list", "--site", site) == [
        {"name": "id-reader", "driver": "sam-serial", "family": "IdCardReader"},
        {"name": "receipt-printer", "driver": "escpos-tcp", "family": "ReceiptPrinter"},
    ]


def test_status_has_a_row_for_every_device_there_or_not(site: Path, reader: SimulatedSamReader) -> None:
    card_reader, printer = _json("status", "--site", site)
    assert card_reader == {
        "name": "id-reader",
        "driver": "sam-serial",
        "family": "IdCardReader",
        "device": "online",
        "media": "unknown",
        "paper": None,
        "fitness": "ok",
        "supply": None,
        "reasons": [],
        "counters": None,
    }
    assert (printer["device"], printer["paper"]) == ("offline", "unknown")
    assert printer["reasons"] == ["no-connection"]


def test_status_tells_what_the_kiosk_has_counted(site: Path, reader: SimulatedSamReader) -> None:
    counted = counters.Counters(driver="sam-serial", reopened=2)
    counted.done["read"] += 12
    counted.failed["card-pulled"] += 3
    (site.parent / "var").mkdir(exist_ok=True)
    counters.save(site.parent / "var" / counters.FILE, {"id-reader": counted})
    assert _json("status", "--site", site)[0]["counters"]["failed"] == {"card-pulled": 3}
    told = _run("status", "--site", site).stdout
    assert "12 done, 3 failed (card-pulled 3), opened again 2" in told


def test_read_shows_every_field_when_asked_to(site: Path, reader: SimulatedSamReader) -> None:
    card = RESIDENTS["chan-tai-man"].id_card
    reader.lay(card)
    document = _json("read", "id-reader", "--site", site, "--unmasked")
    assert list(document) == FIELDS
    assert document["document"] == "hmt_residence_permit"
    assert document["number"] == "810000199001010019"
    assert document["issue_count"] == 2
    assert document["ethnicity"] is None
    assert document == card.unmasked()


def test_a_photo_needs_a_vendors_decoder(site: Path, reader: SimulatedSamReader, tmp_path: Path) -> None:
    reader.lay(RESIDENTS["li-guilan"].id_card)
    done = _run("read", "id-reader", "--site", site, "--photo", tmp_path / "photo.bmp")
    assert done.returncode == 1
    assert "(no-photo-decoder)" in done.stderr
    assert not (tmp_path / "photo.bmp").exists()


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_read_masks_unless_asked(site: Path, reader: SimulatedSamReader, options: list[str]) -> None:
    reader.lay(RESIDENTS["li-guilan"].id_card)
    done = _run("read", "id-reader", "--site", site, *options)
    assert done.returncode == 0
    assert "110***********002X" in done.stdout
    for secret in ("李桂兰", "11010519491231002X", "1949", "夜灯路"):
        assert secret not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault.GARBAGE, "(garbage)"),
        (Fault.SILENT, "(silent)"),
        (Fault.UNPLUGGED, "(no-port)"),
        (Fault.NONE, "(no-card)"),
    ],
)
def test_what_cannot_be_read_is_one_line_in_words(
    site: Path, reader: SimulatedSamReader, fault: Fault, words: str
) -> None:
    reader.fault = fault
    done = _run("read", "id-reader", "--site", site, "--timeout", "0.5")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("Error: id-reader: ")
    assert len(done.stderr.splitlines()) == 1
    assert words in done.stderr


def test_a_wrong_name_or_a_wrong_family_is_said(site: Path) -> None:
    unknown = _run("read", "id-raeder", "--site", site)
    assert unknown.returncode == 2
    assert "did you mean 'id-reader'" in unknown.stderr
    printer = _run("read", "receipt-printer", "--site", site)
    assert printer.returncode == 1
    assert "not a reader" in printer.stderr


def test_a_misspelt_option_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text('[devices.id-reader]\ndriver = "sam-serial"\nprt = "x"\n', encoding="utf-8")
    done = _run("list", "--site", path)
    assert done.returncode == 1
    assert "devices.id-reader.prt" in done.stderr
    assert "did you mean 'port'" in done.stderr


def test_a_missing_site_file_is_said(tmp_path: Path) -> None:
    done = _run("status", "--site", tmp_path / "nowhere.toml")
    assert done.returncode == 1
    assert "nowhere.toml" in done.stderr


def test_a_social_security_card_is_read(tmp_path: Path, pcsc_service: PcscService) -> None:
    path = tmp_path / "site.toml"
    path.write_text(
        '[devices.social-card]\ndriver = "pcsc-social-card"\nreader = "Virtual PCD 00 00"\n', encoding="utf-8"
    )
    card = RESIDENTS["wang-yan"].social_card
    assert card is not None
    slot = SimulatedSocialCard()
    slot.lay(card)
    try:
        document = _json("read", "social-card", "--site", path, "--unmasked")
    finally:
        slot.pull()
    assert document == card.unmasked()
    assert document["document"] == "social_security_card"
    assert document["name"] == "王䶮𠮷"
