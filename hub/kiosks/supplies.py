"""How long the paper of a kiosk's printer will last, said as honestly as the counts allow. Pure.

How much a document takes is not reported, so it is learned from the rolls that this printer has used up, or
assumed of a usual roll: 80 m of paper (80 x 80 mm, 58 g/m2) and documents of 150 to 300 mm. How many
documents a day there are is taken from the printer's own counter, by day.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

ROLL_MM: Final = 80_000
"""Length of a usual roll of 80 mm."""

LOW_MM: Final = (5_000, 15_000)
"""What may be left when a near-end sensor says low: between one and two centimetres of roll."""

DOCUMENT_MM: Final = (150, 300)
"""Length of a short and of a long slip."""

DAYS_NEEDED: Final = 3
"""Whole days of counts without which nothing is foretold."""

LONGEST: Final = 180
"""Days beyond which a forecast says only 'longer'."""


class Unknown(StrEnum):
    """Why there is no forecast."""

    FEW_DAYS = "few_days"
    NOT_USED = "not_used"
    NO_CHANGE_SEEN = "no_change_seen"


@dataclass(frozen=True)
class Forecast:
    """Between ``least`` and ``most`` days of paper are left; ``learned`` from this printer's own rolls."""

    least: int
    most: int
    learned: bool


@dataclass(frozen=True)
class PaperUse:
    """What is known of a printer's paper, in documents.

    ``by_day``: documents on each of the last whole days; ``since_change``: since the roll was changed,
    ``None`` if that was not seen; ``rolls``: how many each earlier roll gave until it was low; ``paper``: the
    printer's own word for its paper (XFS4IoT Printer.Status). Of what is not ``of_roll``, but in a tray,
    nothing is assumed: it has to be learned.
    """

    by_day: Sequence[int]
    since_change: int | None = None
    rolls: Sequence[int] = ()
    paper: str | None = None
    of_roll: bool = True


def forecast(use: PaperUse) -> Forecast | Unknown:
    """For how many days the paper in a printer lasts."""
    if use.paper == "out":
        return Forecast(0, 0, learned=bool(use.rolls))
    if len(use.by_day) < DAYS_NEEDED:
        return Unknown.FEW_DAYS
    if not sum(use.by_day):
        return Unknown.NOT_USED
    left = _left(use)
    if left is None:
        return Unknown.NO_CHANGE_SEEN
    busy, quiet = _rates(use.by_day)
    return Forecast(
        min(LONGEST, int(left[0] / busy)), min(LONGEST, int(left[1] / quiet)), learned=bool(use.rolls)
    )


def _left(use: PaperUse) -> tuple[float, float] | None:
    """The least and the most documents that the paper still gives."""
    short, long = DOCUMENT_MM
    if use.paper == "low" and use.of_roll:
        return LOW_MM[0] / long, LOW_MM[1] / short
    if use.since_change is None or not (use.rolls or use.of_roll):
        return None
    least, most = (min(use.rolls), max(use.rolls)) if use.rolls else (ROLL_MM / long, ROLL_MM / short)
    return max(0.0, least - use.since_change), max(0.0, most - use.since_change)


def _rates(by_day: Sequence[int]) -> tuple[float, float]:
    """Documents a day, if the coming days are busy and if they are quiet: the mean, its standard error."""
    mean = statistics.fmean(by_day)
    off = statistics.stdev(by_day) / len(by_day) ** 0.5
    return mean + off, max(mean - off, mean / 2)
