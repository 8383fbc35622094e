"""The A4 document: a finished PDF, and how it is to stand on paper."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Sides(StrEnum):
    """Which sides of a sheet are printed (IPP ``sides``, RFC 8011, section 5.2.8)."""

    ONE = "one-sided"
    TWO_LONG_EDGE = "two-sided-long-edge"
    TWO_SHORT_EDGE = "two-sided-short-edge"


@dataclass(frozen=True, slots=True)
class Document:
    """A document to print. It may hold personal data: its content is kept out of `repr`.

    Attributes:
        pdf: the document, as PDF.
        copies: how often it is printed.
        sides: which sides of the sheets are used.
        pages: pages of one copy, if whoever made it knows; a printer that counts must reach them all.
    """

    pdf: bytes = field(repr=False)
    copies: int = 1
    sides: Sides = Sides.ONE
    pages: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.copies <= 99:
            raise ValueError("copies are from 1 to 99")

    @property
    def impressions(self) -> int:
        """Printed sides of paper that all copies take, as far as is known; at least one for each copy."""
        return self.copies * (self.pages or 1)
