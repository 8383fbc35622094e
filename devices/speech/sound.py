"""Speech as sound: WAV in memory, its loudness, and a cache of texts that are the same for everybody."""

from __future__ import annotations

import hashlib
import io
import wave
from pathlib import Path

import numpy as np
import structlog

log = structlog.get_logger("yedeng.devices")

_HEADER_BYTES = 44


class NoSound(Exception):
    """What should be sound is none."""


def whole(streamed: bytes) -> bytes:
    """A WAV out of one that was written to a pipe, whose header could not know its length.

    Raises NoSound.
    """
    if not (streamed.startswith(b"RIFF") and streamed[8:12] == b"WAVE" and len(streamed) > _HEADER_BYTES):
        raise NoSound
    rate = int.from_bytes(streamed[24:28], "little")
    if not 4000 <= rate <= 192_000:
        raise NoSound
    samples = streamed[_HEADER_BYTES:]
    return _wav(np.frombuffer(samples[: len(samples) // 2 * 2], "<i2"), rate)


def at_volume(wav: bytes, percent: int) -> bytes:
    """The same sound, louder or softer; what would be too loud is cut off at the loudest."""
    if percent == 100:
        return wav
    with wave.open(io.BytesIO(wav)) as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
        rate = sound.getframerate()
    return _wav(np.clip(samples.astype(np.int32) * percent // 100, -32768, 32767).astype("<i2"), rate)


def _wav(samples: np.ndarray[tuple[int, ...], np.dtype[np.int16]], rate: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(samples.tobytes())
    return out.getvalue()


class Cache:
    """Rendered texts on disk. Only texts that name nobody may ever be put here.

    Args:
        folder: where they are kept; made when needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, *key: str) -> bytes | None:
        """What was rendered under this key; a damaged file is none."""
        try:
            kept = self._path(key).read_bytes()
        except OSError:
            return None
        try:
            with wave.open(io.BytesIO(kept)) as sound:
                return kept if sound.getnframes() else None
        except (wave.Error, EOFError):
            return None

    def put(self, wav: bytes, *key: str) -> None:
        """Keep a rendered text. A disk that takes nothing is no reason to be silent."""
        path = self._path(key)
        unfinished = path.with_suffix(".part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(wav)
            unfinished.replace(path)
        except OSError as error:
            log.warning("speaker.cache_not_kept", error=type(error).__name__)

    def _path(self, key: tuple[str, ...]) -> Path:
        return self._folder / f"{hashlib.sha256(chr(0).join(key).encode()).hexdigest()[:32]}.wav"
