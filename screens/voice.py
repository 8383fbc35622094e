"""Reading pages aloud: one text at a time, silent at once when hushed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from devices.errors import DeviceError, ResidentAction
from devices.speech.kind import Speech
from screens.passages import Passage

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

    def read(self, several: Sequence[Passage], language: str, begun: Callable[[str], None]) -> None:
        """Read this instead of whatever is being read.

        ``begun`` is called with the section of each passage as it begins, and with "" when all is said.
        """
        self.hush()
        if self._speaker is not None:
            speaking = self._say(self._speaker, several, language, begun)
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

    async def _say(
        self, speaker: Speaker, several: Sequence[Passage], language: str, begun: Callable[[str], None]
    ) -> None:
        task = asyncio.current_task()
        try:
            for passage in several:
                begun(passage.section)
                await speaker.say(passage.words, language, passage.kind)
            begun("")
        except ResidentAction:
            return  # the headset was pulled: the rest is for nobody else
        except DeviceError as error:
            _log.warning("speech.failed", code=str(error.completion_code))
            self._failed()
        finally:
            if self._task is task:
                self._task = None
