"""The text and photo of an ID card: the reply to "read" as an `IdCard` (PROTOCOLS.md section 1).

The text is 256 bytes UTF-16LE, padded with blanks. Two bytes at offset 248 say which of four layouts it has.
Everything that has a rule is held against it: UTF-16 pairs, codes, dates, the number's check digit. A card
that breaks one is refused whole; there is no half identity. Errors name the field, never its content.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from typing import TYPE_CHECKING

from devices.identity import (
    ETHNICITY_BY_CODE,
    SEX_BY_CODE,
    Document,
    IdCard,
    MalformedCard,
    Sex,
    is_identity_number,
)

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT_SIZE = 256
LONG_TERM = "长期"

_UNSEEN = {"Cc", "Cf", "Zl", "Zp"}
"""Unicode categories that have no place on a card: controls, invisible marks (which can turn the direction of
text around), line and paragraph separators. Private-use characters stay: older cards spell rare names so."""


def decode_card(data: bytes) -> IdCard:
    """Read the data of a good reply to "read text and photo".

    Args:
        data: length of text, length of photo (two bytes each, big-endian), then both. Some readers add a
            third length and as many bytes of fingerprints; nothing here has a use for them: dropped.

    Raises:
        MalformedCard: the lengths, the layout or a field is not what it must be.
    """
    text_size, photo_size, finger_size = (int.from_bytes(data[at : at + 2]) for at in (0, 2, 4))
    start = {4 + text_size + photo_size: 4, 6 + text_size + photo_size + finger_size: 6}.get(len(data))
    if text_size != TEXT_SIZE or start is None:
        raise MalformedCard("lengths", "sizes-agree")
    text = _Text(data[start : start + text_size])
    photo = data[start + text_size : start + text_size + photo_size] or None
    flag = text.raw(248, 2)
    try:
        layout = _LAYOUTS[flag]
    except KeyError:
        raise MalformedCard("layout", "known-flag") from None
    return layout(text, photo)


def decode_address(data: bytes) -> str | None:
    """The data of a good reply to "read newest address": up to 70 bytes of text; ``None``: it is blank.

    Raises:
        MalformedCard: it is no text.
    """
    return _Text(data).optional("address", (0, len(data)))


class _Text:
    """The 256 bytes, read field by field at the offsets and lengths of PROTOCOLS.md."""

    def __init__(self, block: bytes) -> None:
        self._block = block

    def raw(self, offset: int, length: int) -> bytes:
        return self._block[offset : offset + length]

    def text(self, field: str, *places: tuple[int, int]) -> str:
        """Text without its padding; several places are one text that was cut in pieces."""
        try:
            text = "".join(self.raw(*place).decode("utf-16-le").rstrip("\0") for place in places)
        except UnicodeDecodeError:
            raise MalformedCard(field, "utf-16") from None
        text = text.strip(" \u3000")
        if any(unicodedata.category(char) in _UNSEEN for char in text):
            raise MalformedCard(field, "no-control-characters")
        return text

    def required(self, field: str, *places: tuple[int, int]) -> str:
        text = self.text(field, *places)
        if not text:
            raise MalformedCard(field, "not-empty")
        return text

    def optional(self, field: str, *places: tuple[int, int]) -> str | None:
        return self.text(field, *places) or None

    def matching(self, field: str, pattern: str, place: tuple[int, int]) -> str:
        text = self.text(field, place)
        if not re.fullmatch(pattern, text, re.ASCII):
            raise MalformedCard(field, "form")
        return text

    def day(self, field: str, offset: int) -> date:
        text = self.matching(field, r"\d{8}", (offset, 16))
        try:
            # Calendar days: a zone has no meaning here.
            return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007
        except ValueError:
            raise MalformedCard(field, "calendar-day") from None

    def sex(self, offset: int) -> Sex:
        try:
            return SEX_BY_CODE[self.text("sex", (offset, 2))]
        except KeyError:
            raise MalformedCard("sex", "code") from None

    def ethnicity(self, offset: int) -> str:
        try:
            return ETHNICITY_BY_CODE[self.matching("ethnicity", r"\d\d", (offset, 4))]
        except KeyError:
            raise MalformedCard("ethnicity", "code") from None

    def validity(self) -> tuple[date, date | None]:
        """First and last day; they lie at the same place in every layout."""
        first = self.day("valid_from", 188)
        if self.text("valid_until", (204, 16)) == LONG_TERM:
            return first, None
        last = self.day("valid_until", 204)
        if last < first:
            raise MalformedCard("valid_until", "after-valid_from")
        return first, last

    def identity_number(self) -> str:
        number = self.text("number", (122, 36)).upper()
        if not is_identity_number(number):
            raise MalformedCard("number", "check-digit")
        return number


def _resident(text: _Text, photo: bytes | None) -> IdCard:
    first, last = text.validity()
    return IdCard(
        document=Document.RESIDENT_ID,
        name=text.required("name", (0, 30)),
        sex=text.sex(30),
        ethnicity=text.ethnicity(32),
        birth_date=text.day("birth_date", 36),
        address=text.optional("address", (52, 70)),
        number=text.identity_number(),
        issuer=text.optional("issuer", (158, 30)),
        valid_from=first,
        valid_until=last,
        photo_wlt=photo,
    )


def _hmt_permit(text: _Text, photo: bytes | None) -> IdCard:
    first, last = text.validity()
    count = text.matching("issue_count", r"\d{0,2}", (238, 4))
    return IdCard(
        document=Document.HMT_RESIDENCE_PERMIT,
        name=text.required("name", (0, 30)),
        sex=text.sex(30),
        birth_date=text.day("birth_date", 36),
        address=text.optional("address", (52, 70)),
        number=text.identity_number(),
        issuer=text.optional("issuer", (158, 30)),
        valid_from=first,
        valid_until=last,
        pass_number=text.optional("pass_number", (220, 18)),
        issue_count=int(count) if count else None,
        photo_wlt=photo,
    )


def _foreigner_2017(text: _Text, photo: bytes | None) -> IdCard:
    first, last = text.validity()
    return IdCard(
        document=Document.FOREIGN_PERMANENT_RESIDENT_2017,
        name=text.text("name", (158, 30)),
        name_en=text.required("name_en", (0, 120)),
        sex=text.sex(120),
        birth_date=text.day("birth_date", 220),
        number=text.matching("number", r"[A-Z]{3}\d{12}", (122, 30)),
        issuer=text.optional("issuer", (240, 8)),
        valid_from=first,
        valid_until=last,
        nationality=text.matching("nationality", r"[A-Z]{3}", (152, 6)),
        photo_wlt=photo,
    )


def _foreigner_2023(text: _Text, photo: bytes | None) -> IdCard:
    first, last = text.validity()
    number = text.identity_number()
    if not number.startswith("9"):
        raise MalformedCard("number", "foreigner")
    return IdCard(
        document=Document.FOREIGN_PERMANENT_RESIDENT_2023,
        name=text.text("name", (0, 30)),
        name_en=text.required("name_en", (52, 70), (220, 22)),
        sex=text.sex(30),
        birth_date=text.day("birth_date", 36),
        number=number,
        valid_from=first,
        valid_until=last,
        nationality=text.matching("nationality", r"[A-Z]{3}", (242, 6)),
        photo_wlt=photo,
    )


_LAYOUTS: dict[bytes, Callable[[_Text, bytes | None], IdCard]] = {
    b" \0": _resident,
    b"\0\0": _resident,
    b"J\0": _hmt_permit,
    b"I\0": _foreigner_2017,
    b"Y\0": _foreigner_2023,
}
