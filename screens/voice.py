"""Reading pages aloud: one text at a time, silent at once when hushed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

import structlog

from devices.errors import DeviceError, ResidentAction
from devices.speech.kind import Speech

_log = structlog.get_logger(__name__)


class Speaker(Protocol):
    """Reads aloud; ``devices.contract.Speaker`` is one."""

    @property
    def private(self) -> bool | None:
        """Whether only the resident hears it; ``None``: nobody can tell."""

    async def say(self, text: str, language: str, kind: Speech) -> None:
        """Return when the text has been spoken or hushed."""

    def hush(self) -> None:
        """Be silent now."""

    def reset(self) -> None:
        """Be silent, and as loud as at the beginning of a visit."""


class Voice:
    """The voice of one stage; silent without a speaker. ``failed`` is called when the speaker fails."""

    def __init__(self, speaker: Speaker | None, failed: Callable[[], None]) -> None:
        self._speaker = speaker
        self._failed = failed
        self._task: asyncio.Task[None] | None = None

    @property
    def available(self) -> bool:
        """Whether there is a speaker."""
        return self._speaker is not None

    def use(self, speaker: Speaker | None) -> None:
        """Speak through this speaker from now on."""
        self.hush()
        self._speaker = speaker

    @property
    def speaking(self) -> bool:
        """Whether something is being read."""
        return self._task is not None

    @property
    def private(self) -> bool:
        """Whether a headset is known to be plugged in."""
        return self._speaker is not None and self._speaker.private is True

    def read(self, words: str, language: str, kind: Speech) -> None:
        """Read this instead of whatever is being read."""
        self.hush()
        if self._speaker is not None:
            speaking = self._say(self._speaker, words, language, kind)
            self._task = asyncio.get_running_loop().create_task(speaking)

    def reset(self) -> None:
        """The end of a visit: silent, and as loud as at first for the next one."""
        self.hush()
        if self._speaker is not None:
            self._speaker.reset()

    def hush(self) -> None:
        """Be silent now."""
        if self._task is not None and self._speaker is not None:
            self._task.cancel()
            self._task = None
            self._speaker.hush()

    async def _say(self, speaker: Speaker, words: str, language: str, kind: Speech) -> None:
        task = asyncio.current_task()
        try:
            await speaker.say(words, language, kind)
        except ResidentAction:
            return  # the headset was pulled: the rest is for nobody else
        except DeviceError as error:
            _log.warning("speech.failed", code=str(error.completion_code))
            self._failed()
        finally:
            if self._task is task:
                self._task = None
