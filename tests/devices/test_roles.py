"""The shipped udev rules, applied by the real udev to an adapter that is plugged into a make-believe machine.

That takes root's rights, because udev writes names below /dev; it is done out of sight of the machine itself.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from devices.commands import devices
from devices.roles import NoRole, rule

RULES = Path(__file__).parents[2] / "deploy" / "udev" / "70-yedeng.rules"
MACHINE = Path(__file__).with_name("usb-serial.umockdev")
PLUG = "/sys/devices/pci0000:00/0000:00:14.0/usb2/2-2"
PORT = f"{PLUG}/2-2:1.0/ttyUSB0/tty/ttyUSB0"

ADAPTER = {
    "DEVNAME": "/dev/ttyUSB0",
    "SUBSYSTEM": "tty",
    "ID_PATH": "pci-0000:00:14.0-usb-0:2:1.0",
    "ID_SERIAL": "QinHeng_USB_Serial_A50285BI",
    "ID_SERIAL_SHORT": "A50285BI",
    "ID_USB_INTERFACE_NUM": "00",
}
"""As udev itself tells it of the adapter in `MACHINE`; the test below holds it against that."""

OUT_OF_SIGHT = """
set -e
mkdir -p "$1/dev" && mount --bind /dev "$1/dev" && mount -t tmpfs none /dev
mkdir /dev/pts && mount -t devpts -o newinstance,ptmxmode=0666 none /dev/pts && ln -s pts/ptmx /dev/ptmx
for node in null zero urandom; do touch "/dev/$node" && mount --bind "$1/dev/$node" "/dev/$node"; done
mkdir -p /run/udev && mount -t tmpfs none /run/udev
mkdir -p /etc/udev/rules.d && mount --bind "$1/rules.d" /etc/udev/rules.d
exec umockdev-run -d "$2" -- udevadm test --action=add "$3"
"""


def _udev(folder: Path, device: str, roles: str = "") -> str:
    """What udev says while a device comes."""
    if not all(map(shutil.which, ("umockdev-run", "udevadm"))):
        pytest.skip("needs the packages udev and umockdev")
    if subprocess.run(["unshare", "--mount", "true"], stderr=subprocess.DEVNULL, check=False).returncode:
        pytest.skip("needs rights to have mounts of its own")
    (folder / "rules.d").mkdir()
    shutil.copy(RULES, folder / "rules.d")
    (folder / "rules.d" / "71-yedeng-roles.rules").write_text(roles)
    arguments = ["unshare", "--mount", "sh", "-c", OUT_OF_SIGHT, "sh", str(folder), str(MACHINE), device]
    done = subprocess.run(arguments, capture_output=True, encoding="utf-8", timeout=30, check=False)
    return done.stdout + done.stderr


@pytest.mark.parametrize("by_serial", [False, True])
def test_an_adapter_has_its_role_its_rights_and_its_peace(tmp_path: Path, by_serial: bool) -> None:
    told = _udev(tmp_path, PORT, rule("id-reader", ADAPTER, by_serial=by_serial) + "\n")
    assert {f"{key}={value}" for key, value in ADAPTER.items()} <= set(told.splitlines()), told
    links = next(line for line in told.splitlines() if line.startswith("DEVLINKS="))
    assert "/dev/yedeng/id-reader" in links
    assert "ID_MM_PORT_IGNORE=1" in told
    assert re.search(r"70-yedeng.rules:\d+ MODE 0660", told)
    assert not [
        line for line in told.splitlines() if "yedeng" in line and ("nvalid" in line or "gnoring" in line)
    ]


def test_another_plug_has_not_the_role(tmp_path: Path) -> None:
    other = ADAPTER | {"ID_PATH": "pci-0000:00:14.0-usb-0:3:1.0"}
    told = _udev(tmp_path, PORT, rule("id-reader", other) + "\n")
    assert "ID_PATH=pci-0000:00:14.0-usb-0:2:1.0" in told
    assert "yedeng/id-reader" not in told


def test_nothing_on_usb_falls_asleep(tmp_path: Path) -> None:
    told = _udev(tmp_path, PLUG)
    assert "ATTR '/sys/devices/pci0000:00/0000:00:14.0/usb2/2-2/power/control' writing 'on'" in told.replace(
        '"', "'"
    ), told


@pytest.mark.parametrize(
    ("known", "by_serial", "expected"),
    [
        ({"SUBSYSTEM": "tty", "DEVNAME": "/dev/ttyS0"}, False, 'KERNEL=="ttyS0"'),
        ({"SUBSYSTEM": "video4linux", "ID_PATH": "pci-0"}, False, 'ATTR{index}=="0"'),
        (ADAPTER, True, 'ENV{ID_SERIAL}=="QinHeng_USB_Serial_A50285BI", ENV{ID_USB_INTERFACE_NUM}=="00"'),
    ],
)
def test_a_role_goes_by_what_stays(known: dict[str, str], by_serial: bool, expected: str) -> None:
    line = rule("camera", known, by_serial=by_serial)
    assert expected in line
    assert line.count('SYMLINK+="yedeng/camera"') == 1


@pytest.mark.parametrize(
    ("known", "by_serial"),
    [
        (ADAPTER | {"ID_PATH": 'x", RUN+="/bin/true'}, False),
        ({"SUBSYSTEM": "tty", "DEVNAME": "/dev/ttyUSB0", "ID_PATH": "pci-0"}, True),
        ({}, False),
    ],
)
def test_no_rule_is_made_of_what_marks_nothing(known: dict[str, str], by_serial: bool) -> None:
    with pytest.raises(NoRole):
        rule("id-reader", known, by_serial=by_serial)


def test_a_port_that_is_not_there_is_said_in_words() -> None:
    told = CliRunner().invoke(devices, ["role", "id-reader", "/dev/no-such-port"])
    assert told.exit_code == 1
    assert "Error: /dev/no-such-port: " in told.output
