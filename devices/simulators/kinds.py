"""What can be done at the bench with a simulated device, whatever way it is spoken to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from devices.codes import ScannedCode
    from devices.simulators.faults import Fault


@runtime_checkable
class HoldsCodes(Protocol):
    """Something before which a code can be held."""

    shown: ScannedCode | None

    def show(self, code: ScannedCode) -> None:
        """Hold a code there, in place of any other."""


@runtime_checkable
class SeesPages(Protocol):
    """Something under which a page can be laid."""

    @property
    def page(self) -> str | None:
        """What lies there, None for a bare desk."""

    def put(self, what: str) -> None:
        """Lay a page there."""

    def clear(self) -> None:
        """Take the page away."""


class Paper(Protocol):
    """What comes out of a printer."""

    @property
    def papers(self) -> list[Path]:
        """Every paper that came out since the start, oldest first."""

    @property
    def waiting(self) -> Path | None:
        """The paper that nobody has taken yet."""

    def take(self) -> Path | None:
        """The resident takes the paper that waits."""

    def peek(self) -> tuple[Path, list[str]] | None:
        """The newest paper and its text."""


@runtime_checkable
class PrintsSlips(Protocol):
    """Something with paper in it."""

    @property
    def paper(self) -> Paper:
        """What has come out of it."""

    def misbehave(self, fault: Fault, after_lines: int = 0) -> None:
        """Start one misbehaviour; paper can run out after some more lines."""
