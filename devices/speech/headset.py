"""Whether a headset is plugged in: one small source of truth, and "nobody can tell" where there is none."""

from __future__ import annotations

import fcntl
import stat
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_SWITCH_BYTES: Final = 3
_EVIOCGSW: Final = 2 << 30 | _SWITCH_BYTES << 16 | ord("E") << 8 | 0x1B
"""Linux ``input.h``: the state of all switches of an input device."""

_SW_HEADPHONE_INSERT: Final = 0x02


def plugged_in(source: Path | None) -> bool | None:
    """Whether a headset is in, as its source says now; ``None``: nobody can tell.

    Args:
        source: an input device with the jack's switch (``/dev/input/by-path/…``; ALSA makes one for every
            jack that it can sense), or a file that reads 0 or 1, as the kernel gives for a GPIO line.
    """
    if source is None:
        return None
    try:
        if stat.S_ISCHR(source.stat().st_mode):
            return _switch(source)
        return {"1": True, "0": False}.get(source.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return None


def _switch(device: Path) -> bool:
    states = bytearray(_SWITCH_BYTES)
    with device.open("rb") as descriptor:
        fcntl.ioctl(descriptor, _EVIOCGSW, states)
    return bool(states[_SW_HEADPHONE_INSERT // 8] >> _SW_HEADPHONE_INSERT % 8 & 1)
