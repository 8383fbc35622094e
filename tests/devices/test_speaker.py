"""Speech by the real espeak-ng, into sound files: machines that test have no ears."""

from __future__ import annotations

import array
import asyncio
import fcntl
import io
import os
import wave
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import DeviceSettings
from devices.contract import Speech
from devices.errors import KeeperAction, ResidentAction
from devices.registry import build
from devices.speech.driver import EspeakSpeaker
from devices.speech.headset import plugged_in
from devices.speech.sound import NoSound, at_volume, whole
from devices.status import DeviceState

LONG = "请把身份证放在感应区。" * 200

SLOW_PROGRAM = """#!/bin/sh
case "$1" in --version) exit 0 ;; esac
echo "$@" > "$0.arguments"
cat > "$0.heard"
exec sleep 60
"""


def speaker(base: Path, **options: object) -> EspeakSpeaker:
    built = build("voice", DeviceSettings.model_validate({"driver": "espeak-ng", **options}), base)
    assert isinstance(built, EspeakSpeaker)
    return built


@pytest.fixture
def slow_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program named espeak-ng that hears everything and speaks for a minute."""
    program = tmp_path / "programs" / "espeak-ng"
    program.parent.mkdir()
    program.write_text(SLOW_PROGRAM)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return program


@pytest.mark.parametrize(
    ("text", "language"), [("办完了，请拿好您的身份证。", "zh"), ("Please take your card.", "en")]
)
async def test_both_languages_become_sound(tmp_path: Path, text: str, language: str) -> None:
    voice = speaker(tmp_path, wav="sound")
    await voice.open()
    assert (await voice.check()).device is DeviceState.ONLINE
    await voice.say(text, language)
    await voice.say(text, language)
    await voice.close()
    files = sorted((tmp_path / "sound").iterdir())
    assert [file.name for file in files] == ["0001.wav", "0002.wav"]
    with wave.open(str(files[0])) as sound:
        assert sound.getnframes() / sound.getframerate() > 0.8


async def test_the_words_are_in_no_command_line(tmp_path: Path, slow_program: Path) -> None:
    voice = speaker(tmp_path, wav="sound")
    await voice.open()
    speaking = asyncio.create_task(voice.say("$(touch oops); 李桂兰", "zh"))
    heard = slow_program.with_name("espeak-ng.heard")
    async with asyncio.timeout(10):
        while not (heard.exists() and heard.read_text()):
            await asyncio.sleep(0.01)
        voice.hush()
        await speaking
    assert heard.read_text() == "$(touch oops); 李桂兰"
    assert "李桂兰" not in slow_program.with_name("espeak-ng.arguments").read_text()
    assert not (tmp_path / "oops").exists()
    await voice.close()


async def test_a_cancelled_caller_silences_it(tmp_path: Path, slow_program: Path) -> None:
    voice = speaker(tmp_path, wav="sound")
    await voice.open()
    speaking = asyncio.create_task(voice.say(LONG, "zh"))
    async with asyncio.timeout(10):
        while not slow_program.with_name("espeak-ng.heard").exists():
            await asyncio.sleep(0.01)
        speaking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await speaking
        await voice.close()  # returns only when the thread, and with it the program, has ended


async def test_an_unknown_language_is_a_typed_error(tmp_path: Path) -> None:
    voice = speaker(tmp_path, wav="sound")
    await voice.open()
    with pytest.raises(KeeperAction, match="no-such-language"):
        await voice.say("hallo", "xx")
    await voice.close()


async def test_a_machine_without_the_program_has_no_speaker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    voice = speaker(tmp_path, wav="sound")
    with pytest.raises(KeeperAction, match="no-espeak-ng"):
        await voice.open()
    assert voice.status.device is DeviceState.NO_DEVICE


async def test_a_text_for_everybody_is_rendered_once_and_the_same_for_ever(tmp_path: Path) -> None:
    sounds = []
    for cache in ("one", "two"):
        voice = speaker(tmp_path, wav="sound", cache=cache)
        await voice.open()
        for _ in range(2):
            await voice.say("请把身份证放在感应区", "zh", Speech.FIXED)
        await voice.close()
        (kept,) = (tmp_path / cache).iterdir()
        sounds.append(kept.read_bytes())
    assert sounds[0] == sounds[1]
    assert {path.read_bytes() for path in (tmp_path / "sound").iterdir()} == {sounds[0]}


async def test_what_was_rendered_before_needs_no_program_and_a_damaged_file_is_rendered_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice = speaker(tmp_path, wav="sound", cache="cache")
    await voice.open()
    await voice.say("欢迎", "zh", Speech.FIXED)
    (kept,) = (tmp_path / "cache").iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(whole[:20])
    await voice.say("欢迎", "zh", Speech.FIXED)
    assert kept.read_bytes() == whole
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(tmp_path))
        await voice.say("欢迎", "zh", Speech.FIXED)
        with pytest.raises(KeeperAction, match="no-espeak-ng"):
            await voice.say("再见", "zh", Speech.FIXED)
    await voice.close()


@pytest.mark.parametrize("kind", [Speech.PASSING, Speech.PERSONAL])
async def test_what_is_not_for_everybody_is_never_kept(tmp_path: Path, kind: Speech) -> None:
    (tmp_path / "jack").write_text("1\n")
    voice = speaker(tmp_path, wav="sound", cache="cache", headset="jack")
    await voice.open()
    await voice.say("受理编号 7K3M", "zh", kind)
    await voice.close()
    assert len(list((tmp_path / "sound").iterdir())) == 1
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("says", ["0", "", "loud", None])
async def test_personal_words_are_spoken_into_a_headset_or_not_at_all(
    tmp_path: Path, says: str | None
) -> None:
    if says is not None:
        (tmp_path / "jack").write_text(says)
    voice = speaker(tmp_path, wav="sound", headset=None if says is None else "jack")
    await voice.open()
    assert voice.private is (False if says == "0" else None)
    with pytest.raises(ResidentAction, match="no-headset"):
        await voice.say("受理编号 7K3M", "zh", Speech.PERSONAL)
    assert voice.lost is None, "the speaker is well"
    assert not (tmp_path / "sound").exists()
    (tmp_path / "jack").write_text("1")
    if says is not None:
        await voice.say("受理编号 7K3M", "zh", Speech.PERSONAL)
        assert len(list((tmp_path / "sound").iterdir())) == 1
    await voice.close()


async def test_a_headset_that_is_pulled_silences_personal_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A player that plays for a minute is silenced the moment the jack says so."""
    (tmp_path / "jack").write_text("1")
    voice = speaker(tmp_path, wav="sound", headset="jack")
    await voice.open()
    player = tmp_path / "programs" / "aplay"
    player.parent.mkdir()
    player.write_text('#!/bin/sh\ncat > "$0.heard"\nexec sleep 60\n')
    player.chmod(0o755)
    monkeypatch.setenv("PATH", f"{player.parent}:{os.environ['PATH']}")
    voice.options = voice.options.model_copy(update={"wav": None})
    speaking = asyncio.create_task(voice.say("受理编号 7K3M", "zh", Speech.PERSONAL))
    async with asyncio.timeout(10):
        while not (heard := player.with_name("aplay.heard")).exists() or not heard.stat().st_size:
            await asyncio.sleep(0.01)
        (tmp_path / "jack").write_text("0")
        await speaking
    assert heard.read_bytes().startswith(b"RIFF")
    await voice.close()


async def test_the_next_visit_begins_as_loud_as_the_first(tmp_path: Path) -> None:
    voice = speaker(tmp_path, wav="sound", volume=50)
    await voice.open()
    for percent in (50, 150, None):
        if percent is None:
            voice.reset()
        else:
            voice.volume = percent
        await voice.say("欢迎", "zh")
    await voice.close()
    peaks = [loudest(path) for path in sorted((tmp_path / "sound").iterdir())]
    assert peaks[1] > 2 * peaks[0]
    assert peaks[2] == peaks[0]


def loudest(path: Path) -> int:
    with wave.open(str(path)) as sound:
        samples = array.array("h", sound.readframes(sound.getnframes()))
    return int(max(abs(sample) for sample in samples))


def test_the_switch_of_a_jack_is_asked_of_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """EVIOCGSW with three bytes: bit 2 is SW_HEADPHONE_INSERT. /dev/null stands in for the input device."""

    said = [0b100, 0b11]

    def ioctl(_descriptor: object, request: int, states: bytearray) -> int:
        assert request == 0x8003451B
        states[0] = said.pop(0)
        return 0

    assert plugged_in(Path("/dev/null")) is None, "a device without switches cannot tell"
    monkeypatch.setattr(fcntl, "ioctl", ioctl)
    assert [plugged_in(Path("/dev/null")) for _ in range(2)] == [True, False]


@given(st.binary(max_size=120), st.sampled_from([b"", b"RIFF\x00\x00\x00\x00WAVEfmt "]))
def test_what_a_program_gives_is_sound_or_it_is_refused(data: bytes, head: bytes) -> None:
    try:
        sound = whole(head + data)
    except NoSound:
        return
    with wave.open(io.BytesIO(at_volume(sound, 150))) as louder:
        assert louder.getnframes() == (len(head + data) - 44) // 2


@pytest.mark.skipif(any(Path("/dev/snd").glob("pcm*p")), reason="this machine has a sound card")
async def test_a_machine_without_sound_has_no_speaker(tmp_path: Path) -> None:
    voice = speaker(tmp_path)
    with pytest.raises(KeeperAction, match="no-sound-card"):
        await voice.open()
    assert voice.status.device is DeviceState.NO_DEVICE
