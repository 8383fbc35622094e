"""The pages of a visit: what to show and which answers are possible.

A page is a frozen value: text keys, values and actions, never a widget. A ``Stage`` draws it and answers.
There are few kinds, used everywhere. Everything a resident entered or a chip said is kept out of reprs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Literal, Protocol

from kiosk.text import Sayable, text

Tone = Literal["ok", "warn", "bad", "quiet"]

#: Id of a main action that itself leads back to where the resident was; such a page needs no second way back.
CLOSE = "close"


class Idle(Enum):
    """How long a page may lie untouched before we ask whether anybody is there (UX.md 1.4)."""

    READING = "reading"
    FORM = "form"
    PRIVATE = "private"
    DONE = "done"
    NEVER = "never"


@dataclass(frozen=True)
class Answer:
    """What the resident did: the ``id`` of an action, choice or row, and the ``value`` entered, if any."""

    id: str
    value: str = field(default="", repr=False)


@dataclass(frozen=True)
class Action:
    """A button. ``enabled=False`` shows it with its reason in the text, and it does not answer."""

    id: str
    text: Sayable
    icon: str | None = None
    enabled: bool = True


@dataclass(frozen=True)
class Chip:
    """A truth chip: what holds now, in words, with a tone (never colour alone)."""

    text: Sayable
    tone: Tone = "quiet"


@dataclass(frozen=True)
class Choice:
    """One tile or row that can be chosen."""

    id: str
    title: Sayable
    note: Sayable | None = None
    icon: str | None = None
    chip: Chip | None = None


@dataclass(frozen=True)
class Step:
    """Where in a journey a page stands: "第 n 步，共 of 步", after the journey's short name."""

    journey: Sayable
    n: int
    of: int


@dataclass(frozen=True)
class Rating:
    """How it went, asked at the end: voluntary, nothing chosen before. Once said, no ``choices`` are left."""

    title: Sayable
    note: Sayable | None = None
    choices: tuple[Choice, ...] = ()

    def spoken(self) -> tuple[Sayable, ...]:
        """The question, then what can be said."""
        return tuple(part for part in (self.title, self.note, *(one.title for one in self.choices)) if part)


@dataclass(frozen=True, kw_only=True)
class Page:
    """What every page has.

    ``name`` is the page's own name in ASCII: it tells pages apart in tests, pictures and counters and never
    holds anything about a resident. ``back`` is filled in by the visit. ``rating`` is drawn by ``Done``,
    ``Notice`` and ``ReadGuide`` below everything else; its choices answer with their id.
    """

    name: str
    title: Sayable = ""
    note: Sayable | None = None
    step: Step | None = None
    main: Action | None = None
    others: tuple[Action, ...] = ()
    back: bool = False
    private: bool = False
    idle: Idle = Idle.FORM
    rating: Rating | None = None

    def spoken(self) -> tuple[Sayable, ...]:
        """What is read aloud, in order."""
        return tuple(part for part in (self.title, self.note) if part)

    def whispered(self) -> tuple[Sayable, ...]:
        """What is read besides, but into a headset only: it is this resident's own."""
        return ()


@dataclass(frozen=True, kw_only=True)
class Attract(Page):
    """Nobody is here: the lamp, one sentence, what can be done at this hour. Any touch answers ``start``."""

    name: str = "attract"
    title: Sayable = field(default_factory=lambda: text("attract.title"))
    note: Sayable | None = field(default_factory=lambda: text("attract.note"))
    idle: Idle = Idle.NEVER
    chips: tuple[Chip, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OutOfService(Page):
    """The kiosk cannot serve: why, since when, where else. Nothing answers; the journey ends it."""

    idle: Idle = Idle.NEVER
    lines: tuple[Sayable, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Home(Page):
    """The first page: a search field (answers ``find``), at most eight tiles, often used items as rows."""

    idle: Idle = Idle.READING
    prompt: Sayable
    tiles: tuple[Choice, ...]
    often_title: Sayable = ""
    often: tuple[Choice, ...] = ()

    def __post_init__(self) -> None:
        if len(self.tiles) > 8:
            raise ValueError("a home page holds at most eight tiles")

    def spoken(self) -> tuple[Sayable, ...]:
        """The greeting, then the tiles."""
        return (self.title, *(tile.title for tile in self.tiles))


@dataclass(frozen=True, kw_only=True)
class Find(Page):
    """Search as one types. ``find`` maps what was typed to the best choices; answers with a choice's id.

    ``meant`` says how what was typed was understood, if it was not taken as it stands.
    """

    idle: Idle = Idle.READING
    prompt: Sayable
    find: Callable[[str], tuple[Choice, ...]]
    meant: Callable[[str], Sayable | None] = lambda _: None
    nothing: Sayable
    draft: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Choose(Page):
    """Choose one of several; answers with a choice's id. ``columns`` is a wish, elder mode shows one."""

    idle: Idle = Idle.READING
    choices: tuple[Choice, ...]
    columns: int = 1


@dataclass(frozen=True, kw_only=True)
class ChooseSeveral(Page):
    """Choose any number of them, none included; answers ``Answer("enter", ids)`` with spaces between."""

    choices: tuple[Choice, ...]
    draft: str = field(default="", repr=False)

    def spoken(self) -> tuple[Sayable, ...]:
        """The question, then everything that can be chosen."""
        return tuple(part for part in (self.title, self.note, *(one.title for one in self.choices)) if part)


@dataclass(frozen=True)
class GuideRow:
    """One row of a guide's section: a material, a step, a fact, a question with its answer.

    ``picture`` is an icon's name, ``card`` a drawn picture to be shown large instead; ``n`` numbers a step.
    ``action`` shows more of it.
    """

    title: Sayable
    note: Sayable | None = None
    picture: str | None = None
    n: int | None = None
    chip: Chip | None = None
    card: Path | None = None
    action: Action | None = None


@dataclass(frozen=True)
class GuideSection:
    """One part of a guide, the same ``id`` in every rendering, so that switching keeps the place."""

    id: str
    title: Sayable
    paragraphs: tuple[Sayable, ...] = ()
    rows: tuple[GuideRow, ...] = ()


@dataclass(frozen=True)
class GuideVideo:
    """A video of the steps: its file, and the words of each of its chapters, the title's first."""

    file: Path
    captions: tuple[Sayable, ...]


@dataclass(frozen=True)
class GuideRendering:
    """One form of a guide: ``plain``, ``illustrated`` or ``video``, whose steps are a film."""

    id: Literal["plain", "illustrated", "video"]
    title: Sayable
    sections: tuple[GuideSection, ...]
    video: GuideVideo | None = None


@dataclass(frozen=True, kw_only=True)
class ReadGuide(Page):
    """A guide to read: chips of truth in view, one switch between renderings that keeps the place.

    ``links`` are other guides that people need with it; they answer with their id.
    """

    idle: Idle = Idle.READING
    chips: tuple[Chip, ...]
    renderings: tuple[GuideRendering, ...]
    source: Sayable = ""
    links_title: Sayable = ""
    links: tuple[Choice, ...] = ()

    def spoken(self) -> tuple[Sayable, ...]:
        """The title and the plain rendering, section by section."""
        parts: list[Sayable] = [self.title]
        for section in self.renderings[0].sections:
            parts += [section.title, *section.paragraphs]
            parts += [part for row in section.rows for part in (row.title, row.note) if part]
        return tuple(parts)


@dataclass(frozen=True, kw_only=True)
class ShowPaper(Page):
    """A page of paper to look at closely; ``picture`` is its file. Nothing on it is a resident's own."""

    idle: Idle = Idle.READING
    picture: Path


@dataclass(frozen=True, kw_only=True)
class MarkMaterials(Page):
    """Each material with one switch: have it, have not, do not know what it is.

    Answers ``Answer("enter", marks)`` where marks are ``id=mark`` with spaces between; who marks nothing
    answers with nothing.
    """

    idle: Idle = Idle.READING
    materials: tuple[Choice, ...]
    marks: tuple[Choice, ...]

    def spoken(self) -> tuple[Sayable, ...]:
        """The question, then every material with what is known of it."""
        told = [part for one in self.materials for part in (one.title, one.note) if part]
        return (self.title, *((self.note,) if self.note else ()), *told)


@dataclass(frozen=True, kw_only=True)
class PresentCard(Page):
    """Put a card on the reader. Answered by the reader, which works alongside, or by another action."""

    card: Literal["id-card", "social-card"]
    problem: Sayable | None = None

    def spoken(self) -> tuple[Sayable, ...]:
        """What to do, after what went wrong."""
        return tuple(part for part in (self.problem, self.title, self.note) if part)


@dataclass(frozen=True, kw_only=True)
class Ask(Page):
    """One question. Answers ``Answer("enter", value)`` or, for a choice, with the choice's id as value."""

    private: bool = True
    idle: Idle = Idle.PRIVATE
    kind: Literal["text", "code", "digits", "phone", "date", "choice"]
    choices: tuple[Choice, ...] = ()
    hint: Sayable | None = None
    problem: Sayable | None = None
    longest: int = 40
    draft: str = field(default="", repr=False)

    def spoken(self) -> tuple[Sayable, ...]:
        """The question, after what was wrong with the last answer; never what was entered."""
        return tuple(part for part in (self.problem, self.title, self.hint) if part)


class Frame(Protocol):
    """A camera picture, rows from the top."""

    @property
    def number(self) -> int:
        """Counts up with every new picture."""
        ...

    @property
    def width(self) -> int:
        """Pixels in a row."""
        ...

    @property
    def height(self) -> int:
        """Number of rows."""
        ...

    def rgb_bytes(self) -> bytes:
        """The picture as height x width x 3 bytes."""
        ...


@dataclass(frozen=True)
class Glimpse:
    """What the camera sees now: the frame and the outline of the page in it.

    ``outline`` holds four corners as fractions of width and height from the top left, or None.
    """

    frame: Frame = field(repr=False)
    outline: tuple[tuple[float, float], ...] | None


@dataclass(frozen=True, kw_only=True)
class CaptureDocument(Page):
    """Lay a document under the camera; a live picture with the page's outline; ``main`` takes the photo."""

    private: bool = True
    idle: Idle = Idle.PRIVATE
    look: Callable[[], Glimpse | None] = field(repr=False)
    problem: Sayable | None = None


@dataclass(frozen=True, kw_only=True)
class ReviewCapture(Page):
    """The photo just taken: keep it or take it again. ``picture`` is JPEG."""

    private: bool = True
    idle: Idle = Idle.PRIVATE
    picture: bytes = field(repr=False)
    problem: Sayable | None = None


@dataclass(frozen=True)
class Row:
    """One answer to be checked. ``id`` is answered when "change" is touched; None: it cannot be changed."""

    label: Sayable
    value: Sayable = field(repr=False)
    id: str | None = None


@dataclass(frozen=True, kw_only=True)
class CheckAnswers(Page):
    """Everything that will be filed, each row with its own "change"; the consent in words above ``main``."""

    private: bool = True
    idle: Idle = Idle.PRIVATE
    rows: tuple[Row, ...]
    consent: Sayable

    def spoken(self) -> tuple[Sayable, ...]:
        """The title and the consent; what is private is not read aloud."""
        return (self.title, self.consent)

    def whispered(self) -> tuple[Sayable, ...]:
        """Every row."""
        return tuple(part for row in self.rows for part in (row.label, row.value))


@dataclass(frozen=True, kw_only=True)
class Notice(Page):
    """One thing to know, or to wait for.

    ``waiting`` draws one slow ring; such a page cannot be left, as work is under way that ends by itself.
    ``qr`` is drawn as a QR code to be taken along with a phone.
    """

    picture: str = ""
    lines: tuple[Sayable, ...] = ()
    tone: Tone = "quiet"
    big: Sayable | None = field(default=None, repr=False)
    qr: str | None = field(default=None, repr=False)
    waiting: bool = False

    def spoken(self) -> tuple[Sayable, ...]:
        """The title, then the lines."""
        asked = self.rating.spoken() if self.rating else ()
        return tuple(part for part in (self.title, self.note, *self.lines, *asked) if part)


@dataclass(frozen=True, kw_only=True)
class StillThere(Page):
    """Nobody has touched anything: a big countdown over a covered page. One touch answers ``here``."""

    idle: Idle = Idle.NEVER
    seconds: float
    name: str = "still-there"
    title: Sayable = field(default_factory=lambda: text("still-there.title"))


@dataclass(frozen=True, kw_only=True)
class Done(Page):
    """The end of a journey: what happened, the number, when and how the answer comes, then the rating.

    ``kept`` means "kept here, will be sent", not "received": the two look different. Answers ``finish``.
    """

    idle: Idle = Idle.DONE
    private: bool = True
    kept: bool
    number_label: Sayable
    number: str = field(repr=False)
    lines: tuple[Sayable, ...] = ()

    def spoken(self) -> tuple[Sayable, ...]:
        """What happened and what comes next."""
        asked = self.rating.spoken() if self.rating else ()
        return tuple(part for part in (self.title, self.note, *self.lines, *asked) if part)

    def whispered(self) -> tuple[Sayable, ...]:
        """The number."""
        return (self.number_label, self.number)
