"""The version of the product, for pyproject.toml, the command line and the messages to the hub."""

from typing import Final

VERSION: Final = "0.1.0"
