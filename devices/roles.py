"""Names of ports that stay: a udev rule gives what is plugged in the name of its role, ``/dev/yedeng/ROLE``.

The kernel numbers ports in the order in which they come (ttyUSB0, ttyUSB1). What stays is the plug
(``ID_PATH``) and, where the maker gave one, the serial number: by plug whatever is put there has the role, by
serial number one device has it wherever it is put.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path("/dev/yedeng")

_PLAIN = re.compile(r"[\w.:+@/-]+", re.ASCII)
"""What may stand in a rule without being read as a pattern."""


class NoRole(Exception):
    """No rule can be made; the message says why in words."""


def properties(port: Path) -> dict[str, str]:
    """What udev knows of a port. Raises NoRole."""
    try:
        told = subprocess.run(
            ["udevadm", "info", "--query=property", f"--name={port}"],
            capture_output=True, encoding="utf-8", errors="replace", timeout=10, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        raise NoRole("udevadm does not answer; is the package udev installed?") from None
    if told.returncode != 0:
        raise NoRole(f"udev knows no device {port}")
    return dict(line.split("=", 1) for line in told.stdout.splitlines() if "=" in line)


def rule(role: str, known: Mapping[str, str], *, by_serial: bool = False) -> str:
    """One line for 71-yedeng-roles.rules.

    Args:
        role: the device's name in the site file.
        known: what udev knows of its port.
        by_serial: by the device's serial number; otherwise by the plug it is in.

    Raises:
        NoRole: the port has no such mark, or one that would not name it alone.
    """
    subsystem = _plain(known, "SUBSYSTEM")
    marks = [f'SUBSYSTEM=="{subsystem}"']
    if by_serial:
        if "ID_SERIAL_SHORT" not in known:
            raise NoRole("this device has no serial number of its own; name it by its plug")
        marks += [f'ENV{{ID_SERIAL}}=="{_plain(known, "ID_SERIAL")}"']
        if "ID_USB_INTERFACE_NUM" in known:  # an adapter with several ports has one number for all
            marks += [f'ENV{{ID_USB_INTERFACE_NUM}}=="{_plain(known, "ID_USB_INTERFACE_NUM")}"']
    elif "ID_PATH" in known:
        marks += [f'ENV{{ID_PATH}}=="{_plain(known, "ID_PATH")}"']
    else:  # soldered on: its number is its place
        marks += [f'KERNEL=="{Path(_plain(known, "DEVNAME")).name}"']
    if subsystem == "video4linux":  # a camera has several nodes; the first one gives pictures
        marks += ['ATTR{index}=="0"']
    return ", ".join([*marks, f'SYMLINK+="{FOLDER.name}/{role}"', 'ENV{ID_MM_PORT_IGNORE}="1"'])


def _plain(known: Mapping[str, str], key: str) -> str:
    value = known.get(key, "")
    if not _PLAIN.fullmatch(value):
        raise NoRole(f"what udev knows as {key} cannot stand in a rule")
    return value
