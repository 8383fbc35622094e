"""What of a page is read aloud: one passage, or a guide's sections one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from devices.speech.kind import Speech
from kiosk.pages import GuideSection, Page, ReadGuide
from kiosk.text import Sayable, Text

Say = Callable[[Sayable], str]


@dataclass(frozen=True)
class Passage:
    """Some words read in one go; ``section`` is the guide's section they belong to, if any."""

    words: str = field(repr=False)
    kind: Speech
    section: str = ""


def passages(page: Page, say: Say, stop: str, rendering: str, *, private: bool) -> tuple[Passage, ...]:
    """A page as it is read aloud; ``stop`` ends a sentence, ``private``: into a headset."""
    if isinstance(page, ReadGuide):
        shown = next((one for one in page.renderings if one.id == rendering), page.renderings[0])
        whole = _passage((page.title, *((page.note,) if page.note else ())), say, stop)
        asked = (_passage(page.rating.spoken(), say, stop),) if page.rating else ()
        return (whole, *(_section(section, say, stop) for section in shown.sections), *asked)
    whispered = page.whispered() if private else ()
    return (_passage((*page.spoken(), *whispered), say, stop, personal=bool(whispered)),)


def _section(section: GuideSection, say: Say, stop: str) -> Passage:
    rows = (part for row in section.rows for part in (row.title, row.note) if part)
    return _passage((section.title, *section.paragraphs, *rows), say, stop, section=section.id)


def _passage(
    parts: tuple[Sayable, ...], say: Say, stop: str, *, personal: bool = False, section: str = ""
) -> Passage:
    words = stop.join(say(part).rstrip("。.") for part in parts)
    return Passage(words, Speech.PERSONAL if personal else kind_of(parts), section)


def kind_of(parts: tuple[Sayable, ...]) -> Speech:
    """For whose ears: texts of the catalogue without values are the same for everybody."""
    fixed = all(isinstance(part, Text) and not part.values for part in parts)
    return Speech.FIXED if fixed else Speech.PASSING
