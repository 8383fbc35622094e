"""A scripted resident, the stage of tests: answers pages in its script's order, remembers what it saw."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from kiosk.pages import Answer, Page
from kiosk.stage import Language, Wish
from kiosk.text import Sayable, Text

Move = str | Answer | Wish | Callable[[Page], "str | Answer | None"] | None


@dataclass(frozen=True)
class On:
    """On the page of this name, do that: an answer, a wish, something with the hands, or nothing (walk away).

    What the hands do (a callable) may end in an answer; without one the page goes on waiting.
    """

    page: str
    do: Move


class ScriptedResident:
    """Implements ``kiosk.stage.Stage``. A page that the script does not name next is looked at for ever."""

    def __init__(self, *script: On, language: Language = "zh", elder: bool = False) -> None:
        self.script = deque(script)
        self.seen: list[Page] = []
        self.up: list[Page] = []
        self.alerts = 0
        self.wipes = 0
        self.language: Language = language
        self._elder = elder
        self._wishes: asyncio.Queue[Wish] = asyncio.Queue()
        self._uncovered = asyncio.Event()
        self._touched = 0.0

    @property
    def names(self) -> list[str]:
        """Names of the pages seen, in order."""
        return [page.name for page in self.seen]

    async def show(self, page: Page) -> Answer:
        self.seen.append(page)
        self.up.append(page)
        self._touch()
        try:
            while True:
                answer = self._react(page)
                if answer is not None:
                    # A person takes a moment; whatever works alongside gets its turn first.
                    await asyncio.sleep(0)
                    return answer
                self._uncovered.clear()
                await self._uncovered.wait()
                await asyncio.sleep(0.01)  # a person takes a moment to see what is there now
        finally:
            self.up.remove(page)
            self._uncovered.set()

    def _react(self, page: Page) -> Answer | None:
        if (
            self.up[-1] is not page
            or not self.script
            or self.script[0].page != page.name
            or self.script[0].do is None
        ):
            return None
        do = self.script.popleft().do
        self._touch()
        if isinstance(do, Wish):
            self._wishes.put_nowait(do)
            return None
        if callable(do):
            do = do(page)
        if do is None:
            return None
        return do if isinstance(do, Answer) else Answer(do)

    def _touch(self) -> None:
        self._touched = asyncio.get_running_loop().time()

    async def wish(self) -> Wish:
        return await self._wishes.get()

    def idle_seconds(self) -> float:
        return asyncio.get_running_loop().time() - self._touched

    def is_elder(self) -> bool:
        return self._elder

    def say(self, words: Sayable) -> str:
        if isinstance(words, str):
            return words
        if isinstance(words, Text):
            return words.key + "".join(
                f"|{self.say(value)}" for value in words.values.values() if isinstance(value, str | Text)
            )
        return words.en if self.language == "en" else words.zh

    def alert(self) -> None:
        self.alerts += 1

    def wipe(self, *, person_stays: bool = False) -> None:
        self.wipes += 1
