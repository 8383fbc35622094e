"""Policies with machine-readable conditions: what is asked, and who may have what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from kiosk.wire.base import Bilingual, Message, Name


class FactChoice(Message):
    """One possible answer."""

    value: Name
    label: Bilingual


class Fact(Message):
    """Something that policies ask of a person or a business: a number, or one of a few answers.

    ``unit`` is said behind a number (岁, 人).
    """

    id: Name
    about: Literal["person", "business"]
    question: Bilingual
    hint: Bilingual | None = None
    choices: tuple[FactChoice, ...] = ()
    unit: Bilingual | None = None

    @property
    def is_number(self) -> bool:
        """Whether the answer is a number; otherwise it is one of the choices."""
        return not self.choices


class Condition(Message):
    """What one fact must be; ``why`` says it as a reason, in words."""

    fact: Name
    one_of: tuple[Name, ...] = ()
    at_least: int | None = None
    at_most: int | None = None
    why: Bilingual

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        number = self.at_least is not None or self.at_most is not None
        if number == bool(self.one_of):
            raise ValueError("a condition names the answers that will do, or the bounds of a number")
        return self

    def holds(self, answers: Mapping[str, str]) -> bool | None:
        """Whether it holds with these answers (fact id → answer); None while the fact is not known.

        Raises ``ValueError`` for an answer that is no number where one is asked.
        """
        answer = answers.get(self.fact)
        if not answer:
            return None
        if self.one_of:
            return answer in self.one_of
        number = int(answer)
        low, high = self.at_least, self.at_most
        return (low is None or number >= low) and (high is None or number <= high)


class Benefit(Message):
    """What makes an item a policy: its conditions, all of which must hold.

    ``without_application``: who fits gets it without applying (免申即享). ``amount`` says what there is to
    get.
    """

    about: Literal["person", "business"]
    conditions: tuple[Condition, ...] = Field(min_length=1)
    amount: Bilingual
    without_application: bool = False
