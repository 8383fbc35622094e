"""Evidence of when something happened that no setting of the clock can change."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path


@cache
def boot() -> str:
    """The kernel's name for this start of the machine; empty where it gives none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def uptime() -> float:
    """Seconds since the machine started, sleep included: it never jumps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
