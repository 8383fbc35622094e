"""Which seal keys this hub has: on the token that ``seal.toml`` names, else its own for demonstration."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from hub.seals.demonstration import DemonstrationSeals
from hub.seals.keys import SealKeys
from hub.seals.token import TokenSeals, read_settings


@cache
def seal_keys(folder: Path) -> SealKeys:
    """The seal keys of a data folder, found once in a process. Raises ``SealError``."""
    file = folder / "seal.toml"
    return TokenSeals(folder, read_settings(file)) if file.exists() else DemonstrationSeals(folder)
