"""The check code on every receipt: short enough to type, made from the submission's id by both ends alone."""

from __future__ import annotations

import hashlib
from uuid import UUID

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base 32: no I, L, O, U
_READ_AS = str.maketrans("OIL", "011")
_DIGITS = 10  # 50 bits: one chance in a million that two of 50 000 open submissions share a code


def check_code(submission_id: UUID) -> str:
    """The check code of a submission, e.g. ``7K3M-9QX2-P4C``: ten characters and a check character.

    Crockford base 32; the last character is a Luhn check over the 32 characters, so that any single wrong
    character and nearly every swap of two neighbours is noticed before anyone asks the hub.
    """
    number = int.from_bytes(hashlib.sha256(submission_id.bytes).digest(), "big") >> (256 - 5 * _DIGITS)
    digits = "".join(_ALPHABET[number >> shift & 31] for shift in range(5 * _DIGITS - 5, -1, -5))
    return _grouped(digits + _check_character(digits))


def normalise_check_code(typed: str) -> str:
    """The check code as printed, from what a person typed (case, spaces, dashes, O for 0, I and L for 1).

    Raises ``ValueError`` when it cannot be a check code.
    """
    code = "".join(typed.split()).replace("-", "").upper().translate(_READ_AS)
    if len(code) != _DIGITS + 1 or not set(code) <= set(_ALPHABET):
        raise ValueError("a check code has eleven letters and digits")
    if _check_character(code[:-1]) != code[-1]:
        raise ValueError("the check character does not fit")
    return _grouped(code)


def _grouped(code: str) -> str:
    return f"{code[:4]}-{code[4:8]}-{code[8:]}"


def _check_character(digits: str) -> str:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = _ALPHABET.index(digit) * (2 - position % 2)
        total += value // 32 + value % 32
    return _ALPHABET[-total % 32]
