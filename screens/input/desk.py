"""What a visit writes with: the methods there are, the one that was chosen, and the engine behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import structlog

if TYPE_CHECKING:
    from screens.input.engine import Answered, Engine
    from screens.input.messages import Question, Ready

log = structlog.get_logger(__name__)

#: What set-up compiles for pinyin, and the model of handwriting.
COMPILED: Final = Path(__file__).resolve().parents[2] / "assets" / "build" / "input"
MODEL: Final = Path("/usr/share/tegaki/models/zinnia/handwriting-zh_CN.model")

Method = Literal["pinyin", "hand", "letters"]
#: The order in which the methods stand in the switch; the first is the one a page begins with.
ORDER: Final[dict[str, tuple[Method, ...]]] = {
    "zh": ("pinyin", "hand", "letters"),
    "en": ("letters", "pinyin", "hand"),
}


def installed() -> set[Method]:
    """What set-up has made ready; whether its library can be loaded, the engine says once it has started."""
    there: set[Method] = set()
    if (COMPILED / "build").is_dir():
        there.add("pinyin")
    if MODEL.is_file():
        there.add("hand")
    return there


def _engine(ready: Callable[[Ready], None], gave_up: Callable[[], None]) -> Engine:
    from screens.input.engine import Engine  # not before the first page that is written on

    return Engine(ready, gave_up)


class Desk:
    """Kept by the stage for as long as the kiosk runs; ``wipe`` ends what belongs to a visit.

    ``changed`` is called when a method falls away, so that the page is drawn anew.
    """

    def __init__(
        self,
        changed: Callable[[], None] = lambda: None,
        *,
        installed: Iterable[Method] = (),
        engine: Callable[[Callable[[Ready], None], Callable[[], None]], Engine] = _engine,
    ) -> None:
        self._changed = changed
        self._there: set[Method] = {"letters", *installed}
        self._lost: set[Method] = set()
        self._chosen: Method | None = None
        self._make = engine
        self._engine: Engine | None = None

    def methods(self, language: str) -> tuple[Method, ...]:
        """The methods that work here, in the order of the switch."""
        return tuple(method for method in ORDER[language] if method in self._there - self._lost)

    def method(self, language: str) -> Method:
        """The method of this visit: the one that was chosen, else the first of the language."""
        methods = self.methods(language)
        return self._chosen if self._chosen in methods else methods[0]

    def choose(self, method: Method) -> None:
        """Write with this method from now on, until the visit ends."""
        self._chosen = method

    def ask(self, question: Question, answered: Answered) -> None:
        """Ask the engine; see ``Engine.ask``."""
        self._made().ask(question, answered)

    def open(self) -> None:
        """A page is written on: have the engine ready for the first key."""
        if self._there - self._lost != {"letters"}:
            self._made().start()

    def wipe(self, *, person_stays: bool = False) -> None:
        """End of a visit: the process that saw what was written ends, and with it its memory."""
        if self._engine is not None:
            self._engine.stop()
        self._lost.clear()
        if not person_stays:
            self._chosen = None

    @property
    def pid(self) -> int | None:
        """The engine's process, while there is one; for tests and figures."""
        return self._engine.pid if self._engine is not None else None

    def _made(self) -> Engine:
        if self._engine is None:
            self._engine = self._make(self._ready, self._gave_up)
        return self._engine

    def _ready(self, ready: Ready) -> None:
        problems: dict[Method, str] = {"pinyin": ready.pinyin, "hand": ready.hand}
        for method, problem in problems.items():
            if problem and method in self._there:
                log.warning("input.missing", method=method, problem=problem)
                self._there.discard(method)
                self._changed()

    def _gave_up(self) -> None:
        self._lost = {"pinyin", "hand"}
        self._changed()
