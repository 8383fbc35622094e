"""How large a live picture may be: known to the kiosk and to the process of the camera."""

from typing import Final

LIVE_EDGE: Final = 960
"""Pixels of its longer side; a panel shows it about as large."""
LIVE_BYTES: Final = LIVE_EDGE * LIVE_EDGE * 3
