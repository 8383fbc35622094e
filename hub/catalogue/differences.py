"""What changed between two versions, field by field in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from difflib import SequenceMatcher
from typing import Final, Literal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from hub.catalogue.labels import CODES, label
from hub.catalogue.models import Version
from hub.catalogue.reading import entry_of

_SHORT: Final = 40
_NAMED_BY: Final = ("id", "value", "fact")
"""Fields by which an element of a list is known again when its place has changed."""
_TITLED_BY: Final = ("name", "question", "label", "text", "q", "id")


@dataclass(frozen=True)
class Piece:
    """A stretch of a text: ``same`` in both, only in the ``old`` one, or only in the ``new`` one."""

    words: str
    of: Literal["same", "old", "new"]


@dataclass(frozen=True)
class Difference:
    """One field that differs: its ``place`` in words, what it said, what it says; either may be nothing."""

    place: str
    before: str
    after: str

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Both texts as one, for reading what changed within."""
        return tuple(_pieces(self.before, self.after))

    @property
    def alike(self) -> bool:
        """Whether so much stayed that one text with marks reads better than two."""
        return SequenceMatcher(None, self.before, self.after, autojunk=False).ratio() > 0.5

    @property
    def short(self) -> bool:
        """Whether both fit beside each other on a line."""
        return bool(self.before and self.after) and len(self.before) + len(self.after) < _SHORT


def differences(before: Version | None, after: Version | None) -> tuple[Difference, ...]:
    """What changed, in the order in which guides are written; by lines where a text cannot be read."""
    old, new = (_fields(one) if one is not None else {} for one in (before, after))
    if old is None or new is None:
        return tuple(_by_lines(before.text if before else "", after.text if after else ""))
    return tuple(_of_fields((), old, new))


def _fields(version: Version) -> dict[str, object] | None:
    """The version as plain values; None for a text that cannot be read."""
    if version.removal:
        return {}
    if version.file_id:
        return {_("content"): _("%(size)s bytes, SHA-256 %(digest)s…") % _described(version)}
    entry = entry_of(version)
    return entry.model_dump(exclude_defaults=True) if entry is not None else None


def _described(version: Version) -> dict[str, object]:
    assert version.file is not None
    return {"size": len(bytes(version.file.content)), "digest": version.sha256[:12]}


def _of_fields(
    place: tuple[str, ...], old: dict[str, object], new: dict[str, object]
) -> Iterator[Difference]:
    for name in (*old, *(name for name in new if name not in old)):
        yield from _of_values((*place, label(name)), old.get(name), new.get(name))


def _of_values(place: tuple[str, ...], old: object, new: object) -> Iterator[Difference]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _of_fields(place, old, new)
    elif _is_list_of_things(old) or _is_list_of_things(new):
        yield from _of_lists(place, _things(old), _things(new))
    else:
        yield Difference(" · ".join(place), in_words(old), in_words(new))


def _is_list_of_things(value: object) -> bool:
    return isinstance(value, list | tuple) and any(isinstance(one, dict) for one in value)


def _things(value: object) -> list[dict[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list | tuple) else []


def _of_lists(
    place: tuple[str, ...], old: Sequence[dict[str, object]], new: Sequence[dict[str, object]]
) -> Iterator[Difference]:
    """By what they are called where they have a name; else what fits best, in order."""
    pairs = list(_paired(old, new))
    for was, is_ in pairs:
        titled = (*place, _title(is_ or was or {}, (new if is_ else old).index(is_ or was or {})))
        if was is None or is_ is None:
            yield Difference(" · ".join(titled), in_words(was), in_words(is_))
        else:
            yield from _of_fields(titled, was, is_)
    kept = [was for was, is_ in pairs if was and is_]
    if sorted(map(old.index, kept)) != list(map(old.index, kept)):
        yield Difference(" · ".join((*place, _("the order"))), _order(old), _order(new))


def _paired(
    old: Sequence[dict[str, object]], new: Sequence[dict[str, object]]
) -> Iterator[tuple[dict[str, object] | None, dict[str, object] | None]]:
    names_old, names_new = [_name(one) for one in old], [_name(one) for one in new]
    if None not in names_old and None not in names_new:
        by_name = dict(zip(names_old, old, strict=True))
        yield from ((by_name.get(name), one) for name, one in zip(names_new, new, strict=True))
        yield from ((one, None) for name, one in by_name.items() if name not in names_new)
        return
    matcher = SequenceMatcher(None, [in_words(one) for one in old], [in_words(one) for one in new])
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            continue
        most = max(b - a, d - c)
        for n in range(most):
            yield (
                old[a + n] if a + n < b else None,
                new[c + n] if c + n < d else None,
            )


def _name(thing: dict[str, object]) -> str | None:
    return next((str(thing[key]) for key in _NAMED_BY if key in thing), None)


def _title(thing: dict[str, object], index: int) -> str:
    for key in _TITLED_BY:
        value = thing.get(key)
        if isinstance(value, dict) and len(str(value.get("zh", ""))) in range(1, 21):
            return str(value["zh"])
        if key == "id" and value:
            return str(value)
    return _("no. %s") % (index + 1)


def _order(things: Sequence[dict[str, object]]) -> str:
    return ", ".join(_title(one, n) for n, one in enumerate(things))


def in_words(value: object) -> str:
    """A value as one reads it."""
    match value:
        case None | "" | () | []:
            return ""
        case bool():
            return pgettext("is it so", "yes") if value else pgettext("is it so", "no")
        case dict():
            return _mapping_in_words(value)
        case list() | tuple():
            joiner = "\n" if _is_list_of_things(value) else ", "
            return joiner.join(in_words(one) for one in value)
        case date() | time():
            return value.isoformat()
        case _:
            return str(CODES.get(str(value), value))


def _mapping_in_words(value: dict[str, object]) -> str:
    if set(value) <= {"zh", "en"}:
        return " / ".join(str(value[key]) for key in ("zh", "en") if value.get(key))
    return "\n".join(f"{label(key)}: {in_words(one)}" for key, one in value.items() if key != "id")


def _pieces(old: str, new: str) -> Iterator[Piece]:
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece(old[a:b], "same")
            continue
        if b > a:
            yield Piece(old[a:b], "old")
        if d > c:
            yield Piece(new[c:d], "new")


def _by_lines(old: str, new: str) -> Iterator[Difference]:
    before, after = old.splitlines(), new.splitlines()
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            place = _("source, line %s") % (c + 1)
            yield Difference(place, "\n".join(before[a:b]), "\n".join(after[c:d]))
