"""Speech by the real espeak-ng, into sound files: machines that test have no ears."""

from __future__ import annotations

import asyncio
import os
import wave
from pathlib import Path

import pytest

from config.settings import DeviceSettings
from devices.contract import Speaker
from devices.errors import KeeperAction
from devices.registry import build
from devices.status import DeviceState

LONG = "请把身份证放在感应区。" * 200

SLOW_PROGRAM = """#!/bin/sh
case "$1" in --version) exit 0 ;; esac
echo "$@" > "$0.arguments"
cat > "$0.heard"
exec sleep 60
"""


def speaker(base: Path, **options: object) -> Speaker:
    built = build("voice", DeviceSettings.model_validate({"driver": "espeak-ng", **options}), base)
    assert isinstance(built, Speaker)
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


@pytest.mark.skipif(any(Path("/dev/snd").glob("pcm*p")), reason="this machine has a sound card")
async def test_a_machine_without_sound_has_no_speaker(tmp_path: Path) -> None:
    voice = speaker(tmp_path)
    with pytest.raises(KeeperAction, match="no-sound-card"):
        await voice.open()
    assert voice.status.device is DeviceState.NO_DEVICE
