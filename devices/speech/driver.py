"""Speech by espeak-ng and aplay, in child processes.

Texts go to a program's standard input: no shell, and no word of them in the process list. Sound goes to
another's: no word of it on a disk, but for texts that are the same for everybody.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from devices.contract import Speaker, Speech
from devices.errors import CompletionCode, KeeperAction, ResidentAction
from devices.speech.headset import plugged_in
from devices.speech.sound import Cache, NoSound, at_volume, whole
from devices.status import DeviceState, DeviceStatus, Fitness
from devices.worker import Turn

_SPEAKS = "espeak-ng"
_PLAYS = "aplay"
_VOICES = {"zh": "cmn", "en": "en-gb"}
_POLL = 0.05


class SpeechOptions(BaseModel):
    """How it sounds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words_per_minute: int = Field(default=150, ge=80, le=450, description="How fast it speaks.")
    volume: int = Field(
        default=100, ge=0, le=200, description="Loudness at the beginning of every visit; 100 is as rendered."
    )
    device: str = Field(
        default="default", min_length=1, description="ALSA device of the loudspeaker (aplay -L)."
    )
    headset: Path | None = Field(
        default=None,
        description="What tells that a headset is plugged in: an input device with the jack's switch, or "
        "a file that reads 0 or 1. Without it nothing personal is ever spoken. Relative to the site file.",
    )
    headset_device: str | None = Field(
        default=None, description="ALSA device of the headset, if it is another one than the loudspeaker's."
    )
    cache: Path | None = Field(
        default=None,
        description="Folder for rendered texts that are the same for everybody; relative to the site file.",
    )
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
    _hushed = False
    _version = ""

    def __init__(self, name: str, options: SpeechOptions, base: Path) -> None:
        super().__init__(name, options, base)
        self._volume = options.volume
        self._cache = Cache(base / options.cache) if options.cache else None

    @property
    def private(self) -> bool | None:
        """Whether only the one with the headset hears it."""
        return plugged_in(self.base / self.options.headset if self.options.headset else None)

    @property
    def volume(self) -> int:
        """Percent; 100 is as rendered."""
        return self._volume

    @volume.setter
    def volume(self, percent: int) -> None:
        self._volume = min(max(0, percent), 200)

    def reset(self) -> None:
        """Silent, and as loud as at first."""
        self.hush()
        self._volume = self.options.volume

    def hush(self) -> None:
        """Be silent now."""
        self._hushed = True
        child = self._child
        if child is not None:
            child.kill()

    def _open(self, turn: Turn) -> None:
        self._check(turn)

    def _close(self, _turn: Turn) -> None:
        self.hush()

    def _check(self, turn: Turn) -> DeviceStatus:
        program = _program(_SPEAKS, "no-espeak-ng")
        if self.options.wav is None:
            if not any(Path("/dev/snd").glob("pcm*p")):
                raise _missing("no-sound-card")
            _program(_PLAYS, "no-aplay")
        try:
            said = subprocess.run(
                [program, "--version"], check=True, capture_output=True, timeout=max(0.1, turn.remaining)
            )
        except (OSError, subprocess.SubprocessError):
            raise _missing("espeak-ng-fails") from None
        self._version = said.stdout.decode(errors="replace").partition("Data at")[0].strip()
        return DeviceStatus(DeviceState.ONLINE, fitness=Fitness.OK)

    def _say(self, turn: Turn, text: str, language: str, kind: Speech) -> None:
        self._hushed = False
        voice = _VOICES.get(language)
        if voice is None:
            raise KeeperAction(CompletionCode.UNSUPPORTED_DATA, "no-such-language")
        if kind is Speech.PERSONAL and not self.private:
            raise ResidentAction(CompletionCode.USER_ERROR, "no-headset")
        wav = self._rendered(turn, text, voice, kind)
        # Whoever has pulled the headset meanwhile has pulled it for this text, too.
        if kind is Speech.PERSONAL and not self.private:
            raise ResidentAction(CompletionCode.USER_ERROR, "no-headset")
        if wav is not None and not self._hushed:
            self._sound(turn, at_volume(wav, self._volume), kind)

    def _rendered(self, turn: Turn, text: str, voice: str, kind: Speech) -> bytes | None:
        """The text as sound; ``None`` when hushed before it was."""
        key = (self._version, voice, str(self.options.words_per_minute), text)
        cache = self._cache if kind is Speech.FIXED else None
        if cache is not None and (kept := cache.get(*key)) is not None:
            return kept
        speed = str(self.options.words_per_minute)
        program = _program(_SPEAKS, "no-espeak-ng")
        streamed = self._run_child(
            turn, [program, "-b", "1", "-v", voice, "-s", speed, "--stdin", "--stdout"], text.encode()
        )
        if streamed is None:
            return None
        try:
            wav = whole(streamed)
        except NoSound:
            raise _fails("espeak-ng-fails") from None
        if cache is not None:
            cache.put(wav, *key)
        return wav

    def _sound(self, turn: Turn, wav: bytes, kind: Speech) -> None:
        if self.options.wav is not None:
            self._sound_file().write_bytes(wav)
            return
        options = self.options
        device = options.device
        if options.headset_device is not None and self.private:
            device = options.headset_device
        program = _program(_PLAYS, "no-aplay")
        private = kind is Speech.PERSONAL
        self._run_child(turn, [program, "-q", "-D", device, "-"], wav, while_private=private)

    def _run_child(
        self, turn: Turn, command: list[str], given: bytes, *, while_private: bool = False
    ) -> bytes | None:
        """Give a program its input and take its output; ``None``: it was hushed."""
        child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._child = child
        rest: bytes | None = given
        out: bytes | None = None
        try:
            while out is None:
                try:
                    out, _ = child.communicate(rest, _POLL)
                except subprocess.TimeoutExpired:
                    rest = None
                    turn.check()
                    if while_private and not self.private:
                        self.hush()
        finally:
            self._child = None
            child.kill()
            child.communicate()
        if self._hushed:
            return None
        if child.returncode:
            raise _fails(f"{Path(command[0]).name}-fails")
        return out

    def _sound_file(self) -> Path:
        folder = self.base / (self.options.wav or "")
        folder.mkdir(parents=True, exist_ok=True)
        last = max((int(path.stem) for path in folder.glob("[0-9]*.wav") if path.stem.isdecimal()), default=0)
        return folder / f"{last + 1:04d}.wav"


def _program(name: str, otherwise: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise _missing(otherwise)
    return found


def _missing(detail: str) -> KeeperAction:
    return KeeperAction(CompletionCode.DEVICE_NOT_READY, detail, state=DeviceState.NO_DEVICE)


def _fails(detail: str) -> KeeperAction:
    return KeeperAction(CompletionCode.HARDWARE_ERROR, detail, state=DeviceState.HARDWARE_ERROR)
