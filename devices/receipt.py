"""The receipt document: what stands on a slip of paper, said without any printer's language.

The kiosk composes a `Receipt` from these parts; a printer driver turns it into bytes for its own paper
width. Text is a paragraph: it is wrapped to the paper, and control characters in it are never commands.
A receipt may carry a resident's name, so no part shows its text in `repr`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Size(StrEnum):
    """Height of a Chinese character on paper: 24, 48 and 72 dots (3, 6 and 9 mm at 203 dpi)."""

    NORMAL = "normal"
    LARGE = "large"
    HUGE = "huge"


class Align(StrEnum):
    """Where a line stands between the edges of the paper."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True)
class Logo:
    """The lamp mark with the product's name, drawn by code: the first thing on every slip."""


@dataclass(frozen=True)
class Title:
    """What this paper is, in a few large words."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class Text:
    """One paragraph. A huge one that does not fit on a line is made smaller before it is wrapped."""

    text: str = field(repr=False)
    size: Size = Size.NORMAL
    emphasis: bool = False
    align: Align = Align.LEFT


@dataclass(frozen=True)
class Columns:
    """A label at the left edge and its value at the right edge of one line."""

    label: str
    value: str = field(repr=False)
    emphasis: bool = False


@dataclass(frozen=True)
class Rule:
    """A thin line across the paper."""


@dataclass(frozen=True)
class Qr:
    """A QR code, error correction level M, with a quiet zone of four modules.

    `module_dots` is the side of one module; fewer than 4 dots (0.5 mm) is hard to read and refused
    with ValueError. The data must hold no personal data: anybody may pick up the paper.
    """

    data: str = field(repr=False)
    module_dots: int = 6

    def __post_init__(self) -> None:
        if self.module_dots < 4:
            raise ValueError("a QR module must be at least 4 dots wide")


@dataclass(frozen=True)
class Feed:
    """Empty paper, in lines of normal text."""

    lines: int = 1


@dataclass(frozen=True)
class Cut:
    """Cut the paper here. A receipt without a cut is cut at its end."""


Part = Logo | Title | Text | Columns | Rule | Qr | Feed | Cut


@dataclass(frozen=True)
class Receipt:
    """One slip of paper, from top to bottom."""

    parts: tuple[Part, ...]

    def __iter__(self) -> Iterator[Part]:
        return iter(self.parts)
