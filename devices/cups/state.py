"""What IPP says of a printer and of a job, in this house's words. Pure functions.

Keywords are those of RFC 8011, sections 5.3.7, 5.3.8, 5.4.11 and 5.4.12, of PWG 5100.9 and of CUPS. A server
may say anything: what is not known is counted as a warning or an error and never repeated in its own words.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final, TypeVar

from devices.status import DeviceState, DeviceStatus, Fitness, Media, Paper, Supply

if TYPE_CHECKING:
    from devices.cups.ipp import Attributes

T = TypeVar("T")

_STOPPED: Final = 5
"""``printer-state``: 3 idle, 4 processing, 5 stopped."""


class JobStage(IntEnum):
    """``job-state`` (RFC 8011, section 5.3.7)."""

    PENDING = 3
    HELD = 4
    PROCESSING = 5
    STOPPED = 6
    CANCELED = 7
    ABORTED = 8
    COMPLETED = 9


REASONS: Final = {
    "media-empty": "paper-out",
    "media-needed": "paper-out",
    "media-low": "paper-low",
    "media-jam": "paper-jammed",
    "input-tray-missing": "tray-missing",
    "cover-open": "cover-open",
    "door-open": "cover-open",
    "interlock-open": "cover-open",
    "toner-low": "toner-low",
    "marker-supply-low": "toner-low",
    "developer-low": "toner-low",
    "toner-empty": "toner-out",
    "marker-supply-empty": "toner-out",
    "marker-supply-missing": "toner-out",
    "developer-empty": "toner-out",
    "marker-waste-almost-full": "waste-box-nearly-full",
    "marker-waste-full": "waste-box-full",
    "output-area-almost-full": "output-nearly-full",
    "output-area-full": "output-full",
    "opc-near-eol": "drum-nearly-worn",
    "opc-life-over": "drum-worn",
    "fuser-over-temp": "fuser-error",
    "fuser-under-temp": "fuser-error",
    "spool-area-full": "spool-full",
    "cups-missing-filter": "filter-missing",
    "cups-insecure-filter": "filter-missing",
    "paused": "printer-paused",
    "moving-to-paused": "printer-paused",
    "hold-new-jobs": "printer-paused",
    "offline": "printer-offline",
    "shutdown": "printer-offline",
    "timed-out": "printer-offline",
    "connecting-to-device": "printer-connecting",
}
"""Keys by keyword, severity apart."""

_QUIET: Final = {
    "none",
    "com.apple.print.recoverable",
    "cups-waiting-for-job-completed",
    "cups-remote-pending",
}
_WORN: Final = {
    "paper-low",
    "toner-low",
    "waste-box-nearly-full",
    "output-nearly-full",
    "drum-nearly-worn",
    "printer-warning",
    "printer-connecting",
}
"""Reasons that stop nothing."""

_SUPPLIES: Final = {"paper-out", "paper-low", "toner-out", "toner-low"}


@dataclass(frozen=True, slots=True)
class Printer:
    """A queue as its server describes it.

    Attributes:
        reasons: keys of `REASONS`, ``printer-warning`` and ``printer-error``; each once.
        stopped: the queue prints nothing.
        accepts: it takes new jobs.
        quiet_for: seconds since its state changed, if it says.
        markers: percent left in each toner or ink that it measures.
    """

    reasons: tuple[str, ...]
    stopped: bool
    accepts: bool
    quiet_for: int | None = None
    markers: tuple[int, ...] = ()

    @property
    def obstacle(self) -> str | None:
        """The first reason why nothing comes out now, as a key."""
        if self.stopped:
            return "printer-paused"
        if not self.accepts:
            return "not-accepting-jobs"
        return next((reason for reason in self.reasons if reason not in _WORN), None)

    def status(self, *, tells_paper: bool, forget_after: float) -> DeviceStatus:
        """The snapshot for the contract.

        Args:
            tells_paper: the printer tells of missing paper at rest; then silence means that there is some.
            forget_after: seconds after which a complaint of an idle queue is no longer believed. CUPS hears
                of a refilled tray only with the next job, which nobody would send to an empty printer.
        """
        reasons = self.reasons
        if not self.stopped and self.quiet_for is not None and self.quiet_for > forget_after:
            reasons = tuple(reason for reason in reasons if reason in _WORN)
        if (obstacle := self.obstacle) in {"printer-paused", "not-accepting-jobs"}:
            reasons = (*(reason for reason in reasons if reason != obstacle), obstacle)
        paper = _paper(reasons, tells_paper=tells_paper)
        return DeviceStatus(
            DeviceState.OFFLINE if "printer-offline" in reasons else DeviceState.ONLINE,
            media=Media.JAMMED if paper is Paper.JAMMED else Media.UNKNOWN,
            paper=paper,
            fitness=_fitness(reasons),
            supply=self._supply(reasons, paper),
            reasons=reasons,
        )

    def _supply(self, reasons: tuple[str, ...], paper: Paper) -> Supply:
        """The worse of paper and toner; fine only when both are known to be."""
        if {"paper-out", "toner-out"} & set(reasons) or 0 in self.markers:
            return Supply.OUT
        if {"paper-low", "toner-low"} & set(reasons):
            return Supply.LOW
        return Supply.OK if paper is Paper.FULL and self.markers else Supply.UNKNOWN


def _paper(reasons: tuple[str, ...], *, tells_paper: bool) -> Paper:
    known = {"paper-jammed": Paper.JAMMED, "paper-out": Paper.OUT, "paper-low": Paper.LOW}
    found = next((paper for reason, paper in known.items() if reason in reasons), None)
    return found or (Paper.FULL if tells_paper else Paper.UNKNOWN)


def _fitness(reasons: tuple[str, ...]) -> Fitness:
    if set(reasons) - _WORN - _SUPPLIES:
        return Fitness.FAILED
    return Fitness.DEGRADED if set(reasons) - _SUPPLIES else Fitness.OK


def printer(attributes: Attributes) -> Printer:
    """What a printer's attributes say."""
    keys = (_key(word) for word in _all(attributes, "printer-state-reasons", str))
    now, since = (_first(attributes, name, int) for name in ("printer-up-time", "printer-state-change-time"))
    kinds = _all(attributes, "marker-types", str)
    levels = _all(attributes, "marker-levels", int)
    used_up = [level for n, level in enumerate(levels) if "waste" not in (kinds[n] if n < len(kinds) else "")]
    return Printer(
        reasons=tuple(dict.fromkeys(key for key in keys if key)),
        stopped=_first(attributes, "printer-state", int) == _STOPPED,
        accepts=_first(attributes, "printer-is-accepting-jobs", bool) is not False,
        quiet_for=None if now is None or since is None else max(0, now - since),
        markers=tuple(level for level in used_up if 0 <= level <= 100),
    )


def _key(keyword: str) -> str | None:
    """One reason; an unknown one by its severity: no suffix is an error (RFC 8011, section 5.4.12)."""
    if keyword in _QUIET:
        return None
    bare, _, severity = keyword.rpartition("-")
    if severity not in {"report", "warning", "error"}:
        bare, severity = keyword, "error"
    unknown = {"report": None, "warning": "printer-warning", "error": "printer-error"}[severity]
    return REASONS.get(bare, unknown)


@dataclass(frozen=True, slots=True)
class Job:
    """A job as its server describes it.

    Attributes:
        stage: ``job-state``.
        begun: it has been sent to the printer, wholly or in part.
        impressions: sides of paper printed so far; ``None``: nobody counts them.
    """

    stage: JobStage
    begun: bool
    impressions: int | None


def job(attributes: Attributes) -> Job | None:
    """What a job's attributes say; ``None`` when they name no state."""
    number = _first(attributes, "job-state", int)
    if number not in set(JobStage):
        return None
    stage = JobStage(number)
    impressions = _first(attributes, "job-impressions-completed", int)
    begun = (
        stage in {JobStage.PROCESSING, JobStage.COMPLETED}
        or bool(impressions)
        or _first(attributes, "time-at-processing", int) is not None
    )
    return Job(stage, begun, impressions if impressions and impressions > 0 else None)


def _first(attributes: Attributes, name: str, kind: type[T]) -> T | None:
    return next(iter(_all(attributes, name, kind)), None)


def _all(attributes: Attributes, name: str, kind: type[T]) -> list[T]:
    """The values of that kind; a number is no truth value."""
    values = attributes.get(name, [])
    return [
        value for value in values if isinstance(value, kind) and not (kind is int and isinstance(value, bool))
    ]
