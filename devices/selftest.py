"""What a self-test found: keys and verdicts; `devices.words` has the words for them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from devices.status import Paper

if TYPE_CHECKING:
    from devices.status import DeviceStatus


class Verdict(StrEnum):
    """How one part of a self-test went."""

    GOOD = "good"
    FAILED = "failed"
    UNKNOWN = "unknown"  # the device does not say


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of a self-test.

    Attributes:
        key: what was tried, e.g. ``proof-of-print``.
        verdict: how it went.
        value: what was measured or told, e.g. a serial number; never anything personal.
    """

    key: str
    verdict: Verdict
    value: str = ""


def judged(status: DeviceStatus) -> tuple[Finding, ...]:
    """What one answer to "how are you?" says."""
    able = Verdict.GOOD if status.usable else Verdict.FAILED
    findings = [Finding("answers", able, ", ".join(status.reasons))]
    if status.paper is not None:
        gone = {Paper.OUT: Verdict.FAILED, Paper.JAMMED: Verdict.FAILED, Paper.UNKNOWN: Verdict.UNKNOWN}
        findings.append(Finding("paper", gone.get(status.paper, Verdict.GOOD), status.paper.value))
    return tuple(findings)
