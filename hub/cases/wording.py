"""What a case's item calls its questions, answers and materials, in the language of who reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from hub.catalogue.models import Publication
from kiosk.wire import Bilingual, Choice, ServiceItem

_APPLICANT = (
    "name",
    "number",
    "sex",
    "ethnicity",
    "nationality",
    "birth_date",
    "address",
    "issuer",
    "valid_until",
)


@dataclass(frozen=True)
class Row:
    """A label and what stands beside it."""

    label: str
    value: str


class Wording:
    """The words of one item; of an item that is not published any more, its ids."""

    def __init__(self, item_id: str) -> None:
        self.item: ServiceItem | None = Publication.item(item_id)
        self._id = item_id
        self._language = "en" if (get_language() or "").startswith("en") else "zh"

    def text(self, words: Bilingual) -> str:
        """``words`` in the reader's language."""
        return words.text(self._language)

    @property
    def name(self) -> str:
        """The item's name."""
        return self.text(self.item.name) if self.item else self._id

    def material(self, material_id: str) -> str:
        """A material's name."""
        for one in self.item.materials if self.item else ():
            if one.id == material_id:
                return self.text(one.name)
        return material_id

    def applicant(self, applicant: Mapping[str, Any]) -> list[Row]:
        """What the card says, as far as it says anything."""
        labels = {
            "name": _("full name"),
            "number": _("document number"),
            "sex": _("sex"),
            "ethnicity": _("ethnicity"),
            "nationality": _("nationality"),
            "birth_date": _("born"),
            "address": _("address"),
            "issuer": _("issued by"),
            "valid_until": _("valid until"),
        }
        words = {
            "male": _("male"),
            "female": _("female"),
            "unknown": _("not known"),
            "unstated": _("not stated"),
        }
        rows = []
        for key in _APPLICANT:
            value = str(applicant.get(key) or "")
            if value:
                rows.append(Row(labels[key], words.get(value, value) if key == "sex" else value))
        return rows

    def answers(self, answers: Mapping[str, str]) -> list[Row]:
        """The answers in the order of the item's questions; what no question asks any more comes last."""
        rows, left = [], dict(answers)
        for key, label, choices in self._questions():
            if key in left:
                value = left.pop(key)
                chosen = next((self.text(one.label) for one in choices if one.value == value), value)
                rows.append(Row(self.text(label), chosen))
        return rows + [Row(key, value) for key, value in left.items()]

    def _questions(self) -> Iterator[tuple[str, Bilingual, tuple[Choice, ...]]]:
        if self.item is not None:
            yield from ((one.id, one.question, one.choices) for one in self.item.situations)
            yield from ((one.id, one.label, one.choices) for one in self.item.form)


def item_name(item_id: str, version: int | None = None) -> str:
    """An item's short name in the reader's language; ``version``: of the newest publication, where known."""
    language = "en" if (get_language() or "").startswith("en") else "zh"
    return _name(Publication.newest_version() if version is None else version, item_id, language)


@lru_cache(maxsize=4096)
def _name(version: int, item_id: str, language: str) -> str:
    item = Publication.item(item_id) if version else None
    return item.short_name.text(language) if item else item_id


def item_choices() -> list[tuple[str, str]]:
    """Every published item's id with its name in the reader's language, in the order of the names."""
    version = Publication.newest_version()
    named = ((one, item_name(one, version)) for one in Publication.newest_items())
    return sorted(named, key=lambda pair: pair[1])
