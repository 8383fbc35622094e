"""A site without hardware, written down: for the guided tour and the tests."""

from __future__ import annotations

import secrets
import socket
from contextlib import suppress
from pathlib import Path
from typing import Final

SITE_FILE: Final = """\
[kiosk]
place_zh = "经十路社区 24 小时自助服务区"
place_en = "Jingshi Road 24-hour service area"
keeper = "小周师傅"
keeper_phone = "0531-5550123"
latitude = 36.6725
longitude = 117.0168
window_zh = "灯河区政务服务中心，周一至周五 9:00–17:00"
window_en = "Denghe District Service Centre, Monday to Friday 9:00–17:00"
language = "{language}"
data = "data"

[panel]
width = {width}
height = {height}
theme = "night"
fullscreen = false

[hub]
url = "http://127.0.0.1:{relay}"
enrolment_code_file = "enrolment-code"
embedded = true
timeout = 3.0

[queue]
first_wait = 0.2
longest_wait = 5.0

[simulation]
enabled = true
hub_port = {hub}

[devices.id-reader]
driver = "sam-serial"
port = "data/bench/id-reader"

[devices.document-camera]
driver = "opencv-camera"
source = "data/bench/desk"

[devices.code-scanner]
driver = "gm65-serial"
port = "data/bench/code-scanner"
baudrate = 115200

[devices.receipt-printer]
driver = "escpos-tcp"
host = "127.0.0.1"
port = {printer}
"""

#: Needs the machine's one PC/SC daemon, so that only who shows it asks for it.
SOCIAL_CARD: Final = """
[devices.social-card]
driver = "pcsc-social-card"
"""


def write_site(
    folder: Path, *, width: int = 1080, height: int = 1920, language: str = "zh", social_card: bool = False
) -> Path:
    """Write the site file of a simulated kiosk with its own ports; everything of it stays in ``folder``."""
    relay, hub, printer = free_ports(3)
    site = SITE_FILE.format(
        language=language, width=width, height=height, relay=relay, hub=hub, printer=printer
    )
    path = folder / "site.toml"
    path.write_text(site + (SOCIAL_CARD if social_card else ""), encoding="utf-8")
    return path


def free_ports(count: int) -> list[int]:
    """Ports of the loopback interface that nobody uses now, and that Linux gives to nobody who asks for any.

    What it gives begins at 32768 (``net.ipv4.ip_local_port_range``): such a port could be another's by the
    time it is listened on.
    """
    ports: set[int] = set()
    while len(ports) < count:
        port = 20_000 + secrets.randbelow(32_768 - 20_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            ports.add(port)
    return list(ports)
