"""Rules for instant items: conditions over what was filed, one a line, all of which must hold.

``answer FIELD = VALUE``, ``answer FIELD`` (given at all), ``material ID`` (photographed), ``document KIND``
(the card that was read), ``age >= YEARS`` or ``age < YEARS`` (on the day of filing).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, get_args

from django.utils.translation import gettext as _

from kiosk.wire import DocumentKind, SubmissionPayload

Condition = Callable[[SubmissionPayload, date], bool]


class BadCondition(ValueError):
    """A line that is no condition; the message quotes it and says what is possible."""


def parse_conditions(text: str) -> tuple[Condition, ...]:
    """The conditions in ``text``; empty lines do not count. Raises ``BadCondition``."""
    return tuple(_parse(line.strip()) for line in text.splitlines() if line.strip())


def holds(text: str, filed: SubmissionPayload, today: date) -> bool:
    """Whether every condition of ``text`` holds for what was filed. Raises ``BadCondition``."""
    return all(condition(filed, today) for condition in parse_conditions(text))


@dataclass(frozen=True)
class _Answer:
    field: str
    value: str | None

    def __call__(self, filed: SubmissionPayload, today: date) -> bool:
        given = filed.answers.get(self.field, "").strip()
        return bool(given) if self.value is None else given == self.value


@dataclass(frozen=True)
class _Material:
    material_id: str

    def __call__(self, filed: SubmissionPayload, today: date) -> bool:
        return any(one.material_id == self.material_id for one in filed.materials)


@dataclass(frozen=True)
class _Document:
    kind: str

    def __call__(self, filed: SubmissionPayload, today: date) -> bool:
        return filed.applicant.document == self.kind


@dataclass(frozen=True)
class _Age:
    at_least: bool
    years: int

    def __call__(self, filed: SubmissionPayload, today: date) -> bool:
        born = filed.applicant.birth_date
        if born is None:
            return False
        age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
        return (age >= self.years) is self.at_least


def _document(match: re.Match[str]) -> Condition:
    if match["kind"] not in get_args(DocumentKind):
        kinds = ", ".join(get_args(DocumentKind))
        raise BadCondition(
            _("“%(kind)s” is no document; there are: %(kinds)s") % {"kind": match["kind"], "kinds": kinds}
        )
    return _Document(match["kind"])


_FORMS: Final[Mapping[str, Callable[[re.Match[str]], Condition]]] = {
    r"answer (?P<field>[a-z0-9_-]+)(?: *= *(?P<value>.+))?": lambda m: _Answer(m["field"], m["value"]),
    r"material (?P<id>[a-z0-9_-]+)": lambda m: _Material(m["id"]),
    r"document (?P<kind>\S+)": _document,
    r"age *(?P<sign>>=|<) *(?P<years>\d{1,3})": lambda m: _Age(m["sign"] == ">=", int(m["years"])),
}


def _parse(line: str) -> Condition:
    for form, make in _FORMS.items():
        match = re.fullmatch(form, line)
        if match:
            return make(match)
    raise BadCondition(
        _("“%(line)s” is no condition. Write answer, material, document or age.") % {"line": line}
    )
