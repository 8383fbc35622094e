"""Evaluation (好差评): five levels, voluntary, bound to the case; reasons by level (GB/T 39734-2020, 7.3).

The standard's own lists of reasons (its annex A) were not to be had; those here say in a kiosk's words what
the national platform's published lists say. Whoever changes them raises ``EVALUATION_REASONS_VERSION``.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from kiosk.wire.base import Name, PersonalMessage
from kiosk.wire.submissions import Language, Receipt

EVALUATION_KIND: Final = "evaluation"
"""Queue kind of a sealed ``Evaluation``."""

EvaluationLevel = Literal[5, 4, 3, 2, 1]
"""非常满意 5, 满意 4, 基本满意 3, 不满意 2, 非常不满意 1."""

EvaluationOf = Literal["submission", "result", "progress", "guide"]
"""What had just been done: filed, collected, looked up, read."""

EVALUATION_LEVELS: Final[tuple[EvaluationLevel, ...]] = (5, 4, 3, 2, 1)

BAD_LEVEL: Final = 2
"""This level and the one below are bad ratings (差评): each is followed up."""

EVALUATION_REASONS_VERSION: Final = 1
"""Version of ``EVALUATION_REASONS``; what was shown can be told from it for ever."""

EVALUATION_REASONS: Final[Mapping[EvaluationLevel, tuple[str, ...]]] = MappingProxyType(
    {
        5: (),
        4: (),
        3: ("hard-to-read", "many-steps", "many-materials", "took-long", "machine-slow"),
        2: (
            "not-told-at-once",
            "materials-again",
            "decided-late",
            "guide-unclear",
            "hard-to-use",
            "poor-attitude",
        ),
        1: (
            "guide-wrong",
            "materials-extra",
            "decided-very-late",
            "sent-around",
            "machine-failed",
            "bad-attitude",
        ),
    }
)
"""What may be chosen with each level, several or none."""


class Evaluation(PersonalMessage):
    """One rating by somebody at a kiosk, ``at`` by its clock. Personal for the number in ``call_back``.

    Bound to a case by ``submission_id`` (filed just now, perhaps not sent yet) or ``case_no`` (told by the
    hub); a guide that was read has neither, only its item. ``call_back`` is a telephone number, if a call was
    wished for.
    """

    level: EvaluationLevel
    reasons: tuple[Name, ...] = Field(default=(), max_length=8)
    reasons_version: int = Field(default=EVALUATION_REASONS_VERSION, ge=1)
    of: EvaluationOf
    item_id: Name | None = None
    submission_id: UUID | None = None
    case_no: str | None = Field(default=None, max_length=32)
    call_back: str | None = Field(default=None, pattern=r"^\d{5,15}$")
    language: Language
    at: AwareDatetime
    blinding: str = Field(default_factory=lambda: secrets.token_hex(16), min_length=32, max_length=32)

    @model_validator(mode="after")
    def _reasons_of_its_level(self) -> Self:
        """Reasons are chosen once each, from those of the level, where we know the lists."""
        if len(set(self.reasons)) != len(self.reasons):
            raise ValueError("a reason is given once")
        if self.reasons_version == EVALUATION_REASONS_VERSION and not {*self.reasons} <= {
            *EVALUATION_REASONS[self.level]
        }:
            raise ValueError("a reason does not belong to the level")
        if self.submission_id is not None and self.case_no is not None:
            raise ValueError("a case is named once")
        return self


class EvaluationReceipt(Receipt):
    """The hub has the evaluation; by ``check_code`` anybody can ask what came of it."""

    check_code: str
