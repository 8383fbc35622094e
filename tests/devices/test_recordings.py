"""Recordings: what is hidden in them, that they can be played, who may have one with nothing hidden."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from config.settings import DeviceSettings, load_site
from devices.codes import ScannedCode, Symbology
from devices.commands import devices
from devices.device import Device
from devices.identity import IdCard, SocialSecurityCard
from devices.receipt import Receipt, Text
from devices.recordings import two_people
from devices.recordings.hiding import hide
from devices.recordings.personal import BY_DRIVER
from devices.recordings.recorder import Recorder
from devices.recordings.replay import play
from devices.recordings.traffic import Direction, NotARecording, Recording, Traffic
from devices.registry import build
from devices.simulators.cards import RESIDENTS
from devices.simulators.code_scanner import SimulatedCodeScanner
from devices.simulators.faults import Fault
from devices.simulators.paper import PaperPrinter
from devices.simulators.sam_reader import SimulatedSamReader
from devices.simulators.wire import PtyWire

RECORDINGS = Path(__file__).with_name("recordings")


def _recording(name: str) -> Recording:
    return Recording.from_lines((RECORDINGS / f"{name}.jsonl").read_text())


@pytest.mark.parametrize("name", ["id-card-read", "printer-status", "code-read"])
@pytest.mark.parametrize("paced", [False, True])
async def test_a_recording_is_played_over_a_real_line(name: str, paced: bool) -> None:
    results: list[object] = []
    played = await play(_recording(name), paced=paced, results=results)
    assert played.strayed == ""
    assert [outcome.played for outcome in played.outcomes] == ["success", "success"]
    card = results[-1]
    if isinstance(card, IdCard):
        assert (card.name, card.number) == ("示范", "110101199003070003"), "nobody's card in its place"


@pytest.mark.usefixtures("pcsc_service")
async def test_a_recorded_social_security_card_is_played_through_the_real_service() -> None:
    results: list[object] = []
    played = await play(_recording("social-card-read"), results=results)
    assert played.same, played
    assert isinstance(results[-1], SocialSecurityCard)
    assert results[-1].name == "示范"


async def test_a_driver_that_says_something_else_is_found_out() -> None:
    recording = _recording("printer-status")
    other = tuple(
        replace(event, data=bytes.fromhex("100405"))
        if isinstance(event, Traffic) and event.data.hex() == "100404"
        else event
        for event in recording.events
    )
    played = await play(replace(recording, events=other))
    assert not played.same
    assert "said something else" in played.strayed


async def _record(device: Device, *work: Callable[[], Awaitable[object]]) -> Recording:
    recorder = Recorder()
    device.tap = recorder
    await recorder.run("open", device.open)
    for one in work:
        await recorder.run("read", one)
    await device.close()
    return recorder.recording(device)


def _assert_hidden(recording: Recording, *secrets: bytes) -> None:
    real = b"".join(event.data for event in recording.events if isinstance(event, Traffic))
    lines = hide(recording).to_lines()
    for secret in secrets:
        assert secret in real, "the test looks for what was really there"
        assert secret.hex() not in lines


SOMEBODY = replace(
    RESIDENTS["zhao-jianguo"].id_card, name="欧阳示例", address="示例省示例市三号", photo_wlt=b"face" * 256
)


async def test_nothing_of_a_card_is_in_a_recording_and_it_can_still_be_played(tmp_path: Path) -> None:
    reader = SimulatedSamReader(tmp_path / "port")
    reader.start()
    reader.lay(SOMEBODY, newest_address="示例省新址四号")
    device = build("r", _table("sam-serial", newest_address=True), tmp_path)
    recording = await _record(device, lambda: device.read(5))  # type: ignore[attr-defined]
    reader.stop()
    words = ("欧阳示例", "示例省示例市", SOMEBODY.number, "新址四号", "19")
    _assert_hidden(recording, b"face", *(word.encode("utf-16-le") for word in words[:-1]))
    assert (await play(hide(recording))).same


async def test_a_lost_line_is_lost_again_when_it_is_played(tmp_path: Path) -> None:
    reader = SimulatedSamReader(tmp_path / "port")
    reader.start()
    device = build("r", _table("sam-serial"), tmp_path)
    recorder = Recorder()
    device.tap = recorder
    await recorder.run("open", device.open)
    await recorder.run("check", device.check)
    reader.fault = Fault.UNPLUGGED
    assert await recorder.run("check", device.check) == "port-lost"
    await device.close()
    played = await play(hide(recorder.recording(device)))
    assert [outcome.played for outcome in played.outcomes] == ["success", "success", "port-lost"]
    assert played.same


async def test_what_came_too_late_is_told_by_its_length(tmp_path: Path) -> None:
    reader = SimulatedSamReader(tmp_path / "port")
    reader.start()
    device = build("r", _table("sam-serial"), tmp_path)
    recorder = Recorder()
    device.tap = recorder
    await recorder.run("open", device.open)
    await recorder.run("check", device.check)
    assert reader._line is not None
    reader._line.say(lambda: b"somebody's late answer")
    await recorder.run("check", device.check)
    await device.close()
    reader.stop()
    recording = recorder.recording(device)
    late = b"".join(
        one.data for one in recording.events if isinstance(one, Traffic) and one.direction == "dropped"
    )
    assert late == b"somebody's late answer"
    _assert_hidden(recording, b"somebody", b"late answer")
    assert (await play(hide(recording))).same


def _table(driver: str, **options: object) -> DeviceSettings:
    return DeviceSettings.model_validate({"driver": driver, "port": "port", **options})


async def test_nothing_of_a_code_is_in_a_recording(tmp_path: Path) -> None:
    scanner = SimulatedCodeScanner("scanner", tmp_path / "port")
    scanner.start()
    scanner.show(ScannedCode(b"somebody's own code", Symbology.QR))
    device = build("s", _table("gm65-serial"), tmp_path)
    recording = await _record(device, lambda: device.read(5))  # type: ignore[attr-defined]
    scanner.stop()
    _assert_hidden(recording, b"somebody", b"own code")


async def test_nothing_of_a_receipt_is_in_a_recording(tmp_path: Path) -> None:
    paper = PaperPrinter(tmp_path / "paper", "slip")
    wire = PtyWire(paper.receive, "printer", tmp_path / "port")
    wire.start()
    device = build("p", _table("escpos-serial"), tmp_path)
    receipt = Receipt((Text("欧阳示例 7K3M-9QX2"),))
    recording = await _record(device, lambda: device.print_document(receipt))  # type: ignore[attr-defined]
    wire.stop()
    _assert_hidden(recording, "欧阳示例".encode("gbk"), b"7K3M-9QX2")


@given(
    st.sampled_from([*BY_DRIVER, "unknown"]),
    st.lists(st.tuples(st.sampled_from(get_args(Direction)), st.binary(max_size=60))),
)
def test_whatever_passed_keeps_its_length_and_what_is_unknown_is_hidden(
    driver: str, passed: list[tuple[Direction, bytes]]
) -> None:
    events = tuple(Traffic(0.0, direction, data) for direction, data in passed)
    hidden = hide(Recording(driver, {}, "2026-11-21", events, hidden=False))
    for before, after in zip(events, hidden.events, strict=True):
        assert isinstance(after, Traffic)
        assert len(after.data) == len(before.data)
        assert after.matches(before.data)
        if driver == "unknown":
            assert after.data == bytes(len(before.data))
    assert Recording.from_lines(hidden.to_lines()) == hidden


@pytest.mark.parametrize("text", ["", "{}", "nonsense", '{"recording": 1}', '{"recording": 1}\n{"at": "x"}'])
def test_a_file_that_is_no_recording_is_said_in_words(text: str, tmp_path: Path) -> None:
    with pytest.raises(NotARecording):
        Recording.from_lines(text)
    file = tmp_path / "file.jsonl"
    file.write_text(text)
    told = CliRunner().invoke(devices, ["replay", str(file)])
    assert told.exit_code == 1
    assert "is no recording" in told.output


# A recording with nothing hidden ----------------------------------------------------------------------------


def _key(use: str) -> tuple[str, str]:
    return two_people.new_keys()[use]


def _run(*arguments: str | Path, said: str = "") -> Result:
    return CliRunner().invoke(devices, [str(argument) for argument in arguments], input=said)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site with a reader, two people and a third, and a key to open; the private keys lie beside it."""
    people = {name: _key("agree") for name in ("First Person", "Second Person")}
    opening = _key("open")
    for number, (private, _) in enumerate((*people.values(), opening, _key("agree"))):
        (tmp_path / f"key-{number}").write_text(private)
    listed = [f"{name}: {public}" for name, (_, public) in people.items()]
    path = tmp_path / "site.toml"
    path.write_text(
        f'[devices.id-reader]\ndriver = "sam-serial"\nport = "port"\n'
        f'[recordings]\nsealed_to = "{opening[1]}"\npeople = {json.dumps(listed)}\n'
    )
    return path


def _signed(site: Path, wish: str, *keys: int) -> str:
    return "".join(_run("agree", wish, "--key", site.with_name(f"key-{key}")).stdout for key in keys)


def test_two_people_agree_and_only_the_key_elsewhere_opens_it(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(two_people, "new_wish", lambda *_: "id-reader/read/once")
    reader = SimulatedSamReader(tmp_path / "port")
    reader.start()
    reader.lay(SOMEBODY)
    told = _run(
        "record",
        "id-reader",
        "read",
        "--unhidden",
        "--site",
        site,
        said=_signed(site, "id-reader/read/once", 0, 1),
    )
    reader.stop()
    assert told.exit_code == 0, told.output
    folder = load_site(site).data / two_people.FOLDER
    (sealed,) = folder.glob("*.sealed")
    assert "欧阳示例".encode("utf-16-le") not in sealed.read_bytes()
    assert "First Person and Second Person agreed" in (folder / two_people.ACCOUNT).read_text()
    assert _run("unseal", sealed, "--key", tmp_path / "key-0", "--out", tmp_path / "open").exit_code == 1
    assert _run("unseal", sealed, "--key", tmp_path / "key-2", "--out", tmp_path / "open").exit_code == 0
    opened = Recording.from_lines((tmp_path / "open").read_text())
    assert not opened.hidden
    assert "欧阳示例".encode("utf-16-le").hex() in (tmp_path / "open").read_text()
    assert _run("replay", tmp_path / "open").exit_code == 0


@pytest.mark.parametrize(
    ("wish", "keys", "words"),
    [
        ("id-reader/read/once", (0, 0), "both signatures are of First Person"),
        ("id-reader/read/once", (0, 3), "nobody who may agree"),
        ("id-reader/read/another", (0, 1), "of another wish"),
    ],
)
def test_without_two_people_nothing_is_recorded(
    site: Path, monkeypatch: pytest.MonkeyPatch, wish: str, keys: tuple[int, ...], words: str
) -> None:
    monkeypatch.setattr(two_people, "new_wish", lambda *_: "id-reader/read/once")
    told = _run("record", "id-reader", "read", "--unhidden", "--site", site, said=_signed(site, wish, *keys))
    assert told.exit_code == 1
    assert words in told.output
    assert not (load_site(site).data / two_people.FOLDER).exists()


def test_every_wish_is_another_one() -> None:
    assert two_people.new_wish("id-reader", "read") != two_people.new_wish("id-reader", "read")


def test_sealed_recordings_are_wiped_when_their_time_is_over(site: Path) -> None:
    folder = load_site(site).data / two_people.FOLDER
    paths = [two_people.keep(folder, name, b"sealed", ("A", "B"), 7) for name in ("old", "new")]
    eight_days_ago = time.time() - 8 * 86_400
    os.utime(paths[0], (eight_days_ago, eight_days_ago))
    told = _run("record", "id-reader", "check", "--site", site, "--out", site.with_name("check.jsonl"))
    assert told.exit_code == 0, told.output
    assert [path.exists() for path in paths] == [False, True]
    assert f"{paths[0].name} was wiped." in (folder / two_people.ACCOUNT).read_text()


async def test_the_kiosk_itself_wipes_them_too(tmp_path: Path) -> None:
    path = two_people.keep(tmp_path, "old", b"sealed", ("A", "B"), 7)
    eight_days_ago = time.time() - 8 * 86_400
    os.utime(path, (eight_days_ago, eight_days_ago))
    wiping = asyncio.create_task(two_people.keep_wiping(tmp_path, 7))
    while path.exists():
        await asyncio.sleep(0.01)
    wiping.cancel()
    await asyncio.gather(wiping, return_exceptions=True)


def test_a_key_is_made_once_and_kept_to_oneself(tmp_path: Path) -> None:
    file = tmp_path / "mine"
    made = _run("key", "agree", file)
    assert len(base64.b64decode(made.stdout)) == 32
    assert file.stat().st_mode & 0o777 == 0o600
    assert _run("key", "agree", file).exit_code == 1


def test_a_recording_of_a_device_that_is_missing_tells_so(site: Path, tmp_path: Path) -> None:
    assert _run("record", "id-reader", "read", "--site", site, "--out", tmp_path / "r").exit_code == 0
    ended = [json.loads(line).get("ended") for line in (tmp_path / "r").read_text().splitlines()]
    assert [one for one in ended if one] == ["no-port"]
