"""Words for people, chosen by key.

The kiosk's rooms never hold sentences: they name a text by its key and hand over the values that go into it.
``screens.strings`` turns it into words of the visit's language through gettext. What the catalogue brings
(names, plain-language paragraphs) is bilingual already and passes through.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Protocol


class Bilingual(Protocol):
    """Something that brings its own words, as the catalogue's texts do (``kiosk.wire.Bilingual``)."""

    @property
    def zh(self) -> str:
        """The words in Chinese."""
        ...

    @property
    def en(self) -> str:
        """The words in English, or nothing."""
        ...


@dataclass(frozen=True)
class Text:
    """A text by key, e.g. ``Text("card.present.title")``; ``values`` fill its ``{places}``."""

    key: str
    values: Mapping[str, Sayable | int | date] = field(
        default_factory=lambda: MappingProxyType({}), repr=False
    )


#: What may stand where words are shown: a text by key, something bilingual, or words that are the same in
#: every language (a name, a number, an address).
Sayable = Text | Bilingual | str


def text(key: str, **values: Sayable | int | date) -> Text:
    """Name a text by its key; the values fill its places."""
    return Text(key, MappingProxyType(values))
