"""Records of a social-security card: bytes to meaning, no I/O (PROTOCOLS.md section 2).

A record is tag, length, value. Text is GBK, dates are packed decimal (BCD). Name and number must be there and
sound; everything else a card may lack. Errors name the field and never show its content.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from devices.identity import (
    ETHNICITY_BY_CODE,
    SEX_BY_CODE,
    MalformedCard,
    Sex,
    SocialSecurityCard,
    is_identity_number,
)

APPLICATION = "sx1.sh.社会保障".encode("gbk")

_PADDING = b"\0 \xff"


@dataclass(frozen=True, slots=True)
class Record:
    """Where one datum lies: file, number of the record in it, tag."""

    file: int
    number: int
    tag: int


IDENTIFICATION = Record(0xEF05, 1, 0x01)
VERSION = Record(0xEF05, 3, 0x03)
ISSUER = Record(0xEF05, 4, 0x04)
ISSUED = Record(0xEF05, 5, 0x05)
VALID_UNTIL = Record(0xEF05, 6, 0x06)
CARD_NUMBER = Record(0xEF05, 7, 0x07)
NUMBER = Record(0xEF06, 1, 0x08)
NAME = Record(0xEF06, 2, 0x09)
NAME_CONTINUED = Record(0xEF06, 3, 0x4E)
SEX = Record(0xEF06, 4, 0x0A)
ETHNICITY = Record(0xEF06, 5, 0x0B)
BIRTH_DATE = Record(0xEF06, 7, 0x0D)

RECORDS = (
    IDENTIFICATION,
    VERSION,
    ISSUER,
    ISSUED,
    VALID_UNTIL,
    CARD_NUMBER,
    NUMBER,
    NAME,
    NAME_CONTINUED,
    SEX,
    ETHNICITY,
    BIRTH_DATE,
)
"""Every record that is read, file by file."""


def value_of(record: Record, answer: bytes) -> bytes:
    """The value in the answer to READ RECORD. Raises MalformedCard when it is not that record."""
    if len(answer) < 2 or answer[0] != record.tag or len(answer) < 2 + answer[1]:
        raise MalformedCard(f"record-{record.tag:02x}", "tag-length-value")
    return answer[2 : 2 + answer[1]]


def decode_card(values: Mapping[Record, bytes]) -> SocialSecurityCard:
    """Read the values of a card's records, those it has.

    Raises:
        MalformedCard: name or number is missing, or a value breaks a rule.
    """
    # A name of more than 15 characters goes on in a second record; a character may lie across the cut.
    name = _text("name", values.get(NAME, b"").rstrip(_PADDING) + values.get(NAME_CONTINUED, b""))
    number = (_text("number", values.get(NUMBER, b"")) or "").upper()
    if not name:
        raise MalformedCard("name", "not-empty")
    if not is_identity_number(number):
        raise MalformedCard("number", "check-digit")
    return SocialSecurityCard(
        name=name,
        number=number,
        sex=_sex(values.get(SEX, b"")),
        ethnicity=ETHNICITY_BY_CODE.get(values.get(ETHNICITY, b"").hex()),
        birth_date=_day("birth_date", values.get(BIRTH_DATE, b"")),
        card_number=_text("card_number", values.get(CARD_NUMBER, b"")),
        area_code=_area(values.get(IDENTIFICATION, b"")),
        version=_text("version", values.get(VERSION, b"")),
        issuer=_issuer(values.get(ISSUER, b"")),
        valid_from=_day("valid_from", values.get(ISSUED, b"")),
        valid_until=_day("valid_until", values.get(VALID_UNTIL, b"")),
    )


def _text(field: str, value: bytes) -> str | None:
    try:
        # GB 18030 reads everything that is GBK, and the rare hanzi that newer cards write in four bytes.
        text = value.rstrip(_PADDING).decode("gb18030").strip()
    except UnicodeDecodeError:
        raise MalformedCard(field, "gbk") from None
    if any(unicodedata.category(char) == "Cc" for char in text):
        raise MalformedCard(field, "no-control-characters")
    return text or None


def _issuer(value: bytes) -> str | None:
    """Some issuers write their name, others a code in packed decimal, which is then given as digits."""
    try:
        return _text("issuer", value)
    except MalformedCard:
        return value.hex().upper()


def _sex(value: bytes) -> Sex | None:
    text = _text("sex", value)
    if text is not None and text not in SEX_BY_CODE:
        raise MalformedCard("sex", "code")
    return SEX_BY_CODE[text] if text is not None else None


def _area(value: bytes) -> str | None:
    digits = value[:3].hex()
    return digits if len(digits) == 6 and digits.isdigit() else None


def _day(field: str, value: bytes) -> date | None:
    if not value.strip(_PADDING):
        return None
    digits = value.hex()
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        raise MalformedCard(field, "calendar-day") from None
