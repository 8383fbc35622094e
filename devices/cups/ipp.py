"""IPP messages as bytes and back (RFC 8010, section 3). Pure code, no I/O.

What a server says is a stranger's: lengths are checked, nesting is bounded, and anything that breaks the
encoding is an `IppError`, never another exception.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, TypeAlias

VERSION: Final = b"\x02\x00"
"""IPP 2.0; CUPS and every IPP Everywhere printer speak it."""

DEEPEST: Final = 8
"""Collections within collections that are still read; RFC 8010 names no bound, real answers have two."""


class IppError(ValueError):
    """These bytes are no IPP message."""


class Tag(IntEnum):
    """Delimiters and kinds of value (RFC 8010, section 3.5) that this house sends or understands."""

    OPERATION = 0x01
    JOB = 0x02
    END = 0x03
    PRINTER = 0x04
    INTEGER = 0x21
    BOOLEAN = 0x22
    ENUM = 0x23
    RANGE = 0x33
    BEGIN_COLLECTION = 0x34
    END_COLLECTION = 0x37
    TEXT = 0x41
    NAME = 0x42
    KEYWORD = 0x44
    URI = 0x45
    CHARSET = 0x47
    LANGUAGE = 0x48
    MIME_TYPE = 0x49
    MEMBER_NAME = 0x4A


Value: TypeAlias = "int | bool | str | bytes | tuple[int, int] | dict[str, list[Value]] | None"
"""One value. ``None`` is an out-of-band value (no-value, unknown); ``bytes`` is a kind nobody here reads."""

Attributes: TypeAlias = dict[str, list[Value]]

_LAST_DELIMITER = 0x0F
_OUT_OF_BAND = range(0x10, 0x20)
_INTEGERS = {Tag.INTEGER, Tag.ENUM}
_WORDS = range(0x40, 0x60)
_WITH_LANGUAGE = {0x35, 0x36}  # textWithLanguage, nameWithLanguage


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a request.

    Attributes:
        name: as registered, e.g. ``printer-uri``.
        tag: kind of its values.
        values: its values; kept out of `repr`.
    """

    name: str
    tag: Tag
    values: tuple[int | bool | str, ...] = field(repr=False)


def one(tag: Tag, name: str, *values: int | bool | str) -> Attribute:
    """An attribute in one word."""
    return Attribute(name, tag, values)


def encode_request(
    operation: int, request_id: int, groups: dict[Tag, list[Attribute]], data: bytes = b""
) -> bytes:
    """A request; ``attributes-charset`` and ``-natural-language`` come first (RFC 8011, section 4.1.4).

    Args:
        operation: operation id, e.g. 0x0002.
        request_id: the answer gives it back; 1 or more.
        groups: attributes by group, in order; the operation group comes first.
        data: the document that follows the attributes.
    """
    out = [VERSION, struct.pack(">HI", operation, request_id)]
    first = [
        one(Tag.CHARSET, "attributes-charset", "utf-8"),
        one(Tag.LANGUAGE, "attributes-natural-language", "en"),
    ]
    for group, attributes in {Tag.OPERATION: [], **groups}.items():
        out.append(bytes((group,)))
        for attribute in (first if group is Tag.OPERATION else []) + attributes:
            out.extend(_encode(attribute))
    return b"".join([*out, bytes((Tag.END,)), data])


def _encode(attribute: Attribute) -> Iterator[bytes]:
    name = attribute.name.encode("ascii")
    for value in attribute.values:
        if isinstance(value, bool):
            content = bytes((value,))
        elif isinstance(value, int):
            content = struct.pack(">i", value)
        else:
            content = value.encode()
        yield struct.pack(">BH", attribute.tag, len(name)) + name + struct.pack(">H", len(content)) + content
        name = b""  # further values of the same attribute bear no name


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer.

    Attributes:
        status: status code (RFC 8011, appendix B); below 0x0100 is success.
        request_id: of the request that it answers.
        groups: the groups of attributes in their order, each with its delimiter.
    """

    status: int
    request_id: int
    groups: tuple[tuple[int, Attributes], ...] = field(repr=False)

    @property
    def successful(self) -> bool:
        """What was asked has been done, perhaps with attributes ignored."""
        return self.status < 0x0100

    def group(self, tag: Tag) -> Attributes:
        """The first group of that kind; empty when there is none."""
        return next((attributes for kind, attributes in self.groups if kind == tag), {})

    def all_groups(self, tag: Tag) -> list[Attributes]:
        """Every group of that kind, e.g. one for each job."""
        return [attributes for kind, attributes in self.groups if kind == tag]


def decode_answer(data: bytes) -> Answer:
    """The answer in ``data``. Raises IppError."""
    reader = _Reader(data)
    if reader.take(1) not in {b"\x01", b"\x02"}:
        raise IppError("no version that is known")
    reader.take(1)
    status, request_id = struct.unpack(">HI", reader.take(6))
    groups: list[tuple[int, Attributes]] = []
    while (tag := reader.byte()) != Tag.END:
        if tag <= _LAST_DELIMITER:
            groups.append((tag, {}))
            continue
        if not groups:
            raise IppError("an attribute outside of every group")
        name, content = reader.name(), reader.value()
        value = reader.collection(DEEPEST) if tag == Tag.BEGIN_COLLECTION else _decode(tag, content)
        _add(groups[-1][1], name, value)
    return Answer(status, request_id, tuple(groups))


def _add(attributes: Attributes, name: str, value: Value) -> None:
    """Add one value; one without a name belongs to the attribute before it."""
    if name:
        attributes.setdefault(name, []).append(value)
    elif attributes:
        attributes[next(reversed(attributes))].append(value)
    else:
        raise IppError("a further value without an attribute")


def _decode(tag: int, content: bytes) -> Value:
    if tag in _OUT_OF_BAND:
        return None
    if tag in _INTEGERS:
        return _integer(content)
    if tag == Tag.BOOLEAN:
        return content != b"\x00"
    if tag == Tag.RANGE:
        return _integer(content[:4]), _integer(content[4:])
    if tag in _WITH_LANGUAGE:
        inner = _Reader(content)
        inner.value()
        return inner.value().decode("utf-8", "replace")
    if tag in _WORDS:
        return content.decode("utf-8", "replace")
    return content


def _integer(content: bytes) -> int:
    if len(content) != 4:
        raise IppError("an integer that has not four bytes")
    return int.from_bytes(content, signed=True)


class _Reader:
    """A place in a message. Raises IppError beyond its end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        taken = self._data[self._at : self._at + size]
        if len(taken) < size:
            raise IppError("the message is cut off")
        self._at += size
        return taken

    def byte(self) -> int:
        return self.take(1)[0]

    def value(self) -> bytes:
        return self.take(int.from_bytes(self.take(2)))

    def name(self) -> str:
        return self.value().decode("ascii", "replace")

    def collection(self, deeper: int) -> dict[str, list[Value]]:
        """The members up to the collection's end (RFC 8010, section 3.1.6)."""
        if not deeper:
            raise IppError("collections too deep")
        members: Attributes = {}
        name = ""
        while (tag := self.byte()) != Tag.END_COLLECTION:
            if tag <= _LAST_DELIMITER:
                raise IppError("a group within a collection")
            self.name()
            content = self.value()
            if tag == Tag.MEMBER_NAME:
                name = content.decode("ascii", "replace")
                continue
            value = self.collection(deeper - 1) if tag == Tag.BEGIN_COLLECTION else _decode(tag, content)
            _add(members, name, value)
            name = ""
        self.name()
        self.value()
        return members
