"""Demonstration residents and the bytes of their cards.

All of them are fictional. Their numbers have correct check digits, their streets do not exist, their photos
are bytes without a picture.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from devices.identity import (
    ETHNICITY_BY_CODE,
    SEX_BY_CODE,
    Document,
    IdCard,
    Sex,
    SocialSecurityCard,
    check_digit,
)
from devices.sam.card_text import LONG_TERM, TEXT_SIZE

_SEX_CODES = {sex: code for code, sex in SEX_BY_CODE.items()}
_ETHNICITY_CODES = {name: code for code, name in ETHNICITY_BY_CODE.items()}
_FLAGS = {
    Document.RESIDENT_ID: " ",
    Document.HMT_RESIDENCE_PERMIT: "J",
    Document.FOREIGN_PERMANENT_RESIDENT_2017: "I",
    Document.FOREIGN_PERMANENT_RESIDENT_2023: "Y",
}


@dataclass(frozen=True, slots=True)
class DemonstrationResident:
    """One fictional person and what they carry.

    Attributes:
        who: name on the command line.
        id_card: their ID card.
        social_card: their social-security card, if they have one.
    """

    who: str
    id_card: IdCard
    social_card: SocialSecurityCard | None = None


def encode_id_card(card: IdCard) -> bytes:
    """The data of a reader's good answer to "read": both lengths, text, photo (PROTOCOLS.md section 1)."""
    photo = card.photo_wlt or b""
    text = encode_text(_layout(card))
    return len(text).to_bytes(2) + len(photo).to_bytes(2) + text + photo


def encode_text(fields: dict[tuple[int, int], str]) -> bytes:
    """A text block of 256 bytes, UTF-16LE, padded with blanks, from text by (offset, length in bytes)."""
    block = bytearray(" ".encode("utf-16-le") * (TEXT_SIZE // 2))
    for (offset, length), text in fields.items():
        encoded = text.encode("utf-16-le")
        if len(encoded) > length:
            raise ValueError(f"too long for the {length} bytes at {offset}")
        block[offset : offset + len(encoded)] = encoded
    return bytes(block)


def _layout(card: IdCard) -> dict[tuple[int, int], str]:
    fields = {
        (188, 16): _day(card.valid_from),
        (204, 16): _day(card.valid_until) if card.valid_until else LONG_TERM,
        (248, 2): _FLAGS[card.document],
    }
    english = card.name_en or ""
    if card.document is Document.FOREIGN_PERMANENT_RESIDENT_2017:
        return fields | {
            (0, 120): english,
            (120, 2): _SEX_CODES[card.sex],
            (122, 30): card.number,
            (152, 6): card.nationality or "",
            (158, 30): card.name,
            (220, 16): _day(card.birth_date),
            (236, 4): "01",
            (240, 8): card.issuer or "",
        }
    fields |= {
        (0, 30): card.name,
        (30, 2): _SEX_CODES[card.sex],
        (36, 16): _day(card.birth_date),
        (122, 36): card.number,
    }
    if card.document is Document.FOREIGN_PERMANENT_RESIDENT_2023:
        return fields | {
            (32, 4): "00",
            (52, 70): english[:35],
            (220, 22): english[35:],
            (242, 6): card.nationality or "",
        }
    fields |= {(52, 70): card.address or "", (158, 30): card.issuer or ""}
    if card.document is Document.HMT_RESIDENCE_PERMIT:
        count = "" if card.issue_count is None else f"{card.issue_count:02d}"
        return fields | {(220, 18): card.pass_number or "", (238, 4): count}
    return fields | {(32, 4): _ETHNICITY_CODES[card.ethnicity or "其他"]}


def encode_social_card(card: SocialSecurityCard) -> dict[int, dict[int, bytes]]:
    """The records of the card's files EF05 and EF06 by file and tag (PROTOCOLS.md section 2)."""
    name = card.name.encode("gb18030")
    return {
        0xEF05: {
            0x01: bytes.fromhex((card.area_code or "000000").ljust(32, "0")),
            0x02: b"3",
            0x03: (card.version or "2.00").encode("ascii"),
            0x04: (card.issuer or "").encode("gbk").ljust(12),
            0x05: _bcd(card.valid_from),
            0x06: _bcd(card.valid_until),
            0x07: (card.card_number or "").encode("ascii").ljust(9),
        },
        0xEF06: {
            0x08: card.number.encode("ascii"),
            0x09: name[:30].ljust(30),
            0x4E: name[30:].ljust(20),
            0x0A: _SEX_CODES[card.sex or Sex.UNSTATED].encode("ascii"),
            0x0B: bytes.fromhex(_ETHNICITY_CODES[card.ethnicity or "其他"]),
            0x0C: bytes.fromhex(card.number[:6]),
            0x0D: _bcd(card.birth_date),
        },
    }


def _day(day: date) -> str:
    return day.strftime("%Y%m%d")


def _bcd(day: date | None) -> bytes:
    return bytes.fromhex(_day(day)) if day else bytes(4)


def _photo(who: str) -> bytes:
    return hashlib.shake_256(who.encode()).digest(1024)


def _number(first_17: str) -> str:
    return first_17 + check_digit(first_17)


def _social(card: IdCard, card_number: str, issuer: str) -> SocialSecurityCard:
    return SocialSecurityCard(
        name=card.name,
        number=card.number,
        sex=card.sex,
        ethnicity=card.ethnicity,
        birth_date=card.birth_date,
        card_number=card_number,
        area_code=card.number[:4] + "00",
        version="2.00",
        issuer=issuer,
        valid_from=date(2019, 3, 18),
        valid_until=date(2039, 3, 18),
    )


_LI_GUILAN = IdCard(
    document=Document.RESIDENT_ID,
    name="李桂兰",
    sex=Sex.FEMALE,
    ethnicity="汉",
    birth_date=date(1949, 12, 31),
    address="北京市朝阳区夜灯路1号院2号楼303室",
    number="11010519491231002X",
    issuer="北京市公安局朝阳分局",
    valid_from=date(2010, 5, 12),
    valid_until=None,
    photo_wlt=_photo("li-guilan"),
)
_ZHAO_JIANGUO = IdCard(
    document=Document.RESIDENT_ID,
    name="赵建国",
    sex=Sex.MALE,
    ethnicity="回",
    birth_date=date(1976, 8, 15),
    address="山东省济南市历下区萤火街18号楼2单元501室",
    number=_number("37010219760815311"),
    issuer="济南市公安局历下区分局",
    valid_from=date(2016, 9, 1),
    valid_until=date(2036, 9, 1),
    photo_wlt=_photo("zhao-jianguo"),
)
_WANG_YAN = IdCard(
    document=Document.RESIDENT_ID,
    name="王䶮𠮷",
    sex=Sex.MALE,
    ethnicity="满",
    birth_date=date(1992, 2, 29),
    address="广东省深圳市南山区灯塔一路6号𠮷祥苑3栋1202",
    number=_number("44030519920229771"),
    issuer="深圳市公安局南山分局",
    valid_from=date(2018, 6, 20),
    valid_until=date(2038, 6, 20),
    photo_wlt=_photo("wang-yan"),
)
_CHAN_TAI_MAN = IdCard(
    document=Document.HMT_RESIDENCE_PERMIT,
    name="陈大文",
    sex=Sex.MALE,
    birth_date=date(1990, 1, 1),
    address="广东省深圳市福田区烛光路8号",
    number="810000199001010019",
    issuer="深圳市公安局",
    valid_from=date(2023, 10, 9),
    valid_until=date(2028, 10, 8),
    pass_number="H01234567",  # noqa: S106 - a travel document, no password
    issue_count=2,
    photo_wlt=_photo("chan-tai-man"),
)
_MARIA_GARCIA = IdCard(
    document=Document.FOREIGN_PERMANENT_RESIDENT_2023,
    name="马丽雅",
    name_en="GARCIA DE LA VEGA Y MENDOZA, MARIA ISABEL",
    sex=Sex.FEMALE,
    birth_date=date(1985, 7, 23),
    number=_number("91172419850723001"),
    valid_from=date(2024, 3, 1),
    valid_until=date(2034, 2, 28),
    nationality="ESP",
    photo_wlt=_photo("maria-garcia"),
)
_JOHN_SMITH = IdCard(
    document=Document.FOREIGN_PERMANENT_RESIDENT_2017,
    name="施明",
    name_en="SMITH, JOHN",
    sex=Sex.MALE,
    birth_date=date(1981, 4, 5),
    number="GBR310081040501",
    issuer="3100",
    valid_from=date(2018, 4, 5),
    valid_until=date(2028, 4, 4),
    nationality="GBR",
    photo_wlt=_photo("john-smith"),
)

RESIDENTS = {
    resident.who: resident
    for resident in (
        DemonstrationResident("li-guilan", _LI_GUILAN, _social(_LI_GUILAN, "A00012345", "北京人社")),
        DemonstrationResident("zhao-jianguo", _ZHAO_JIANGUO, _social(_ZHAO_JIANGUO, "L10293847", "济南人社")),
        DemonstrationResident("wang-yan", _WANG_YAN, _social(_WANG_YAN, "M55667788", "深圳人社")),
        DemonstrationResident("chan-tai-man", _CHAN_TAI_MAN),
        DemonstrationResident("maria-garcia", _MARIA_GARCIA),
        DemonstrationResident("john-smith", _JOHN_SMITH),
    )
}
"""Everybody who can lay a card, by name on the command line."""
