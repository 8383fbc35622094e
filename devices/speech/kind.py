"""For whose ears a text is."""

from __future__ import annotations

from enum import StrEnum


class Speech(StrEnum):
    """For whose ears a text is."""

    FIXED = "fixed"  # the same for everybody: may be rendered beforehand and kept
    PASSING = "passing"  # of this moment: spoken and forgotten
    PERSONAL = "personal"  # of this resident: spoken into a headset or not at all
