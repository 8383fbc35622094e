"""The file of a recording: JSON lines, one what-happened a line. Pure code.

The first line says what was recorded; each further line is a piece of traffic or a verb that began or ended::

    {"recording": 1, "driver": "sam-serial", "options": {}, "made": "2026-11-21", "hidden": true}
    {"at": 0.0, "verb": "read"}
    {"at": 0.0012, "sent": "aaaaaa96690003200122"}
    {"at": 0.0031, "heard": "aaaaaa9669000800009f0000000097", "hidden": [[10, 4]]}
    {"at": 0.1312, "verb": "read", "ended": "success"}

Times are seconds since the beginning, bytes hexadecimal. ``hidden`` names the places (offset, length) at
which invented bytes stand for real ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, Self, get_args

FORMAT = 1

Direction = Literal["sent", "heard", "dropped"]


class NotARecording(ValueError):
    """A file that cannot be read as a recording; the message says in words where."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """Bytes that passed. They may be personal, so they never show in ``repr``.

    Attributes:
        at: seconds since the beginning.
        direction: ``sent`` to the device, ``heard`` from it, or ``dropped``: heard when nobody had asked.
        data: the bytes.
        hidden: offset and length of every place where invented bytes stand for real ones.
    """

    at: float
    direction: Direction
    data: bytes = field(repr=False)
    hidden: tuple[tuple[int, int], ...] = ()

    def matches(self, data: bytes) -> bool:
        """Whether these are the same bytes, hidden places aside."""
        own, other = bytearray(self.data), bytearray(data)
        if len(own) != len(other):
            return False
        for offset, length in self.hidden:
            own[offset : offset + length] = other[offset : offset + length] = bytes(length)
        return own == other


@dataclass(frozen=True, slots=True)
class Began:
    """A verb of the device's contract began."""

    at: float
    verb: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A verb ended: ``success``, or the key of its error."""

    at: float
    verb: str
    outcome: str


Event = Traffic | Began | Ended


@dataclass(frozen=True, slots=True)
class Recording:
    """Everything that passed between a driver and its device.

    Attributes:
        driver: name of the driver.
        options: its options, without the place at which the device was.
        made: day of the recording, ISO.
        events: in the order in which they happened.
        hidden: personal and unknown bytes were replaced.
    """

    driver: str
    options: dict[str, Any]
    made: str
    events: tuple[Event, ...]
    hidden: bool = True

    def to_lines(self) -> str:
        """The file's content."""
        head = {
            "recording": FORMAT,
            "driver": self.driver,
            "options": self.options,
            "made": self.made,
            "hidden": self.hidden,
        }
        return "".join(json.dumps(line) + "\n" for line in (head, *map(_line, self.events)))

    @classmethod
    def from_lines(cls, text: str) -> Self:
        """Read a file's content. Raises NotARecording."""
        lines = [_parsed(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
        if not lines or lines[0].get("recording") != FORMAT:
            raise NotARecording(f"line 1: does not begin as a recording of format {FORMAT} does")
        head = lines[0]
        try:
            events = tuple(_events(lines[1:]))
            return cls(
                str(head["driver"]), dict(head["options"]), str(head["made"]), events, bool(head["hidden"])
            )
        except (LookupError, TypeError, ValueError) as error:
            raise NotARecording(f"not understood: {type(error).__name__} in a line of it") from None


def _line(event: Event) -> dict[str, Any]:
    match event:
        case Traffic(at, direction, data, hidden):
            line: dict[str, Any] = {"at": round(at, 4), direction: data.hex()}
            return line | ({"hidden": hidden} if hidden else {})
        case Began(at, verb):
            return {"at": round(at, 4), "verb": verb}
        case Ended(at, verb, outcome):
            return {"at": round(at, 4), "verb": verb, "ended": outcome}


def _events(lines: Iterable[dict[str, Any]]) -> Iterable[Event]:
    for line in lines:
        at = float(line["at"])
        if "ended" in line:
            yield Ended(at, str(line["verb"]), str(line["ended"]))
        elif "verb" in line:
            yield Began(at, str(line["verb"]))
        else:
            direction: Direction = [one for one in get_args(Direction) if one in line][0]  # noqa: RUF015 - or none
            spans = tuple((int(offset), int(length)) for offset, length in line.get("hidden", ()))
            yield Traffic(at, direction, bytes.fromhex(line[direction]), spans)


def _parsed(number: int, line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        raise NotARecording(f"line {number}: is not JSON") from None
    if not isinstance(value, dict):
        raise NotARecording(f"line {number}: is not a JSON object")
    return value
