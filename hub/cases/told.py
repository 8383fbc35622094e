"""What applicants are told in words: what is missing, and why a case was decided as it was."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Explanation:
    """Why a case was decided as it was, and where to complain; for the applicant."""

    reason: str
    basis: str = ""
    complain: str = ""

    def stored(self) -> dict[str, str]:
        """As it is kept with the case."""
        return {"reason": self.reason, "basis": self.basis, "complain": self.complain}


@dataclass(frozen=True)
class Lacking:
    """One line of a one-time notice: what is missing or wrong, and what to do about it.

    ``material_id`` is empty for what is no material of the item.
    """

    name: str
    problem: str
    remedy: str = ""
    material_id: str = ""

    def stored(self) -> dict[str, str]:
        """As it is kept with the request."""
        return {
            "material_id": self.material_id,
            "name": self.name,
            "problem": self.problem,
            "remedy": self.remedy,
        }
