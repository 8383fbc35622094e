"""Service items as the hub publishes them. Field names follow the national item schema (PROTOCOLS.md N2).

One item is one TOML file in the catalogue's source folder and one entry of the published catalogue.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from typing import Literal, Self

from pydantic import AwareDatetime, Field, field_validator, model_validator

from kiosk.wire.base import Bilingual, Message, Name
from kiosk.wire.submissions import Applicant

ItemKind = Literal["instant", "promised", "bundle", "policy"]
SelfService = Literal["submit", "print", "query", "window"]
Need = Literal["id_card", "social_card", "camera", "receipt_printer", "document_printer", "network"]
Rendering = Literal["plain", "illustrated", "video"]


class Choice(Message):
    """One possible answer of a choice field."""

    value: Name
    label: Bilingual


class FormField(Message):
    """One question of an item's form.

    ``prefill`` names the field of ``Applicant`` that answers it; ``private`` answers are masked on screen;
    ``pattern`` is a regular expression the whole answer must match.
    """

    id: Name
    label: Bilingual
    kind: Literal["text", "digits", "phone", "choice", "date"] = "text"
    choices: tuple[Choice, ...] = ()
    prefill: str | None = None
    required: bool = True
    private: bool = False
    pattern: str | None = None
    hint: Bilingual | None = None

    @field_validator("pattern")
    @classmethod
    def _pattern_compiles(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return pattern

    @field_validator("prefill")
    @classmethod
    def _prefill_is_known(cls, prefill: str | None) -> str | None:
        if prefill is not None and prefill not in Applicant.model_fields:
            raise ValueError(f"{prefill!r} is no field of an applicant")
        return prefill

    @model_validator(mode="after")
    def _choices_where_chosen(self) -> Self:
        if (self.kind == "choice") != bool(self.choices):
            raise ValueError("a choice field has choices, and no other field has any")
        return self


class Material(Message):
    """A document the applicant must give.

    ``capture``: photographed at the kiosk. ``situation``: needed only when the form has this answer, written
    ``field=value``; without it the material is always needed.
    """

    id: Name
    name: Bilingual
    note: Bilingual | None = None
    required: bool = True
    capture: bool = False
    situation: str | None = Field(default=None, pattern=r"^[a-z0-9_-]+=[a-z0-9_-]+$")


class Step(Message):
    """One step of the way, with the pictogram that illustrates it."""

    text: Bilingual
    picture: Name


class Fee(Message):
    """What it costs, in words."""

    text: Bilingual
    free: bool


class Faq(Message):
    """A question people ask, and its answer."""

    q: Bilingual
    a: Bilingual


class Window(Message):
    """The staffed window for this item."""

    name: Bilingual
    address: Bilingual
    hours: Bilingual
    phone: str


class Consent(Message):
    """What the applicant agrees to when filing; ``version`` changes with the text."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)
    version: str

    def text(self, language: str) -> str:
        """The text in ``language`` (``zh`` or ``en``)."""
        return self.en if language == "en" else self.zh

    def text_sha256(self, language: str) -> str:
        """SHA-256 of the text shown, as recorded with the consent."""
        return hashlib.sha256(self.text(language).encode()).hexdigest()


class ServiceItem(Message):
    """A service item (政务服务事项) with its guide and its form. Days are working days."""

    id: Name
    version: int = Field(ge=1)
    task_code: str | None = Field(default=None, max_length=36)
    name: Bilingual
    short_name: Bilingual
    domain: Bilingual
    audience: tuple[str, ...]
    kind: ItemKind
    self_service: SelfService
    needs: tuple[Need, ...] = ()
    common_names: tuple[str, ...] = ()
    summary: Bilingual
    legal_basis: tuple[Bilingual, ...] = ()
    conditions: tuple[Bilingual, ...] = ()
    materials: tuple[Material, ...] = ()
    steps: tuple[Step, ...] = ()
    legal_days: int | None = Field(default=None, ge=0)
    promised_days: int | None = Field(default=None, ge=0)
    fee: Fee
    result: Bilingual
    window: Window
    cautions: tuple[Bilingual, ...] = ()
    faq: tuple[Faq, ...] = ()
    renderings: tuple[Rendering, ...] = ("plain",)
    updated: date
    source: Bilingual
    form: tuple[FormField, ...] = ()
    consent: Consent | None = None

    @property
    def accepts(self) -> tuple[Need, ...]:
        """The cards by which an applicant may identify themselves here, in the order the item names them."""
        return tuple(need for need in self.needs if need in {"id_card", "social_card"})

    def materials_for(self, answers: Mapping[str, str]) -> tuple[Material, ...]:
        """The materials needed with these answers (field id → answer)."""
        given = {f"{field}={answer}" for field, answer in answers.items()}
        return tuple(material for material in self.materials if material.situation in {None, *given})

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        for what, ids in (
            ("form field", [f.id for f in self.form]),
            ("material", [m.id for m in self.materials]),
        ):
            twice = sorted({one for one in ids if ids.count(one) > 1})
            if twice:
                raise ValueError(f"{what} {twice[0]!r} is there twice")
        situations = {f"{field.id}={choice.value}" for field in self.form for choice in field.choices}
        for material in self.materials:
            if material.situation is not None and material.situation not in situations:
                raise ValueError(f"material {material.id!r}: no form field offers {material.situation!r}")
        if self.self_service == "submit" and self.consent is None:
            raise ValueError("an item that is filed here needs a consent text")
        if self.self_service == "submit" and not self.accepts:
            raise ValueError("an item that is filed here needs a card to say who files it")
        return self


class Catalogue(Message):
    """All published items. ``version`` grows with every publication."""

    version: int = Field(ge=0)
    published_at: AwareDatetime
    items: tuple[ServiceItem, ...]
