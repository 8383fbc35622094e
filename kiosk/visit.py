"""One resident's visit: everything that happens around a journey, handled once.

A journey is a coroutine that shows pages and waits. Going back, help, "could not get it done", the idle
warning, "take your card" and the apology when something breaks are here, so that no journey mentions them.

**Going back is replay.** A visit remembers what every page was answered. "Back" cancels the journey, drops
the last answer and runs the journey again from its start; pages still answered return at once without being
shown. A journey therefore must do everything that has an effect through ``show``, ``show_while`` or ``once``
(decision 003).

**Everything personal belongs to the visit.** When it ends, in whichever way, answers, applicant and pictures
are dropped and the stage wipes what it holds.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar, cast

import structlog

from kiosk.pages import CLOSE, Action, Answer, Ask, ChooseSeveral, Done, Idle, Notice, Page, StillThere
from kiosk.stage import Stage, Wish
from kiosk.text import Sayable, text

if TYPE_CHECKING:
    from kiosk.house import Kiosk
    from kiosk.wire import Applicant
    from kiosk.wire.counts import How

log = structlog.get_logger(__name__)
R = TypeVar("R")


class Ending(Enum):
    """How a visit ended; counted, never with anything personal."""

    DONE = "done"
    LEFT = "left"
    IDLE = "idle"
    FAILED = "failed"
    CANCELLED = "cancelled"


class WentBack(BaseException):
    """The resident wants the page before this one. Not an ``Exception``: no journey catches it by chance."""


class Left(BaseException):
    """The visit is over: the resident left, or nobody is there any more."""

    def __init__(self, how: Ending) -> None:
        super().__init__(how.value)
        self.how = how


@dataclass
class _Remembered:
    """What one step of the journey came to. ``passing`` steps are not stops on the way back."""

    name: str
    outcome: Any = field(repr=False)
    passing: bool


@dataclass(frozen=True)
class Aside:
    """What the house does around any journey; ``kiosk.asides`` fills it, tests may leave parts out.

    ``help`` and ``could_not`` are shown over the page they were asked on; ``farewell`` runs after the wipe
    ("take your card").
    """

    help: Callable[[Visit, Page], Awaitable[None]]
    could_not: Callable[[Visit, Page], Awaitable[None]]
    farewell: Callable[[Visit], Awaitable[None]]


class Visit:
    """One resident at the kiosk, from the first touch to the wipe."""

    def __init__(self, kiosk: Kiosk, stage: Stage) -> None:
        self.kiosk = kiosk
        self.stage = stage
        self.journey = "home"
        self.applicant: Applicant | None = None
        self.filed: Sayable | None = None
        self.rated: set[object] = set()
        self._aside = kiosk.aside
        self._idle = kiosk.site.visit
        self._history: list[_Remembered] = []
        self._replay: deque[_Remembered] = deque()
        self._drafts: dict[str, str] = {}
        self._beside = False
        self._pages = 0
        self._done = False

    async def run(self, journey: Callable[[Visit], Coroutine[Any, Any, None]]) -> Ending:
        """Carry one resident through ``journey``; whatever happens, nothing personal is left afterwards."""
        started = time.monotonic()
        how = Ending.CANCELLED
        try:
            how = await self._carry(journey)
            # Who walks away from the last page has what they came for.
            self.count(Ending.DONE if self._done else how)
        finally:
            self.kiosk.counts.keep()
            self.wipe()
            log.info(
                "visit.ended",
                how=how.value,
                journey=self.journey,
                pages=self._pages,
                seconds=round(time.monotonic() - started, 1),
            )
        await self._aside.farewell(self)
        return how

    async def _carry(self, journey: Callable[[Visit], Coroutine[Any, Any, None]]) -> Ending:
        while True:
            self._replay = deque(self._history)
            self.journey = "home"  # until it runs again to where it was
            try:
                await journey(self)
            except WentBack:
                self._drop_last_step()
            except Left as left:
                return left.how
            except Exception as error:  # noqa: BLE001 the one place where any fault becomes an apology
                _log_without_values(error)
                await self._apologise()
                return Ending.FAILED
            else:
                return Ending.DONE

    async def show(self, page: Page, *, passing: bool = False) -> Answer:
        """Show a page and wait for its answer.

        ``passing`` pages (a card to lay down, something to wait for) are not stops when going back.
        """
        outcome = await self._step(page.name, lambda: self._attend(page, None), passing=passing)
        assert isinstance(outcome, Answer)
        return outcome

    async def show_while(self, page: Page, work: Callable[[], Coroutine[Any, Any, R]]) -> Answer | R:
        """Show a page while ``work`` is under way; returns whichever comes first and stops the other.

        Raises what ``work`` raises. Such a page is always a passing one.
        """
        return await self._step(page.name, lambda: self._attend(page, work), passing=True)

    async def once(self, name: str, work: Callable[[], Awaitable[R]]) -> R:
        """Do something that must not happen again when the journey is replayed."""
        return await self._step(name, work, passing=True)

    def forget(self, page: str) -> None:
        """What was answered last on a page, and whatever came after it, is no stop on the way back."""
        while self._history.pop().name != page:
            pass

    def no_way_back(self) -> None:
        """From here on the past cannot be changed (it was filed): no page offers "back" across this."""
        for step in self._history:
            step.passing = True

    def wipe(self) -> None:
        """Drop everything personal: answers, drafts, and whatever the stage still holds."""
        self._history.clear()
        self._replay.clear()
        self._drafts.clear()
        self.applicant = None
        self.filed = None
        self.rated.clear()
        self.stage.wipe(person_stays=True)

    async def _step(self, name: str, do: Callable[[], Awaitable[R]], *, passing: bool) -> R:
        if self._replay:
            if step := self._replayed(name):
                outcome: R = step.outcome
                return outcome
            # The way through the journey has changed: what lay further along the old way is void.
            del self._history[len(self._history) - len(self._replay) :]
            self._replay.clear()
        outcome = await do()
        self._history.append(_Remembered(name, outcome, passing))
        return outcome

    def _replayed(self, name: str) -> _Remembered | None:
        """The next remembered step, if it is this one; steps that only passed may be missing now."""
        for n, step in enumerate(self._replay):
            if step.name == name:
                for _ in range(n + 1):
                    self._replay.popleft()
                return step
            if not step.passing:
                break
        return None

    def _drop_last_step(self) -> None:
        while self._history and self._history[-1].passing:
            self._history.pop()
        if self._history:
            step = self._history.pop()
            if isinstance(step.outcome, Answer):
                self._drafts[step.name] = step.outcome.value

    def _can_go_back(self) -> bool:
        return any(not step.passing for step in self._history)

    def count(self, how: How | Ending, page: Page | None = None) -> None:
        """Count what happened on ``page``, or to the whole visit; nothing of who it was."""
        what = cast("How", how.value) if isinstance(how, Ending) else how
        name, elder = page.name if page else None, self.stage.is_elder()
        self.kiosk.counts.happened(what, self.journey, name, self.stage.language, elder=elder)

    async def _attend(self, page: Page, work: Callable[[], Coroutine[Any, Any, R]] | None) -> Any:
        """Show ``page`` until it is left, and count how; what is shown beside the journey is not counted."""
        self._pages += 1
        self._done = isinstance(page, Done)
        beside = self._beside
        how: How | Ending | None = None
        try:
            outcome = await self._until_left(page, work)
            how = "forward"
        except WentBack:
            how = "back"
            raise
        except Left as left:
            how = left.how
            raise
        except Exception:
            how = "forward"  # the work of the page failed: what that means its journey knows
            raise
        finally:
            if how is not None and not beside:
                self.count(how, page)
        return outcome

    async def _until_left(self, page: Page, work: Callable[[], Coroutine[Any, Any, R]] | None) -> Any:
        """Show ``page`` until it is answered or ``work`` is done; meanwhile grant wishes, notice idleness."""
        busy = isinstance(page, Notice) and page.waiting
        closes = page.main is not None and page.main.id == CLOSE
        page = replace(page, back=not busy and not closes and (self._beside or self._can_go_back()))
        if isinstance(page, Ask | ChooseSeveral) and page.name in self._drafts and not page.draft:
            page = replace(page, draft=self._drafts[page.name])
        shown: asyncio.Task[Any] = asyncio.create_task(self.stage.show(page))
        awaited = {shown} if work is None else {shown, asyncio.create_task(work())}
        try:
            while True:
                wish = asyncio.create_task(self.stage.wish())
                try:
                    done, _ = await asyncio.wait(
                        {*awaited, wish}, timeout=self._patience(page), return_when=asyncio.FIRST_COMPLETED
                    )
                finally:
                    await _cancel({wish})
                if settled := awaited & done:
                    return (settled - {shown} or settled).pop().result()
                if wish in done:
                    await self._grant(wish.result(), page)
                elif self.stage.idle_seconds() >= self._limit(page):
                    await self._ask_whether_still_there()
        finally:
            await _cancel(awaited)

    def _limit(self, page: Page) -> float:
        if page.idle is Idle.NEVER:
            return float("inf")
        limit: float = getattr(self._idle, page.idle.value)
        return limit * (self._idle.elder_factor if self.stage.is_elder() else 1)

    def _patience(self, page: Page) -> float | None:
        limit = self._limit(page)
        return None if limit == float("inf") else max(0.0, limit - self.stage.idle_seconds())

    async def _grant(self, wish: Wish, page: Page) -> None:
        if isinstance(page, Notice) and page.waiting:
            return
        if wish is Wish.LEAVE:
            raise Left(Ending.LEFT)
        if wish is Wish.BACK:
            if page.back:
                raise WentBack
        elif not self._beside:  # help asked for on the help page is the page already shown
            self.count("help" if wish is Wish.HELP else "could-not", page)
            await self.beside(self._aside.help if wish is Wish.HELP else self._aside.could_not, page)

    async def beside(self, what: Callable[[Visit, Page], Awaitable[None]], page: Page) -> None:
        """Do something beside the journey, over the page shown now; going back there returns to this page."""
        self._beside = True
        history, self._history, replay, self._replay = self._history, [], self._replay, deque()
        try:
            await what(self, page)
        except WentBack:
            pass
        finally:
            self._beside, self._history, self._replay = False, history, replay

    async def _ask_whether_still_there(self) -> None:
        seconds = self._idle.warning * (self._idle.elder_factor if self.stage.is_elder() else 1)
        self.stage.alert()
        try:
            answer = await asyncio.wait_for(self.stage.show(StillThere(seconds=seconds)), seconds)
        except TimeoutError:
            raise Left(Ending.IDLE) from None
        if answer.id == "finish":
            raise Left(Ending.LEFT)

    async def _apologise(self) -> None:
        """The failsafe page: what happened, what was kept, what to do next."""
        kept = text("failsafe.kept", number=self.filed) if self.filed else text("failsafe.nothing-sent")
        page = Notice(
            name="failsafe",
            title=text("failsafe.title"),
            lines=(kept, text("failsafe.next")),
            tone="bad",
            picture="out-of-service",
            main=Action("finish", text("action.finish"), "home"),
            idle=Idle.DONE,
        )
        self._history.clear()
        try:
            await self._attend(page, None)
        except (WentBack, Left):
            return


async def _cancel(tasks: set[asyncio.Task[Any]]) -> None:
    """Cancel tasks and see them end, so that nothing they hold outlives the page."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _log_without_values(error: BaseException) -> None:
    """Log where a fault arose; never its message or locals, which may hold what a resident entered."""
    place, trace = "", error.__traceback__
    while trace is not None:
        place, trace = (
            f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}",
            trace.tb_next,
        )
    log.error("visit.failed", error=type(error).__name__, at=place)
