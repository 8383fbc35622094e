"""What all messages have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 in lower-case hexadecimal."""

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)]
"""Identifier used in files and addresses."""

AssetName = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9-]+/[a-z0-9-]+\.(pdf|png|mp4)$", max_length=120)
]
"""A file that belongs to the catalogue: its folder, its name, as ``forms/annual-report.pdf``."""

TUS_VERSION = "1.0.0"
"""Version of the resumable-upload protocol (tus.io) that kiosk and hub speak for large files."""

TUS_PIECE = "application/offset+octet-stream"
"""Media type of a piece of an upload."""


class Message(BaseModel):
    """A frozen message, closed to fields it does not know; its errors do not repeat what was sent."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Report(Message):
    """What a kiosk tells of itself: an older hub leaves out what a newer kiosk adds (decision 022)."""

    model_config = ConfigDict(extra="ignore")


class PersonalMessage(Message):
    """A message that holds personal data: its representation shows nothing of it."""

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        return [(None, "***")]

    def __str__(self) -> str:
        return repr(self)


class Bilingual(Message):
    """Text for residents: Chinese always, English where it is written; a plain string is taken as Chinese."""

    zh: str = Field(min_length=1)
    en: str = ""

    @model_validator(mode="before")
    @classmethod
    def _plain_chinese(cls, value: Any) -> Any:
        return {"zh": value} if isinstance(value, str) else value

    def text(self, language: str) -> str:
        """The text in ``language`` (``zh`` or ``en``); Chinese where no English is written."""
        return self.en if language == "en" and self.en else self.zh


class FieldProblem(Message):
    """One wrong field of a request: where, and what is wrong, without its value."""

    place: str
    message: str


class Problem(Message):
    """An error answer of the hub (RFC 9457, problem details for HTTP APIs)."""

    type: str = "about:blank"
    title: str
    status: int = Field(ge=400, le=599)
    detail: str = ""
    instance: str = ""
    errors: tuple[FieldProblem, ...] = ()
