"""What an item asks of those who file it here, and what they agree to."""

from __future__ import annotations

import hashlib
import re
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from kiosk.wire.base import Bilingual, Message, Name
from kiosk.wire.submissions import Applicant


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
