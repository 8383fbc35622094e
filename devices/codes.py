"""Codes that a scanner or a camera has read, and what may be done with them.

A code is data from a stranger: raw bytes and a symbology, never text to be opened, run, typed or printed.
Before anything else of the house sees one, `accept` holds it against the grammar of the purpose it was
asked for (FAULTS.md 19). What is not allowed by that grammar is refused whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum


class Symbology(StrEnum):
    """Kinds of printed code, by the names that people use."""

    QR = "qr"
    DATA_MATRIX = "data-matrix"
    AZTEC = "aztec"
    PDF417 = "pdf417"
    HAN_XIN = "han-xin"
    CODE_128 = "code-128"
    CODE_93 = "code-93"
    CODE_39 = "code-39"
    CODABAR = "codabar"
    ITF = "itf"
    EAN = "ean"
    DATA_BAR = "data-bar"
    UNKNOWN = "unknown"  # the scanner does not say


BY_AIM_LETTER = {
    "A": Symbology.CODE_39,
    "C": Symbology.CODE_128,
    "E": Symbology.EAN,
    "F": Symbology.CODABAR,
    "G": Symbology.CODE_93,
    "I": Symbology.ITF,
    "L": Symbology.PDF417,
    "Q": Symbology.QR,
    "d": Symbology.DATA_MATRIX,
    "e": Symbology.DATA_BAR,
    "h": Symbology.HAN_XIN,
    "z": Symbology.AZTEC,
}
"""ISO/IEC 15424: the letter behind ``]`` in a symbology identifier."""


@dataclass(frozen=True, slots=True)
class ScannedCode:
    """One code as it was read. Its content may be a resident's, so it never shows in ``repr``.

    Attributes:
        data: the raw bytes, unchanged.
        symbology: what kind of code bore them.
    """

    data: bytes = field(repr=False)
    symbology: Symbology = Symbology.UNKNOWN


class Purpose(StrEnum):
    """What a code was asked for."""

    RESIDENT_CODE = "resident-code"  # decoded by the platform alone
    CHECK_CODE = "check-code"  # on our receipts
    VERIFICATION_CODE = "verification-code"  # on certificates printed here
    CASE_NUMBER = "case-number"  # given by the hub or an office
    DIGITS = "digits"  # bills, queue tickets


class RefusedCode(ValueError):
    """A code is none of the kind that was asked for. ``args`` name purpose and rule, never the content."""

    def __init__(self, purpose: Purpose, rule: str) -> None:
        super().__init__(purpose.value, rule)
        self.purpose = purpose
        self.rule = rule


LONGEST_RESIDENT_CODE = 2048
"""Bytes. Resident codes are short; this is what a QR code of a phone's screen can reasonably hold."""

_CROCKFORD = rb"[0-9A-HJKMNP-TV-Z]"
_GRAMMARS = {
    # Crockford base 32 in groups, as printed; the QR code on paper puts the product's name before it.
    Purpose.CHECK_CODE: re.compile(rb"(?:yedeng:)?(%b{4}-%b{4}-%b{3})" % ((_CROCKFORD,) * 3)),
    Purpose.VERIFICATION_CODE: re.compile(rb"(?:yedeng:verify:)?(%b{4}-%b{4}-%b{4})" % ((_CROCKFORD,) * 3)),
    Purpose.CASE_NUMBER: re.compile(rb"((?=.{4,40}\Z)[0-9A-Z]+(?:-[0-9A-Z]+)*)"),
    Purpose.DIGITS: re.compile(rb"([0-9]{1,40})"),
}


def accept(code: ScannedCode, purpose: Purpose) -> str:
    """What the code says, if it is of the kind that was asked for.

    Args:
        code: as read.
        purpose: what the resident was asked to show; there is no grammar for "anything".

    Returns:
        The check code, verification code, case number or digits, plain ASCII without anything around it.

    Raises:
        RefusedCode: it is something else. A resident code is always refused here: see `opaque`.
    """
    grammar = _GRAMMARS.get(purpose)
    if grammar is None:
        raise RefusedCode(purpose, "opaque")
    match = grammar.fullmatch(code.data)
    if match is None:
        raise RefusedCode(purpose, "grammar")
    return match[1].decode("ascii")


def opaque(code: ScannedCode) -> bytes:
    """A resident code, for the platform that issued it: never read here, never kept beyond the visit.

    Raises:
        RefusedCode: it is empty, too long, or no matrix code.
    """
    if not 1 <= len(code.data) <= LONGEST_RESIDENT_CODE:
        raise RefusedCode(Purpose.RESIDENT_CODE, "length")
    if code.symbology not in {Symbology.QR, Symbology.HAN_XIN, Symbology.DATA_MATRIX, Symbology.UNKNOWN}:
        raise RefusedCode(Purpose.RESIDENT_CODE, "symbology")
    return code.data
