"""Speech by espeak-ng, in a child process of its own.

The text goes to the program's standard input: no shell, and no word of it in the process list.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from devices.contract import Speaker
from devices.errors import CompletionCode, KeeperAction
from devices.status import DeviceState, DeviceStatus, Fitness
from devices.worker import Turn

_PROGRAM = "espeak-ng"
_VOICES = {"zh": "cmn", "en": "en-gb"}
_POLL = 0.05


class SpeechOptions(BaseModel):
    """How it sounds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words_per_minute: int = Field(default=150, ge=80, le=450, description="How fast it speaks.")
    volume: int = Field(default=100, ge=0, le=200, description="Loudness; 100 is the program's own.")
    wav: Path | None = Field(
        default=None,
        description="Folder for sound files instead of sound, for machines that have none; "
        "relative to the site file.",
    )


class EspeakSpeaker(Speaker):
    """Mandarin and English by espeak-ng."""

    driver: ClassVar[str] = "espeak-ng"
    Options = SpeechOptions
    options: SpeechOptions
    _child: subprocess.Popen[bytes] | None = None

    def hush(self) -> None:
        """Be silent now."""
        child = self._child
        if child is not None:
            child.kill()

    def _open(self, turn: Turn) -> None:
        self._check(turn)

    def _close(self, _turn: Turn) -> None:
        self.hush()

    def _check(self, turn: Turn) -> DeviceStatus:
        program = shutil.which(_PROGRAM)
        if program is None:
            raise _missing("no-espeak-ng")
        if self.options.wav is None and not any(Path("/dev/snd").glob("pcm*p")):
            raise _missing("no-sound-card")
        try:
            subprocess.run(
                [program, "--version"], check=True, capture_output=True, timeout=max(0.1, turn.remaining)
            )
        except (OSError, subprocess.SubprocessError):
            raise _missing("espeak-ng-fails") from None
        return DeviceStatus(DeviceState.ONLINE, fitness=Fitness.OK)

    def _say(self, turn: Turn, text: str, language: str) -> None:
        voice = _VOICES.get(language)
        if voice is None:
            raise KeeperAction(CompletionCode.UNSUPPORTED_DATA, "no-such-language")
        child = self._start(voice, text.encode())
        try:
            while child.poll() is None:
                turn.pause(_POLL)
        finally:
            self._child = None
            child.kill()
            child.wait()
        if child.returncode > 0:  # below zero: hushed
            raise KeeperAction(
                CompletionCode.HARDWARE_ERROR, "espeak-ng-fails", state=DeviceState.HARDWARE_ERROR
            )

    def _start(self, voice: str, text: bytes) -> subprocess.Popen[bytes]:
        program = shutil.which(_PROGRAM)
        if program is None:
            raise _missing("no-espeak-ng")
        options = self.options
        command = [
            program,
            "-b",
            "1",
            "-v",
            voice,
            "-s",
            str(options.words_per_minute),
            "-a",
            str(options.volume),
        ]
        if options.wav is not None:
            command += ["-w", str(self._sound_file())]
        child = subprocess.Popen(
            [*command, "--stdin"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._child = child
        if child.stdin is not None:
            with contextlib.suppress(BrokenPipeError), child.stdin as words:  # hushed before it had heard all
                words.write(text)
        return child

    def _sound_file(self) -> Path:
        folder = self.base / (self.options.wav or "")
        folder.mkdir(parents=True, exist_ok=True)
        last = max((int(path.stem) for path in folder.glob("[0-9]*.wav") if path.stem.isdecimal()), default=0)
        return folder / f"{last + 1:04d}.wav"


def _missing(detail: str) -> KeeperAction:
    return KeeperAction(CompletionCode.DEVICE_NOT_READY, detail, state=DeviceState.NO_DEVICE)
