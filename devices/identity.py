"""Who a card says somebody is: the documents, their codes and their check digit.

Everything here is personal. ``repr`` never shows it; `IdCard.masked` is what may be shown to others.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum

CHINA_TIME = timezone(timedelta(hours=8), "Asia/Shanghai")
"""All of China keeps UTC+8 without summer time (since 1992), so no time-zone database is needed."""


class Document(StrEnum):
    """Kind of card."""

    RESIDENT_ID = "resident_id"
    HMT_RESIDENCE_PERMIT = "hmt_residence_permit"
    FOREIGN_PERMANENT_RESIDENT_2017 = "foreign_permanent_resident_2017"
    FOREIGN_PERMANENT_RESIDENT_2023 = "foreign_permanent_resident_2023"
    SOCIAL_SECURITY_CARD = "social_security_card"


class Sex(StrEnum):
    """Sex as recorded on a card (GB/T 2261.1)."""

    UNKNOWN = "unknown"
    MALE = "male"
    FEMALE = "female"
    UNSTATED = "unstated"


SEX_BY_CODE = {"0": Sex.UNKNOWN, "1": Sex.MALE, "2": Sex.FEMALE, "9": Sex.UNSTATED}
"""GB/T 2261.1."""

_ETHNICITIES = """
    汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳
    佤 畲 高山 拉祜 水 东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米
    塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺
    其他 外国血统中国籍
"""
ETHNICITY_BY_CODE = {f"{code:02d}": name for code, name in enumerate(_ETHNICITIES.split(), 1)}
"""GB/T 3304: 01 to 56; 57 (other) and 58 (foreign descent, Chinese nationality) occur on cards, too."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"


class MalformedCard(ValueError):
    """What a card says breaks a rule. ``args`` name the field and the rule, never what the field holds."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(field, rule)
        self.field = field
        self.rule = rule


def check_digit(first_17: str) -> str:
    """The 18th character of an identity number (GB 11643, ISO 7064 MOD 11-2) for its first 17 digits."""
    total = sum(int(digit) * weight for digit, weight in zip(first_17, _WEIGHTS, strict=True))
    return _CHECK_DIGITS[total % 11]


def is_identity_number(number: str) -> bool:
    """18 characters, digits but for the last, with the right check digit (GB 11643)."""
    body = number[:17]
    return len(number) == 18 and body.isascii() and body.isdigit() and number[17] == check_digit(body)


def mask_name(name: str) -> str:
    """The first character, and a star for each other one."""
    return name[:1] + "*" * (len(name) - 1)


def mask_number(number: str) -> str:
    """The first three and the last four characters; a number too short for that is all stars."""
    hidden = len(number) - 7
    return number[:3] + "*" * hidden + number[-4:] if hidden > 0 else "*" * len(number)


def _mask_text(text: str) -> str:
    return text[:3] + "*" * max(0, len(text) - 3) if len(text) > 6 else "*" * len(text)


_MASKS: dict[str, Callable[[str], str | None]] = {
    "name": mask_name,
    "name_en": mask_name,
    "ethnicity": lambda text: "*" * len(text),
    "birth_date": lambda _: "****-**-**",
    "address": _mask_text,
    "number": mask_number,
    "pass_number": mask_number,
    "card_number": mask_number,
    "photo_wlt": lambda _: None,
}


class _Card:
    """What both kinds of card can do."""

    def unmasked(self) -> dict[str, object]:
        """Everything, ready for JSON: dates ISO, bytes base64, ``None`` for what this document lacks."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}  # type: ignore[arg-type]

    def masked(self) -> dict[str, object]:
        """Like `unmasked`, with personal fields made unreadable."""
        return {
            name: _MASKS[name](value) if isinstance(value, str) and name in _MASKS else value
            for name, value in self.unmasked().items()
        }

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    def is_valid_at(self, moment: datetime) -> bool:
        """Whether the card is valid on that calendar day in China, first and last day included.

        Args:
            moment: an aware time.
        """
        day = moment.astimezone(CHINA_TIME).date()
        first: date | None = self.valid_from  # type: ignore[attr-defined]
        last: date | None = self.valid_until  # type: ignore[attr-defined]
        return (first is None or first <= day) and (last is None or day <= last)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class IdCard(_Card):
    """An ID card as read from its chip (PROTOCOLS.md section 1); ``None`` where a document has no such field.

    Attributes:
        document: which of the four layouts.
        name: Chinese name; empty on a foreigner's card that bears none.
        name_en: English name.
        sex: sex.
        ethnicity: Chinese name of the ethnic group, e.g. 汉.
        birth_date: date of birth.
        address: address.
        number: identity number; 18 characters, or 15 on a foreigner's card of 2017.
        issuer: authority that issued the card.
        valid_from: first day of validity.
        valid_until: last day of validity; ``None`` = long term (长期).
        pass_number: Hong Kong, Macao or Taiwan pass number.
        issue_count: how often the permit has been issued.
        nationality: three letters (ISO 3166-1 alpha-3).
        photo_wlt: the photo, 1024 bytes in a closed format that only vendors' libraries decode.
    """

    document: Document
    name: str
    name_en: str | None = None
    sex: Sex
    ethnicity: str | None = None
    birth_date: date
    address: str | None = None
    number: str
    issuer: str | None = None
    valid_from: date
    valid_until: date | None
    pass_number: str | None = None
    issue_count: int | None = None
    nationality: str | None = None
    photo_wlt: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SocialSecurityCard(_Card):
    """A social-security card as read from its chip (PROTOCOLS.md section 2): fills in forms, proves nothing.

    Attributes:
        document: always `Document.SOCIAL_SECURITY_CARD`.
        name: name.
        number: social security number, which is the identity number.
        sex: sex.
        ethnicity: Chinese name of the ethnic group.
        birth_date: date of birth.
        card_number: number printed on the card.
        area_code: GB/T 2260 code of the issuing area, 6 digits.
        version: version of the card's specification, e.g. ``2.00``.
        issuer: issuing organisation.
        valid_from: day of issue.
        valid_until: last day of validity; ``None`` when the card names none.
    """

    document: Document = Document.SOCIAL_SECURITY_CARD
    name: str
    number: str
    sex: Sex | None = None
    ethnicity: str | None = None
    birth_date: date | None = None
    card_number: str | None = None
    area_code: str | None = None
    version: str | None = None
    issuer: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, date):
        return value.isoformat()
    return value or None if isinstance(value, str) else value
