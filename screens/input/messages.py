"""What kiosk and input engine say to each other: one JSON object a line. Pure; no I/O.

A question is answered by a line with its number; questions are answered in their order. Everything in them
is a resident's: it is in no repr.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

#: Points of a stroke, x to the right, y downwards, in thousandths of the field's side.
Point = tuple[int, int]


@dataclass(frozen=True)
class Look:
    """Asks which hanzi the letters could be: ``count`` of them from the ``first`` on."""

    letters: str = field(repr=False)
    first: int = 0
    count: int = 64


@dataclass(frozen=True)
class Take:
    """Says that the candidate with this index was chosen for the letters."""

    letters: str = field(repr=False)
    index: int


@dataclass(frozen=True)
class Read:
    """Asks which hanzi the strokes could be."""

    strokes: tuple[tuple[Point, ...], ...] = field(repr=False)
    count: int = 40


Question = Look | Take | Read


@dataclass(frozen=True)
class Words:
    """Candidates, the likeliest first."""

    words: tuple[str, ...] = field(repr=False)
    more: bool = False


@dataclass(frozen=True)
class Taken:
    """What stands in place of the letters, and the letters that are left behind it."""

    text: str = field(repr=False)
    rest: str = field(repr=False)


@dataclass(frozen=True)
class Ready:
    """The first line of an engine: what keeps pinyin or handwriting from working, in words for the log."""

    pinyin: str = ""
    hand: str = ""


Reply = Words | Taken | Ready


class MessageError(ValueError):
    """A line that is none of these messages. Says nothing of what is in it."""


_QUESTIONS: dict[str, type[Question]] = {"look": Look, "take": Take, "read": Read}
_REPLIES: dict[str, type[Reply]] = {"words": Words, "taken": Taken, "ready": Ready}


def to_line(number: int, message: Question | Reply) -> bytes:
    """A message as one line, its end included."""
    kind = next(
        kind
        for known in (_QUESTIONS, _REPLIES)
        for kind, type_ in known.items()
        if isinstance(message, type_)
    )
    return json.dumps({"n": number, "is": kind, **vars(message)}, separators=(",", ":")).encode() + b"\n"


def question(line: bytes) -> tuple[int, Question]:
    """The number and the question in a line.

    Raises:
        MessageError: it holds none.
    """
    number, message = _read(line, _QUESTIONS)
    assert isinstance(message, Look | Take | Read)
    return number, message


def reply(line: bytes) -> tuple[int, Reply]:
    """The number and the reply in a line.

    Raises:
        MessageError: it holds none.
    """
    number, message = _read(line, _REPLIES)
    assert isinstance(message, Words | Taken | Ready)
    return number, message


def _read(line: bytes, kinds: dict[str, Any]) -> tuple[int, Any]:
    try:
        values = json.loads(line)
        number, kind = values.pop("n"), values.pop("is")
        if "words" in values:
            values["words"] = tuple(values["words"])
        return number, kinds[kind](**values)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise MessageError("a line of the input engine makes no sense") from None
