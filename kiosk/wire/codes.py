"""The codes on paper: the check code of a receipt, the verification code of a certificate.

Both are Crockford base 32 (no I, L, O, U), in groups, and forgive what people do when they copy them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final
from uuid import UUID

CODE_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford base 32: no I, L, O, U."""

CHECK_CODE_LENGTH: Final = 11
VERIFICATION_CODE_LENGTH: Final = 12

_READ_AS = str.maketrans("OIL", "011")
_DIGITS = (
    CHECK_CODE_LENGTH - 1
)  # 50 bits: one chance in a million that two of 50 000 open submissions share a code


def check_code(submission_id: UUID) -> str:
    """The check code of a submission, e.g. ``7K3M-9QX2-P4C``: ten characters and a check character.

    The last character is a Luhn check over the 32 characters, so that any single wrong character and nearly
    every swap of two neighbours is noticed before anyone asks the hub.
    """
    number = int.from_bytes(hashlib.sha256(submission_id.bytes).digest(), "big") >> (256 - 5 * _DIGITS)
    digits = "".join(CODE_ALPHABET[number >> shift & 31] for shift in range(5 * _DIGITS - 5, -1, -5))
    return _grouped(digits + _check_character(digits))


def with_check_code(code: str, ids: Iterable[str]) -> UUID | None:
    """The first of ``ids`` (UUIDs as text) whose check code is ``code``, as printed; ``None``: none of them.

    A hundred thousand take a fifth of a second: a whole code is only made where its beginning fits.
    """
    digits = code.replace("-", "")[:_DIGITS]
    number = sum(CODE_ALPHABET.index(digit) << 5 * place for place, digit in enumerate(reversed(digits)))
    beginning = (number >> (5 * _DIGITS) % 8).to_bytes(5 * _DIGITS // 8, "big")
    for id_ in ids:
        digest = hashlib.sha256(bytes.fromhex(id_.replace("-", ""))).digest()
        if digest.startswith(beginning) and check_code(found := UUID(id_)) == code:
            return found
    return None


def normalise_check_code(typed: str) -> str:
    """The check code as printed, from what a person typed (case, spaces, dashes, O for 0, I and L for 1).

    Raises ``ValueError`` when it cannot be a check code.
    """
    code = _read(typed, CHECK_CODE_LENGTH)
    if _check_character(code[:-1]) != code[-1]:
        raise ValueError("the check character does not fit")
    return _grouped(code)


def normalise_verification_code(typed: str) -> str:
    """The verification code as printed, from what a person typed.

    Raises ``ValueError`` when it cannot be one. It is random (60 bits) and has no check character: nobody but
    the hub can tell a wrong one.
    """
    return _grouped(_read(typed, VERIFICATION_CODE_LENGTH))


def _read(typed: str, length: int) -> str:
    code = "".join(typed.split()).replace("-", "").upper().translate(_READ_AS)
    if len(code) != length or not set(code) <= set(CODE_ALPHABET):
        raise ValueError(f"this code has {length} letters and digits")
    return code


def _grouped(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _check_character(digits: str) -> str:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = CODE_ALPHABET.index(digit) * (2 - position % 2)
        total += value // 32 + value % 32
    return CODE_ALPHABET[-total % 32]
